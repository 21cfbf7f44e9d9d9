// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccounts} from "../../contracts/interfaces/IAccounts.sol";
import {ICare} from "../../contracts/interfaces/ICare.sol";
import {IConsortium} from "../../contracts/interfaces/IConsortium.sol";
import {IRecords} from "../../contracts/interfaces/IRecords.sol";
import {ISalus} from "../../contracts/interfaces/ISalus.sol";
import {ITimeline} from "../../contracts/interfaces/ITimeline.sol";
import {SalusTest} from "./support/SalusTest.sol";

/// @notice A doctor whose account is a contract and who answers a payment with more calls.
contract Reentrant {
    ISalus private immutable salus;
    bytes[] private calls;
    uint256 public succeeded;
    uint256 public received;

    constructor(ISalus s) {
        salus = s;
    }

    function act(bytes calldata data) external returns (bytes memory) {
        (bool ok, bytes memory answer) = address(salus).call(data);
        if (!ok) {
            assembly {
                revert(add(answer, 32), mload(answer))
            }
        }
        return answer;
    }

    function prepare(bytes calldata data) external {
        calls.push(data);
    }

    receive() external payable {
        received += msg.value;
        for (uint256 i; i < calls.length; ++i) {
            (bool ok,) = address(salus).call(calls[i]);
            if (ok) ++succeeded;
        }
    }
}

/// @notice What one would try against the contract.
contract AttacksTest is SalusTest {
    address private next = makeAddr("next");

    /// @dev Withdraw again, release again, rate, while being paid: the ledger was settled before the ether left.
    function test_reentrancy() public {
        Reentrant r = new Reentrant(salus);
        address a = address(r);
        r.act(abi.encodeCall(salus.enroll, (0, _recipient(a), "", stranger, DIGEST, 0)));
        r.act(abi.encodeCall(salus.setFee, (FEE, true)));
        _accredit(h0, a, IConsortium.Role.Doctor);
        uint256 first = _book(patient, a, 0);
        uint256 second = _book(patient, a, 0);
        r.act(abi.encodeCall(salus.complete, (first, DIGEST, 0)));
        r.act(abi.encodeCall(salus.complete, (second, DIGEST, 0)));
        _release(first);

        r.prepare(abi.encodeCall(salus.withdraw, (payable(a))));
        r.prepare(abi.encodeCall(salus.release, (first)));
        r.prepare(abi.encodeCall(salus.release, (second)));
        r.act(abi.encodeCall(salus.withdraw, (payable(a))));

        assertEq(r.succeeded(), 0);
        assertEq(r.received(), FEE);
        assertEq(address(salus).balance, FEE, "the other fee is still in escrow");
        _assertStatus(second, ICare.Status.Completed);
    }

    /// @dev What is legal stays legal within a payment, and its event comes after that of the withdrawal.
    function test_reentrancyIsOrdered() public {
        Reentrant r = new Reentrant(salus);
        address a = address(r);
        r.act(abi.encodeCall(salus.enroll, (0, _recipient(a), "", stranger, DIGEST, 0)));
        r.act(abi.encodeCall(salus.setFee, (FEE, true)));
        _accredit(h0, a, IConsortium.Role.Doctor);
        uint256 id = _book(patient, a, 0);
        r.act(abi.encodeCall(salus.complete, (id, DIGEST, 0)));
        _release(id);
        r.prepare(abi.encodeCall(salus.setProfile, (DIGEST)));
        uint40 before = _count(salus.account(a).own);
        vm.recordLogs();
        r.act(abi.encodeCall(salus.withdraw, (payable(a))));
        assertEq(vm.getRecordedLogs()[0].topics[0], ICare.Withdrawn.selector);
        assertEq(_count(salus.account(a).own), before + 2);
    }

    /// @dev A party whose account refuses ether harms nobody: it is credited, not paid.
    function test_refusingEtherHoldsNobodyUp() public {
        vm.etch(patient, hex"60006000fd");
        uint256 id = _book();
        _complete(id);
        _dispute(id);
        vm.prank(h0);
        salus.resolve(id, FEE / 2, 0);
        vm.prank(doctor);
        salus.withdraw(payable(doctor));
        assertEq(doctor.balance, FEE - FEE / 2);
        vm.expectRevert(abi.encodeWithSelector(ICare.TransferFailed.selector, patient, FEE / 2));
        vm.prank(patient);
        salus.withdraw(payable(patient));
        vm.prank(patient);
        salus.withdraw(payable(stranger));
        assertEq(stranger.balance, FEE / 2);
    }

    function testFuzz_forcedEther(uint96 value) public {
        uint256 id = _book();
        vm.deal(address(salus), address(salus).balance + value);
        vm.prank(patient);
        salus.cancel(id);
        vm.prank(patient);
        salus.withdraw(payable(stranger));
        assertEq(stranger.balance, FEE);
        assertEq(address(salus).balance, value, "what nobody paid belongs to nobody");
    }

    /// @dev The largest fee there can be goes through whole.
    function test_largestFee() public {
        uint96 fee = type(uint96).max;
        _setFee(doctor, fee);
        vm.deal(patient, uint256(fee) * 2);
        uint256 first = _book();
        uint256 second = _book();
        _complete(first);
        _complete(second);
        _release(first);
        _release(second);
        assertEq(salus.credit(doctor), uint256(fee) * 2, "credits are wider than fees");
    }

    /// @dev Nothing is lost to rounding, and every split adds up.
    function testFuzz_splits(uint96 fee, uint96 refund) public {
        fee = uint96(bound(fee, 1, type(uint96).max));
        refund = uint96(bound(refund, 0, fee));
        _setFee(doctor, fee);
        vm.deal(patient, fee);
        uint256 id = _book();
        _complete(id);
        _dispute(id);
        vm.prank(h0);
        salus.resolve(id, refund, 0);
        assertEq(salus.credit(patient) + salus.credit(doctor), fee);
    }

    /// @dev A fee raised after booking changes nothing for who has booked.
    function testFuzz_feeRaisedAfterBooking(uint96 fee) public {
        uint256 id = _book();
        _setFee(doctor, fee);
        _complete(id);
        _release(id);
        assertEq(salus.credit(doctor), FEE);
    }

    /// @dev The doctor raises the fee in front of the patient's transaction.
    function test_feeRaisedBeforeBooking() public {
        _setFee(doctor, FEE + 1);
        vm.expectRevert(abi.encodeWithSelector(ICare.WrongFee.selector, FEE, FEE + 1));
        vm.prank(patient);
        salus.book{value: FEE}(doctor, DIGEST, 0, uint40(block.timestamp + 30 days), _keyHash(doctor));
    }

    /// @dev No second payment, whichever two ways of ending are tried one after the other.
    function testFuzz_doubleEnd(uint8 first, uint8 second) public {
        uint256 id = _book();
        _complete(id);
        _end(id, first % 3);
        uint256 total = salus.credit(doctor) + salus.credit(patient);
        uint256 balance = address(salus).balance;
        vm.warp(block.timestamp + 40 days);
        vm.expectPartialRevert(ICare.WrongStatus.selector);
        _end(id, second % 2 * 3);
        assertEq(salus.credit(doctor) + salus.credit(patient), total);
        assertEq(address(salus).balance, balance);
    }

    function _end(uint256 id, uint8 way) private {
        if (way == 0) {
            vm.prank(patient);
            salus.release(id);
        } else if (way == 1) {
            vm.prank(patient);
            salus.rate(id, 1, 0);
        } else if (way == 2) {
            _dispute(id);
            vm.prank(h0);
            salus.resolve(id, 1, 0);
        } else {
            vm.prank(patient);
            salus.reclaim(id);
        }
    }

    /// @dev Marks share a byte: every combination of status, attested and score is what was set.
    function testFuzz_marks(uint8 score, bool attestFirst, bool attestLast, bool split) public {
        score = uint8(bound(score, 1, 5));
        uint256 id = _book();
        _complete(id);
        if (attestFirst) _attest(id);
        if (split) {
            _dispute(id);
            vm.prank(h0);
            salus.resolve(id, 1, 0);
        }
        if (!attestFirst && attestLast) _attest(id);
        vm.prank(patient);
        salus.rate(id, score, 0);
        ICare.AppointmentView memory v = salus.appointment(id);
        assertEq(v.score, score);
        assertEq(v.attested, attestFirst || attestLast);
        _assertStatus(id, split ? ICare.Status.Split : ICare.Status.Paid);
        assertEq(v.patient, patient);
        assertEq(v.fee, FEE);
        assertEq(v.arbiter, h0);
    }

    function _attest(uint256 id) private {
        vm.prank(h0);
        salus.attest(id);
    }

    /// @dev Refunded after a dispute: the doctor was not paid, so there is nothing to rate.
    function test_rateAfterRefund() public {
        uint256 id = _book();
        _complete(id);
        _dispute(id);
        vm.prank(h0);
        salus.resolve(id, FEE, 0);
        vm.expectRevert(abi.encodeWithSelector(ICare.WrongStatus.selector, id, ICare.Status.Refunded));
        vm.prank(patient);
        salus.rate(id, 1, 0);
    }

    /// @dev A rating is no way around a dispute.
    function test_rateDuringDispute() public {
        uint256 id = _book();
        _complete(id);
        _dispute(id);
        vm.expectRevert(abi.encodeWithSelector(ICare.WrongStatus.selector, id, ICare.Status.Disputed));
        vm.prank(patient);
        salus.rate(id, 5, 0);
    }

    /// @dev The doctor completes in the last second: the patient has the whole window all the same.
    function test_completedInTheLastSecond() public {
        uint256 id = _book();
        vm.warp(salus.appointment(id).until);
        _complete(id);
        vm.warp(block.timestamp + 3 days - 1);
        vm.expectPartialRevert(ICare.TooEarly.selector);
        vm.prank(doctor);
        salus.release(id);
        _dispute(id);
    }

    /// @dev An arbiter that was expelled and whose account moved on does not block the dispute.
    function test_disputeWithAMovedArbiter() public {
        _enroll(h0);
        uint256 id = _book();
        _complete(id);
        _expel(h0);
        _succeed(h0, next);
        vm.expectEmit(true, true, true, false, address(salus));
        emit ICare.Disputed(patient, doctor, next, id, DIGEST, 0, 0, 0);
        _dispute(id);
        vm.prank(h1);
        salus.resolve(id, 0, 0);
    }

    /// @dev A doctor that moved away cannot be used to lock the fee of a booked visit.
    function test_movedDoctorDoesNotLockTheFee() public {
        uint256 id = _book();
        _succeed(doctor, next);
        vm.prank(patient);
        salus.cancel(id);
        assertEq(salus.credit(patient), FEE);
    }

    /// @dev Who moves to an address that is a hospital gains no vote, and the hospital keeps its own.
    function test_moveIntoAHospital() public {
        _succeed(patient, h1);
        assertTrue(salus.account(h1).activeHospital);
        (IConsortium.HospitalView[] memory members,) = salus.hospitals();
        assertEq(members.length, 3);
    }

    /// @dev The thief of a seed gets the account, but no standing: what a hospital vouched for does not follow a signature.
    function test_stolenSeedGivesNoAuthority() public {
        _succeed(doctor, next);
        vm.startPrank(next);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.NotAccredited.selector, next));
        salus.requestAccess(patient, 0);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.NotAccredited.selector, next));
        salus.add(patient, DIGEST, 0, 0);
        vm.stopPrank();
    }

    /// @dev The old vouch of a hospital lies on a moved account: nobody can withdraw it any more, and it counts for nothing.
    function test_vouchOnAMovedAccount() public {
        _succeed(doctor, next);
        vm.expectRevert(abi.encodeWithSelector(ITimeline.AccountMoved.selector, doctor, next));
        vm.prank(h0);
        salus.suspend(doctor, 0);
        assertEq(salus.account(doctor).vouches, 1);
        assertFalse(salus.account(doctor).accredited);
    }

    /// @dev Signatures of the successor's other form (high s) are not taken; and could be used once only.
    function test_malleableSignature() public {
        bytes memory signature = _succession(patient, next);
        (bytes32 r, bytes32 s, uint8 v) = (_word(signature, 0), _word(signature, 32), uint8(signature[64]));
        uint256 n = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
        bytes memory other = abi.encodePacked(r, bytes32(n - uint256(s)), v == 27 ? uint8(28) : uint8(27));
        vm.expectRevert(abi.encodeWithSelector(IAccounts.BadSignature.selector, patient, address(0)));
        vm.prank(next);
        salus.succeed(patient, other);
    }

    function _word(bytes memory data, uint256 place) private pure returns (bytes32 word) {
        assembly {
            word := mload(add(add(data, 32), place))
        }
    }

    /// @dev Dirty high bits in calldata are refused by the decoder, so that no word of an event carries anything but its field.
    function testFuzz_dirtyCalldata(uint256 dirt) public {
        dirt = bound(dirt, 1, type(uint96).max) << 160;
        vm.prank(patient);
        (bool ok,) = address(salus)
            .call(abi.encodePacked(IRecords.revoke.selector, bytes32(uint256(uint160(doctor)) | dirt), bytes32(0)));
        assertFalse(ok);
    }

    /// @dev A thousand strangers' requests cost the patient nothing: none gets into the inbox without accreditation.
    function testFuzz_inboxSpam(address spammer) public {
        _assumeNobody(spammer);
        uint256 inbox = salus.account(patient).inbox;
        vm.startPrank(spammer);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.NotAccredited.selector, spammer));
        salus.add(patient, DIGEST, 0, 0);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.NotAccredited.selector, spammer));
        salus.requestAccess(patient, 0);
        assertEq(salus.account(patient).inbox, inbox);
    }

    /// @dev Two doctors of one hospital: suspending one leaves the other's word and place in the list alone.
    function test_neighboursInTheList() public {
        address a = makeAddr("a");
        address b = makeAddr("b");
        _accredit(h0, a, IConsortium.Role.Nurse);
        _accredit(h0, b, IConsortium.Role.Pharmacy);
        vm.prank(h0);
        salus.suspend(a, 0);
        (ISalus.DirectoryEntry[] memory entries,) = salus.directory(0, 10);
        assertEq(entries.length, 3);
        assertEq(entries[0].account, b);
        assertEq(entries[1].account, a);
        assertEq(entries[2].account, doctor);
        assertFalse(entries[1].state.accredited);
        assertTrue(entries[0].state.accredited);
        assertEq(uint256(entries[0].state.role), uint256(IConsortium.Role.Pharmacy));
    }

    /// @dev An abandoned dispute ends once, whoever comes first.
    function testFuzz_endsOfADispute(uint8 first, uint8 second) public {
        uint256 id = _book();
        _complete(id);
        _dispute(id);
        vm.warp(block.timestamp + 180 days);
        _give(id, first % 4);
        assertEq(salus.credit(patient) + salus.credit(doctor), FEE);
        vm.expectPartialRevert(ICare.WrongStatus.selector);
        _give(id, second % 4);
    }

    function _give(uint256 id, uint8 way) private {
        vm.prank(way == 0 ? patient : way == 1 ? doctor : way == 2 ? h0 : stranger);
        if (way == 1) salus.decline(id, 0);
        else if (way == 2) salus.resolve(id, 1, 0);
        else salus.release(id);
    }
}

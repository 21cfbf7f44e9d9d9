// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccounts} from "../../contracts/interfaces/IAccounts.sol";
import {ICare} from "../../contracts/interfaces/ICare.sol";
import {IConsortium} from "../../contracts/interfaces/IConsortium.sol";
import {IRecords} from "../../contracts/interfaces/IRecords.sol";
import {ISalus} from "../../contracts/interfaces/ISalus.sol";
import {ITimeline} from "../../contracts/interfaces/ITimeline.sol";
import {SalusTest} from "./support/SalusTest.sol";

/// @notice Moving an account: what goes along, what stays, and who may do what from then on.
contract SuccessionTest is SalusTest {
    address internal next = makeAddr("next");

    function testFuzz_succeed(address to) public {
        _assumeNobody(to);
        uint256 id = _book();
        vm.prank(patient);
        salus.cancel(id);
        ISalus.AccountView memory old = salus.account(patient);

        vm.expectEmit(address(salus));
        emit IAccounts.Succeeded(to, patient, FEE, 0, old.inbox);
        _succeed(patient, to);

        ISalus.AccountView memory moved = salus.account(patient);
        assertEq(moved.movedTo, to);
        assertEq(moved.keyHash, bytes12(0));
        assertEq(moved.successor, address(0));
        assertEq(moved.own, old.own, "its own timeline stays as it was");
        assertEq(_count(moved.inbox), _count(old.inbox) + 1);
        assertEq(salus.credit(patient), 0);
        assertEq(salus.credit(to), FEE);
    }

    function testFuzz_succeedBySomebodyElsesKey(uint256 key) public {
        key = bound(key, 1, type(uint128).max);
        bytes memory signature = _succession(key, patient, next);
        vm.expectRevert(abi.encodeWithSelector(IAccounts.BadSignature.selector, patient, vm.addr(key)));
        vm.prank(next);
        salus.succeed(patient, signature);
    }

    /// @dev A signature names who may use it, on which chain and contract.
    function testFuzz_succeedElsewhere(uint64 chainId, address other) public {
        _assumeNobody(other);
        vm.assume(chainId != block.chainid && chainId != 0);
        bytes memory signature = _succession(patient, next);

        vm.prank(other);
        vm.expectPartialRevert(IAccounts.BadSignature.selector);
        salus.succeed(patient, signature);

        vm.prank(next);
        vm.expectPartialRevert(IAccounts.BadSignature.selector);
        salus.succeed(doctor, signature);

        vm.chainId(chainId);
        vm.prank(next);
        vm.expectPartialRevert(IAccounts.BadSignature.selector);
        salus.succeed(patient, signature);
    }

    function testFuzz_succeedMalformed(bytes calldata signature) public {
        vm.expectPartialRevert(IAccounts.BadSignature.selector);
        vm.prank(next);
        salus.succeed(patient, signature);
    }

    /// @dev The zero address that a broken signature recovers to is nobody's successor.
    function test_succeedBrokenSignatureOfNobody() public {
        vm.expectRevert(abi.encodeWithSelector(IAccounts.BadSignature.selector, patient, address(0)));
        vm.prank(next);
        salus.succeed(patient, new bytes(65));
    }

    function testFuzz_succeedNotEnrolled(address old) public {
        _assumeNobody(old);
        vm.expectRevert(abi.encodeWithSelector(IAccounts.NotEnrolled.selector, old));
        vm.prank(next);
        salus.succeed(old, "");
    }

    function test_succeedOneself() public {
        bytes memory signature = _succession(patient, patient);
        vm.expectRevert(abi.encodeWithSelector(ITimeline.SelfDealing.selector, patient));
        vm.prank(patient);
        salus.succeed(patient, signature);
    }

    function test_succeedOnce() public {
        bytes memory signature = _succession(patient, next);
        vm.startPrank(next);
        salus.succeed(patient, signature);
        vm.expectRevert(abi.encodeWithSelector(ITimeline.AccountMoved.selector, patient, next));
        salus.succeed(patient, signature);
    }

    function test_succeedAfterNewSuccessor() public {
        bytes memory signature = _succession(patient, next);
        vm.prank(patient);
        salus.enroll(1, _recipient(patient), "", stranger, 0, 0);
        vm.expectRevert(abi.encodeWithSelector(IAccounts.BadSignature.selector, patient, _successor(patient)));
        vm.prank(next);
        salus.succeed(patient, signature);
    }

    /// @dev Hospitals decide who is a hospital: a seed does not carry a seat, nor a vouch.
    function test_succeedHospital() public {
        _enroll(h0);
        bytes memory signature = _succession(h0, next);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.AlreadyHospital.selector, h0));
        vm.prank(next);
        salus.succeed(h0, signature);

        _expel(h0);
        vm.prank(next);
        salus.succeed(h0, signature);
        assertFalse(salus.account(next).activeHospital);

        // and it is not admitted again under the address that it left
        vm.prank(h1);
        vm.expectRevert(abi.encodeWithSelector(ITimeline.AccountMoved.selector, h0, next));
        salus.propose(h0, true, 0);
    }

    /// @dev Moved between proposal and majority: the proposal can no longer be executed.
    function test_succeedWhileProposed() public {
        vm.prank(h0);
        uint256 proposal = salus.propose(patient, true, 0);
        _succeed(patient, next);
        vm.prank(h1);
        vm.expectRevert(abi.encodeWithSelector(ITimeline.AccountMoved.selector, patient, next));
        salus.confirm(proposal, patient, true);
        assertFalse(salus.account(patient).activeHospital);
    }

    function test_accreditationStays() public {
        _succeed(doctor, next);
        assertFalse(salus.account(doctor).accredited);
        assertFalse(salus.account(next).accredited);
        assertEq(uint256(salus.account(next).role), uint256(IConsortium.Role.None));

        vm.expectRevert(abi.encodeWithSelector(ICare.KeyChanged.selector, doctor, _keyHash(doctor), bytes12(0)));
        vm.prank(patient);
        salus.book{value: FEE}(doctor, DIGEST, 0, uint40(block.timestamp + 30 days), _keyHash(doctor));
        vm.expectRevert(abi.encodeWithSelector(ICare.KeyChanged.selector, doctor, bytes12(0), bytes12(0)));
        vm.prank(patient);
        salus.book{value: FEE}(doctor, DIGEST, 0, uint40(block.timestamp + 30 days), 0);
        vm.expectRevert(abi.encodeWithSelector(ITimeline.AccountMoved.selector, doctor, next));
        _accredit(h0, doctor, IConsortium.Role.Doctor);
    }

    /// @dev Whatever the old address tries, it cannot; whatever is aimed at it, comes back.
    function test_oldAddressIsClosed() public {
        uint256 id = _book();
        _succeed(patient, next);
        bytes memory moved = abi.encodeWithSelector(ITimeline.AccountMoved.selector, patient, next);

        vm.startPrank(patient);
        vm.expectRevert(moved);
        salus.cancel(id);
        vm.expectRevert(moved);
        salus.enroll(2, _recipient(patient), "", stranger, 0, 0);
        vm.expectRevert(moved);
        salus.setProfile(DIGEST);
        vm.expectRevert(moved);
        salus.share(doctor, DIGEST, 0, 0, 0);
        vm.expectRevert(moved);
        salus.add(patient, DIGEST, 0, 0);
        vm.expectRevert(moved);
        salus.book{value: FEE}(doctor, DIGEST, 0, uint40(block.timestamp + 30 days), _keyHash(doctor));
        bytes memory signature = _succession(doctor, patient);
        vm.expectRevert(moved);
        salus.succeed(doctor, signature);
        vm.stopPrank();

        vm.startPrank(doctor);
        vm.expectRevert(moved);
        salus.add(patient, DIGEST, 0, 0);
        vm.expectRevert(moved);
        salus.requestAccess(patient, 0);
        vm.expectRevert(moved);
        salus.share(patient, DIGEST, 0, 0, 0);
        vm.expectRevert(moved);
        salus.delegate(next, patient, DIGEST, 0, 0);
    }

    function test_oldDoctorIsClosed() public {
        uint256 id = _book();
        _accept(id);
        _succeed(doctor, next);
        vm.prank(doctor);
        vm.expectRevert(abi.encodeWithSelector(ITimeline.AccountMoved.selector, doctor, next));
        salus.complete(id, DIGEST, 0);
    }

    function testFuzz_patientGoesOn(bool rates) public {
        uint256 id = _book();
        _succeed(patient, next);
        vm.expectEmit(address(salus));
        emit ICare.Accepted(doctor, next, id, DIGEST, salus.account(doctor).own, 0);
        _accept(id);
        _complete(id);
        vm.prank(next);
        if (rates) salus.rate(id, 5, 0);
        else salus.release(id);
        assertEq(salus.credit(doctor), FEE);
    }

    function test_patientIsPaidBackAtTheNewAddress() public {
        uint256 id = _book();
        _succeed(patient, next);
        vm.prank(doctor);
        salus.decline(id, 0);
        assertEq(salus.credit(next), FEE);
        assertEq(salus.credit(patient), 0);
    }

    function test_doctorGoesOn() public {
        uint256 id = _book();
        _accept(id);
        _succeed(doctor, next);
        vm.prank(next);
        salus.complete(id, DIGEST, 0);
        vm.prank(patient);
        salus.rate(id, 4, 0);
        assertEq(salus.credit(next), FEE);
        assertEq(salus.account(next).ratings, 1);
        assertEq(salus.account(next).ratingSum, 4);
    }

    /// @dev Not accepted yet, and not accredited any more: the new address cannot take the money by completing.
    function test_doctorNotAccreditedAnew() public {
        uint256 id = _book();
        _succeed(doctor, next);
        vm.startPrank(next);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.NotAccredited.selector, next));
        salus.accept(id, DIGEST);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.NotAccredited.selector, next));
        salus.complete(id, DIGEST, 0);
        vm.stopPrank();
        vm.prank(patient);
        salus.reclaim(id);
        assertEq(salus.credit(patient), FEE);
    }

    function testFuzz_ratingsMove(uint8 a, uint8 b, bool attested) public {
        a = uint8(bound(a, 1, 5));
        b = uint8(bound(b, 1, 5));
        uint256 first = _book();
        uint256 second = _book();
        _complete(first);
        _complete(second);
        if (attested) {
            vm.prank(h0);
            salus.attest(first);
        }
        vm.prank(patient);
        salus.rate(first, a, 0);
        _succeed(doctor, next);
        vm.prank(patient);
        salus.rate(second, b, 0);

        ISalus.AccountView memory v = salus.account(next);
        assertEq(v.ratings, 2);
        assertEq(v.ratingSum, uint256(a) + b);
        assertEq(v.attestedRatings, attested ? 1 : 0);
        assertEq(v.attestedSum, attested ? a : 0);
        assertEq(salus.account(doctor).ratings, 0);
        assertEq(v.fee, 0);
        assertFalse(v.open);
    }

    /// @dev The arbiter of a visit attests it wherever the doctor went; the rating counts for who answers today.
    function test_attestedAfterTheMove() public {
        uint256 id = _book();
        _complete(id);
        _succeed(doctor, next);
        vm.prank(h0);
        salus.attest(id);
        vm.prank(patient);
        salus.rate(id, 3, 0);
        assertEq(salus.account(next).attestedSum, 3);
        assertEq(salus.account(doctor).attestedSum, 0);
    }

    /// @dev Taking back and declining reach whoever took over, so that nobody escapes them by moving.
    function test_takenBackAfterTheMove() public {
        vm.startPrank(patient);
        salus.share(doctor, DIGEST, DIGEST, 0, 0);
        vm.stopPrank();
        _succeed(doctor, next);
        uint256 own = salus.account(patient).own;
        vm.expectEmit(address(salus));
        emit IRecords.Revoked(patient, next, DIGEST, own, 0);
        vm.prank(patient);
        salus.revoke(doctor, DIGEST);
        uint256 inbox = salus.account(next).inbox;
        own = salus.account(patient).own;
        vm.expectEmit(address(salus));
        emit IRecords.Refused(patient, next, 1, DIGEST, own, inbox);
        vm.prank(patient);
        salus.refuse(doctor, 1, DIGEST);
    }

    function testFuzz_chainOfMoves(uint8 hops) public {
        hops = uint8(bound(hops, 1, 16));
        uint256 id = _book();
        address last = _chain(patient, hops);
        vm.prank(doctor);
        salus.decline(id, 0);
        assertEq(salus.credit(last), FEE);
        vm.prank(last);
        salus.withdraw(payable(last));
        assertEq(last.balance, FEE);
    }

    function test_chainIsBounded() public {
        uint256 id = _book();
        _complete(id);
        address last = _chain(patient, 16);
        _enroll(last);
        bytes memory signature = _succession(last, next);
        vm.expectRevert(abi.encodeWithSelector(IAccounts.TooManyMoves.selector, last));
        vm.prank(next);
        salus.succeed(last, signature);

        // the doctor's own release stays affordable
        vm.warp(block.timestamp + 3 days);
        vm.prank(doctor);
        uint256 before = gasleft();
        salus.release(id);
        assertLt(before - gasleft(), 200_000);
    }

    /// @dev Two chains that meet count as the longer one.
    function test_chainsMeet() public {
        address a = _chain(patient, 10);
        address b = _chain(doctor, 6);
        _enroll(a);
        _succeed(a, next); // 11
        _enroll(b);
        _succeed(b, next); // 7, still 11
        _enroll(next);
        address last = _chain(next, 5); // 16
        _enroll(last);
        bytes memory signature = _succession(last, stranger);
        vm.expectRevert(abi.encodeWithSelector(IAccounts.TooManyMoves.selector, last));
        vm.prank(stranger);
        salus.succeed(last, signature);
    }

    /// @dev Both sides of an appointment may end in one hand; then there is nobody to rate.
    function test_bothSidesInOneHand() public {
        uint256 id = _book();
        _complete(id);
        _succeed(patient, next);
        _succeed(doctor, next);
        vm.startPrank(next);
        vm.expectRevert(abi.encodeWithSelector(ITimeline.SelfDealing.selector, next));
        salus.rate(id, 5, 0);
        salus.release(id);
        vm.stopPrank();
        assertEq(salus.credit(next), FEE);
    }

    /// @dev Moves `from` on `hops` times, enrolling in between. @return last the account that answers now
    function _chain(address from, uint8 hops) private returns (address last) {
        last = from;
        for (uint256 i; i < hops; ++i) {
            if (i > 0) _enroll(last);
            address to = makeAddr(string(abi.encodePacked("hop", vm.toString(from), vm.toString(i))));
            _succeed(last, to);
            last = to;
        }
    }
}

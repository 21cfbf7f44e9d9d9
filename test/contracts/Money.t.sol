// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICare} from "../../contracts/interfaces/ICare.sol";
import {IConsortium} from "../../contracts/interfaces/IConsortium.sol";
import {ISalus} from "../../contracts/interfaces/ISalus.sol";
import {ITimeline} from "../../contracts/interfaces/ITimeline.sol";
import {SalusTest} from "./support/SalusTest.sol";

/// @notice What happens after completion: release, dispute, ratings, credits.
contract MoneyTest is SalusTest {
    uint256 internal id;

    function setUp() public override {
        super.setUp();
        id = _book();
        _complete(id);
    }

    function testFuzz_release(uint256 delay) public {
        vm.warp(block.timestamp + bound(delay, 0, 1000 days));
        uint256 own = salus.account(patient).own;
        vm.expectEmit(address(salus));
        emit ICare.Released(patient, doctor, patient, id, FEE, own, salus.account(doctor).inbox, 0);
        vm.prank(patient);
        salus.release(id);
        _assertStatus(id, ICare.Status.Paid);
        assertEq(salus.credit(doctor), FEE);
    }

    function testFuzz_releaseByAnyone(address who, uint256 delay) public {
        _assumeNobody(who);
        vm.warp(block.timestamp + bound(delay, 3 days, 1000 days));
        uint256 inbox = salus.account(doctor).inbox;
        uint256 other = salus.account(patient).inbox;
        vm.expectEmit(address(salus));
        emit ICare.Released(who, doctor, patient, id, FEE, 0, inbox, other);
        vm.prank(who);
        salus.release(id);
        assertEq(salus.credit(doctor), FEE);
        assertEq(salus.credit(who), 0);
    }

    function testFuzz_releaseTooEarly(address who, uint256 delay) public {
        vm.assume(who != patient);
        uint40 from = uint40(block.timestamp + 3 days);
        vm.warp(block.timestamp + bound(delay, 0, 3 days - 1));
        vm.expectRevert(abi.encodeWithSelector(ICare.TooEarly.selector, id, from));
        vm.prank(who);
        salus.release(id);
    }

    function testFuzz_dispute(bytes32 reason, uint256 delay) public {
        vm.warp(block.timestamp + bound(delay, 0, 3 days - 1));
        uint256 own = salus.account(patient).own;
        uint256 inbox = salus.account(doctor).inbox;
        vm.expectEmit(address(salus));
        emit ICare.Disputed(patient, doctor, h0, id, reason, own, inbox, salus.account(h0).inbox);
        vm.prank(patient);
        salus.dispute(id, reason);
        _assertStatus(id, ICare.Status.Disputed);
        assertEq(salus.appointment(id).since, block.timestamp);
    }

    /// @dev The moment from which anyone may release is the first in which nobody may dispute.
    function testFuzz_disputeTooLate(uint256 delay) public {
        uint40 last = uint40(block.timestamp + 3 days - 1);
        vm.warp(block.timestamp + bound(delay, 3 days, 1000 days));
        vm.expectRevert(abi.encodeWithSelector(ICare.TooLate.selector, id, last));
        vm.prank(patient);
        salus.dispute(id, 0);
    }

    function testFuzz_resolve(uint96 refund, bytes32 reason) public {
        refund = uint96(bound(refund, 0, FEE));
        _dispute(id);
        uint256 own = salus.account(h0).own;
        uint256 inbox = salus.account(doctor).inbox;
        uint256 other = salus.account(patient).inbox;
        vm.expectEmit(address(salus));
        emit ICare.Resolved(h0, doctor, patient, id, refund, reason, own, inbox, other);
        vm.prank(h0);
        salus.resolve(id, refund, reason);
        _assertStatus(id, refund == 0 ? ICare.Status.Paid : refund == FEE ? ICare.Status.Refunded : ICare.Status.Split);
        assertEq(salus.credit(patient), refund);
        assertEq(salus.credit(doctor), FEE - refund);
    }

    function testFuzz_resolveBadRefund(uint96 refund) public {
        refund = uint96(bound(refund, FEE + 1, type(uint96).max));
        _dispute(id);
        vm.expectRevert(abi.encodeWithSelector(ICare.BadRefund.selector, refund, FEE));
        vm.prank(h0);
        salus.resolve(id, refund, 0);
    }

    function testFuzz_resolveByAnotherHospital(uint256 delay) public {
        _dispute(id);
        uint40 from = uint40(block.timestamp + 30 days);
        delay = bound(delay, 0, 60 days);
        vm.warp(block.timestamp + delay);
        if (delay < 30 days) vm.expectRevert(abi.encodeWithSelector(ICare.TooEarly.selector, id, from));
        vm.prank(h1);
        salus.resolve(id, 0, 0);
    }

    /// @dev The arbiter is not bound to its 30 days: they let the others in, not it out.
    function testFuzz_resolveLateByTheArbiter(uint256 delay) public {
        _dispute(id);
        vm.warp(block.timestamp + bound(delay, 0, 1000 days));
        vm.prank(h0);
        salus.resolve(id, 0, 0);
    }

    function test_resolveAfterTheArbiterWasExpelled() public {
        _dispute(id);
        _expel(h0);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.NotHospital.selector, h0));
        vm.prank(h0);
        salus.resolve(id, 0, 0);
        vm.prank(h1);
        salus.resolve(id, 0, 0);
    }

    /// @dev Admitted again, the old arbiter is one active hospital among others.
    function test_resolveByTheReadmittedArbiter() public {
        _dispute(id);
        _expel(h0);
        address[] memory both = new address[](2);
        (both[0], both[1]) = (h1, h2);
        _vote(both, h0, true);
        vm.prank(h0);
        salus.resolve(id, 1, 0);
        assertEq(salus.credit(patient), 1);
    }

    /// @dev A hospital that is the doctor, or took over the patient, does not judge or attest its own visit.
    function test_resolveByAParty() public {
        _enroll(h1);
        _accredit(h0, h1, IConsortium.Role.Doctor);
        _setFee(h1, FEE);
        uint256 own = _book(patient, h1, 0);
        vm.prank(h1);
        salus.complete(own, DIGEST, 0);
        _dispute(own);
        vm.warp(block.timestamp + 31 days);
        vm.startPrank(h1);
        vm.expectRevert(abi.encodeWithSelector(ITimeline.SelfDealing.selector, h1));
        salus.resolve(own, 0, 0);
        vm.expectRevert(abi.encodeWithSelector(ITimeline.SelfDealing.selector, h1));
        salus.attest(own);
        vm.stopPrank();

        _succeed(patient, h0);
        vm.startPrank(h0);
        vm.expectRevert(abi.encodeWithSelector(ITimeline.SelfDealing.selector, h0));
        salus.resolve(own, FEE, 0);
        vm.expectRevert(abi.encodeWithSelector(ITimeline.SelfDealing.selector, h0));
        salus.attest(own);
        vm.stopPrank();
        vm.prank(h2);
        salus.resolve(own, FEE, 0);
        assertEq(salus.credit(h0), FEE);
    }

    function testFuzz_rate(uint8 score, bytes32 comment) public {
        score = uint8(bound(score, 1, 5));
        uint256 own = salus.account(patient).own;
        vm.expectEmit(address(salus));
        emit ICare.Rated(patient, doctor, id, score, comment, FEE, own, salus.account(doctor).inbox);
        vm.prank(patient);
        salus.rate(id, score, comment);
        _assertStatus(id, ICare.Status.Paid);
        assertEq(salus.credit(doctor), FEE);
        assertEq(salus.appointment(id).score, score);
        assertEq(salus.account(doctor).ratings, 1);
        assertEq(salus.account(doctor).ratingSum, score);
        assertEq(salus.account(doctor).attestedRatings, 0);
    }

    function testFuzz_rateAfterRelease(uint8 score, bool split) public {
        score = uint8(bound(score, 1, 5));
        if (split) {
            _dispute(id);
            vm.prank(h0);
            salus.resolve(id, 1, 0);
        } else {
            _release(id);
        }
        uint256 credit = salus.credit(doctor);
        uint256 own = salus.account(patient).own;
        vm.expectEmit(address(salus));
        emit ICare.Rated(patient, doctor, id, score, 0, 0, own, salus.account(doctor).inbox);
        vm.prank(patient);
        salus.rate(id, score, 0);
        assertEq(salus.credit(doctor), credit, "paid once");
        _assertStatus(id, split ? ICare.Status.Split : ICare.Status.Paid);
    }

    function testFuzz_rateBadScore(uint8 score) public {
        vm.assume(score == 0 || score > 5);
        vm.expectRevert(abi.encodeWithSelector(ICare.BadScore.selector, score));
        vm.prank(patient);
        salus.rate(id, score, 0);
    }

    function testFuzz_rateTwice(uint8 a, uint8 b) public {
        vm.startPrank(patient);
        salus.rate(id, uint8(bound(a, 1, 5)), 0);
        vm.expectRevert(abi.encodeWithSelector(ICare.AlreadyRated.selector, id));
        salus.rate(id, uint8(bound(b, 1, 5)), 0);
    }

    function testFuzz_rateNothingPaid(uint8 score) public {
        _setFee(doctor, 0);
        uint256 free = _book();
        _complete(free);
        bytes memory expected = abi.encodeWithSelector(ICare.NothingPaid.selector, free);
        vm.startPrank(patient);
        vm.expectRevert(expected);
        salus.rate(free, uint8(bound(score, 1, 5)), 0);
        salus.release(free);
        vm.expectRevert(expected);
        salus.rate(free, uint8(bound(score, 1, 5)), 0);
    }

    function testFuzz_attest(uint8 score, bool early) public {
        score = uint8(bound(score, 1, 5));
        if (early) {
            id = _book();
            _accept(id);
        }
        uint256 inbox = salus.account(doctor).inbox;
        uint256 other = salus.account(patient).inbox;
        vm.expectEmit(address(salus));
        emit ICare.Attested(h0, doctor, patient, id, salus.account(h0).own, inbox, other);
        vm.prank(h0);
        salus.attest(id);
        if (early) _complete(id);
        assertEq(salus.account(doctor).attestedRatings, 0);
        vm.prank(patient);
        salus.rate(id, score, 0);
        ISalus.AccountView memory v = salus.account(doctor);
        assertEq(v.attestedRatings, 1);
        assertEq(v.attestedSum, score);
        assertEq(v.ratings, 1);
        assertEq(v.ratingSum, score);
        assertTrue(salus.appointment(id).attested);
        assertEq(salus.appointment(id).score, score);
        _assertStatus(id, ICare.Status.Paid);
    }

    /// @dev Who attests does not know the score: no picking of the good ones.
    function testFuzz_attestAfterRating(uint8 score) public {
        vm.prank(patient);
        salus.rate(id, uint8(bound(score, 1, 5)), 0);
        vm.expectRevert(abi.encodeWithSelector(ICare.AlreadyRated.selector, id));
        vm.prank(h0);
        salus.attest(id);
    }

    /// @dev The arbiter, or a hospital that vouches for the doctor.
    function test_attestByWhom() public {
        vm.expectRevert(abi.encodeWithSelector(ICare.NotYours.selector, id, h1));
        vm.prank(h1);
        salus.attest(id);
        _accredit(h1, doctor, IConsortium.Role.Doctor);
        vm.prank(h0);
        salus.suspend(doctor, 0);
        // the arbiter was named at booking, and goes on; who vouches has to vouch now
        uint256 snapshot = vm.snapshotState();
        vm.prank(h1);
        salus.attest(id);
        vm.revertToState(snapshot);
        vm.prank(h0);
        salus.attest(id);
    }

    function test_attestTwice() public {
        vm.prank(h0);
        salus.attest(id);
        vm.expectRevert(abi.encodeWithSelector(ICare.AlreadyAttested.selector, id));
        vm.prank(h0);
        salus.attest(id);
    }

    /// @dev The patient gives in, while a judgement may still come.
    function testFuzz_releaseInDispute(uint256 delay) public {
        _dispute(id);
        vm.warp(block.timestamp + bound(delay, 0, 180 days - 1));
        uint256 own = salus.account(patient).own;
        vm.expectEmit(address(salus));
        emit ICare.Released(patient, doctor, patient, id, FEE, own, salus.account(doctor).inbox, 0);
        vm.prank(patient);
        salus.release(id);
        _assertStatus(id, ICare.Status.Paid);
        assertEq(salus.credit(doctor), FEE);
        assertEq(salus.credit(patient), 0);
    }

    /// @dev The parties need nobody else to divide what was abandoned, and the patient gives nothing away by it.
    function testFuzz_releaseAbandonedByAParty(bool byPatient, uint256 delay, uint96 fee) public {
        fee = uint96(bound(fee, 2, 1000 ether));
        _setFee(doctor, fee);
        id = _book();
        _complete(id);
        _dispute(id);
        vm.warp(block.timestamp + bound(delay, 180 days, 1000 days));
        vm.prank(byPatient ? patient : doctor);
        salus.release(id);
        assertEq(salus.credit(doctor), fee / 2);
        assertEq(salus.credit(patient), fee - fee / 2);
        _assertStatus(id, ICare.Status.Split);
    }

    /// @dev Hospitals may still resolve while nobody has ended it.
    function test_resolveAbandoned() public {
        _dispute(id);
        vm.warp(block.timestamp + 200 days);
        vm.prank(h1);
        salus.resolve(id, FEE, 0);
        assertEq(salus.credit(patient), FEE);
    }

    /// @dev Given back, the visit is not rated, although it was completed.
    function testFuzz_notRatedWhenGivenBack(bool disputed) public {
        if (disputed) _dispute(id);
        vm.prank(doctor);
        salus.decline(id, 0);
        vm.expectRevert(abi.encodeWithSelector(ICare.WrongStatus.selector, id, ICare.Status.Declined));
        vm.prank(patient);
        salus.rate(id, 1, 0);
    }

    /// @dev Nobody judged: after 180 days anyone ends it, half to each, odd wei to the patient.
    function testFuzz_releaseAbandoned(address who, uint256 delay, uint96 fee) public {
        _assumeNobody(who);
        fee = uint96(bound(fee, 0, 1000));
        _setFee(doctor, fee);
        id = _book();
        _complete(id);
        _dispute(id);
        uint40 from = uint40(block.timestamp + 180 days);
        vm.warp(from - 1);
        vm.expectRevert(abi.encodeWithSelector(ICare.TooEarly.selector, id, from));
        vm.prank(who);
        salus.release(id);

        vm.warp(from + bound(delay, 0, 1000 days));
        uint256 inbox = salus.account(doctor).inbox;
        uint256 other = salus.account(patient).inbox;
        vm.expectEmit(address(salus));
        emit ICare.Released(who, doctor, patient, id, fee / 2, 0, inbox, other);
        vm.prank(who);
        salus.release(id);
        assertEq(salus.credit(doctor), fee / 2);
        assertEq(salus.credit(patient), fee - fee / 2);
        _assertStatus(id, fee == 0 ? ICare.Status.Paid : fee == 1 ? ICare.Status.Refunded : ICare.Status.Split);
    }

    /// @dev The doctor gives in.
    function test_declineInDispute() public {
        _dispute(id);
        vm.prank(doctor);
        salus.decline(id, DIGEST);
        assertEq(salus.credit(patient), FEE);
        _assertStatus(id, ICare.Status.Declined);
    }

    /// @dev One hospital left, and it is a party: nobody can judge, and still nothing is locked.
    function test_lastHospitalIsAParty() public {
        _dispute(id);
        _succeed(patient, h1);
        _expel(h0);
        address[] memory both = new address[](2);
        (both[0], both[1]) = (h1, h2);
        _vote(both, h2, false);
        vm.expectRevert(abi.encodeWithSelector(ITimeline.SelfDealing.selector, h1));
        vm.prank(h1);
        salus.resolve(id, FEE, 0);
        vm.warp(block.timestamp + 180 days);
        vm.prank(doctor);
        salus.release(id);
        assertEq(salus.credit(doctor) + salus.credit(h1), FEE);
    }

    function testFuzz_withdraw(address payable to) public {
        _assumeNobody(to);
        _release(id);
        uint256 before = to.balance;
        vm.expectEmit(address(salus));
        emit ICare.Withdrawn(doctor, doctor, to, FEE, salus.account(doctor).own);
        vm.prank(doctor);
        salus.withdraw(to);
        assertEq(to.balance - before, FEE);
        assertEq(salus.credit(doctor), 0);
        assertEq(address(salus).balance, 0);
    }

    function testFuzz_withdrawNoCredit(address who) public {
        vm.expectRevert(abi.encodeWithSelector(ICare.NoCredit.selector, who));
        vm.prank(who);
        salus.withdraw(payable(stranger));
    }

    function test_withdrawTwice() public {
        _release(id);
        vm.startPrank(doctor);
        salus.withdraw(payable(doctor));
        vm.expectRevert(abi.encodeWithSelector(ICare.NoCredit.selector, doctor));
        salus.withdraw(payable(doctor));
    }

    /// @dev Who cannot be paid keeps the credit.
    function test_withdrawTransferFailed() public {
        _release(id);
        vm.expectRevert(abi.encodeWithSelector(ICare.TransferFailed.selector, address(salus), FEE));
        vm.prank(doctor);
        salus.withdraw(payable(address(salus)));
        assertEq(salus.credit(doctor), FEE);
    }

    /// @dev An arbiter admitted anew has another number, and is a hospital like any other.
    function test_attestByTheReadmittedArbiter() public {
        _expel(h0);
        address[] memory both = new address[](2);
        (both[0], both[1]) = (h1, h2);
        _vote(both, h0, true);
        vm.expectRevert(abi.encodeWithSelector(ICare.NotYours.selector, id, h0));
        vm.prank(h0);
        salus.attest(id);
        _accredit(h0, doctor, IConsortium.Role.Doctor);
        vm.prank(h0);
        salus.attest(id);
    }
}

// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccounts} from "../../contracts/interfaces/IAccounts.sol";
import {ICare} from "../../contracts/interfaces/ICare.sol";
import {IConsortium} from "../../contracts/interfaces/IConsortium.sol";
import {ITimeline} from "../../contracts/interfaces/ITimeline.sol";
import {SalusTest} from "./support/SalusTest.sol";

/// @notice Booking, and an appointment up to its completion.
contract CareTest is SalusTest {
    function testFuzz_book(bytes32 request, uint40 ahead, uint96 fee) public {
        vm.assume(request != 0);
        fee = uint96(bound(fee, 0, 1000 ether));
        _setFee(doctor, fee);
        uint40 until = uint40(block.timestamp + bound(ahead, 1 days, 365 days));
        uint256 own = salus.account(patient).own;
        uint256 inbox = salus.account(doctor).inbox;
        vm.expectEmit(address(salus));
        emit ICare.Booked(patient, doctor, h0, 1, request, fee, until, own, inbox);
        vm.prank(patient);
        assertEq(salus.book{value: fee}(doctor, request, 0, until, _keyHash(doctor)), 1);

        ICare.AppointmentView memory v = salus.appointment(1);
        assertEq(
            abi.encode(v),
            abi.encode(ICare.AppointmentView(1, patient, doctor, h0, fee, until, 0, ICare.Status.Booked, false, 0))
        );
        assertEq(address(salus).balance, fee);
    }

    function testFuzz_bookWrongFee(uint96 sent) public {
        vm.assume(sent != FEE);
        vm.deal(patient, sent);
        vm.expectRevert(abi.encodeWithSelector(ICare.WrongFee.selector, sent, FEE));
        vm.prank(patient);
        salus.book{value: sent}(doctor, DIGEST, 0, uint40(block.timestamp + 30 days), _keyHash(doctor));
    }

    /// @dev No truncation: a value whose low 96 bits are the fee is not the fee.
    function test_bookWrongFeeBeyond96Bits() public {
        uint256 sent = uint256(FEE) + (1 << 96);
        vm.deal(patient, sent);
        vm.expectRevert(abi.encodeWithSelector(ICare.WrongFee.selector, sent, FEE));
        vm.prank(patient);
        salus.book{value: sent}(doctor, DIGEST, 0, uint40(block.timestamp + 30 days), _keyHash(doctor));
    }

    function testFuzz_bookBadDeadline(uint40 until) public {
        uint40 earliest = uint40(block.timestamp + 1 days);
        uint40 latest = uint40(block.timestamp + 365 days);
        vm.assume(until < earliest || until > latest);
        vm.expectRevert(abi.encodeWithSelector(ICare.BadDeadline.selector, until, earliest, latest));
        vm.prank(patient);
        salus.book{value: FEE}(doctor, DIGEST, 0, until, _keyHash(doctor));
    }

    function testFuzz_bookKeyChanged(bytes12 keyHash) public {
        vm.assume(keyHash != _keyHash(doctor));
        vm.expectRevert(abi.encodeWithSelector(ICare.KeyChanged.selector, doctor, keyHash, _keyHash(doctor)));
        vm.prank(patient);
        salus.book{value: FEE}(doctor, DIGEST, 0, uint40(block.timestamp + 30 days), keyHash);
    }

    function testFuzz_bookNotBookable(address who, uint8 role) public {
        _assumeNobody(who);
        role = uint8(bound(role, 2, 5));
        bytes memory expected = abi.encodeWithSelector(ICare.NotBookable.selector, who);
        uint40 until = uint40(block.timestamp + 30 days);
        vm.expectRevert(expected);
        vm.prank(patient);
        salus.book(who, DIGEST, 0, until, 0);

        _enroll(who);
        _accredit(h0, who, IConsortium.Role(role));
        _setFee(who, 0);
        vm.expectRevert(expected);
        vm.prank(patient);
        salus.book(who, DIGEST, 0, until, _keyHash(who));
    }

    function test_bookSuspended() public {
        vm.prank(h0);
        salus.suspend(doctor, 0);
        vm.expectRevert(abi.encodeWithSelector(ICare.NotBookable.selector, doctor));
        vm.prank(patient);
        salus.book{value: FEE}(doctor, DIGEST, 0, uint40(block.timestamp + 30 days), _keyHash(doctor));
    }

    function test_bookNotOpen() public {
        vm.prank(doctor);
        salus.setFee(FEE, false);
        vm.expectRevert(abi.encodeWithSelector(ICare.NotOpen.selector, doctor));
        vm.prank(patient);
        salus.book{value: FEE}(doctor, DIGEST, 0, uint40(block.timestamp + 30 days), _keyHash(doctor));
    }

    /// @dev Every number but that of the one hospital that vouches.
    function testFuzz_bookBadArbiter(uint8 arbiter) public {
        vm.assume(arbiter != 0);
        vm.expectRevert(abi.encodeWithSelector(ICare.BadArbiter.selector, arbiter));
        vm.prank(patient);
        salus.book{value: FEE}(doctor, DIGEST, arbiter, uint40(block.timestamp + 30 days), _keyHash(doctor));
    }

    function test_bookExpelledArbiter() public {
        _accredit(h1, doctor, IConsortium.Role.Doctor);
        _expel(h0);
        vm.expectRevert(abi.encodeWithSelector(ICare.BadArbiter.selector, 0));
        vm.prank(patient);
        salus.book{value: FEE}(doctor, DIGEST, 0, uint40(block.timestamp + 30 days), _keyHash(doctor));
    }

    /// @dev Nobody is the judge of their own visit.
    function test_bookArbiterIsAParty() public {
        uint40 until = uint40(block.timestamp + 30 days);
        _enroll(h0);
        vm.deal(h0, 1 ether);
        vm.expectRevert(abi.encodeWithSelector(ICare.BadArbiter.selector, 0));
        vm.prank(h0);
        salus.book{value: FEE}(doctor, DIGEST, 0, until, _keyHash(doctor));

        _enroll(h1);
        _accredit(h0, h1, IConsortium.Role.Doctor);
        _setFee(h1, FEE);
        _book(patient, h1, 0);
        vm.expectRevert(abi.encodeWithSelector(ICare.BadArbiter.selector, 1));
        vm.prank(patient);
        salus.book{value: FEE}(h1, DIGEST, 1, until, _keyHash(h1));
    }

    function testFuzz_bookIds(uint8 n) public {
        n = uint8(bound(n, 1, 30));
        for (uint256 i = 1; i <= n; ++i) {
            assertEq(_book(), i);
        }
    }

    function testFuzz_unknownAppointment(uint256 id) public {
        vm.assume(id != 1);
        _book();
        bytes memory expected = abi.encodeWithSelector(ICare.UnknownAppointment.selector, id);
        vm.expectRevert(expected);
        salus.appointment(id);
        vm.startPrank(h0);
        vm.expectRevert(expected);
        salus.accept(id, DIGEST);
        vm.expectRevert(expected);
        salus.decline(id, 0);
        vm.expectRevert(expected);
        salus.cancel(id);
        vm.expectRevert(expected);
        salus.complete(id, DIGEST, 0);
        vm.expectRevert(expected);
        salus.release(id);
        vm.expectRevert(expected);
        salus.dispute(id, 0);
        vm.expectRevert(expected);
        salus.resolve(id, 0, 0);
        vm.expectRevert(expected);
        salus.reclaim(id);
        vm.expectRevert(expected);
        salus.attest(id);
        vm.expectRevert(expected);
        salus.rate(id, 1, 0);
    }

    function testFuzz_accept(uint256 delay, bytes32 note) public {
        delay = bound(delay, 0, 30 days);
        uint256 id = _book();
        vm.warp(block.timestamp + delay);
        uint256 own = salus.account(doctor).own;
        vm.expectEmit(address(salus));
        emit ICare.Accepted(doctor, patient, id, note, own, 0);
        vm.prank(doctor);
        salus.accept(id, note);
        _assertStatus(id, ICare.Status.Accepted);
    }

    function testFuzz_acceptTooLate(uint256 delay) public {
        delay = bound(delay, 30 days + 1, 1000 days);
        uint256 id = _book();
        uint40 until = salus.appointment(id).until;
        vm.warp(block.timestamp + delay);
        vm.startPrank(doctor);
        vm.expectRevert(abi.encodeWithSelector(ICare.TooLate.selector, id, until));
        salus.accept(id, DIGEST);
        vm.expectRevert(abi.encodeWithSelector(ICare.TooLate.selector, id, until));
        salus.complete(id, DIGEST, 0);
    }

    /// @dev At any time before it is over: the doctor may give the money back.
    function testFuzz_decline(bytes32 reason, uint8 state) public {
        uint256 id = _book();
        if (state % 4 == 1) _accept(id);
        if (state % 4 > 1) _complete(id);
        if (state % 4 == 3) _dispute(id);
        uint256 inbox = salus.account(patient).inbox;
        vm.expectEmit(address(salus));
        emit ICare.Declined(doctor, patient, id, reason, salus.account(doctor).own, inbox);
        vm.prank(doctor);
        salus.decline(id, reason);
        _assertStatus(id, ICare.Status.Declined);
        assertEq(salus.credit(patient), FEE);
        assertEq(salus.credit(doctor), 0);
    }

    function testFuzz_cancel(uint256 delay) public {
        uint256 id = _book();
        vm.warp(block.timestamp + bound(delay, 0, 1000 days));
        uint256 own = salus.account(patient).own;
        vm.expectEmit(address(salus));
        emit ICare.Cancelled(patient, doctor, id, own, salus.account(doctor).inbox);
        vm.prank(patient);
        salus.cancel(id);
        _assertStatus(id, ICare.Status.Cancelled);
        assertEq(salus.credit(patient), FEE);
    }

    function testFuzz_complete(bytes32 record, bytes4 hint, bool accepted) public {
        vm.assume(record != 0);
        uint256 id = _book();
        if (accepted) _accept(id);
        uint256 inbox = salus.account(patient).inbox;
        vm.expectEmit(address(salus));
        emit ICare.Completed(doctor, patient, id, record, hint, salus.account(doctor).own, inbox);
        vm.prank(doctor);
        salus.complete(id, record, hint);
        _assertStatus(id, ICare.Status.Completed);
        assertEq(salus.appointment(id).since, block.timestamp);
        assertEq(salus.credit(doctor), 0, "nothing is paid yet");
    }

    /// @dev Who accepted in good standing may finish.
    function test_completeSuspendedAfterAccepting() public {
        uint256 id = _book();
        _accept(id);
        vm.prank(h0);
        salus.suspend(doctor, 0);
        uint40 until = salus.appointment(id).until;
        vm.expectRevert(abi.encodeWithSelector(ICare.TooEarly.selector, id, until + 1));
        vm.prank(patient);
        salus.reclaim(id);
        _complete(id);
    }

    function testFuzz_reclaim(uint256 delay, bool accepted) public {
        delay = bound(delay, 30 days + 1, 1000 days);
        uint256 id = _book();
        if (accepted) _accept(id);
        vm.warp(block.timestamp + delay);
        uint256 own = salus.account(patient).own;
        vm.expectEmit(address(salus));
        emit ICare.Reclaimed(patient, doctor, id, own, salus.account(doctor).inbox);
        vm.prank(patient);
        salus.reclaim(id);
        _assertStatus(id, ICare.Status.Refunded);
        assertEq(salus.credit(patient), FEE);
    }

    function testFuzz_reclaimTooEarly(uint256 delay, bool accepted) public {
        delay = bound(delay, 0, 30 days);
        uint256 id = _book();
        uint40 until = salus.appointment(id).until;
        if (accepted) _accept(id);
        vm.warp(block.timestamp + delay);
        vm.expectRevert(abi.encodeWithSelector(ICare.TooEarly.selector, id, until + 1));
        vm.prank(patient);
        salus.reclaim(id);
    }

    /// @dev Every act of a party by anybody else.
    function testFuzz_notYours(address who) public {
        vm.assume(who != patient && who != doctor);
        uint256 id = _book();
        bytes memory expected = abi.encodeWithSelector(ICare.NotYours.selector, id, who);
        vm.startPrank(who);
        vm.expectRevert(expected);
        salus.accept(id, DIGEST);
        vm.expectRevert(expected);
        salus.decline(id, 0);
        vm.expectRevert(expected);
        salus.cancel(id);
        vm.expectRevert(expected);
        salus.complete(id, DIGEST, 0);
        vm.expectRevert(expected);
        salus.reclaim(id);
        vm.stopPrank();
        _complete(id);
        vm.startPrank(who);
        vm.expectRevert(expected);
        salus.dispute(id, 0);
        vm.expectRevert(expected);
        salus.rate(id, 5, 0);
    }

    /// @dev The other party is somebody else too.
    function test_notTheOtherParty() public {
        uint256 id = _book();
        vm.startPrank(patient);
        vm.expectRevert(abi.encodeWithSelector(ICare.NotYours.selector, id, patient));
        salus.accept(id, DIGEST);
        vm.expectRevert(abi.encodeWithSelector(ICare.NotYours.selector, id, patient));
        salus.decline(id, 0);
        vm.expectRevert(abi.encodeWithSelector(ICare.NotYours.selector, id, patient));
        salus.complete(id, DIGEST, 0);
        vm.stopPrank();
        vm.startPrank(doctor);
        vm.expectRevert(abi.encodeWithSelector(ICare.NotYours.selector, id, doctor));
        salus.cancel(id);
        vm.expectRevert(abi.encodeWithSelector(ICare.NotYours.selector, id, doctor));
        salus.reclaim(id);
        salus.complete(id, DIGEST, 0);
        vm.expectRevert(abi.encodeWithSelector(ICare.NotYours.selector, id, doctor));
        salus.dispute(id, 0);
        vm.expectRevert(abi.encodeWithSelector(ICare.NotYours.selector, id, doctor));
        salus.rate(id, 5, 0);
    }

    function test_etherIsTakenByBookOnly() public {
        vm.prank(patient);
        (bool ok,) = address(salus).call{value: 1}("");
        assertFalse(ok);
        vm.prank(patient);
        (ok,) = address(salus).call{value: 1}(abi.encodeCall(IAccounts.setProfile, (DIGEST)));
        assertFalse(ok);
        vm.expectRevert(abi.encodeWithSelector(ITimeline.SelfDealing.selector, patient));
        vm.prank(patient);
        salus.book(patient, DIGEST, 0, 0, 0);
    }
}

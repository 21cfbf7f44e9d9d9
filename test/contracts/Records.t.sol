// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICare} from "../../contracts/interfaces/ICare.sol";
import {IConsortium} from "../../contracts/interfaces/IConsortium.sol";
import {IRecords} from "../../contracts/interfaces/IRecords.sol";
import {ITimeline} from "../../contracts/interfaces/ITimeline.sol";
import {SalusTest} from "./support/SalusTest.sol";

contract RecordsTest is SalusTest {
    function testFuzz_addOwn(bytes32 record, bytes4 hint) public {
        vm.assume(record != 0);
        vm.expectEmit(address(salus));
        emit IRecords.Added(patient, patient, 0, record, hint, salus.account(patient).own, 0);
        vm.prank(patient);
        salus.add(patient, record, 0, hint);
        assertEq(salus.account(patient).inbox, 0, "an own act is not in the own inbox");
    }

    function testFuzz_addFor(address to, bytes32 record, bytes4 hint) public {
        _assumeNobody(to);
        vm.assume(record != 0);
        vm.expectEmit(address(salus));
        emit IRecords.Added(doctor, to, 0, record, hint, salus.account(doctor).own, 0);
        vm.prank(doctor);
        salus.add(to, record, 0, hint);
        assertEq(_count(salus.account(to).inbox), 1);
    }

    /// @dev A visit that was accepted, by either party into the patient's file or its own.
    function testFuzz_addVia(bytes32 record, bool completed, uint8 way) public {
        vm.assume(record != 0);
        uint256 id = _book();
        if (completed) _complete(id);
        else _accept(id);
        address author = way % 3 == 0 ? patient : doctor;
        address about = way % 3 == 2 ? doctor : patient;
        uint256 own = salus.account(author).own;
        uint256 inbox = about == author ? 0 : salus.account(about).inbox;
        vm.expectEmit(address(salus));
        emit IRecords.Added(author, about, id, record, 0, own, inbox);
        vm.prank(author);
        salus.add(about, record, id, 0);
    }

    /// @dev An appointment vouches for its own doctor and patient only, whoever else is accredited.
    function testFuzz_addViaNotTheirs(uint8 who) public {
        uint256 id = _book();
        _complete(id);
        address nurse = makeAddr("nurse");
        _accredit(h1, nurse, IConsortium.Role.Nurse);
        _enroll(stranger);
        (address author, address about) = who % 5 == 0
            ? (nurse, patient)
            : who % 5 == 1
                ? (doctor, stranger)
                : who % 5 == 2 ? (stranger, stranger) : who % 5 == 3 ? (patient, doctor) : (doctor, address(0));
        vm.expectRevert(abi.encodeWithSelector(ICare.NotYours.selector, id, author));
        vm.prank(author);
        salus.add(about, DIGEST, id, 0);
    }

    function testFuzz_addViaUnknown(uint256 via) public {
        vm.assume(via != 0);
        vm.expectRevert(abi.encodeWithSelector(ICare.UnknownAppointment.selector, via));
        vm.prank(doctor);
        salus.add(patient, DIGEST, via, 0);
    }

    /// @dev A visit that was never taken up, or came to nothing, lets nobody in; in the own file the patient may name it all the same.
    function testFuzz_addViaNothing(uint8 way, bool ownFile) public {
        uint256 id = _book();
        if (way % 5 == 1) {
            vm.prank(patient);
            salus.cancel(id);
        } else if (way % 5 == 2) {
            vm.prank(doctor);
            salus.decline(id, 0);
        } else if (way % 5 > 2) {
            if (way % 5 == 4) _accept(id);
            vm.warp(block.timestamp + 31 days);
            vm.prank(patient);
            salus.reclaim(id);
        }
        vm.expectRevert(abi.encodeWithSelector(ICare.WrongStatus.selector, id, salus.appointment(id).status));
        vm.prank(doctor);
        salus.add(ownFile ? doctor : patient, DIGEST, id, 0);
        vm.prank(patient);
        salus.add(patient, DIGEST, id, 0);
    }

    /// @dev A completed visit goes on to count however its fee ended: disputed, paid, split, refunded, given back. Only where the doctor kept
    /// some of the fee, or may yet, it stands in for accreditation.
    function testFuzz_addViaAfterTheEnd(uint8 end, bool suspended) public {
        uint256 id = _book();
        _complete(id);
        end = uint8(bound(end, 0, 4));
        if (end == 1) _release(id);
        else if (end < 4) _dispute(id);
        if (end == 2 || end == 3) {
            vm.prank(h0);
            salus.resolve(id, end == 2 ? 1 : FEE, 0);
        }
        if (end == 4) {
            vm.prank(doctor);
            salus.decline(id, 0);
        }
        if (suspended) {
            vm.prank(h0);
            salus.suspend(doctor, 0);
            if (end > 2) vm.expectRevert(abi.encodeWithSelector(IConsortium.NotAccredited.selector, doctor));
        }
        vm.prank(doctor);
        salus.add(patient, DIGEST, id, 0);
    }

    /// @dev Before it is completed, an appointment is no substitute for accreditation; afterwards the doctor may still amend what it gave.
    function test_addViaSuspended() public {
        uint256 id = _book();
        _accept(id);
        vm.prank(h0);
        salus.suspend(doctor, 0);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.NotAccredited.selector, doctor));
        vm.prank(doctor);
        salus.add(patient, DIGEST, id, 0);
        _complete(id);
        vm.prank(doctor);
        salus.add(patient, DIGEST, id, 0);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.NotAccredited.selector, doctor));
        vm.prank(doctor);
        salus.add(patient, DIGEST, 0, 0);
    }

    /// @dev Both parties moved: the new addresses go on where the old ones were.
    function test_addViaAfterMoves() public {
        uint256 id = _book();
        _complete(id);
        address p = makeAddr("p");
        address d = makeAddr("d");
        _succeed(patient, p);
        _succeed(doctor, d);
        vm.prank(d);
        salus.add(p, DIGEST, id, 0);
        assertEq(_count(salus.account(p).inbox), 1);
    }

    /// @dev Hospitals write as their staff do.
    function testFuzz_byHospital(bytes32 word) public {
        vm.assume(word != 0);
        vm.startPrank(h1);
        salus.requestAccess(patient, word);
        salus.add(patient, word, 0, 0);
        salus.delegate(patient, doctor, word, word, 0);
        vm.stopPrank();
        assertEq(_count(salus.account(patient).inbox), 3);
        _expel(h1);
        bytes memory expected = abi.encodeWithSelector(IConsortium.NotAccredited.selector, h1);
        vm.startPrank(h1);
        vm.expectRevert(expected);
        salus.requestAccess(patient, word);
        vm.expectRevert(expected);
        salus.add(patient, word, 0, 0);
        vm.expectRevert(expected);
        salus.delegate(patient, doctor, word, word, 0);
    }

    function testFuzz_share(address grantee, bytes32 capability, bytes32 access, uint40 until, uint40 re) public {
        vm.assume(grantee == address(0) || uint160(grantee) > 0xffff);
        vm.assume(capability != 0 && (until == 0 || until > block.timestamp));
        uint256 inbox = grantee == patient ? 0 : salus.account(grantee).inbox;
        vm.expectEmit(address(salus));
        emit IRecords.Shared(patient, grantee, access, capability, until, re, salus.account(patient).own, inbox);
        vm.prank(patient);
        salus.share(grantee, capability, access, until, re);
    }

    function testFuzz_shareWithNobody(bytes32 access) public {
        vm.prank(patient);
        salus.share(address(0), DIGEST, access, 0, 0);
        assertEq(salus.account(address(0)).inbox, 0, "nobody has no inbox");
    }

    function testFuzz_badExpiry(uint40 until) public {
        until = uint40(bound(until, 1, block.timestamp));
        bytes memory expected = abi.encodeWithSelector(IRecords.BadExpiry.selector, until);
        vm.expectRevert(expected);
        vm.prank(patient);
        salus.share(doctor, DIGEST, 0, until, 0);
        vm.expectRevert(expected);
        vm.prank(doctor);
        salus.delegate(patient, stranger, DIGEST, 0, until);
    }

    function testFuzz_revoke(address grantee, bytes32 access) public {
        uint256 inbox = grantee == patient ? 0 : salus.account(grantee).inbox;
        vm.expectEmit(address(salus));
        emit IRecords.Revoked(patient, grantee, access, salus.account(patient).own, inbox);
        vm.prank(patient);
        salus.revoke(grantee, access);
    }

    function testFuzz_rotate(bytes32 tag, bytes32 nonce, bytes32 bundle) public {
        uint256 own = salus.account(patient).own;
        vm.expectEmit(address(salus));
        emit IRecords.Rotated(patient, patient, tag, nonce, bundle, own);
        vm.prank(patient);
        salus.rotate(_count(own), tag, nonce, bundle);
    }

    function testFuzz_rotateStale(uint40 expected) public {
        uint40 actual = _count(salus.account(patient).own);
        vm.assume(expected != actual);
        vm.expectRevert(abi.encodeWithSelector(ITimeline.Stale.selector, expected, actual));
        vm.prank(patient);
        salus.rotate(expected, 0, 0, 0);
    }

    function testFuzz_requestAccess(address to, bytes32 reason) public {
        _assumeNobody(to);
        vm.expectEmit(address(salus));
        emit IRecords.AccessRequested(doctor, to, reason, salus.account(doctor).own, 0);
        vm.prank(doctor);
        salus.requestAccess(to, reason);
    }

    function testFuzz_refuse(address requester, uint40 re, bytes32 reason) public {
        _assumeNobody(requester);
        vm.expectEmit(address(salus));
        emit IRecords.Refused(patient, requester, re, reason, salus.account(patient).own, 0);
        vm.prank(patient);
        salus.refuse(requester, re, reason);
    }

    function testFuzz_delegate(address about, address colleague, bytes32 capability, bytes32 access) public {
        _assumeNobody(about);
        _assumeNobody(colleague);
        vm.assume(about != colleague && capability != 0);
        uint40 until = uint40(block.timestamp + 1);
        vm.expectEmit(address(salus));
        emit IRecords.Delegated(doctor, about, colleague, capability, access, until, salus.account(doctor).own, 0, 0);
        vm.prank(doctor);
        salus.delegate(about, colleague, capability, access, until);
        assertEq(_count(salus.account(about).inbox), 1);
        assertEq(_count(salus.account(colleague).inbox), 1);
        assertEq(salus.account(about).inbox, salus.account(colleague).inbox, "the same event after the same word");
    }

    function testFuzz_notAccredited(address who) public {
        _assumeNobody(who);
        bytes memory expected = abi.encodeWithSelector(IConsortium.NotAccredited.selector, who);
        vm.startPrank(who);
        vm.expectRevert(expected);
        salus.add(patient, DIGEST, 0, 0);
        vm.expectRevert(expected);
        salus.requestAccess(patient, 0);
        vm.expectRevert(expected);
        salus.delegate(patient, stranger, DIGEST, 0, 0);
    }

    function test_zeroDigest() public {
        bytes memory expected = abi.encodeWithSelector(ITimeline.ZeroDigest.selector);
        vm.startPrank(doctor);
        vm.expectRevert(expected);
        salus.add(doctor, 0, 0, 0);
        vm.expectRevert(expected);
        salus.share(patient, 0, DIGEST, 0, 0);
        vm.expectRevert(expected);
        salus.delegate(patient, stranger, 0, 0, 0);
        vm.expectRevert(expected);
        salus.complete(1, 0, 0);
        vm.expectRevert(expected);
        salus.book(doctor, 0, 0, 0, 0);
    }

    function test_zeroAddress() public {
        bytes memory expected = abi.encodeWithSelector(ITimeline.ZeroAddress.selector);
        vm.startPrank(doctor);
        vm.expectRevert(expected);
        salus.add(address(0), DIGEST, 0, 0);
        vm.expectRevert(expected);
        salus.requestAccess(address(0), 0);
        vm.expectRevert(expected);
        salus.refuse(address(0), 0, 0);
        vm.expectRevert(expected);
        salus.delegate(address(0), stranger, DIGEST, 0, 0);
        vm.expectRevert(expected);
        salus.delegate(patient, address(0), DIGEST, 0, 0);
        vm.expectRevert(expected);
        salus.withdraw(payable(address(0)));
    }

    function test_selfDealing() public {
        bytes memory expected = abi.encodeWithSelector(ITimeline.SelfDealing.selector, doctor);
        vm.startPrank(doctor);
        vm.expectRevert(expected);
        salus.requestAccess(doctor, 0);
        vm.expectRevert(expected);
        salus.refuse(doctor, 0, 0);
        vm.expectRevert(expected);
        salus.delegate(doctor, stranger, DIGEST, 0, 0);
        vm.expectRevert(expected);
        salus.delegate(patient, doctor, DIGEST, 0, 0);
        vm.expectRevert(abi.encodeWithSelector(ITimeline.SelfDealing.selector, patient));
        salus.delegate(patient, patient, DIGEST, 0, 0);
        vm.expectRevert(expected);
        salus.book{value: 0}(doctor, DIGEST, 0, 0, 0);
    }
}

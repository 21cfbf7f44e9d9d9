// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {StdInvariant} from "forge-std/StdInvariant.sol";
import {IAccounts} from "../../../contracts/interfaces/IAccounts.sol";
import {ICare} from "../../../contracts/interfaces/ICare.sol";
import {IConsortium} from "../../../contracts/interfaces/IConsortium.sol";
import {IRecords} from "../../../contracts/interfaces/IRecords.sol";
import {ISalus} from "../../../contracts/interfaces/ISalus.sol";
import {Reader} from "../support/Reader.sol";
import {SalusTest} from "../support/SalusTest.sol";
import {Handler} from "./Handler.sol";
import {World} from "./World.sol";

/// @notice What holds after anything that anybody did.
contract InvariantsTest is SalusTest, StdInvariant {
    Handler private handler;

    function setUp() public override {
        vm.warp(1_800_000_000);
        vm.roll(1000);
        salus = _deploy(_founders());
        handler = new Handler(salus, _founders());
        targetContract(address(handler));
    }

    /// @dev The handler is no idle one: whatever the contract offers does happen in some life, and is refused in another.
    function test_everythingHappens() public {
        bytes4[30] memory calls = _calls();
        uint256[30] memory done;
        bytes32[6] memory ways = _ways();
        uint256[6] memory wayDone;
        uint256 refused;
        uint256 snapshot = vm.snapshotState();
        for (uint256 life; life < 80; ++life) {
            for (uint256 i; i < 64; ++i) {
                _live(uint256(keccak256(abi.encode(life, i))));
            }
            for (uint256 i; i < calls.length; ++i) {
                done[i] += handler.done(calls[i]);
            }
            for (uint256 i; i < ways.length; ++i) {
                wayDone[i] += handler.ways(ways[i]);
            }
            refused += handler.attempts() - handler.successes();
            vm.revertToState(snapshot);
        }
        for (uint256 i; i < calls.length; ++i) {
            assertGt(done[i], 0, vm.toString(abi.encodePacked(calls[i])));
        }
        for (uint256 i; i < ways.length; ++i) {
            assertGt(wayDone[i], 0, string(abi.encodePacked(ways[i])));
        }
        assertGt(refused, 100);
    }

    function _ways() private pure returns (bytes32[6] memory) {
        return [
            bytes32("abandoned"),
            "patient gave in",
            "doctor gave in",
            "given back",
            "attested before completion",
            "amended without standing"
        ];
    }

    /// @dev Nothing is locked for ever: what is open at the end of a life is ended by its patient, or by somebody who has no part in it.
    function afterInvariant() public {
        vm.warp(block.timestamp + 400 days);
        for (uint256 id = 1; id <= handler.lastId(); ++id) {
            ICare.AppointmentView memory a = salus.appointment(id);
            if (!_isOpen(a.status)) continue;
            bool completed = a.status == ICare.Status.Completed || a.status == ICare.Status.Disputed;
            vm.prank(completed ? stranger : handler.current(a.patient));
            if (completed) salus.release(id);
            else salus.reclaim(id);
        }
        uint256 credits;
        for (uint256 i; i < handler.peopleCount(); ++i) {
            credits += salus.credit(handler.people(i));
        }
        assertEq(address(salus).balance, credits, "everything is somebody's");
    }

    function _live(uint256 seed) private {
        uint256 a = uint256(keccak256(abi.encode(seed, "a")));
        uint256 b = uint256(keccak256(abi.encode(seed, "b")));
        uint256 kind = (seed >> 128) % 15;
        if (kind == 0) handler.enroll(seed, a);
        if (kind == 1) handler.setFee(seed, a, uint96(b), true);
        if (kind == 2) handler.succeed(seed, a, b);
        if (kind == 3) handler.record(seed, a, b, bytes32(b));
        if (kind == 4) handler.propose(seed, a, b, b % 2 == 0);
        if (kind == 5) handler.confirm(seed, a, b);
        if (kind == 6) handler.accredit(seed, a, b);
        if (kind == 7) handler.suspend(seed, a, b);
        if (kind == 8) handler.book(seed, a, b);
        if (kind == 9) handler.visit(seed, a, b);
        if (kind == 10) handler.byDoctor(seed, a);
        if (kind == 11) handler.byPatient(seed, a, uint8(b));
        if (kind == 12) handler.byHospital(seed, a, b, uint96(b));
        if (kind == 13) handler.release(seed, a, b);
        if (kind == 14) handler.withdraw(seed, a);
    }

    function _calls() private pure returns (bytes4[30] memory) {
        return [
            IAccounts.enroll.selector,
            IAccounts.setFee.selector,
            IAccounts.succeed.selector,
            IRecords.add.selector,
            IRecords.share.selector,
            IRecords.revoke.selector,
            IRecords.rotate.selector,
            IRecords.requestAccess.selector,
            IRecords.refuse.selector,
            IRecords.delegate.selector,
            IConsortium.propose.selector,
            IConsortium.confirm.selector,
            IConsortium.accredit.selector,
            IConsortium.suspend.selector,
            IConsortium.assign.selector,
            ICare.book.selector,
            ICare.accept.selector,
            ICare.decline.selector,
            ICare.cancel.selector,
            ICare.complete.selector,
            ICare.release.selector,
            ICare.dispute.selector,
            ICare.resolve.selector,
            ICare.reclaim.selector,
            ICare.attest.selector,
            ICare.rate.selector,
            ICare.withdraw.selector,
            IAccounts.setKeyring.selector,
            IAccounts.setProfile.selector,
            ISalus.multicall.selector
        ];
    }

    /// @dev Nothing succeeded that the rules forbid: who, when, from which state, by which majority. See {Judge}.
    function invariant_nothingForbiddenHappened() public view {
        uint256 count = handler.violationCount();
        if (count != 0) assertEq(count, 0, handler.violations(count - 1));
    }

    function invariant_balanceCoversEscrowsAndCredits() public view {
        uint256 owed;
        for (uint256 id = 1; id <= handler.lastId(); ++id) {
            ICare.AppointmentView memory a = salus.appointment(id);
            if (_isOpen(a.status)) owed += a.fee;
        }
        for (uint256 i; i < handler.peopleCount(); ++i) {
            owed += salus.credit(handler.people(i));
        }
        assertGe(address(salus).balance, owed);
        assertEq(address(salus).balance, owed, "nor is anything left over");
    }

    function invariant_everyWeiEndsWithOneOfTheTwo() public view {
        uint256 escrow;
        for (uint256 id = 1; id <= handler.lastId(); ++id) {
            World.Ghost memory g = handler.ghost(id);
            assertEq(g.toPatient + g.toDoctor, g.ends == 0 ? 0 : g.fee);
            if (g.ends == 0) escrow += g.fee;
        }
        uint256 credits;
        for (uint256 i; i < handler.peopleCount(); ++i) {
            credits += salus.credit(handler.people(i));
        }
        assertEq(handler.booked(), escrow + credits + handler.withdrawn());
        assertEq(address(0xB0B).balance, handler.withdrawn(), "ether leaves by withdrawal only");
    }

    function invariant_endsOnceAndPaysAtMostOnce() public view {
        for (uint256 id = 1; id <= handler.lastId(); ++id) {
            World.Ghost memory g = handler.ghost(id);
            assertEq(g.ends, _isOpen(salus.appointment(id).status) ? 0 : 1);
            assertLe(g.payments, g.ends);
        }
    }

    /// @dev A doctor has money only from a completed visit; what was declined, cancelled or reclaimed went back whole.
    function invariant_noPaymentWithoutCompletion() public view {
        for (uint256 id = 1; id <= handler.lastId(); ++id) {
            World.Ghost memory g = handler.ghost(id);
            if (g.completedAt == 0) assertEq(g.toDoctor, 0);
            ICare.Status status = salus.appointment(id).status;
            if (status == ICare.Status.Declined || status == ICare.Status.Cancelled) assertEq(g.toPatient, g.fee);
            if (status == ICare.Status.Refunded) assertEq(g.toPatient, g.fee);
            if (status == ICare.Status.Paid) assertEq(g.toDoctor, g.fee);
            if (status == ICare.Status.Split) assertTrue(g.toDoctor > 0 && g.toPatient > 0);
        }
    }

    function invariant_noCancelAfterAccept() public view {
        for (uint256 id = 1; id <= handler.lastId(); ++id) {
            if (salus.appointment(id).status == ICare.Status.Cancelled) {
                assertEq(handler.ghost(id).acceptedAt, 0);
            }
        }
    }

    function invariant_timesAreThoseOfTheActs() public view {
        for (uint256 id = 1; id <= handler.lastId(); ++id) {
            ICare.AppointmentView memory a = salus.appointment(id);
            World.Ghost memory g = handler.ghost(id);
            assertEq(a.since, g.disputedAt != 0 ? g.disputedAt : g.completedAt);
            assertLe(g.completedAt, a.until);
        }
    }

    function invariant_oneRatingAfterPayment() public view {
        for (uint256 id = 1; id <= handler.lastId(); ++id) {
            ICare.AppointmentView memory a = salus.appointment(id);
            World.Ghost memory g = handler.ghost(id);
            assertEq(g.ratings, a.score == 0 ? 0 : 1);
            assertLe(a.score, 5);
            if (a.score != 0) assertTrue(g.completedAt != 0 && g.toDoctor > 0);
        }
    }

    /// @dev Both tallies, of whoever answers for the doctor today.
    function invariant_talliesEqualTheRatings() public view {
        ICare.AppointmentView[] memory all = new ICare.AppointmentView[](handler.lastId());
        for (uint256 i; i < all.length; ++i) {
            all[i] = salus.appointment(i + 1);
            all[i].doctor = handler.current(all[i].doctor);
        }
        for (uint256 i; i < handler.peopleCount(); ++i) {
            address who = handler.people(i);
            uint256[4] memory sums;
            for (uint256 j; j < all.length; ++j) {
                if (all[j].score == 0 || all[j].doctor != who) continue;
                sums[0] += 1;
                sums[1] += all[j].score;
                if (!all[j].attested) continue;
                sums[2] += 1;
                sums[3] += all[j].score;
            }
            ISalus.AccountView memory v = salus.account(who);
            assertEq(v.ratings, sums[0]);
            assertEq(v.ratingSum, sums[1]);
            assertEq(v.attestedRatings, sums[2]);
            assertEq(v.attestedSum, sums[3]);
        }
    }

    /// @dev Members, numbers and version are those that the counted votes made.
    function invariant_membershipIsThatOfTheMajorities() public view {
        (address[] memory numbers, uint256 active, uint32 version) = handler.consortium();
        (IConsortium.HospitalView[] memory members, uint32 actual) = salus.hospitals();
        assertEq(actual, version);
        assertEq(members.length, numbers.length);
        for (uint256 i; i < members.length; ++i) {
            assertEq(members[i].account, numbers[i]);
            assertEq(members[i].number, i);
            assertEq(members[i].active, active & (1 << i) != 0);
        }
        assertGe(handler.activeCount(), 1, "somebody is left");
    }

    /// @dev A hospital is what its newest number is; no account is active twice.
    function invariant_seatsAgreeWithNumbers() public view {
        (IConsortium.HospitalView[] memory members,) = salus.hospitals();
        for (uint256 i; i < handler.peopleCount(); ++i) {
            ISalus.AccountView memory v = salus.account(handler.people(i));
            uint256 active;
            uint256 newest;
            for (uint256 n; n < members.length; ++n) {
                if (members[n].account != handler.people(i)) continue;
                newest = n + 1;
                if (members[n].active) ++active;
            }
            assertEq(v.hospital, newest);
            assertEq(active, v.activeHospital ? 1 : 0);
        }
    }

    /// @dev Role and vouches are those of the acts; accredited is who has an active one and has not moved.
    function invariant_standingIsThatOfTheActs() public view {
        (, uint256 active,) = handler.consortium();
        for (uint256 i; i < handler.peopleCount(); ++i) {
            address who = handler.people(i);
            ISalus.AccountView memory v = salus.account(who);
            assertEq(v.vouches, handler.vouches(who));
            assertEq(v.accredited, v.vouches & active != 0 && v.movedTo == address(0));
            assertEq(handler.isDoctor(who), v.accredited && v.role == IConsortium.Role.Doctor);
        }
    }

    /// @dev Without a vouching active hospital nobody is bookable, whatever else is right.
    function invariant_unvouchedIsNotBookable() public {
        for (uint256 i; i < handler.peopleCount(); ++i) {
            address who = handler.people(i);
            ISalus.AccountView memory v = salus.account(who);
            if (handler.isDoctor(who)) continue;
            vm.deal(handler.people(3), v.fee);
            vm.prank(handler.people(3));
            (bool ok,) = address(salus).call{value: v.fee}(
                abi.encodeCall(ICare.book, (who, DIGEST, 0, uint40(block.timestamp + 30 days), v.keyHash))
            );
            assertFalse(ok);
        }
    }

    /// @dev A reader that knows nothing but the head words and the logs finds every event that concerns the account, once, and in order.
    function invariant_everyTimelineReadsBack() public view {
        (Reader.Event[] memory events, uint256[] memory blocks) = handler.events();
        for (uint256 i; i < handler.peopleCount(); ++i) {
            ISalus.AccountView memory v = salus.account(handler.people(i));
            _assertReads(events, blocks, handler.people(i), false, v.own);
            _assertReads(events, blocks, handler.people(i), true, v.inbox);
        }
    }

    /// @dev Closed at the move, with nothing left behind.
    function invariant_movedAccountsAreClosed() public view {
        for (uint256 i; i < handler.peopleCount(); ++i) {
            address who = handler.people(i);
            (address to, uint256 own, uint256 inbox) = handler.closedHeads(who);
            ISalus.AccountView memory v = salus.account(who);
            assertEq(v.movedTo, to);
            if (to == address(0)) continue;
            assertEq(v.own, own);
            assertEq(v.inbox, inbox);
            assertEq(v.keyHash, bytes12(0));
            assertFalse(v.accredited);
            assertEq(salus.credit(who) + v.ratings + v.attestedRatings, 0);
        }
    }

    /// @dev The directory lists every account that was ever accredited, once.
    function invariant_directoryIsComplete() public view {
        (ISalus.DirectoryEntry[] memory listed, uint256 next) = salus.directory(0, 100);
        assertEq(next, 0);
        uint256 expected;
        for (uint256 i; i < handler.peopleCount(); ++i) {
            if (salus.account(handler.people(i)).role != IConsortium.Role.None) ++expected;
        }
        assertEq(listed.length, expected);
        for (uint256 i; i < listed.length; ++i) {
            for (uint256 j; j < i; ++j) {
                assertTrue(listed[i].account != listed[j].account);
            }
        }
    }

    /// @dev Newest first: at each step the newest event not visited yet that concerns the account, and the word it stands for.
    function _assertReads(
        Reader.Event[] memory events,
        uint256[] memory blocks,
        address account,
        bool inbox,
        uint256 word
    ) private pure {
        for (uint256 left = events.length; left > 0; --left) {
            Reader.Event memory e = events[left - 1];
            if (!Reader.concerns(e, account, inbox)) continue;
            uint256 previous = inbox ? (e.subject == account ? e.inboxPrev : e.otherPrev) : e.ownPrev;
            if (Reader.next(previous, e.h, blocks[left - 1]) != word) {
                assertTrue(false, "the newest event does not fit the word");
            }
            word = previous;
        }
        assertEq(word, 0, "the oldest follows nothing");
    }

    function _isOpen(ICare.Status status) private pure returns (bool) {
        return status == ICare.Status.Booked || status == ICare.Status.Accepted || status == ICare.Status.Completed
            || status == ICare.Status.Disputed;
    }
}

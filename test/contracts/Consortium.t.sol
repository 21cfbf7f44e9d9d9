// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICare} from "../../contracts/interfaces/ICare.sol";
import {IConsortium} from "../../contracts/interfaces/IConsortium.sol";
import {ISalus} from "../../contracts/interfaces/ISalus.sol";
import {ITimeline} from "../../contracts/interfaces/ITimeline.sol";
import {SalusTest} from "./support/SalusTest.sol";

contract ConsortiumTest is SalusTest {
    address internal h3 = makeAddr("hospital 3");

    // founders

    function testFuzz_constructor(uint8 n) public {
        address[] memory founders = new address[](bound(n, 3, 40));
        for (uint256 i; i < founders.length; ++i) {
            founders[i] = address(uint160(0x10000 + i));
        }
        ISalus s = _deploy(founders);
        (IConsortium.HospitalView[] memory members, uint32 version) = s.hospitals();
        assertEq(version, 0);
        assertEq(members.length, founders.length);
        for (uint256 i; i < founders.length; ++i) {
            assertEq(members[i].account, founders[i]);
            assertEq(members[i].number, i);
            assertTrue(members[i].active);
            assertEq(s.account(founders[i]).hospital, i + 1);
            assertTrue(s.account(founders[i]).activeHospital);
        }
    }

    function testFuzz_constructorTooFew(uint8 n) public {
        n = uint8(bound(n, 0, 2));
        vm.expectRevert(abi.encodeWithSelector(IConsortium.TooFewHospitals.selector, n));
        this.deploy(new address[](n));
    }

    function test_constructorTooMany() public {
        address[] memory founders = new address[](257);
        for (uint256 i; i < founders.length; ++i) {
            founders[i] = address(uint160(0x10000 + i));
        }
        vm.expectRevert(abi.encodeWithSelector(IConsortium.TooManyHospitals.selector));
        this.deploy(founders);
    }

    function testFuzz_constructorRepeats(uint8 place, uint8 twin) public {
        address[] memory founders = _founders();
        place = uint8(bound(place, 0, 2));
        twin = uint8(bound(twin, 0, 2));
        vm.assume(place != twin);
        founders[place] = founders[twin];
        vm.expectRevert(abi.encodeWithSelector(IConsortium.AlreadyHospital.selector, founders[twin]));
        this.deploy(founders);
        founders[place] = address(0);
        vm.expectRevert(abi.encodeWithSelector(ITimeline.ZeroAddress.selector));
        this.deploy(founders);
    }

    /// @dev So that the revert of a constructor can be expected.
    function deploy(address[] memory founders) external {
        bytes memory code = abi.encodePacked(vm.getCode("Salus.sol:Salus"), abi.encode(founders));
        assembly {
            if iszero(create(0, add(code, 32), mload(code))) {
                returndatacopy(0, 0, returndatasize())
                revert(0, returndatasize())
            }
        }
    }

    // membership

    function testFuzz_propose(address subject, bytes32 statement) public {
        _assumeNobody(subject);
        uint256 own = salus.account(h0).own;
        vm.expectEmit(address(salus));
        emit IConsortium.Proposed(h0, subject, 1, true, 0, statement, own, 0);
        vm.prank(h0);
        assertEq(salus.propose(subject, true, statement), 1);

        assertFalse(salus.account(subject).activeHospital, "one of three is no majority");
        assertEq(_count(salus.account(h0).own), _count(own) + 2, "proposed and confirmed");
        assertEq(_count(salus.account(subject).inbox), 2);
        (IConsortium.ProposalView[] memory p, uint256 next) = salus.proposals(0, 10);
        assertEq(next, 0);
        assertEq(p.length, 1);
        assertEq(p[0].id, 1);
        assertEq(p[0].subject, subject);
        assertTrue(p[0].admit && p[0].live && !p[0].executed);
        assertEq(p[0].statement, statement);
        assertEq(p[0].confirmations, 1);
        assertEq(p[0].created, block.timestamp);
    }

    function testFuzz_confirm(address subject) public {
        _assumeNobody(subject);
        vm.prank(h0);
        uint256 proposal = salus.propose(subject, true, 0);
        uint256 inbox = salus.account(subject).inbox;
        vm.expectEmit(address(salus));
        emit IConsortium.Confirmed(h2, subject, proposal, 2, true, 3, salus.account(h2).own, inbox);
        vm.prank(h2);
        salus.confirm(proposal, subject, true);

        (IConsortium.HospitalView[] memory members, uint32 version) = salus.hospitals();
        assertEq(version, 1);
        assertEq(members.length, 4);
        assertEq(members[3].account, subject);
        assertTrue(members[3].active);
        (IConsortium.ProposalView[] memory p,) = salus.proposals(0, 1);
        assertTrue(p[0].executed && !p[0].live);
        assertEq(p[0].confirmations, 5);
    }

    /// @dev Any number of hospitals: half is not enough, one more is.
    function testFuzz_strictMajority(uint8 size) public {
        size = uint8(bound(size, 3, 24));
        address[] memory members = new address[](size);
        for (uint256 i; i < size; ++i) {
            members[i] = address(uint160(0x10000 + i));
        }
        salus = _deploy(members);
        vm.prank(members[0]);
        uint256 proposal = salus.propose(h3, true, 0);
        for (uint256 count = 1; 2 * count <= size; ++count) {
            assertFalse(salus.account(h3).activeHospital);
            vm.prank(members[count]);
            salus.confirm(proposal, h3, true);
        }
        assertTrue(salus.account(h3).activeHospital);
    }

    function testFuzz_proposeNotHospital(address who) public {
        _assumeNobody(who);
        bytes memory expected = abi.encodeWithSelector(IConsortium.NotHospital.selector, who);
        vm.prank(h0);
        uint256 proposal = salus.propose(h3, true, 0);
        uint256 id = _book();
        vm.startPrank(who);
        vm.expectRevert(expected);
        salus.propose(h3, true, 0);
        vm.expectRevert(expected);
        salus.confirm(proposal, h3, true);
        vm.expectRevert(expected);
        salus.accredit(doctor, IConsortium.Role.Doctor, 0);
        vm.expectRevert(expected);
        salus.suspend(doctor, 0);
        vm.expectRevert(expected);
        salus.assign(patient, doctor, 0);
        vm.expectRevert(expected);
        salus.resolve(id, 0, 0);
        vm.expectRevert(expected);
        salus.attest(id);
        vm.stopPrank();
        vm.prank(h0);
        vm.expectRevert(expected);
        salus.propose(who, false, 0);
    }

    function test_proposeWhatIsSo() public {
        vm.startPrank(h0);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.AlreadyHospital.selector, h1));
        salus.propose(h1, true, 0);
        vm.expectRevert(abi.encodeWithSelector(ITimeline.ZeroAddress.selector));
        salus.propose(address(0), true, 0);
    }

    function testFuzz_confirmUnknown(uint256 proposal) public {
        vm.prank(h0);
        salus.propose(h3, true, 0);
        vm.assume(proposal != 1);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.UnknownProposal.selector, proposal));
        vm.prank(h1);
        salus.confirm(proposal, h3, true);
    }

    /// @dev Who confirms says what, so that no number can be slipped under its signature.
    function testFuzz_confirmSomethingElse(address subject, bool admit) public {
        vm.assume(subject != h3 || !admit);
        vm.prank(h0);
        uint256 proposal = salus.propose(h3, true, 0);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ProposalMismatch.selector, proposal));
        vm.prank(h1);
        salus.confirm(proposal, subject, admit);
    }

    function test_confirmTwice() public {
        vm.startPrank(h0);
        uint256 proposal = salus.propose(h3, true, 0);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.AlreadyConfirmed.selector, proposal, h0));
        salus.confirm(proposal, h3, true);
    }

    function testFuzz_confirmTooLate(uint256 delay) public {
        delay = bound(delay, 30 days + 1, 1000 days);
        vm.prank(h0);
        uint256 proposal = salus.propose(h3, true, 0);
        vm.warp(block.timestamp + delay);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ProposalDead.selector, proposal));
        vm.prank(h1);
        salus.confirm(proposal, h3, true);
    }

    function testFuzz_confirmInTime(uint256 delay) public {
        delay = bound(delay, 0, 30 days);
        vm.prank(h0);
        uint256 proposal = salus.propose(h3, true, 0);
        vm.warp(block.timestamp + delay);
        vm.prank(h1);
        salus.confirm(proposal, h3, true);
        assertTrue(salus.account(h3).activeHospital);
    }

    /// @dev A change of membership ends every other proposal; an executed one is not executed again.
    function test_proposalsDieWithTheirMembership() public {
        vm.prank(h0);
        uint256 stale = salus.propose(h3, true, 0);
        vm.prank(h0);
        uint256 other = salus.propose(stranger, true, 0);
        vm.prank(h1);
        salus.confirm(other, stranger, true);
        vm.prank(h1);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ProposalDead.selector, stale));
        salus.confirm(stale, h3, true);
        vm.prank(h2);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ProposalDead.selector, other));
        salus.confirm(other, stranger, true);
    }

    /// @dev Votes of the expelled do not count afterwards, since their proposals died.
    function test_expelledVoteDoesNotLinger() public {
        vm.prank(h2);
        uint256 proposal = salus.propose(h3, true, 0);
        _expel(h2);
        vm.prank(h0);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ProposalDead.selector, proposal));
        salus.confirm(proposal, h3, true);
    }

    function test_expelDownToOne() public {
        _expel(h2);
        address[] memory both = new address[](2);
        (both[0], both[1]) = (h0, h1);
        vm.prank(h0);
        uint256 proposal = salus.propose(h1, false, 0);
        assertTrue(salus.account(h1).activeHospital, "one of two is no majority");
        vm.prank(h1);
        salus.confirm(proposal, h1, false);
        assertFalse(salus.account(h1).activeHospital);

        vm.startPrank(h0);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.TooFewHospitals.selector, 0));
        salus.propose(h0, false, 0);
        // and the last one decides alone, in one transaction
        salus.propose(h3, true, 0);
        assertTrue(salus.account(h3).activeHospital);
    }

    function test_expelledHospitalIsNone() public {
        _expel(h0);
        assertFalse(salus.account(h0).activeHospital);
        assertEq(salus.account(h0).hospital, 1, "it was one");
        vm.expectRevert(abi.encodeWithSelector(IConsortium.NotHospital.selector, h0));
        _accredit(h0, stranger, IConsortium.Role.Nurse);
    }

    /// @dev A number is given once: who comes back gets another, and its old vouches stay dead.
    function test_readmittedHospital() public {
        _expel(h0);
        assertFalse(salus.account(doctor).accredited);
        address[] memory both = new address[](2);
        (both[0], both[1]) = (h1, h2);
        _vote(both, h0, true);

        (IConsortium.HospitalView[] memory members,) = salus.hospitals();
        assertEq(members.length, 4);
        assertEq(members[0].account, h0);
        assertFalse(members[0].active);
        assertEq(members[3].account, h0);
        assertTrue(members[3].active);
        assertEq(salus.account(h0).hospital, 4);
        assertFalse(salus.account(doctor).accredited, "its old vouch stays dead");
        assertEq(salus.account(doctor).vouches, 1);

        vm.expectRevert(abi.encodeWithSelector(IConsortium.NotAccredited.selector, doctor));
        vm.prank(h0);
        salus.suspend(doctor, 0);
        _accredit(h0, doctor, IConsortium.Role.Doctor);
        assertEq(salus.account(doctor).vouches, 1 | 1 << 3);
        assertTrue(salus.account(doctor).accredited);

        (ISalus.DirectoryEntry[] memory entries,) = salus.directory(0, 10);
        assertEq(entries.length, 1, "listed once all the same");
        assertEq(entries[0].account, doctor);
    }

    /// @dev All numbers, and vouches in the second word.
    function test_allNumbers() public {
        address[] memory members = new address[](256);
        for (uint256 i; i < 256; ++i) {
            members[i] = address(uint160(0x10000 + i));
        }
        salus = _deploy(members);
        vm.prank(members[0]);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.TooManyHospitals.selector));
        salus.propose(h3, true, 0);

        uint8[5] memory numbers = [79, 80, 81, 254, 255];
        uint256 vouches;
        for (uint256 i; i < numbers.length; ++i) {
            _accredit(members[numbers[i]], doctor, IConsortium.Role.Doctor);
            vouches |= 1 << numbers[i];
            assertEq(salus.account(doctor).vouches, vouches);
        }
        for (uint256 i; i < numbers.length; ++i) {
            assertTrue(salus.account(doctor).accredited);
            vm.prank(members[numbers[i]]);
            salus.suspend(doctor, 0);
            vouches &= ~(1 << numbers[i]);
            assertEq(salus.account(doctor).vouches, vouches);
        }
        assertFalse(salus.account(doctor).accredited);
        assertEq(salus.account(members[255]).hospital, 256);

        (ISalus.DirectoryEntry[] memory entries, uint256 next) = salus.directory(0, 10);
        assertEq(entries.length, 1, "found though the list is the 80th");
        assertEq(next, 0);
    }

    // standing

    function testFuzz_accredit(address who, uint8 role, bytes32 licence) public {
        _assumeNobody(who);
        IConsortium.Role wanted = IConsortium.Role(bound(role, 1, 5));
        vm.expectEmit(address(salus));
        emit IConsortium.Accredited(h1, who, 1, wanted, licence, salus.account(h1).own, 0);
        vm.prank(h1);
        salus.accredit(who, wanted, licence);
        ISalus.AccountView memory v = salus.account(who);
        assertTrue(v.accredited);
        assertEq(uint256(v.role), uint256(wanted));
        assertEq(v.vouches, 2);
    }

    function testFuzz_accreditRoleNone(address who) public {
        _assumeNobody(who);
        vm.expectRevert(
            abi.encodeWithSelector(IConsortium.BadRole.selector, who, IConsortium.Role.None, IConsortium.Role.None)
        );
        _accredit(h0, who, IConsortium.Role.None);
    }

    /// @dev One hospital cannot change what others vouch for; alone it can, and the account stays listed once.
    function testFuzz_accreditOtherRole(uint8 role) public {
        IConsortium.Role wanted = IConsortium.Role(bound(role, 2, 5));
        vm.expectRevert(abi.encodeWithSelector(IConsortium.BadRole.selector, doctor, IConsortium.Role.Doctor, wanted));
        _accredit(h1, doctor, wanted);

        _accredit(h0, doctor, wanted);
        assertEq(uint256(salus.account(doctor).role), uint256(wanted));
        (ISalus.DirectoryEntry[] memory entries,) = salus.directory(0, 10);
        assertEq(entries.length, 1);

        // and once its hospital is expelled, another may
        _expel(h0);
        _accredit(h1, doctor, IConsortium.Role.Doctor);
        assertEq(uint256(salus.account(doctor).role), uint256(IConsortium.Role.Doctor));
    }

    function test_accreditNobodyOrOneself() public {
        vm.expectRevert(abi.encodeWithSelector(ITimeline.ZeroAddress.selector));
        _accredit(h0, address(0), IConsortium.Role.Doctor);
        vm.expectRevert(abi.encodeWithSelector(ITimeline.SelfDealing.selector, h0));
        _accredit(h0, h0, IConsortium.Role.Doctor);
    }

    function test_accreditRoleOutOfRange() public {
        vm.prank(h0);
        (bool ok,) = address(salus).call(abi.encodeWithSelector(IConsortium.accredit.selector, stranger, 6, DIGEST));
        assertFalse(ok);
    }

    function testFuzz_suspend(bytes32 reason) public {
        _accredit(h1, doctor, IConsortium.Role.Doctor);
        uint256 inbox = salus.account(doctor).inbox;
        vm.expectEmit(address(salus));
        emit IConsortium.Suspended(h0, doctor, 0, reason, salus.account(h0).own, inbox);
        vm.prank(h0);
        salus.suspend(doctor, reason);
        assertEq(salus.account(doctor).vouches, 2, "its own vouch only");
        assertTrue(salus.account(doctor).accredited);
        vm.prank(h1);
        salus.suspend(doctor, reason);
        assertFalse(salus.account(doctor).accredited);
    }

    function testFuzz_suspendNotVouched(address who) public {
        vm.assume(who != doctor);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.NotAccredited.selector, who));
        vm.prank(h0);
        salus.suspend(who, 0);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.NotAccredited.selector, doctor));
        vm.prank(h1);
        salus.suspend(doctor, 0);
    }

    function testFuzz_assign(address to, bytes32 note) public {
        _assumeNobody(to);
        uint256 inbox = salus.account(doctor).inbox;
        vm.expectEmit(address(salus));
        emit IConsortium.Assigned(h2, to, doctor, note, salus.account(h2).own, 0, inbox);
        vm.prank(h2);
        salus.assign(to, doctor, note);
    }

    function test_assignRefused() public {
        address nurse = makeAddr("nurse");
        _accredit(h0, nurse, IConsortium.Role.Nurse);
        vm.startPrank(h0);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.NotAccredited.selector, stranger));
        salus.assign(patient, stranger, 0);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.NotAccredited.selector, nurse));
        salus.assign(patient, nurse, 0);
        vm.expectRevert(abi.encodeWithSelector(ITimeline.ZeroAddress.selector));
        salus.assign(address(0), doctor, 0);
        vm.expectRevert(abi.encodeWithSelector(ITimeline.SelfDealing.selector, doctor));
        salus.assign(doctor, doctor, 0);
    }

    // pages

    function testFuzz_directory(uint8 n, uint8 page) public {
        n = uint8(bound(n, 0, 20));
        page = uint8(bound(page, 1, 25));
        address[3] memory by = [h0, h1, h2];
        for (uint256 i; i < n; ++i) {
            _accredit(by[i % 3], address(uint160(0x20000 + i)), IConsortium.Role.Nurse);
        }
        uint256 seen;
        uint256 cursor;
        uint256 mask;
        do {
            ISalus.DirectoryEntry[] memory entries;
            (entries, cursor) = salus.directory(cursor, page);
            assertLe(entries.length, page);
            for (uint256 i; i < entries.length; ++i) {
                ++seen;
                if (entries[i].account != doctor) mask |= 1 << (uint160(entries[i].account) - 0x20000);
                assertEq(abi.encode(entries[i].state), abi.encode(salus.account(entries[i].account)));
            }
        } while (cursor != 0);
        assertEq(seen, uint256(n) + 1, "each once");
        assertEq(mask, (1 << n) - 1, "and all");
    }

    function test_directoryOfNothing() public {
        salus = _deploy(_founders());
        (ISalus.DirectoryEntry[] memory entries, uint256 next) = salus.directory(0, 10);
        assertEq(entries.length + next, 0);
        (entries, next) = salus.directory(0, 0);
        assertEq(entries.length + next, 0);
    }

    function test_directoryPagesAreBounded() public view {
        (ISalus.DirectoryEntry[] memory entries,) = salus.directory(0, type(uint256).max);
        assertEq(entries.length, 1);
    }

    function testFuzz_proposalPages(uint8 n, uint8 page) public {
        n = uint8(bound(n, 1, 20));
        page = uint8(bound(page, 1, 25));
        for (uint256 i; i < n; ++i) {
            vm.prank(h0);
            salus.propose(address(uint160(0x20000 + i)), true, bytes32(i));
        }
        uint256 expected = n;
        uint256 cursor;
        do {
            IConsortium.ProposalView[] memory entries;
            (entries, cursor) = salus.proposals(cursor, page);
            for (uint256 i; i < entries.length; ++i) {
                assertEq(entries[i].id, expected);
                assertEq(entries[i].statement, bytes32(--expected));
            }
        } while (cursor != 0);
        assertEq(expected, 0);
        (IConsortium.ProposalView[] memory all,) = salus.proposals(type(uint256).max, 100);
        assertEq(all.length, n, "a cursor beyond the end is the newest");
    }

    /// @dev Suspended before accepting: the doctor can take the visit no more, and the patient has the fee back at once.
    function test_suspendedBeforeAccepting() public {
        uint256 id = _book();
        vm.prank(h0);
        salus.suspend(doctor, 0);
        vm.startPrank(doctor);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.NotAccredited.selector, doctor));
        salus.accept(id, DIGEST);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.NotAccredited.selector, doctor));
        salus.complete(id, DIGEST, 0);
        vm.stopPrank();
        vm.prank(patient);
        salus.reclaim(id);
        assertEq(salus.credit(patient), FEE);
        _assertStatus(id, ICare.Status.Refunded);
    }
}

// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";
import {IAccounts} from "../../contracts/interfaces/IAccounts.sol";
import {ICare} from "../../contracts/interfaces/ICare.sol";
import {IConsortium} from "../../contracts/interfaces/IConsortium.sol";
import {IRecords} from "../../contracts/interfaces/IRecords.sol";
import {ISalus} from "../../contracts/interfaces/ISalus.sol";
import {Reader} from "./support/Reader.sol";
import {SalusTest} from "./support/SalusTest.sol";

/// @notice A whole life, read back; and a node that alters, drops, repeats or reorders what it serves.
contract TimelineTest is SalusTest {
    Reader.Entry[] private entries;
    address private next = makeAddr("next");
    address private nurse = makeAddr("nurse");

    function setUp() public override {
        vm.recordLogs();
        super.setUp();
        _collect();
        _life();
    }

    /// @dev Every kind of event at least once, several of them in one block.
    function _life() private {
        _do(patient, abi.encodeCall(salus.setKeyring, (1, "other")));
        _do(patient, abi.encodeCall(salus.setProfile, (DIGEST)));
        _do(patient, abi.encodeCall(salus.rotate, (3, DIGEST, DIGEST, DIGEST)));
        _do(patient, abi.encodeCall(salus.add, (patient, DIGEST, 0, bytes4("hint"))));
        _do(doctor, abi.encodeCall(salus.requestAccess, (patient, DIGEST)));
        _do(patient, abi.encodeCall(salus.refuse, (doctor, 1, DIGEST)));
        _do(patient, abi.encodeCall(salus.share, (doctor, DIGEST, DIGEST, 0, 1)));
        _do(patient, abi.encodeCall(salus.share, (address(0), DIGEST, DIGEST, 0, 0)));
        _do(patient, abi.encodeCall(salus.share, (patient, DIGEST, DIGEST, 0, 0)));
        _do(doctor, abi.encodeCall(salus.delegate, (patient, nurse, DIGEST, DIGEST, 0)));
        _do(doctor, abi.encodeCall(salus.add, (patient, DIGEST, 0, bytes4("hint"))));
        _do(patient, abi.encodeCall(salus.revoke, (doctor, DIGEST)));
        _do(h1, abi.encodeCall(salus.accredit, (nurse, IConsortium.Role.Nurse, DIGEST)));
        _do(h1, abi.encodeCall(salus.suspend, (nurse, DIGEST)));
        _do(h1, abi.encodeCall(salus.assign, (patient, doctor, DIGEST)));
        _do(h1, abi.encodeCall(salus.propose, (nurse, true, DIGEST)));
        _do(h2, abi.encodeCall(salus.confirm, (1, nurse, true)));
        for (uint256 id = 1; id <= 6; ++id) {
            _book();
            _collect();
        }
        _do(doctor, abi.encodeCall(salus.accept, (1, DIGEST)));
        _do(doctor, abi.encodeCall(salus.complete, (1, DIGEST, 0)));
        _do(h0, abi.encodeCall(salus.attest, (1)));
        _do(patient, abi.encodeCall(salus.rate, (1, 5, DIGEST)));
        _do(doctor, abi.encodeCall(salus.decline, (2, DIGEST)));
        _do(patient, abi.encodeCall(salus.cancel, (3)));
        _do(doctor, abi.encodeCall(salus.complete, (4, DIGEST, 0)));
        _do(patient, abi.encodeCall(salus.dispute, (4, DIGEST)));
        _do(h0, abi.encodeCall(salus.resolve, (4, 1, DIGEST)));
        _do(doctor, abi.encodeCall(salus.complete, (5, DIGEST, 0)));
        vm.warp(block.timestamp + 31 days);
        _do(stranger, abi.encodeCall(salus.release, (5)));
        _do(patient, abi.encodeCall(salus.reclaim, (6)));
        _takeBackEverything();
        _do(doctor, abi.encodeCall(salus.withdraw, (payable(doctor))));
        _do(next, abi.encodeCall(salus.succeed, (patient, _succession(patient, next))));
        _enroll(next);
        _collect();
        vm.deal(next, FEE);
    }

    /// @dev Four events of one author in one transaction, into two timelines.
    function _takeBackEverything() private {
        uint40 count = _count(salus.account(patient).own);
        bytes[] memory calls = new bytes[](4);
        calls[0] = abi.encodeCall(salus.revoke, (doctor, 0));
        calls[1] = abi.encodeCall(salus.rotate, (count + 1, DIGEST, DIGEST, DIGEST));
        calls[2] = abi.encodeCall(salus.revoke, (nurse, 0));
        calls[3] = abi.encodeCall(salus.rotate, (count + 3, DIGEST, DIGEST, DIGEST));
        _do(patient, abi.encodeCall(salus.multicall, (calls)));
    }

    /// @dev Two acts a block.
    function _do(address who, bytes memory data) private {
        vm.prank(who);
        (bool ok,) = address(salus).call(data);
        assertTrue(ok);
        _collect();
        if (entries.length % 2 == 0) vm.roll(block.number + 1 + entries.length % 3);
    }

    function _collect() private {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i; i < logs.length; ++i) {
            entries.push(Reader.Entry(block.number, logs[i].topics, logs[i].data));
        }
    }

    function _accounts() private view returns (address[9] memory) {
        return [h0, h1, h2, patient, doctor, stranger, next, nurse, address(0)];
    }

    function test_everyKindOfEvent() public view {
        uint256 kinds;
        for (uint256 i; i < entries.length; ++i) {
            bool seen;
            for (uint256 j; j < i; ++j) {
                seen = seen || entries[j].topics[0] == entries[i].topics[0];
            }
            if (!seen) ++kinds;
        }
        assertEq(kinds, 29);
    }

    /// @dev Each timeline has each event that concerns the account, once, newest first.
    function test_walk() public view {
        address[9] memory accounts = _accounts();
        for (uint256 i; i < accounts.length; ++i) {
            _assertWhole(accounts[i], false);
            _assertWhole(accounts[i], true);
        }
    }

    function _assertWhole(address account, bool inbox) private view {
        uint256[] memory visited = Reader.walk(entries, account, inbox, _head(account, inbox));
        uint256 left = visited.length;
        for (uint256 i; i < entries.length; ++i) {
            Reader.Event memory e = Reader.decode(entries[i].topics, entries[i].data);
            if (Reader.concerns(e, account, inbox)) assertEq(visited[--left], i);
        }
        assertEq(left, 0);
    }

    function _head(address account, bool inbox) private view returns (uint256) {
        ISalus.AccountView memory v = salus.account(account);
        return inbox ? v.inbox : v.own;
    }

    /// @dev Subject and other in one hand: one event, once in that inbox.
    function test_subjectIsTheOther() public {
        uint256 id = _book(next, doctor, 0);
        _complete(id);
        _collect();
        _do(next, abi.encodeCall(salus.succeed, (doctor, _succession(doctor, next))));
        vm.warp(block.timestamp + 4 days);
        uint40 before = _count(salus.account(next).inbox);
        _do(stranger, abi.encodeCall(salus.release, (id)));
        assertEq(_count(salus.account(next).inbox), before + 1);
        _assertWhole(next, true);
        _assertWhole(stranger, false);
    }

    /// @dev So that a broken walk can be caught.
    function walk(Reader.Entry[] memory served, address account, bool inbox) external view returns (uint256) {
        return Reader.walk(served, account, inbox, _head(account, inbox)).length;
    }

    function _assertNoticed(Reader.Entry[] memory served, address account, bool inbox) private view {
        try this.walk(served, account, inbox) {
            assertTrue(false, "not noticed");
        } catch {}
    }

    /// @dev Which timeline an event is noticed in: its author's.
    function _pick(uint256 seed) private view returns (uint256 index, address author) {
        index = bound(seed, 0, entries.length - 1);
        author = address(uint160(uint256(entries[index].topics[1])));
    }

    /// @dev Any bit of any field or of the own previous word. (The inboxes' previous words are told by the inboxes.)
    function testFuzz_alteredData(uint256 seed, uint256 bit) public view {
        (uint256 index, address author) = _pick(seed);
        bytes32 s = entries[index].topics[0];
        if (s == IAccounts.Enrolled.selector || s == IAccounts.KeyringSet.selector) return;
        Reader.Entry[] memory served = entries;
        bytes memory data = served[index].data;
        uint256 length = data.length - 32 * (_timelines(index) - 1);
        bit = bound(bit, 0, 8 * length - 1);
        data[bit / 8] ^= bytes1(uint8(1 << (bit % 8)));
        _assertNoticed(served, author, false);
    }

    /// @dev How many previous words an event has.
    function _timelines(uint256 index) private view returns (uint256) {
        bytes32 s = entries[index].topics[0];
        if (s == IAccounts.ProfileSet.selector || s == IAccounts.FeeSet.selector) return 1;
        if (s == IRecords.Rotated.selector || s == ICare.Withdrawn.selector) return 1;
        return Reader.decode(entries[index].topics, entries[index].data).other == address(0) ? 2 : 3;
    }

    /// @dev Events with fields of variable size: every byte of those fields, and the others whole.
    function testFuzz_alteredEnrolled(uint256 which, uint256 place) public view {
        uint256 index;
        while (entries[index].topics[0] != IAccounts.Enrolled.selector) ++index;
        Reader.Entry[] memory served = entries;
        (bytes memory a, bytes memory b, address c, bytes32 d, bytes32 e, uint256 own) =
            abi.decode(served[index].data, (bytes, bytes, address, bytes32, bytes32, uint256));
        which = bound(which, 0, 5);
        if (which == 0) a[bound(place, 0, a.length - 1)] ^= 0x01;
        if (which == 1) b[bound(place, 0, b.length - 1)] ^= 0x80;
        if (which == 2) c = address(uint160(c) ^ 1);
        if (which == 3) d ^= bytes32(uint256(1));
        if (which == 4) e ^= bytes32(uint256(1));
        if (which == 5) own ^= 1;
        served[index].data = abi.encode(a, b, c, d, e, own);
        _assertNoticed(served, address(uint160(uint256(entries[index].topics[1]))), false);
    }

    function testFuzz_alteredInbox(uint256 seed, uint256 bit) public view {
        (uint256 index,) = _pick(seed);
        Reader.Event memory e = Reader.decode(entries[index].topics, entries[index].data);
        if (e.inboxPrev == 0) return;
        Reader.Entry[] memory served = entries;
        bytes memory data = served[index].data;
        uint256 start = data.length - (e.other == address(0) ? 32 : 64);
        bit = bound(bit, 0, 255);
        data[start + bit / 8] ^= bytes1(uint8(1 << (bit % 8)));
        _assertNoticed(served, e.subject, true);
    }

    function testFuzz_alteredTopic(uint256 seed, uint256 topic, bytes32 value) public view {
        (uint256 index, address author) = _pick(seed);
        Reader.Entry[] memory served = entries;
        topic = bound(topic, 0, served[index].topics.length - 1);
        vm.assume(served[index].topics[topic] != value);
        served[index].topics[topic] = value;
        _assertNoticed(served, author, false);
    }

    /// @dev The same address with something in front of it is another word.
    function testFuzz_alteredTopicAboveTheAddress(uint256 seed, uint256 topic, uint96 dirt) public view {
        (uint256 index, address author) = _pick(seed);
        vm.assume(dirt != 0);
        Reader.Entry[] memory served = entries;
        topic = bound(topic, 1, 2);
        served[index].topics[topic] |= bytes32(uint256(dirt) << 160);
        _assertNoticed(served, author, false);
    }

    function testFuzz_dropped(uint256 seed) public view {
        (uint256 index, address author) = _pick(seed);
        Reader.Entry[] memory served = new Reader.Entry[](entries.length - 1);
        for (uint256 i; i < served.length; ++i) {
            served[i] = entries[i < index ? i : i + 1];
        }
        _assertNoticed(served, author, false);
        Reader.Event memory e = Reader.decode(entries[index].topics, entries[index].data);
        if (Reader.concerns(e, e.subject, true)) _assertNoticed(served, e.subject, true);
        if (Reader.concerns(e, e.other, true)) _assertNoticed(served, e.other, true);
    }

    /// @dev An event served in another block than its own.
    function testFuzz_movedToAnotherBlock(uint256 seed, uint256 number) public view {
        (uint256 index, address author) = _pick(seed);
        Reader.Entry[] memory served = entries;
        vm.assume(served[index].number != number);
        served[index].number = number;
        _assertNoticed(served, author, false);
    }

    /// @dev Two events of one author in each other's place: what each says came before is part of what is hashed.
    function testFuzz_reordered(uint256 a, uint256 b) public view {
        (uint256 i, address author) = _pick(a);
        uint256 j = bound(b, 0, entries.length - 1);
        Reader.Entry[] memory served = entries;
        (served[i].topics, served[j].topics) = (served[j].topics, served[i].topics);
        (served[i].data, served[j].data) = (served[j].data, served[i].data);
        if (served[i].number == served[j].number) {
            assertGt(this.walk(served, author, false), 0, "within a block the order of serving does not matter");
        } else {
            _assertNoticed(served, author, false);
        }
    }

    /// @dev Events that never were, even of the same content once more, change nothing in what is read.
    function testFuzz_repeatedOrInvented(uint256 seed, address invented) public view {
        (uint256 index, address author) = _pick(seed);
        Reader.Entry[] memory served = new Reader.Entry[](entries.length + 1);
        for (uint256 i; i < entries.length; ++i) {
            served[i] = entries[i];
        }
        served[entries.length] = entries[index];
        uint256 whole = this.walk(entries, author, false);
        assertEq(this.walk(served, author, false), whole);
        served[entries.length].topics[2] = bytes32(uint256(uint160(invented)));
        assertEq(this.walk(served, author, false), whole);
    }

    /// @dev An older head of the same account is a prefix, and told by its count.
    function test_olderHead() public view {
        (, uint256 previous) = Reader.step(entries, patient, false, salus.account(patient).own);
        assertEq(_count(previous), _count(salus.account(patient).own) - 1);
        assertEq(Reader.walk(entries, patient, false, previous).length, _count(previous));
    }

    /// @dev The closed account reads to its end, and its end says where it goes on.
    function test_closedTimelineReads() public view {
        ISalus.AccountView memory v = salus.account(patient);
        assertEq(v.movedTo, next);
        (uint256 last,) = Reader.step(entries, patient, true, v.inbox);
        assertEq(address(uint160(uint256(entries[last].topics[1]))), next);
        assertLt(v.own >> 216, 1 << 39);
        assertLt(v.inbox >> 216, 1 << 39);
    }
}

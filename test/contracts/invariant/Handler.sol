// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICare} from "../../../contracts/interfaces/ICare.sol";
import {IConsortium} from "../../../contracts/interfaces/IConsortium.sol";
import {ISalus} from "../../../contracts/interfaces/ISalus.sol";
import {Judge} from "./Judge.sol";
import {World} from "./World.sol";

/// @notice What people try. Most attempts come from who may act; one in eight from anybody, so that guards are tried as well.
contract Handler is Judge {
    bytes32 private constant DIGEST = keccak256("digest");
    uint96 private constant FEE = 1 ether;

    constructor(ISalus s, address[] memory founders) World(s, founders) {
        for (uint256 i; i < founders.length; ++i) {
            people.push(founders[i]);
        }
        // a fourth hospital to be, patients, doctors, and addresses to move to
        for (uint160 i = 0xA0001; i <= 0xA000A; ++i) {
            people.push(address(i));
        }
        for (uint256 i; i < people.length; ++i) {
            vm.deal(people[i], 1e6 ether);
            if (i < 10) _enroll(people[i]);
        }
        for (uint256 i = 6; i < 9; ++i) {
            _try(people[i % 3], 0, abi.encodeCall(salus.accredit, (people[i], IConsortium.Role.Doctor, DIGEST)));
            _try(people[i], 0, abi.encodeCall(salus.setFee, (FEE, true)));
        }
    }

    // accounts

    function enroll(uint256 seed, uint256 who) external timed(seed) {
        address a = _person(who);
        if (seed % 3 == 0) _enroll(a);
        if (seed % 3 == 1) _try(a, 0, abi.encodeCall(salus.setKeyring, (_count(a), "other")));
        if (seed % 3 == 2) _try(a, 0, abi.encodeCall(salus.setProfile, (DIGEST)));
    }

    function setFee(uint256 seed, uint256 who, uint96 fee, bool open) external timed(seed) {
        fee = seed % 4 == 0 ? 0 : uint96(fee % 100 ether);
        _try(_someDoctor(who), 0, abi.encodeCall(salus.setFee, (fee, open || seed % 4 != 1)));
    }

    /// @dev Rarely, else everybody has moved before anything happens.
    function succeed(uint256 seed, uint256 from, uint256 to) external timed(seed) {
        if (seed % 4 != 0) return;
        (address old, address next) = (_person(from), _person(to));
        bytes32 digest = keccak256(
            abi.encodePacked(
                bytes2(0x1900), address(salus), abi.encode(keccak256("salus/v1/succeed"), block.chainid, old, next)
            )
        );
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(_key(seed % 32 == 0 ? next : old), digest);
        _try(next, 0, abi.encodeCall(salus.succeed, (old, abi.encodePacked(r, s, v))));
    }

    // records

    function record(uint256 seed, uint256 who, uint256 to, bytes32 word) external timed(seed) {
        (address a, address b) = (_person(who), _person(to));
        uint256 kind = seed % 10;
        uint40 until = seed % 5 == 0 ? 0 : uint40(block.timestamp + 1);
        if (kind == 0) _try(a, 0, abi.encodeCall(salus.add, (a, word, 0, bytes4(word))));
        if (kind == 1) _try(_someStaff(who), 0, abi.encodeCall(salus.add, (b, word, 0, bytes4(word))));
        if (kind == 2) _try(a, 0, abi.encodeCall(salus.share, (b, word, word, until, 1)));
        if (kind == 3) _try(a, 0, abi.encodeCall(salus.revoke, (b, word)));
        if (kind == 4) _try(a, 0, abi.encodeCall(salus.rotate, (_count(a), word, word, word)));
        if (kind == 5) _try(_someStaff(who), 0, abi.encodeCall(salus.requestAccess, (b, word)));
        if (kind == 6) _try(a, 0, abi.encodeCall(salus.refuse, (b, 1, word)));
        if (kind == 7) {
            address c = _person(uint256(word) / 16);
            _try(_someStaff(who), 0, abi.encodeCall(salus.delegate, (b, c, word, word, until)));
        }
        if (kind == 8) _addVia(_someAppointment(to), seed / 16, word);
        if (kind == 9) _takeBack(a, b, word);
    }

    /// @dev By the doctor mostly, in the patient's file or its own.
    function _addVia(uint256 id, uint256 seed, bytes32 word) private {
        if (id == 0) return;
        address patient = current(salus.appointment(id).patient);
        address doctor = current(salus.appointment(id).doctor);
        address who = seed % 4 == 0 ? patient : seed % 8 == 1 ? _person(seed / 8) : doctor;
        address file = seed / 8 % 4 == 0 ? who : patient;
        if (!_try(who, 0, abi.encodeCall(salus.add, (file, word, id, 0)))) return;
        _check(who == patient || who == doctor, "named a visit of others");
        if (who == patient) return;
        Ghost storage g = _ghosts[id];
        _check(g.acceptedAt != 0 || g.completedAt != 0, "named a visit that never was");
        if (file == who || isActive(who) || salus.account(who).accredited) return;
        _check(g.completedAt != 0 && (g.ends == 0 || g.toPatient < g.fee || g.fee == 0), "wrote without standing");
        ++ways["amended without standing"];
    }

    /// @dev Everything from one grantee, in one transaction.
    function _takeBack(address a, address b, bytes32 word) private {
        bytes[] memory calls = new bytes[](3);
        uint40 count = _count(a);
        calls[0] = abi.encodeCall(salus.revoke, (b, 0));
        calls[1] = abi.encodeCall(salus.rotate, (count + 1, word, word, word));
        calls[2] = abi.encodeCall(salus.rotate, (count + (uint256(word) % 8 == 0 ? 1 : 2), word, word, word));
        _try(a, 0, abi.encodeCall(salus.multicall, (calls)));
    }

    // consortium

    function propose(uint256 seed, uint256 who, uint256 subject, bool admit) external timed(seed) {
        address a = admit ? _person(subject) : _someHospital(subject);
        _try(_someHospital(who), 0, abi.encodeCall(salus.propose, (a, admit, DIGEST)));
    }

    function confirm(uint256 seed, uint256 who, uint256 proposal) external timed(seed) {
        (IConsortium.ProposalView[] memory p,) = salus.proposals(0, 4);
        if (p.length == 0) return;
        proposal %= p.length;
        _try(
            _someHospital(who),
            0,
            abi.encodeCall(salus.confirm, (p[proposal].id, p[proposal].subject, p[proposal].admit))
        );
    }

    function accredit(uint256 seed, uint256 who, uint256 subject) external timed(seed) {
        IConsortium.Role role = seed % 8 == 0 ? IConsortium.Role(seed / 8 % 6) : IConsortium.Role.Doctor;
        _try(_someHospital(who), 0, abi.encodeCall(salus.accredit, (_person(subject), role, DIGEST)));
    }

    function suspend(uint256 seed, uint256 who, uint256 subject) external timed(seed) {
        if (seed % 2 == 0) _try(_someHospital(who), 0, abi.encodeCall(salus.suspend, (_someDoctor(subject), DIGEST)));
        else _try(_someHospital(who), 0, abi.encodeCall(salus.assign, (_person(seed), _someDoctor(subject), DIGEST)));
    }

    // care

    function book(uint256 seed, uint256 who, uint256 with) external timed(seed) {
        address doctor = _someDoctor(with);
        ISalus.AccountView memory v = salus.account(doctor);
        uint8 arbiter = uint8(seed % 8 == 0 ? seed / 8 : _vouching(_vouches[doctor], seed));
        uint40 until = uint40(block.timestamp + 1 days + seed % 60 days);
        uint256 value = seed % 16 == 1 ? v.fee + 1 : v.fee;
        _try(_person(who), value, abi.encodeCall(salus.book, (doctor, DIGEST, arbiter, until, v.keyHash)));
    }

    /// @dev A visit as it mostly goes, up to its completion or a dispute, so that there is something to end.
    function visit(uint256 seed, uint256 who, uint256 with) external {
        uint256 id = lastId + 1;
        this.book(seed, who, with);
        if (lastId != id) return;
        address doctor = salus.appointment(id).doctor;
        if (seed % 2 == 0) _try(doctor, 0, abi.encodeCall(salus.accept, (id, DIGEST)));
        _try(doctor, 0, abi.encodeCall(salus.complete, (id, DIGEST, 0)));
        if (seed % 3 == 0) _try(salus.appointment(id).patient, 0, abi.encodeCall(salus.dispute, (id, DIGEST)));
    }

    function byDoctor(uint256 seed, uint256 number) external timed(seed) {
        uint256 id = _someAppointment(number);
        if (id == 0) return;
        address who = seed % 8 == 0 ? _person(seed / 8) : current(salus.appointment(id).doctor);
        uint256 kind = seed / 64 % 5;
        // giving back what is completed or disputed, but not so often that nothing else ever ends
        if (kind == 1 && _ghosts[id].completedAt != 0 && seed % 4 != 1) return;
        if (kind == 0) _try(who, 0, abi.encodeCall(salus.accept, (id, DIGEST)));
        else if (kind == 1) _try(who, 0, abi.encodeCall(salus.decline, (id, DIGEST)));
        else _try(who, 0, abi.encodeCall(salus.complete, (id, DIGEST, 0)));
    }

    function byPatient(uint256 seed, uint256 number, uint8 score) external timed(seed) {
        uint256 id = _someAppointment(number);
        if (id == 0) return;
        address who = seed % 8 == 0 ? _person(seed / 8) : current(salus.appointment(id).patient);
        uint256 kind = seed / 64 % 6;
        ICare.Status status = salus.appointment(id).status;
        if (seed % 8 > 1) {
            // what suits the state, but to cancel what was accepted
            bool completed = status == ICare.Status.Completed;
            if (completed && (kind == 0 || kind == 2)) kind = 1;
            if (status == ICare.Status.Disputed) kind = 3;
            else if (!completed) kind = status == ICare.Status.Accepted && kind < 4 ? 0 : 2;
        }
        if (kind == 0) _try(who, 0, abi.encodeCall(salus.cancel, (id)));
        else if (kind == 1) _try(who, 0, abi.encodeCall(salus.dispute, (id, DIGEST)));
        else if (kind == 2) _try(who, 0, abi.encodeCall(salus.reclaim, (id)));
        else if (kind == 3) _try(who, 0, abi.encodeCall(salus.release, (id)));
        else _try(who, 0, abi.encodeCall(salus.rate, (id, score % 6, DIGEST)));
    }

    function byHospital(uint256 seed, uint256 who, uint256 number, uint96 refund) external timed(seed) {
        uint256 id = seed % 4 == 0 ? _someAppointment(number) : _someDispute(number);
        if (id == 0) return;
        ICare.AppointmentView memory a = salus.appointment(id);
        address hospital = seed % 3 == 0 ? _someHospital(who) : a.arbiter;
        if (a.status != ICare.Status.Disputed || seed % 16 == 1) _try(hospital, 0, abi.encodeCall(salus.attest, (id)));
        else _try(hospital, 0, abi.encodeCall(salus.resolve, (id, refund % (a.fee + 2), DIGEST)));
    }

    function release(uint256 seed, uint256 who, uint256 number) external timed(seed) {
        uint256 id = seed % 4 < 2 ? _someDispute(number) : _someAppointment(number);
        if (id == 0) return;
        ICare.AppointmentView memory v = salus.appointment(id);
        if (v.status == ICare.Status.Disputed && seed % 4 == 1) _wait(v.since + 180 days);
        _try(_person(who), 0, abi.encodeCall(salus.release, (id)));
    }

    function withdraw(uint256 seed, uint256 who) external timed(seed) {
        _try(_person(who), 0, abi.encodeCall(salus.withdraw, (payable(address(0xB0B)))));
    }

    // who

    function _enroll(address who) private {
        bytes memory recipient = new bytes(1216);
        assembly {
            mstore(add(recipient, 32), who)
        }
        _try(who, 0, abi.encodeCall(salus.enroll, (_count(who), recipient, "k", vm.addr(_key(who)), DIGEST, DIGEST)));
    }

    function _key(address who) private pure returns (uint256) {
        return uint256(uint160(who)) + 1;
    }

    function _count(address who) private view returns (uint40) {
        return uint40(salus.account(who).own >> 176);
    }

    /// @dev Mostly somebody with the role, else anybody.
    function _someDoctor(uint256 seed) private view returns (address who) {
        for (uint256 i; i < people.length; ++i) {
            who = _person(seed / 8 + i);
            if (seed % 8 == 0 || isDoctor(who)) return who;
        }
    }

    function _someStaff(uint256 seed) private view returns (address) {
        return seed % 16 < 4 ? _someHospital(seed / 16) : _someDoctor(seed);
    }

    function _someHospital(uint256 seed) private view returns (address who) {
        for (uint256 i; i < people.length; ++i) {
            who = _person(seed / 8 + i);
            if (seed % 8 == 0 || isActive(who)) return who;
        }
    }

    function _vouching(uint256 set, uint256 seed) private view returns (uint256 number) {
        for (uint256 i; i < _numbers.length; ++i) {
            number = (seed % _numbers.length + i) % _numbers.length;
            if (_active & set & (1 << number) != 0) return number;
        }
    }

    /// @dev One that waits for a judge, else any.
    function _someDispute(uint256 seed) private view returns (uint256 id) {
        for (uint256 i; i < lastId; ++i) {
            id = (seed / 4 + i) % lastId + 1;
            if (_ghosts[id].disputedAt != 0 && _ghosts[id].ends == 0) return id;
        }
        return _someAppointment(seed);
    }

    /// @dev Mostly one that is not over yet.
    function _someAppointment(uint256 seed) private view returns (uint256 id) {
        for (uint256 i; i < lastId; ++i) {
            id = (seed / 4 + i) % lastId + 1;
            if (seed % 4 == 0 || _ghosts[id].ends == 0) return id;
        }
    }
}

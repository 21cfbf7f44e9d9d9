// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";
import {IAccounts} from "../../../contracts/interfaces/IAccounts.sol";
import {ICare} from "../../../contracts/interfaces/ICare.sol";
import {IConsortium} from "../../../contracts/interfaces/IConsortium.sol";
import {ISalus} from "../../../contracts/interfaces/ISalus.sol";
import {World} from "./World.sol";

/// @notice The rules once more, written from the design and not from the contract, held against everything that succeeded.
abstract contract Judge is World {
    function _judge(
        address who,
        bytes4 call_,
        ICare.AppointmentView memory before,
        address patient,
        address doctor,
        uint256[2] memory paid
    ) internal override {
        Ghost storage g = _ghosts[before.id];
        bool ended = g.ends != 0;
        if (call_ == ICare.accept.selector) {
            _check(who == doctor && !ended && g.acceptedAt == 0 && g.completedAt == 0, "accepted twice or by another");
            _check(block.timestamp <= before.until, "accepted after the deadline");
            _check(isDoctor(who), "accepted without accreditation");
            g.acceptedAt = uint40(block.timestamp);
        } else if (call_ == ICare.complete.selector) {
            _check(who == doctor && !ended && g.completedAt == 0, "completed twice, after the end or by another");
            _check(block.timestamp <= before.until, "completed after the deadline");
            _check(g.acceptedAt != 0 || isDoctor(who), "completed unaccepted without accreditation");
            g.completedAt = uint40(block.timestamp);
        } else if (call_ == ICare.dispute.selector) {
            _check(who == patient && !ended && g.completedAt != 0 && g.disputedAt == 0, "disputed wrongly");
            _check(block.timestamp < g.completedAt + 3 days, "disputed after the window");
            g.disputedAt = uint40(block.timestamp);
        } else if (call_ == ICare.attest.selector) {
            bool took = g.acceptedAt != 0 || g.completedAt != 0;
            _check(took && before.score == 0 && !before.attested, "attested before accept or after the rating");
            _check(isActive(who) && who != patient && who != doctor, "attested by a party or no hospital");
            if (g.completedAt == 0) ++ways["attested before completion"];
            uint256 number = _numberPlusOne[who] - 1;
            _check(who == before.arbiter || _vouches[doctor] & (1 << number) != 0, "attested by a stranger");
        } else if (call_ == ICare.rate.selector) {
            _judgeRating(who, before, g, patient, doctor);
        } else {
            _check(!ended, "ended twice");
            _judgeEnd(who, call_, before, g, patient, doctor);
            if (call_ == ICare.release.selector && isAbandoned(before)) {
                ++ways["abandoned"];
                _check(paid[1] == g.fee / 2 && paid[0] + paid[1] == g.fee, "abandoned and not halved");
            }
        }
        _pay(g, paid);
    }

    function _judgeRating(
        address who,
        ICare.AppointmentView memory before,
        Ghost storage g,
        address patient,
        address doctor
    ) private {
        _check(who == patient && who != doctor, "rated by another than the patient");
        _check(g.completedAt != 0 && g.fee > 0, "rated before completion or unpaid");
        _check(g.ends == 0 ? g.disputedAt == 0 : g.toDoctor > 0, "rated although the doctor was not paid");
        _check(before.score == 0, "rated twice");
        ++g.ratings;
        if (g.ends == 0) _end(g);
    }

    function _judgeEnd(
        address who,
        bytes4 call_,
        ICare.AppointmentView memory before,
        Ghost storage g,
        address patient,
        address doctor
    ) private {
        if (call_ == ICare.decline.selector) {
            _check(who == doctor, "declined by another");
            if (g.disputedAt != 0) ++ways["doctor gave in"];
            else if (g.completedAt != 0) ++ways["given back"];
        } else if (call_ == ICare.cancel.selector) {
            _check(who == patient && g.acceptedAt == 0 && g.completedAt == 0, "cancelled after accept or by another");
        } else if (call_ == ICare.reclaim.selector) {
            bool late = block.timestamp > before.until;
            _check(who == patient && g.completedAt == 0, "reclaimed after completion or by another");
            _check(late || (g.acceptedAt == 0 && !isDoctor(doctor)), "reclaimed too early");
        } else if (call_ == ICare.release.selector) {
            _check(g.completedAt != 0, "released before completion");
            uint256 from = g.disputedAt == 0 ? g.completedAt + 3 days : g.disputedAt + 180 days;
            _check(who == patient || block.timestamp >= from, "released before the window by another");
            if (g.disputedAt != 0 && block.timestamp < from) ++ways["patient gave in"];
        } else if (call_ == ICare.resolve.selector) {
            _check(g.disputedAt != 0 && isActive(who), "resolved undisputed or by no hospital");
            _check(who != patient && who != doctor, "resolved by a party");
            bool alone = who != before.arbiter && isActive(before.arbiter);
            _check(!alone || block.timestamp >= g.disputedAt + 30 days, "resolved before the arbiter's time");
        } else {
            _check(false, "an unknown act");
        }
        _end(g);
    }

    function _end(Ghost storage g) private {
        ++g.ends;
        g.endedAt = uint40(block.timestamp);
    }

    function _pay(Ghost storage g, uint256[2] memory paid) private {
        if (paid[0] + paid[1] == 0) return;
        ++g.payments;
        g.toPatient += paid[0];
        g.toDoctor += paid[1];
        _check(g.endedAt == block.timestamp, "paid without an end");
    }

    function _note(address who, uint256 value, bytes memory data, Vm.Log[] memory logs) internal override {
        bytes4 call_ = bytes4(data);
        if (call_ == ICare.book.selector) {
            _noteBooking(who, value, logs[0]);
        } else if (call_ == ICare.withdraw.selector) {
            (, uint256 amount,) = abi.decode(logs[0].data, (address, uint256, uint256));
            withdrawn += amount;
        } else if (call_ == IConsortium.propose.selector) {
            _noteConfirmed(who, logs[1]);
        } else if (call_ == IConsortium.confirm.selector) {
            _noteConfirmed(who, logs[0]);
        } else if (call_ == IConsortium.accredit.selector) {
            (uint8 number, IConsortium.Role role) = abi.decode(logs[0].data, (uint8, IConsortium.Role));
            address subject = address(uint160(uint256(logs[0].topics[2])));
            uint256 others = _vouches[subject] & _active & ~(1 << number);
            _check(isActive(who) && _numbers[number] == who, "vouched by no hospital");
            _check(role != IConsortium.Role.None && subject != who, "vouched for nothing, or itself");
            _check(others == 0 || role == _roles[subject], "changed what others vouch for");
            _vouches[subject] |= 1 << number;
            _roles[subject] = role;
        } else if (call_ == IConsortium.suspend.selector) {
            (uint8 number) = abi.decode(logs[0].data, (uint8));
            address subject = address(uint160(uint256(logs[0].topics[2])));
            _check(isActive(who) && _vouches[subject] & (1 << number) != 0, "suspended whom it does not vouch for");
            _check(_numbers[number] == who, "suspended for another");
            _vouches[subject] &= ~(1 << number);
        } else if (call_ == IAccounts.succeed.selector) {
            address old = address(uint160(uint256(logs[0].topics[2])));
            ISalus.AccountView memory v = salus.account(old);
            _check(!isActive(old) && _movedTo[old] == address(0), "a hospital or a moved account was succeeded");
            _movedTo[old] = who;
            _closedHeads[old] = [v.own, v.inbox];
        }
        _check(_movedTo[who] == address(0), "a moved account acted");
    }

    function _noteBooking(address who, uint256 value, Vm.Log memory log) private {
        (address arbiter, uint256 id,, uint96 fee, uint40 until) =
            abi.decode(log.data, (address, uint256, bytes32, uint96, uint40));
        address with = address(uint160(uint256(log.topics[2])));
        _check(id == ++lastId, "ids are not consecutive");
        _check(value == fee && fee == salus.account(with).fee, "another fee");
        _check(isDoctor(with) && salus.account(with).open && with != who, "booked who is not bookable");
        _check(isActive(arbiter) && arbiter != who && arbiter != with, "a bad arbiter");
        _check(until >= block.timestamp + 1 days && until <= block.timestamp + 365 days, "a bad deadline");
        _ghosts[id].fee = fee;
        booked += fee;
    }

    function _noteConfirmed(address who, Vm.Log memory log) private {
        (uint256 proposal, uint16 count, bool executed, uint8 number) =
            abi.decode(log.data, (uint256, uint16, bool, uint8));
        address subject = address(uint160(uint256(log.topics[2])));
        (IConsortium.ProposalView[] memory p,) = salus.proposals(proposal, 1);
        _check(isActive(who) && !_voted[proposal][who], "voted twice or by no hospital");
        _check(p[0].version == _version, "voted under another membership");
        _check(block.timestamp <= p[0].created + 30 days, "voted too late");
        _voted[proposal][who] = true;
        _check(++_votes[proposal] == count, "miscounted");
        _check(executed == (2 * uint256(count) > activeCount()), "no strict majority, or not executed with one");
        if (!executed) return;
        ++_version;
        if (p[0].admit) {
            _check(!isActive(subject) && number == _numbers.length, "admitted twice or under a used number");
            _seat(subject);
        } else {
            _check(_numbers[number] == subject && isActive(subject), "expelled who was none");
            _active &= ~(1 << number);
        }
    }
}

// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CommonBase} from "forge-std/Base.sol";
import {StdUtils} from "forge-std/StdUtils.sol";
import {Vm} from "forge-std/Vm.sol";
import {ICare} from "../../../contracts/interfaces/ICare.sol";
import {IConsortium} from "../../../contracts/interfaces/IConsortium.sol";
import {ISalus} from "../../../contracts/interfaces/ISalus.sol";
import {Reader} from "../support/Reader.sol";

/// @notice The people of the invariant tests, the clock, and what was seen to happen. Every attempt goes through {_try}, which never reverts; what
/// succeeded is judged by {_judge} with what was known before.
abstract contract World is CommonBase, StdUtils {
    /// @param ends how often it ended, @param payments how often somebody was credited, @param toDoctor wei
    struct Ghost {
        uint96 fee;
        uint40 acceptedAt;
        uint40 completedAt;
        uint40 disputedAt;
        uint40 endedAt;
        uint8 ends;
        uint8 payments;
        uint8 ratings;
        uint256 toPatient;
        uint256 toDoctor;
    }

    ISalus public immutable salus;
    address[] public people;
    /// @dev Whatever must not happen and did.
    string[] public violations;
    mapping(uint256 id => Ghost) internal _ghosts;
    uint256 public lastId;
    uint256 public booked;
    uint256 public withdrawn;
    uint256 public attempts;
    uint256 public successes;
    mapping(bytes4 selector => uint256) public done;
    /// @dev What is told by state and caller, not by the call alone.
    mapping(bytes32 way => uint256) public ways;

    /// @dev Every event there was, decoded from its log and nothing else, and the block it stood in.
    Reader.Event[] private _events;
    uint256[] private _blocks;
    uint256 private _now = 1_800_000_000;
    uint256 private _height = 1000;

    /// @dev Model of the consortium: who voted for what under which membership.
    address[] internal _numbers;
    uint256 internal _active;
    uint32 internal _version;
    mapping(address account => uint256) internal _vouches;
    mapping(address account => IConsortium.Role) internal _roles;
    mapping(address account => uint256) internal _numberPlusOne;
    mapping(uint256 proposal => mapping(address hospital => bool)) internal _voted;
    mapping(uint256 proposal => uint256) internal _votes;

    /// @dev Model of who moved where, and the heads on that day.
    mapping(address old => address) internal _movedTo;
    mapping(address old => uint256[2]) internal _closedHeads;

    constructor(ISalus s, address[] memory founders) {
        salus = s;
        for (uint256 i; i < founders.length; ++i) {
            _seat(founders[i]);
        }
    }

    function ghost(uint256 id) external view returns (Ghost memory) {
        return _ghosts[id];
    }

    function events() external view returns (Reader.Event[] memory, uint256[] memory) {
        return (_events, _blocks);
    }

    function peopleCount() external view returns (uint256) {
        return people.length;
    }

    function violationCount() external view returns (uint256) {
        return violations.length;
    }

    function consortium() external view returns (address[] memory, uint256, uint32) {
        return (_numbers, _active, _version);
    }

    function closedHeads(address old) external view returns (address to, uint256 own, uint256 inbox) {
        return (_movedTo[old], _closedHeads[old][0], _closedHeads[old][1]);
    }

    /// @dev The account that answers for `a` today, by the model.
    function current(address a) public view returns (address) {
        while (_movedTo[a] != address(0)) a = _movedTo[a];
        return a;
    }

    function isActive(address a) public view returns (bool) {
        uint256 number = _numberPlusOne[a];
        return number != 0 && _active & (1 << (number - 1)) != 0;
    }

    function activeCount() public view returns (uint256 count) {
        for (uint256 bits = _active; bits != 0; bits &= bits - 1) {
            ++count;
        }
    }

    /// @dev A doctor with a vouch of a hospital that is active, and not moved; all by the model.
    function isDoctor(address a) public view returns (bool) {
        return _roles[a] == IConsortium.Role.Doctor && _vouches[a] & _active != 0 && _movedTo[a] == address(0);
    }

    /// @dev A dispute that nobody ended in 180 days; told before the act.
    function isAbandoned(ICare.AppointmentView memory a) public view returns (bool) {
        return a.status == ICare.Status.Disputed && block.timestamp >= _ghosts[a.id].disputedAt + 180 days;
    }

    function vouches(address a) external view returns (uint256) {
        return _vouches[a];
    }

    function _seat(address a) internal {
        _active |= 1 << _numbers.length;
        _numbers.push(a);
        _numberPlusOne[a] = _numbers.length;
    }

    modifier timed(uint256 seed) {
        _now += seed % 7 == 0 ? seed % 40 days : seed % 7 == 1 ? seed % 4 days : seed % 60;
        _height += seed % 3;
        vm.warp(_now);
        vm.roll(_height);
        _;
    }

    /// @dev Lets time pass to a moment, if it lies ahead.
    function _wait(uint256 to) internal {
        if (to > _now) _now = to;
        vm.warp(_now);
    }

    function _person(uint256 seed) internal view returns (address) {
        return people[seed % people.length];
    }

    /// @dev Acts, and writes down what came of it. Reverts of the contract are no reverts of the handler.
    function _try(address who, uint256 value, bytes memory data) internal returns (bool ok) {
        uint256 id = _idOf(data);
        ICare.AppointmentView memory before;
        address patient;
        address doctor;
        uint256[2] memory credits;
        if (id != 0 && id <= lastId) {
            before = salus.appointment(id);
            (patient, doctor) = (current(before.patient), current(before.doctor));
            credits = [salus.credit(patient), salus.credit(doctor)];
        }
        ++attempts;
        vm.recordLogs();
        vm.prank(who);
        bytes memory answer;
        (ok, answer) = address(salus).call{value: value}(data);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        if (!ok) return false;
        ++successes;
        ++done[bytes4(data)];
        for (uint256 i; i < logs.length; ++i) {
            _events.push(Reader.decode(logs[i].topics, logs[i].data));
            _blocks.push(block.number);
        }
        if (before.id != 0) {
            credits = [salus.credit(patient) - credits[0], salus.credit(doctor) - credits[1]];
            if (patient == doctor) (credits[0], credits[1]) = _oneHand(before, data, credits[0]);
            _judge(who, bytes4(data), before, patient, doctor, credits);
        } else {
            _note(who, value, data, logs);
        }
    }

    /// @dev Both sides in one hand: which side was paid is told by the call.
    function _oneHand(ICare.AppointmentView memory before, bytes memory data, uint256 gain)
        private
        view
        returns (uint256, uint256)
    {
        bytes4 call_ = bytes4(data);
        if (call_ == ICare.release.selector && isAbandoned(before)) return (gain - gain / 2, gain / 2);
        if (call_ == ICare.release.selector || call_ == ICare.rate.selector) return (0, gain);
        if (call_ != ICare.resolve.selector) return (gain, 0);
        uint256 refund;
        assembly {
            refund := mload(add(data, 68))
        }
        return (refund, before.fee - refund);
    }

    function _idOf(bytes memory data) private pure returns (uint256 id) {
        bytes4 s = bytes4(data);
        bool care = s == ICare.accept.selector || s == ICare.decline.selector || s == ICare.cancel.selector
            || s == ICare.complete.selector || s == ICare.release.selector || s == ICare.dispute.selector
            || s == ICare.resolve.selector || s == ICare.reclaim.selector || s == ICare.attest.selector
            || s == ICare.rate.selector;
        if (!care) return 0;
        assembly {
            id := mload(add(data, 36))
        }
    }

    function _check(bool holds, string memory what) internal {
        if (!holds) violations.push(what);
    }

    /// @dev Of an appointment's act that succeeded: was it allowed, and what did it pay?
    function _judge(
        address who,
        bytes4 call_,
        ICare.AppointmentView memory before,
        address patient,
        address doctor,
        uint256[2] memory paid
    ) internal virtual;

    /// @dev Of any other act that succeeded.
    function _note(address who, uint256 value, bytes memory data, Vm.Log[] memory logs) internal virtual;
}

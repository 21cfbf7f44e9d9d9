// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICare} from "../interfaces/ICare.sol";
import {Consortium} from "./Consortium.sol";
import {ACCEPTED, BOOKED, COMPLETED, DISPUTED, Marks, NONE, PAID, SPLIT} from "./Marks.sol";

/// @notice Appointments and money. Credits are what accounts may withdraw; ether moves only there.
abstract contract Care is ICare, Consortium {
    struct Appointment {
        address patient;
        uint40 until;
        uint40 since;
        Marks marks;
        uint8 arbiter;
        address doctor;
        uint96 fee;
    }

    uint256 private constant EARLIEST_DEADLINE = 1 days;
    uint256 private constant LATEST_DEADLINE = 365 days;
    uint40 private constant DISPUTE_WINDOW = 3 days;
    uint40 private constant ARBITER_WINDOW = 30 days;
    uint40 private constant RESOLVE_WINDOW = 180 days;
    /// @dev Times a count and a sum: the same in the lanes of all ratings and in those of the attested ones.
    uint128 private constant BOTH_TALLIES = 1 | 1 << 64;

    mapping(uint256 id => Appointment) private _appointments;
    mapping(address account => uint256) private _credits;
    uint256 private _lastId;

    /// @inheritdoc ICare
    function book(address doctor, bytes32 request, uint8 arbiter, uint40 until, bytes12 keyHash)
        external
        payable
        returns (uint256 id)
    {
        _requireDigest(request);
        if (doctor == msg.sender) revert SelfDealing(doctor);
        _requireEnrolled(msg.sender);
        if (!_isDoctor(doctor)) revert NotBookable(doctor);
        bytes12 actual = _accounts[doctor].keyHash;
        if (actual != keyHash || actual == 0) revert KeyChanged(doctor, keyHash, actual);
        Practice storage practice = _practices[doctor];
        if (!practice.open) revert NotOpen(doctor);
        uint96 fee = practice.fee;
        if (msg.value != fee) revert WrongFee(msg.value, fee);
        _checkDeadline(until);
        if (_vouches(doctor) & _active & _bit(arbiter) == 0) revert BadArbiter(arbiter);
        address hospital = _hospitals[arbiter];
        if (hospital == msg.sender || hospital == doctor) revert BadArbiter(arbiter);

        id = ++_lastId;
        _appointments[id] =
            Appointment(msg.sender, until, 0, Marks.wrap(0).withStatus(Status.Booked), arbiter, doctor, fee);

        _logTo(Booked.selector, doctor, uint160(hospital), id, uint256(request), fee, until);
    }

    /// @inheritdoc ICare
    function accept(uint256 id, bytes32 note) external {
        Appointment storage a = _get(id, BOOKED);
        _requireParty(id, a.doctor);
        _requireInTime(id, a.until);
        _requireDoctor(msg.sender);

        _setStatus(a, Status.Accepted);

        _logTo(Accepted.selector, _current(a.patient), id, uint256(note));
    }

    /// @inheritdoc ICare
    function decline(uint256 id, bytes32 reason) external {
        Appointment storage a = _get(id, BOOKED | ACCEPTED | COMPLETED | DISPUTED);
        _requireParty(id, a.doctor);
        address patient = _current(a.patient);

        _setStatus(a, Status.Declined);
        _credits[patient] += a.fee;

        _logTo(Declined.selector, patient, id, uint256(reason));
    }

    /// @inheritdoc ICare
    function cancel(uint256 id) external {
        Appointment storage a = _get(id, BOOKED);
        _requireParty(id, a.patient);

        _setStatus(a, Status.Cancelled);
        _credits[msg.sender] += a.fee;

        _logTo(Cancelled.selector, _current(a.doctor), id);
    }

    /// @inheritdoc ICare
    function complete(uint256 id, bytes32 record, bytes4 hint) external {
        _requireDigest(record);
        Appointment storage a = _get(id, BOOKED | ACCEPTED);
        _requireParty(id, a.doctor);
        _requireInTime(id, a.until);
        if (a.marks.isIn(BOOKED)) _requireDoctor(msg.sender);

        a.since = uint40(block.timestamp);
        _setStatus(a, Status.Completed);

        _logTo(Completed.selector, _current(a.patient), id, uint256(record), uint256(bytes32(hint)));
    }

    /// @inheritdoc ICare
    function release(uint256 id) external {
        Appointment storage a = _get(id, COMPLETED | DISPUTED);
        (address patient, address doctor) = _parties(a);
        bool disputed = a.marks.isIn(DISPUTED);
        uint40 from = a.since + (disputed ? RESOLVE_WINDOW : DISPUTE_WINDOW);
        if (msg.sender != patient) _requireSince(id, from);

        uint96 amount = a.fee;
        Status status = Status.Paid;
        if (disputed && amount != 0 && block.timestamp >= from) {
            uint96 refund = amount - amount / 2;
            amount -= refund;
            status = amount == 0 ? Status.Refunded : Status.Split;
            _credits[patient] += refund;
        }
        _setStatus(a, status);
        _credits[doctor] += amount;

        _logToBoth(Released.selector, doctor, patient, id, amount);
    }

    /// @inheritdoc ICare
    function dispute(uint256 id, bytes32 reason) external {
        Appointment storage a = _get(id, COMPLETED);
        _requireParty(id, a.patient);
        _requireInTime(id, a.since + DISPUTE_WINDOW - 1);

        a.since = uint40(block.timestamp);
        _setStatus(a, Status.Disputed);

        _logToBoth(Disputed.selector, _current(a.doctor), _current(_hospitals[a.arbiter]), id, uint256(reason));
    }

    /// @inheritdoc ICare
    function resolve(uint256 id, uint96 refund, bytes32 reason) external {
        uint8 number = _requireHospital().number;
        Appointment storage a = _get(id, DISPUTED);
        uint8 arbiter = a.arbiter;
        if (number != arbiter && _active & _bit(arbiter) != 0) _requireSince(id, a.since + ARBITER_WINDOW);
        (address patient, address doctor) = _requireStranger(a);
        uint96 fee = a.fee;
        if (refund > fee) revert BadRefund(refund, fee);

        _setStatus(a, refund == 0 ? Status.Paid : refund == fee ? Status.Refunded : Status.Split);
        _credits[patient] += refund;
        _credits[doctor] += fee - refund;

        _logToBoth(Resolved.selector, doctor, patient, id, refund, uint256(reason));
    }

    /// @inheritdoc ICare
    function reclaim(uint256 id) external {
        Appointment storage a = _get(id, BOOKED | ACCEPTED);
        _requireParty(id, a.patient);
        address doctor = _current(a.doctor);
        uint40 until = a.until;
        bool held = a.marks.isIn(ACCEPTED) || block.timestamp > until || _isDoctor(doctor);
        if (held) _requireSince(id, until + 1);

        _setStatus(a, Status.Refunded);
        _credits[msg.sender] += a.fee;

        _logTo(Reclaimed.selector, doctor, id);
    }

    /// @inheritdoc ICare
    function attest(uint256 id) external {
        uint8 number = _requireHospital().number;
        Appointment storage a = _get(id, ACCEPTED | COMPLETED | DISPUTED | PAID | SPLIT);
        Marks marks = a.marks;
        if (marks.attested()) revert AlreadyAttested(id);
        if (marks.score() != 0) revert AlreadyRated(id);
        (address patient, address doctor) = _requireStranger(a);
        if (number != a.arbiter && _vouches(doctor) & _bit(number) == 0) revert NotYours(id, msg.sender);

        a.marks = marks.withAttested();

        _logToBoth(Attested.selector, doctor, patient, id);
    }

    /// @inheritdoc ICare
    function rate(uint256 id, uint8 score, bytes32 comment) external {
        if (score == 0 || score > 5) revert BadScore(score);
        Appointment storage a = _get(id, COMPLETED | PAID | SPLIT);
        _requireParty(id, a.patient);
        uint96 fee = a.fee;
        if (fee == 0) revert NothingPaid(id);
        Marks marks = a.marks;
        if (marks.score() != 0) revert AlreadyRated(id);
        address doctor = _current(a.doctor);
        if (doctor == msg.sender) revert SelfDealing(doctor);

        a.marks = marks.withScore(score);
        _practices[doctor].tallies += (1 | uint128(score) << 32) * (marks.attested() ? BOTH_TALLIES : 1);
        if (marks.isIn(COMPLETED)) {
            _setStatus(a, Status.Paid);
            _credits[doctor] += fee;
        } else {
            fee = 0; // it was released before
        }

        _logTo(Rated.selector, doctor, id, score, uint256(comment), fee);
    }

    /// @inheritdoc ICare
    function withdraw(address payable to) external {
        if (to == address(0)) revert ZeroAddress();
        uint256 amount = _credits[msg.sender];
        if (amount == 0) revert NoCredit(msg.sender);

        _credits[msg.sender] = 0;

        _logOwn(Withdrawn.selector, uint160(address(to)), amount);

        (bool sent,) = to.call{value: amount}("");
        if (!sent) revert TransferFailed(to, amount);
    }

    /// @inheritdoc ICare
    function appointment(uint256 id) external view returns (AppointmentView memory v) {
        Appointment storage a = _get(id, ~NONE);
        v.id = id;
        v.patient = a.patient;
        v.doctor = a.doctor;
        v.arbiter = _hospitals[a.arbiter];
        v.fee = a.fee;
        v.until = a.until;
        v.since = a.since;
        v.status = a.marks.status();
        v.attested = a.marks.attested();
        v.score = a.marks.score();
    }

    /// @inheritdoc ICare
    function credit(address a) external view returns (uint256) {
        return _credits[a];
    }

    function _takeOver(address old) internal override returns (uint256 moved) {
        super._takeOver(old);
        moved = _credits[old];
        _credits[old] = 0;
        _credits[msg.sender] += moved;
    }

    /// @dev The appointment, where its status is one of `states`.
    function _get(uint256 id, uint256 states) internal view returns (Appointment storage a) {
        a = _appointments[id];
        Marks marks = a.marks;
        if (marks.isIn(states)) return a;
        if (marks.isIn(NONE)) revert UnknownAppointment(id);
        revert WrongStatus(id, marks.status());
    }

    /// @dev The accounts that answer for its parties today.
    function _parties(Appointment storage a) internal view returns (address patient, address doctor) {
        return (_current(a.patient), _current(a.doctor));
    }

    function _setStatus(Appointment storage a, Status status) private {
        a.marks = a.marks.withStatus(status);
    }

    /// @dev The caller is the party, or took over from it. (Who was succeeded fails at its closed timeline.)
    function _requireParty(uint256 id, address party) private view {
        if (_current(party) != msg.sender) revert NotYours(id, msg.sender);
    }

    /// @dev A hospital does not judge its own visit.
    function _requireStranger(Appointment storage a) private view returns (address patient, address doctor) {
        (patient, doctor) = _parties(a);
        if (msg.sender == patient || msg.sender == doctor) revert SelfDealing(msg.sender);
    }

    function _requireInTime(uint256 id, uint40 until) private view {
        if (block.timestamp > until) revert TooLate(id, until);
    }

    function _requireSince(uint256 id, uint40 from) private view {
        if (block.timestamp < from) revert TooEarly(id, from);
    }

    function _checkDeadline(uint40 until) private view {
        // seconds fit 40 bits for 34,000 years
        // forge-lint: disable-next-line(unsafe-typecast)
        uint40 earliest = uint40(block.timestamp + EARLIEST_DEADLINE);
        // forge-lint: disable-next-line(unsafe-typecast)
        uint40 latest = uint40(block.timestamp + LATEST_DEADLINE);
        if (until < earliest || until > latest) revert BadDeadline(until, earliest, latest);
    }
}

// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICare} from "../interfaces/ICare.sol";
import {Consortium} from "./Consortium.sol";

/// @notice Appointments and money. Credits are what accounts may withdraw; ether moves only there.
abstract contract Care is ICare, Consortium {
    /// @param marks status (4 bits), attested (1 bit), score (3 bits), from low to high
    struct Appointment {
        address patient;
        uint40 until;
        uint40 since;
        uint8 marks;
        uint8 arbiter;
        address doctor;
        uint96 fee;
    }

    uint256 private constant EARLIEST_DEADLINE = 1 days;
    uint256 private constant LATEST_DEADLINE = 365 days;
    uint40 private constant DISPUTE_WINDOW = 3 days;
    uint40 private constant ARBITER_WINDOW = 30 days;
    uint8 private constant STATUS_BITS = 0x0f;
    uint8 private constant ATTESTED_BIT = 0x10;
    uint8 private constant SCORE_SHIFT = 5;
    /// @dev Sets of states.
    uint256 private constant BOOKED = 1 << uint8(Status.Booked);
    uint256 private constant ACCEPTED = 1 << uint8(Status.Accepted);
    uint256 private constant COMPLETED = 1 << uint8(Status.Completed);
    uint256 private constant DISPUTED = 1 << uint8(Status.Disputed);
    uint256 private constant PAID = 1 << uint8(Status.Paid);
    uint256 private constant SPLIT = 1 << uint8(Status.Split);
    uint256 internal constant ANY = type(uint256).max;
    /// @dev Where in `tallies`.
    uint8 private constant ALL_LANES = 0;
    uint8 private constant ATTESTED_LANES = 64;

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
        _appointments[id] = Appointment(msg.sender, until, 0, uint8(Status.Booked), arbiter, doctor, fee);

        _logTo(Booked.selector, doctor, uint160(hospital), id, uint256(request), fee, until);
    }

    /// @inheritdoc ICare
    function accept(uint256 id) external {
        Appointment memory a = _get(id, BOOKED);
        _requireParty(id, a.doctor);
        _requireInTime(id, a);
        _requireDoctor(msg.sender);

        _set(id, a, Status.Accepted);

        _logTo(Accepted.selector, _current(a.patient), id);
    }

    /// @inheritdoc ICare
    function decline(uint256 id, bytes32 reason) external {
        Appointment memory a = _get(id, BOOKED | ACCEPTED);
        _requireParty(id, a.doctor);
        address patient = _current(a.patient);

        _set(id, a, Status.Declined);
        _credits[patient] += a.fee;

        _logTo(Declined.selector, patient, id, uint256(reason));
    }

    /// @inheritdoc ICare
    function cancel(uint256 id) external {
        Appointment memory a = _get(id, BOOKED);
        _requireParty(id, a.patient);

        _set(id, a, Status.Cancelled);
        _credits[msg.sender] += a.fee;

        _logTo(Cancelled.selector, _current(a.doctor), id);
    }

    /// @inheritdoc ICare
    function complete(uint256 id, bytes32 record, bytes4 hint) external {
        _requireDigest(record);
        Appointment memory a = _get(id, BOOKED | ACCEPTED);
        _requireParty(id, a.doctor);
        _requireInTime(id, a);
        if (_status(a) == Status.Booked) _requireDoctor(msg.sender);

        a.since = uint40(block.timestamp);
        _set(id, a, Status.Completed);

        _logTo(Completed.selector, _current(a.patient), id, uint256(record), uint256(bytes32(hint)));
    }

    /// @inheritdoc ICare
    function release(uint256 id) external {
        Appointment memory a = _get(id, COMPLETED);
        (address patient, address doctor) = _parties(a);
        uint40 from = a.since + DISPUTE_WINDOW;
        if (msg.sender != patient && block.timestamp < from) revert TooEarly(id, from);

        _set(id, a, Status.Paid);
        _credits[doctor] += a.fee;

        _logToBoth(Released.selector, doctor, patient, id, a.fee);
    }

    /// @inheritdoc ICare
    function dispute(uint256 id, bytes32 reason) external {
        Appointment memory a = _get(id, COMPLETED);
        _requireParty(id, a.patient);
        uint40 end = a.since + DISPUTE_WINDOW;
        if (block.timestamp >= end) revert TooLate(id, end - 1);

        a.since = uint40(block.timestamp);
        _set(id, a, Status.Disputed);

        address arbiter = _current(_hospitals[a.arbiter]);
        _logToBoth(Disputed.selector, _current(a.doctor), arbiter, id, uint256(reason));
    }

    /// @inheritdoc ICare
    function resolve(uint256 id, uint96 refund, bytes32 reason) external {
        uint8 number = _requireHospital();
        Appointment memory a = _get(id, DISPUTED);
        uint40 from = a.since + ARBITER_WINDOW;
        if (number != a.arbiter && _active & _bit(a.arbiter) != 0 && block.timestamp < from) revert TooEarly(id, from);
        (address patient, address doctor) = _requireStranger(a);
        if (refund > a.fee) revert BadRefund(refund, a.fee);

        _set(id, a, refund == 0 ? Status.Paid : refund == a.fee ? Status.Refunded : Status.Split);
        _credits[patient] += refund;
        _credits[doctor] += a.fee - refund;

        _logToBoth(Resolved.selector, doctor, patient, id, refund, uint256(reason));
    }

    /// @inheritdoc ICare
    function reclaim(uint256 id) external {
        Appointment memory a = _get(id, BOOKED | ACCEPTED);
        _requireParty(id, a.patient);
        address doctor = _current(a.doctor);
        bool late = block.timestamp > a.until;
        if (!late && (_status(a) != Status.Booked || _isDoctor(doctor))) revert TooEarly(id, a.until + 1);

        _set(id, a, Status.Refunded);
        _credits[msg.sender] += a.fee;

        _logTo(Reclaimed.selector, doctor, id);
    }

    /// @inheritdoc ICare
    function attest(uint256 id) external {
        _requireHospital();
        Appointment memory a = _get(id, COMPLETED | DISPUTED | PAID | SPLIT);
        if (_attested(a)) revert AlreadyAttested(id);
        (address patient, address doctor) = _requireStranger(a);

        a.marks |= ATTESTED_BIT;
        _set(id, a, _status(a));
        _tally(doctor, _score(a), ATTESTED_LANES);

        _logToBoth(Attested.selector, doctor, patient, id);
    }

    /// @inheritdoc ICare
    function rate(uint256 id, uint8 score, bytes32 comment) external {
        if (score == 0 || score > 5) revert BadScore(score);
        Appointment memory a = _get(id, COMPLETED | PAID | SPLIT);
        _requireParty(id, a.patient);
        if (a.fee == 0) revert NothingPaid(id);
        if (_score(a) != 0) revert AlreadyRated(id);
        address doctor = _current(a.doctor);
        if (doctor == msg.sender) revert SelfDealing(doctor);

        a.marks |= score << SCORE_SHIFT;
        _tally(doctor, score, ALL_LANES);
        if (_attested(a)) _tally(doctor, score, ATTESTED_LANES);
        uint96 released;
        Status status = _status(a);
        if (status == Status.Completed) {
            released = a.fee;
            _credits[doctor] += released;
            status = Status.Paid;
        }
        _set(id, a, status);

        _logTo(Rated.selector, doctor, id, score, uint256(comment), released);
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
    function appointment(uint256 id) external view returns (AppointmentView memory) {
        Appointment memory a = _appointments[id];
        address arbiter = a.doctor == address(0) ? address(0) : _hospitals[a.arbiter];
        return AppointmentView(
            id, a.patient, a.doctor, arbiter, a.fee, a.until, a.since, _status(a), _attested(a), _score(a)
        );
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
    function _get(uint256 id, uint256 states) internal view returns (Appointment memory a) {
        a = _appointments[id];
        if (a.doctor == address(0)) revert UnknownAppointment(id);
        if (1 << (a.marks & STATUS_BITS) & states == 0) revert WrongStatus(id, _status(a));
    }

    /// @dev The accounts that answer for its parties today.
    function _parties(Appointment memory a) internal view returns (address patient, address doctor) {
        return (_current(a.patient), _current(a.doctor));
    }

    function _set(uint256 id, Appointment memory a, Status status) private {
        Appointment storage stored = _appointments[id];
        stored.since = a.since;
        stored.marks = (a.marks & ~STATUS_BITS) | uint8(status);
    }

    /// @dev Adds a score, if there is one, to a count and a sum.
    function _tally(address doctor, uint8 score, uint8 lanes) private {
        if (score != 0) _practices[doctor].tallies += (1 | uint128(score) << 32) << lanes;
    }

    /// @dev The caller is the party, or took over from it. (Who was succeeded fails at its closed timeline.)
    function _requireParty(uint256 id, address party) private view {
        if (party != msg.sender && _current(party) != msg.sender) revert NotYours(id, msg.sender);
    }

    /// @dev A hospital does not judge its own visit.
    function _requireStranger(Appointment memory a) private view returns (address patient, address doctor) {
        (patient, doctor) = _parties(a);
        if (msg.sender == patient || msg.sender == doctor) revert SelfDealing(msg.sender);
    }

    function _requireInTime(uint256 id, Appointment memory a) private view {
        if (block.timestamp > a.until) revert TooLate(id, a.until);
    }

    function _checkDeadline(uint40 until) private view {
        uint40 earliest = uint40(block.timestamp + EARLIEST_DEADLINE);
        uint40 latest = uint40(block.timestamp + LATEST_DEADLINE);
        if (until < earliest || until > latest) revert BadDeadline(until, earliest, latest);
    }

    function _status(Appointment memory a) private pure returns (Status) {
        return Status(a.marks & STATUS_BITS);
    }

    function _attested(Appointment memory a) private pure returns (bool) {
        return a.marks & ATTESTED_BIT != 0;
    }

    function _score(Appointment memory a) private pure returns (uint8) {
        return a.marks >> SCORE_SHIFT;
    }
}

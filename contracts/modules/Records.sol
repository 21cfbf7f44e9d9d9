// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IRecords} from "../interfaces/IRecords.sol";
import {Care} from "./Care.sol";
import {ACCEPTED, COMPLETED, DISPUTED, NONE, PAID, SPLIT} from "./Marks.sol";

/// @notice The log of who gave what to whom. It keeps no state of its own.
abstract contract Records is IRecords, Care {
    /// @inheritdoc IRecords
    function add(address patient, bytes32 record, uint256 via, bytes4 hint) external {
        _requireDigest(record);
        bool visited = via != 0 && _requireVia(via, patient);
        if (patient == msg.sender) _requireEnrolled(patient);
        else if (!visited) _requireStaffFor(patient);

        _logTo(Added.selector, patient, via, uint256(record), uint256(bytes32(hint)));
    }

    /// @inheritdoc IRecords
    function share(address grantee, bytes32 capability, bytes32 access, uint40 until, uint40 re) external {
        _requireDigest(capability);
        _requireEnrolled(msg.sender);
        _checkExpiry(until);

        _logToken(Shared.selector, grantee, access, uint256(capability), until, re);
    }

    /// @inheritdoc IRecords
    function revoke(address grantee, bytes32 access) external {
        _requireEnrolled(msg.sender);

        _logToken(Revoked.selector, _current(grantee), access);
    }

    /// @inheritdoc IRecords
    function rotate(uint40 expected, bytes32 tag, bytes32 nonce, bytes32 bundle) external {
        _expect(expected);
        _requireEnrolled(msg.sender);

        _logOwn(Rotated.selector, uint256(tag), uint256(nonce), uint256(bundle));
    }

    /// @inheritdoc IRecords
    function requestAccess(address patient, bytes32 reason) external {
        _requireStaffFor(patient);

        _logTo(AccessRequested.selector, patient, uint256(reason));
    }

    /// @inheritdoc IRecords
    function refuse(address requester, uint40 re, bytes32 reason) external {
        if (requester == address(0)) revert ZeroAddress();
        if (requester == msg.sender) revert SelfDealing(requester);
        _requireEnrolled(msg.sender);

        _logTo(Refused.selector, _current(requester), re, uint256(reason));
    }

    /// @inheritdoc IRecords
    function delegate(address patient, address colleague, bytes32 capability, bytes32 access, uint40 until) external {
        _requireDigest(capability);
        if (colleague == address(0)) revert ZeroAddress();
        if (colleague == msg.sender || colleague == patient) revert SelfDealing(colleague);
        _requireStaffFor(patient);
        _checkExpiry(until);

        _logToBoth(Delegated.selector, patient, colleague, uint256(capability), uint256(access), until);
    }

    /// @dev Only accredited accounts and hospitals write into the inbox of another who did not ask.
    function _requireStaffFor(address patient) private view {
        if (patient == address(0)) revert ZeroAddress();
        if (patient == msg.sender) revert SelfDealing(patient);
        if (!_isAccredited(msg.sender) && !_isHospital(msg.sender)) revert NotAccredited(msg.sender);
    }

    /// @dev In its own file the patient names any appointment that it booked; the doctor, in the patient's file or its own, one that it accepted
    /// or completed.
    /// @return completed and not refunded, so that the doctor may still amend what it gave, whatever its standing now
    function _requireVia(uint256 via, address patient) private view returns (bool completed) {
        Appointment storage a = _get(via, ~NONE);
        bool own = patient == msg.sender;
        bool ofPatient = a.patient == patient || _current(a.patient) == patient;
        if (own && ofPatient) return false;
        bool ofDoctor = a.doctor == msg.sender || _current(a.doctor) == msg.sender;
        if (!ofDoctor || !(own || ofPatient)) revert NotYours(via, msg.sender);
        completed = a.marks.isIn(COMPLETED | DISPUTED | PAID | SPLIT);
        if (!completed && a.since == 0 && !a.marks.isIn(ACCEPTED)) revert WrongStatus(via, a.marks.status());
    }

    function _checkExpiry(uint40 until) private view {
        if (until != 0 && until <= block.timestamp) revert BadExpiry(until);
    }
}

// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ITimeline} from "./ITimeline.sol";

/// @title Records
/// @notice Who gave what to whom. No state: the contract only says who may write into whose inbox; readers compute what it means.
interface IRecords is ITimeline {
    /// @notice A record was added to the file of `subject`.
    /// @dev Read by the subject and by those whom the subject lets read. Where the author is another, it was accredited or an active hospital at
    /// that moment, or the doctor who completed `via`; with `via` 0 the subject takes it only under an earlier {Shared} of its own to the
    /// author. Never precedes the author's {IAccounts-Enrolled} where author = subject; never precedes the {ICare-Accepted} or {ICare-Completed} of `via`
    /// where its doctor is the author, the {ICare-Booked} where its patient is.
    /// @param via an appointment that the author accepted or completed for the subject, or 0; where author = subject, one that it accepted or
    /// completed, or any that it booked
    /// @param record digest
    /// @param hint by which holders of a folder's key find their records
    event Added(
        address indexed author,
        address indexed subject,
        uint256 via,
        bytes32 record,
        bytes4 hint,
        uint256 ownPrev,
        uint256 inboxPrev
    );

    /// @notice The author gave a capability to `subject`; to whoever can open it, where the subject is zero.
    /// @dev Read by the subject, and by peers that serve live tokens. Ended by a {Revoked} of the same author with the same subject or
    /// `access`, and by `until`; of two with the same `access` the newer holds. Never precedes the author's {IAccounts-Enrolled}.
    /// @param capability digest
    /// @param access sha256 of the token inside, 0 for none
    /// @param until Unix seconds, 0 is "until taken back"
    /// @param re which {AccessRequested} it answers: the count that the author's inbox had with it (its previous count + 1), or 0
    event Shared(
        address indexed author,
        address indexed subject,
        bytes32 indexed access,
        bytes32 capability,
        uint40 until,
        uint40 re,
        uint256 ownPrev,
        uint256 inboxPrev
    );

    /// @notice The author took back what it shared: one token, or with `access` 0 all that it shared with `subject`.
    /// @dev Read by the subject and by peers that serve live tokens. What was read before stays read. Takes back only what precedes it; with
    /// `access` 0 also what was shared with accounts that the subject succeeded, and what they or it had delegated to them.
    event Revoked(
        address indexed author, address indexed subject, bytes32 indexed access, uint256 ownPrev, uint256 inboxPrev
    );

    /// @notice The author began a new epoch of a folder.
    /// @dev Read by the author's devices (`tag` tells them which folder) and by the remaining readers (their capabilities are in
    /// `bundle`). Never precedes the author's {IAccounts-Enrolled}; the nonce is never used by another epoch.
    event Rotated(
        address indexed author, address indexed subject, bytes32 tag, bytes32 nonce, bytes32 bundle, uint256 ownPrev
    );

    /// @notice The author, then accredited or an active hospital, asked `subject` for access.
    /// @dev Read by the subject. Answered by a {Shared} or {Refused} whose `re` is its count in the subject's inbox.
    event AccessRequested(
        address indexed author, address indexed subject, bytes32 reason, uint256 ownPrev, uint256 inboxPrev
    );

    /// @notice The author declined the request of `subject`.
    /// @dev Read by the subject. Never precedes the author's {IAccounts-Enrolled}.
    /// @param re which {AccessRequested} it answers: the count that the author's inbox had with it (its previous count + 1)
    event Refused(
        address indexed author, address indexed subject, uint40 re, bytes32 reason, uint256 ownPrev, uint256 inboxPrev
    );

    /// @notice The author, then accredited or an active hospital, passed on to `other` what `subject` lets it read.
    /// @dev Read by the subject, who sees it happen, and by the other. It holds no longer than the author's own right, which readers check, and is
    /// ended by a {Revoked} of the subject or of the author with the other, or with the same `access`.
    event Delegated(
        address indexed author,
        address indexed subject,
        address indexed other,
        bytes32 capability,
        bytes32 access,
        uint40 until,
        uint256 ownPrev,
        uint256 inboxPrev,
        uint256 otherPrev
    );

    /// @notice An expiry lies in the future, or is 0.
    error BadExpiry(uint40 until);

    /// @notice Adds a record to the caller's own file, or to another's: as an accredited account, as a hospital, or as the doctor who completed
    /// `via` and amends what it gave.
    /// @param patient whose file
    /// @param via an appointment between the two that the caller accepted or completed (what was accepted only and then declined or reclaimed no
    /// longer counts), or 0. In its own file the caller names one that it accepted or completed, or any that it booked.
    function add(address patient, bytes32 record, uint256 via, bytes4 hint) external;

    /// @notice Gives a capability to `grantee`, or to whoever can open it when that is zero. For enrolled accounts.
    function share(address grantee, bytes32 capability, bytes32 access, uint40 until, uint40 re) external;

    /// @notice Takes back one token, or with `access` 0 everything shared with `grantee`. For enrolled accounts. Follows a grantee that moved.
    function revoke(address grantee, bytes32 access) external;

    /// @notice Begins a new epoch of one of the caller's folders.
    /// @param expected the count of the caller's own timeline
    /// @param bundle digest of a directory with a capability for each remaining reader, 0 where none remains
    function rotate(uint40 expected, bytes32 tag, bytes32 nonce, bytes32 bundle) external;

    /// @notice Asks `patient` for access. For accredited accounts and hospitals.
    function requestAccess(address patient, bytes32 reason) external;

    /// @notice Declines a request. For enrolled accounts. Follows a requester that moved.
    function refuse(address requester, uint40 re, bytes32 reason) external;

    /// @notice Passes on to `colleague` what `patient` lets the caller read. For accredited accounts and hospitals.
    function delegate(address patient, address colleague, bytes32 capability, bytes32 access, uint40 until) external;
}

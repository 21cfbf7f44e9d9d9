// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ITimeline} from "./ITimeline.sol";

/// @title Consortium
/// @notice Hospitals, admitted and expelled by strict majority of the active ones, and the accounts they vouch for.
interface IConsortium is ITimeline {
    /// @notice What an account is accredited as. Only doctors are bookable.
    enum Role {
        None,
        Doctor,
        Nurse,
        Laboratory,
        Pharmacy,
        Research
    }

    /// @param account the hospital
    /// @param number its bit in `vouches`; an account that was expelled and admitted again stands here twice
    /// @param active admitted and not expelled
    struct HospitalView {
        address account;
        uint8 number;
        bool active;
    }

    /// @param version the membership under which it was made; it dies with it
    /// @param created Unix seconds; it dies 30 days later
    /// @param confirmations bit n = hospital number n
    /// @param live may still be confirmed
    struct ProposalView {
        uint256 id;
        address subject;
        bool admit;
        uint32 version;
        uint40 created;
        bytes32 statement;
        uint256 confirmations;
        bool executed;
        bool live;
    }

    /// @notice A hospital proposed to admit or expel `subject`. The proposer's own {Confirmed} follows in the same transaction.
    /// @dev Read by the hospitals and the subject. Precedes every {Confirmed} of its number; the author was active.
    /// @param proposal numbered from 1
    event Proposed(
        address indexed author,
        address indexed subject,
        uint256 proposal,
        bool admit,
        uint32 version,
        bytes32 statement,
        uint256 ownPrev,
        uint256 inboxPrev
    );

    /// @notice A hospital confirmed a proposal; with `executed` the strict majority was reached and the membership changed.
    /// @dev Read by the hospitals, the subject, and whoever follows an accreditation back to the founders. At most one executed {Confirmed}
    /// a proposal, and none of the proposal follows it; none follows of any proposal made before it either.
    /// @param confirmations how many so far
    /// @param hospital with `executed`, the number admitted or expelled, else 0
    event Confirmed(
        address indexed author,
        address indexed subject,
        uint256 proposal,
        uint16 confirmations,
        bool executed,
        uint8 hospital,
        uint256 ownPrev,
        uint256 inboxPrev
    );

    /// @notice A hospital vouched for `subject` in a role.
    /// @dev Read by patients (trust in a key leads from here to the founders) and the subject. Holds until the {Suspended} of the same hospital
    /// number, or until that hospital is expelled; a number once expelled never vouches again.
    /// @param hospital the author's number
    /// @param licence digest of what the hospital checked, 0 for none
    event Accredited(
        address indexed author,
        address indexed subject,
        uint8 hospital,
        Role role,
        bytes32 licence,
        uint256 ownPrev,
        uint256 inboxPrev
    );

    /// @notice A hospital withdrew its own vouch for `subject`.
    /// @dev Read by patients and the subject. Never precedes the {Accredited} of the same hospital number.
    event Suspended(
        address indexed author,
        address indexed subject,
        uint8 hospital,
        bytes32 reason,
        uint256 ownPrev,
        uint256 inboxPrev
    );

    /// @notice A hospital assigned the patient `subject` to the doctor `other`.
    /// @dev Read by both. It gives no access: the patient shares, or not.
    event Assigned(
        address indexed author,
        address indexed subject,
        address indexed other,
        bytes32 note,
        uint256 ownPrev,
        uint256 inboxPrev,
        uint256 otherPrev
    );

    /// @notice No active hospital vouches for the account (in the role that is needed).
    error NotAccredited(address account);
    /// @notice The account is not an active hospital.
    error NotHospital(address account);
    /// @notice The account is an active hospital.
    error AlreadyHospital(address account);
    /// @notice All 256 hospital numbers are used.
    error TooManyHospitals();
    /// @notice A consortium starts with at least three hospitals and never has fewer than one.
    error TooFewHospitals(uint256 count);
    /// @notice Other active hospitals vouch for the account in its `current` role, or the role `wanted` is none.
    error BadRole(address account, Role current, Role wanted);
    error UnknownProposal(uint256 proposal);
    /// @notice The proposal was executed, is older than 30 days, or was made under another membership.
    error ProposalDead(uint256 proposal);
    /// @notice The proposal is about another account, or the other way round.
    error ProposalMismatch(uint256 proposal);
    error AlreadyConfirmed(uint256 proposal, address hospital);

    /// @notice Proposes to admit or expel `subject` and confirms it. For active hospitals.
    /// @param statement digest of the reasons, 0 for none
    /// @return proposal its number
    function propose(address subject, bool admit, bytes32 statement) external returns (uint256 proposal);

    /// @notice Confirms a proposal; the strict majority executes it, and every other open proposal dies. For active hospitals.
    /// @param subject and `admit` as proposed, so that the caller's signature says what it confirms
    function confirm(uint256 proposal, address subject, bool admit) external;

    /// @notice Vouches for `account_` in a role; again: for a new licence or, when nobody else vouches, another role. For active hospitals.
    /// @dev An account has one role, and who vouches first chooses it; the remedy against a wrong one is to expel, or another address.
    function accredit(address account_, Role role, bytes32 licence) external;

    /// @notice Withdraws the caller's own vouch. For active hospitals.
    function suspend(address account_, bytes32 reason) external;

    /// @notice Assigns a patient to an accredited doctor. For active hospitals.
    function assign(address patient, address doctor, bytes32 note) external;

    /// @return members every hospital number ever given, in order
    /// @return version how many times the membership changed
    function hospitals() external view returns (HospitalView[] memory members, uint32 version);

    /// @param cursor 0 for the newest, else the previous answer's `next`
    /// @return entries at most `limit` proposals, newest first
    /// @return next 0 at the end
    function proposals(uint256 cursor, uint256 limit)
        external
        view
        returns (ProposalView[] memory entries, uint256 next);
}

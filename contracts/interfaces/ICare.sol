// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ITimeline} from "./ITimeline.sol";

/// @title Care
/// @notice Appointments, their fees in escrow, disputes, ratings and earnings. Appointment ids start at 1. An appointment is:
///
///     Booked ─ accept ─▶ Accepted ─ complete ─▶ Completed ─ release, rate ─▶ Paid
///       │ └───────────────── complete ──────────▶ │ └─ dispute ─▶ Disputed ─ resolve ─▶ Paid, Split, Refunded
///       │                                         │                  └─ release ──────▶ Paid, after 180 days Split
///       ├ decline ─▶ Declined ◀─ decline ─ Accepted, Completed, Disputed
///       ├ cancel ──▶ Cancelled
///       └ reclaim ─▶ Refunded ◀─ reclaim ─ Accepted
///
/// Nothing is locked for ever: either party may give in at any time, and an appointment that nobody ends can be ended by its patient after the
/// deadline, or after completion or dispute by anyone after some days.
///
/// Every event of an appointment has its id, follows its {Booked}, and none but {Attested} and {Rated} follows once it has ended (Paid, Split,
/// Refunded, Declined, Cancelled). Where a party was succeeded, subject and other are the address that took over. All are read by the
/// parties they name, and {Rated} and {Attested} by everyone who weighs a doctor.
interface ICare is ITimeline {
    enum Status {
        None,
        Booked,
        Accepted,
        Declined,
        Cancelled,
        Completed,
        Disputed,
        Paid,
        Refunded,
        Split
    }

    /// @param patient as booked; may have been succeeded since
    /// @param doctor as booked; may have been succeeded since
    /// @param arbiter the hospital named at booking
    /// @param fee wei
    /// @param until deadline for completion, Unix seconds
    /// @param since of completion or dispute, Unix seconds, else 0
    /// @param attested a hospital attested the visit
    /// @param score 1–5, 0 = not rated
    struct AppointmentView {
        uint256 id;
        address patient;
        address doctor;
        address arbiter;
        uint96 fee;
        uint40 until;
        uint40 since;
        Status status;
        bool attested;
        uint8 score;
    }

    /// @notice The patient booked `subject` and paid the fee into escrow.
    /// @dev Precedes every event of `id`. At that moment the author was enrolled, the subject an open doctor with the public key the author
    /// saw, and the arbiter an active hospital that vouches for it.
    /// @param arbiter the hospital's account; a booking does not concern it yet (a {Disputed} does), so its inbox stays as it is
    /// @param request digest of what the patient sends
    /// @param until deadline for completion, Unix seconds
    event Booked(
        address indexed author,
        address indexed subject,
        address arbiter,
        uint256 id,
        bytes32 request,
        uint96 fee,
        uint40 until,
        uint256 ownPrev,
        uint256 inboxPrev
    );

    /// @notice The doctor accepted. After it the patient can no longer cancel.
    /// @param note digest of what the doctor says to it (a time, say), 0 for nothing
    event Accepted(
        address indexed author, address indexed subject, uint256 id, bytes32 note, uint256 ownPrev, uint256 inboxPrev
    );

    /// @notice The doctor declined, or gave back later, be it in a dispute; the patient has its whole fee as credit.
    event Declined(
        address indexed author, address indexed subject, uint256 id, bytes32 reason, uint256 ownPrev, uint256 inboxPrev
    );

    /// @notice The patient cancelled before {Accepted} and has its whole fee as credit.
    event Cancelled(address indexed author, address indexed subject, uint256 id, uint256 ownPrev, uint256 inboxPrev);

    /// @notice The doctor completed and gave the patient a record, as an {IRecords-Added} would. Three days for a dispute begin.
    event Completed(
        address indexed author,
        address indexed subject,
        uint256 id,
        bytes32 record,
        bytes4 hint,
        uint256 ownPrev,
        uint256 inboxPrev
    );

    /// @notice The fee, or of an abandoned dispute its half, became the credit of the doctor. Subject = the doctor, other = the patient.
    /// @dev Follows {Completed}: at once by the patient, after three days by anyone. Follows {Disputed}: by the patient, who gives in; after 180
    /// days without {Resolved} by anyone, the patient too, and then the rest became the patient's. Never follows a {Rated} that released.
    /// @param amount wei that became the doctor's credit
    event Released(
        address indexed author,
        address indexed subject,
        address indexed other,
        uint256 id,
        uint96 amount,
        uint256 ownPrev,
        uint256 inboxPrev,
        uint256 otherPrev
    );

    /// @notice The patient disputes. Subject = the doctor, other = the arbiter.
    /// @dev Follows {Completed} within three days. Ended by {Resolved}, by {Released} or {Declined} of a party that gives in, or by {Released} of
    /// anyone after 180 days. The arbiter's inbox does not tell how: staff look at {appointment}, and whoever else may resolve finds the
    /// event in the doctor's inbox.
    event Disputed(
        address indexed author,
        address indexed subject,
        address indexed other,
        uint256 id,
        bytes32 reason,
        uint256 ownPrev,
        uint256 inboxPrev,
        uint256 otherPrev
    );

    /// @notice A hospital split the fee: `refund` to the patient, the rest to the doctor. Subject = the doctor, other = the patient.
    /// @dev Follows {Disputed}.
    event Resolved(
        address indexed author,
        address indexed subject,
        address indexed other,
        uint256 id,
        uint96 refund,
        bytes32 reason,
        uint256 ownPrev,
        uint256 inboxPrev,
        uint256 otherPrev
    );

    /// @notice The patient has its whole fee as credit: the deadline passed, or the doctor lost its accreditation before accepting.
    /// @dev Never follows {Completed}.
    event Reclaimed(address indexed author, address indexed subject, uint256 id, uint256 ownPrev, uint256 inboxPrev);

    /// @notice A hospital attests that the visit takes or took place. Subject = the doctor, other = the patient.
    /// @dev At most once an appointment, after {Accepted} or {Completed}. Never follows {Rated}: who attests does not know the score.
    event Attested(
        address indexed author,
        address indexed subject,
        address indexed other,
        uint256 id,
        uint256 ownPrev,
        uint256 inboxPrev,
        uint256 otherPrev
    );

    /// @notice The patient rated `subject`, the doctor.
    /// @dev At most once an appointment, after {Completed}, only where the doctor has been or is hereby paid.
    /// @param score 1–5
    /// @param comment digest of a public review, 0 for none
    /// @param released wei that became the doctor's credit by this rating, 0 when the fee had been released before
    event Rated(
        address indexed author,
        address indexed subject,
        uint256 id,
        uint8 score,
        bytes32 comment,
        uint96 released,
        uint256 ownPrev,
        uint256 inboxPrev
    );

    /// @notice The author withdrew its whole credit. The only event with which ether leaves.
    event Withdrawn(address indexed author, address indexed subject, address to, uint256 amount, uint256 ownPrev);

    error UnknownAppointment(uint256 id);
    /// @notice The caller is not the party that may do this.
    error NotYours(uint256 id, address caller);
    error WrongStatus(uint256 id, Status status);
    /// @notice Exactly the fee is to be sent.
    error WrongFee(uint256 sent, uint256 fee);
    /// @notice The doctor takes no bookings now.
    error NotOpen(address doctor);
    /// @notice The account is not an accredited doctor.
    error NotBookable(address doctor);
    /// @notice The doctor's public key is not the one the request was sealed to.
    error KeyChanged(address doctor, bytes12 expected, bytes12 actual);
    /// @notice The arbiter is an active hospital that vouches for the doctor and is not a party.
    error BadArbiter(uint8 hospital);
    /// @notice A deadline lies 1 to 365 days ahead.
    error BadDeadline(uint40 until, uint40 earliest, uint40 latest);
    error TooEarly(uint256 id, uint40 from);
    error TooLate(uint256 id, uint40 until);
    error BadRefund(uint96 refund, uint96 fee);
    /// @notice Scores are 1 to 5.
    error BadScore(uint8 score);
    error AlreadyRated(uint256 id);
    error AlreadyAttested(uint256 id);
    /// @notice There was no fee, so there is no rating.
    error NothingPaid(uint256 id);
    error NoCredit(address account);
    error TransferFailed(address to, uint256 amount);

    /// @notice Books a doctor, paying exactly the fee. For enrolled accounts.
    /// @param request digest of what the patient sends
    /// @param arbiter number of an active hospital that vouches for the doctor
    /// @param until deadline, Unix seconds, 1 to 365 days ahead
    /// @param keyHash of the doctor's public key that the request was sealed to
    function book(address doctor, bytes32 request, uint8 arbiter, uint40 until, bytes12 keyHash)
        external
        payable
        returns (uint256 id);

    /// @notice Accepts. By the doctor, still accredited, not after the deadline.
    /// @param note digest of what the doctor says to it, 0 for nothing
    function accept(uint256 id, bytes32 note) external;

    /// @notice Declines, or gives back after accepting, completing or in a dispute; the whole fee goes back. By the doctor.
    function decline(uint256 id, bytes32 reason) external;

    /// @notice Cancels before the doctor accepted; the fee goes back. By the patient.
    function cancel(uint256 id) external;

    /// @notice Completes with a record. By the doctor, not after the deadline; still accredited, where it did not accept before.
    function complete(uint256 id, bytes32 record, bytes4 hint) external;

    /// @notice Pays the doctor. By the patient at once, also in a dispute; by anyone after three days. By anyone, the patient too, 180 days after a
    /// dispute that nobody resolved: half to each, odd wei to the patient (Refunded where that leaves the doctor nothing).
    function release(uint256 id) external;

    /// @notice Disputes within three days of completion. By the patient.
    function dispute(uint256 id, bytes32 reason) external;

    /// @notice Splits a disputed fee. By the arbiter; by any active hospital once the arbiter was expelled or 30 days passed. Never by a party.
    /// @param refund wei for the patient
    function resolve(uint256 id, uint96 refund, bytes32 reason) external;

    /// @notice Takes the fee back: after the deadline, or when the doctor lost its accreditation before accepting. By the patient.
    function reclaim(uint256 id) external;

    /// @notice Attests that the visit takes or took place, before it is rated. By the arbiter or an active hospital that vouches for the doctor, if
    /// not a party.
    function attest(uint256 id) external;

    /// @notice Rates a paid visit, and pays it where that is still to be done. By the patient.
    function rate(uint256 id, uint8 score, bytes32 comment) external;

    /// @notice Sends the caller's whole credit to `to`.
    function withdraw(address payable to) external;

    /// @return what is known of an appointment, which exists
    function appointment(uint256 id) external view returns (AppointmentView memory);

    /// @return wei that the account may withdraw
    function credit(address a) external view returns (uint256);
}

// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Salus
/// @notice An ordered, authenticated log of who gave what to whom, plus the state that must be enforced: money,
/// accreditation, appointments. It guards no secrets. Digests (`bytes32`) are the sha2-256 digest of a CIDv1 dag-pb UnixFS directory.
///
/// Timelines. Every account has two: its *own* acts and an *inbox* of others' acts that concern it. Each is one head word
/// `block(40) | count(40) | acc(176)`; an act advances it to
/// `block.number ‖ count + 1 ‖ low176(keccak256(abi.encode(previous word, h)))`, where
/// `h = keccak256(abi.encode(event selector, every event field in declaration order except the trailing previous words))`.
/// Every event has indexed `author` and `subject`, at most one further account `other`, and ends with the previous word of
/// each timeline it advances: `ownPrev` (author), `inboxPrev` (subject's inbox, absent where subject is always the author),
/// `otherPrev` (other's inbox, only where there is an `other`). A timeline is advanced once an event: `inboxPrev` is 0 and nothing is
/// advanced when subject is the author or zero; `otherPrev` likewise when other is the author, the subject or zero.
interface ISalus {
    enum Role { None, Doctor, Nurse, Laboratory, Pharmacy, Research }
    enum Status { None, Booked, Accepted, Declined, Cancelled, Completed, Disputed, Paid, Refunded, Split }

    struct AccountView {
        uint256 own; uint256 inbox;          // head words
        bytes12 keyHash;                     // first 12 bytes of keccak256(recipient), 0 = not enrolled (or moved)
        address successor;                   // the seed-derived key's address; once moved: 0
        address movedTo;                     // 0 unless succeeded
        Role role; bool accredited; bool open;
        uint96 fee;                          // wei
        uint256 vouches;                     // bit n = hospital number n vouches
        uint32 ratings; uint32 ratingSum;    // all ratings
        uint32 attestedRatings; uint32 attestedSum;
        uint8 hospital;                      // hospital number + 1, 0 = never a hospital
        bool activeHospital;
    }
    struct AppointmentView {
        uint256 id; address patient; address doctor; address arbiter; // arbiter: the hospital's address
        uint96 fee; uint40 until; uint40 since;   // since: time of completion or dispute, else 0
        Status status; bool attested; uint8 score; // score 0 = not rated
    }
    struct HospitalView { address account; uint8 number; bool active; }
    struct ProposalView { uint256 id; address subject; bool admit; uint32 version; uint40 created; bytes32 statement; uint256 confirmations; bool executed; bool live; }
    struct DirectoryEntry { address account; AccountView state; }

    // ── Accounts ── (subject == author throughout, but for Succeeded)
    event Enrolled(address indexed author, address indexed subject, bytes recipient, bytes keyring, address successor, bytes32 nonce, bytes32 profile, uint256 ownPrev);
    event KeyringSet(address indexed author, address indexed subject, bytes keyring, uint256 ownPrev);
    event ProfileSet(address indexed author, address indexed subject, bytes32 profile, uint256 ownPrev);
    event FeeSet(address indexed author, address indexed subject, uint96 fee, bool open, uint256 ownPrev);
    /// author = the new address, subject = the old one
    event Succeeded(address indexed author, address indexed subject, uint256 credit, uint256 ownPrev, uint256 inboxPrev);

    function enroll(uint40 expected, bytes calldata recipient, bytes calldata keyring, address successor, bytes32 nonce, bytes32 profile) external;
    function setKeyring(uint40 expected, bytes calldata keyring) external;
    function setProfile(bytes32 profile) external;
    function setFee(uint96 fee, bool open) external;
    function succeed(address old, bytes calldata signature) external;

    // ── Records ──
    event Added(address indexed author, address indexed subject, uint256 via, bytes32 record, bytes4 hint, uint256 ownPrev, uint256 inboxPrev);
    event Shared(address indexed author, address indexed subject, bytes32 capability, bytes32 indexed access, uint40 until, uint40 re, uint256 ownPrev, uint256 inboxPrev);
    event Revoked(address indexed author, address indexed subject, bytes32 indexed access, uint256 ownPrev, uint256 inboxPrev);
    event Rotated(address indexed author, address indexed subject, bytes32 tag, bytes32 nonce, bytes32 bundle, uint256 ownPrev);
    event AccessRequested(address indexed author, address indexed subject, bytes32 reason, uint256 ownPrev, uint256 inboxPrev);
    event Refused(address indexed author, address indexed subject, uint40 re, bytes32 reason, uint256 ownPrev, uint256 inboxPrev);
    event Delegated(address indexed author, address indexed subject, address indexed other, bytes32 capability, bytes32 access, uint40 until, uint256 ownPrev, uint256 inboxPrev, uint256 otherPrev);

    function add(address patient, bytes32 record, uint256 via, bytes4 hint) external;
    function share(address grantee, bytes32 capability, bytes32 access, uint40 until, uint40 re) external;
    function revoke(address grantee, bytes32 access) external;
    function rotate(uint40 expected, bytes32 tag, bytes32 nonce, bytes32 bundle) external;
    function requestAccess(address patient, bytes32 reason) external;
    function refuse(address requester, uint40 re, bytes32 reason) external;
    function delegate(address patient, address colleague, bytes32 capability, bytes32 access, uint40 until) external;

    // ── Consortium ──
    event Proposed(address indexed author, address indexed subject, uint256 proposal, bool admit, uint32 version, bytes32 statement, uint256 ownPrev, uint256 inboxPrev);
    /// executed: this confirmation completed the strict majority; hospital: the number admitted or expelled
    event Confirmed(address indexed author, address indexed subject, uint256 proposal, uint16 confirmations, bool executed, uint8 hospital, uint256 ownPrev, uint256 inboxPrev);
    event Accredited(address indexed author, address indexed subject, uint8 hospital, Role role, bytes32 licence, uint256 ownPrev, uint256 inboxPrev);
    event Suspended(address indexed author, address indexed subject, uint8 hospital, bytes32 reason, uint256 ownPrev, uint256 inboxPrev);
    event Assigned(address indexed author, address indexed subject, address indexed other, bytes32 note, uint256 ownPrev, uint256 inboxPrev, uint256 otherPrev);

    /// The proposal counts as the proposer's own confirmation.
    function propose(address subject, bool admit, bytes32 statement) external returns (uint256 proposal);
    function confirm(uint256 proposal) external;
    function accredit(address account_, Role role, bytes32 licence) external;
    function suspend(address account_, bytes32 reason) external;
    function assign(address patient, address doctor, bytes32 note) external;

    // ── Care ── (ids start at 1)
    event Booked(address indexed author, address indexed subject, address indexed arbiter, uint256 id, bytes32 request, uint96 fee, uint40 until, uint256 ownPrev, uint256 inboxPrev);
    event Accepted(address indexed author, address indexed subject, uint256 id, uint256 ownPrev, uint256 inboxPrev);
    event Declined(address indexed author, address indexed subject, uint256 id, bytes32 reason, uint256 ownPrev, uint256 inboxPrev);
    event Cancelled(address indexed author, address indexed subject, uint256 id, uint256 ownPrev, uint256 inboxPrev);
    event Completed(address indexed author, address indexed subject, uint256 id, bytes32 record, bytes4 hint, uint256 ownPrev, uint256 inboxPrev);
    /// subject = the doctor, other = the patient; either may be the author
    event Released(address indexed author, address indexed subject, address indexed other, uint256 id, uint96 amount, uint256 ownPrev, uint256 inboxPrev, uint256 otherPrev);
    event Disputed(address indexed author, address indexed subject, address indexed other, uint256 id, bytes32 reason, uint256 ownPrev, uint256 inboxPrev, uint256 otherPrev);
    event Resolved(address indexed author, address indexed subject, address indexed other, uint256 id, uint96 refund, bytes32 reason, uint256 ownPrev, uint256 inboxPrev, uint256 otherPrev);
    event Reclaimed(address indexed author, address indexed subject, uint256 id, uint256 ownPrev, uint256 inboxPrev);
    /// author = a hospital, subject = the doctor, other = the patient
    event Attested(address indexed author, address indexed subject, address indexed other, uint256 id, uint256 ownPrev, uint256 inboxPrev, uint256 otherPrev);
    /// released: wei credited to the doctor by this rating, 0 when the fee had been released before
    event Rated(address indexed author, address indexed subject, uint256 id, uint8 score, bytes32 comment, uint96 released, uint256 ownPrev, uint256 inboxPrev);
    event Withdrawn(address indexed author, address indexed subject, address to, uint256 amount, uint256 ownPrev);

    function book(address doctor, bytes32 request, uint8 arbiter, uint40 until, bytes12 keyHash) external payable returns (uint256 id);
    function accept(uint256 id) external;
    function decline(uint256 id, bytes32 reason) external;
    function cancel(uint256 id) external;
    function complete(uint256 id, bytes32 record, bytes4 hint) external;
    function release(uint256 id) external;
    function dispute(uint256 id, bytes32 reason) external;
    function resolve(uint256 id, uint96 refund, bytes32 reason) external;
    function reclaim(uint256 id) external;
    function attest(uint256 id) external;
    function rate(uint256 id, uint8 score, bytes32 comment) external;
    function withdraw(address payable to) external;

    // ── views ──
    function account(address a) external view returns (AccountView memory);
    function appointment(uint256 id) external view returns (AppointmentView memory);
    /// every account ever accredited, in order; cursor = index of the first, next = 0 at the end
    function directory(uint256 cursor, uint256 limit) external view returns (DirectoryEntry[] memory entries, uint256 next);
    function hospitals() external view returns (HospitalView[] memory members, uint32 version);
    function proposals(uint256 cursor, uint256 limit) external view returns (ProposalView[] memory entries, uint256 next);
    function credit(address a) external view returns (uint256);

    // ── errors ──
    error Stale(uint40 expected, uint40 actual);
    error NotEnrolled(address account);
    error AccountMoved(address account, address to);
    error BadRecipient(uint256 length);
    error BadSuccessor(address successor);
    error BadSignature(address old, address recovered);
    error NotAccredited(address account);
    error NotHospital(address account);
    error ZeroAddress();
    error ZeroDigest();
    error SelfDealing(address account);
    error NotYours(uint256 id, address caller);
    error UnknownAppointment(uint256 id);
    error WrongStatus(uint256 id, Status status);
    error WrongFee(uint256 sent, uint256 fee);
    error NotOpen(address doctor);
    error NotBookable(address doctor);
    error KeyChanged(address doctor, bytes12 expected, bytes12 actual);
    error BadArbiter(uint8 hospital);
    error BadDeadline(uint40 until, uint40 earliest, uint40 latest);
    error TooEarly(uint256 id, uint40 from);
    error TooLate(uint256 id, uint40 until);
    error BadRefund(uint96 refund, uint96 fee);
    error BadScore(uint8 score);
    error AlreadyRated(uint256 id);
    error AlreadyAttested(uint256 id);
    error NothingPaid(uint256 id);
    error NoCredit(address account);
    error TransferFailed(address to, uint256 amount);
    error BadRole(address account, Role current, Role wanted);
    error AlreadyHospital(address account);
    error TooManyHospitals();
    error TooFewHospitals(uint256 count);
    error UnknownProposal(uint256 proposal);
    error ProposalDead(uint256 proposal);
    error AlreadyConfirmed(uint256 proposal, address hospital);
    error BadExpiry(uint40 until);
}

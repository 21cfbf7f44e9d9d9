// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ITimeline} from "./ITimeline.sol";

/// @title Accounts
/// @notice Public keys, keyrings, profiles, fees, and moving an account to a new address. Digests are sha2-256 digests of CIDv1 dag-pb
/// UnixFS directories; a digest of 0 means there is none.
interface IAccounts is ITimeline {
    /// @notice The account published a public key and the keyring that opens its secret.
    /// @dev Read by everyone who seals something to the author (with `keyHash` of {ISalus-account}), and by the author's other devices. The
    /// first precedes every event that needs an enrolled author. A later one replaces key, keyring, successor and profile (a rotation).
    /// Never follows the author's {Succeeded} as subject.
    /// @param recipient 1216 bytes, MLKEM768-X25519
    /// @param keyring the seed, wrapped once for each way of opening it
    /// @param successor address of the key derived from the seed, whose signature moves the account
    /// @param nonce from which seed and nonce give the vault's identity
    /// @param profile digest of the public profile, 0 for none
    event Enrolled(
        address indexed author,
        address indexed subject,
        bytes recipient,
        bytes keyring,
        address successor,
        bytes32 nonce,
        bytes32 profile,
        uint256 ownPrev
    );

    /// @notice The account replaced its keyring: same seed, other ways of opening it.
    /// @dev Read by the author's devices: the newest of {Enrolled} and {KeyringSet} holds. Never precedes the author's {Enrolled}.
    event KeyringSet(address indexed author, address indexed subject, bytes keyring, uint256 ownPrev);

    /// @notice The account replaced its public profile.
    /// @dev Read by everyone who shows the author: the newest of {Enrolled} and {ProfileSet} holds. Never precedes the author's {Enrolled}.
    event ProfileSet(address indexed author, address indexed subject, bytes32 profile, uint256 ownPrev);

    /// @notice The account set its fee and whether it takes bookings. Appointments already booked keep theirs.
    /// @dev Read by patients, though the view says the same. Never precedes the author's {Enrolled}.
    /// @param fee wei
    event FeeSet(address indexed author, address indexed subject, uint96 fee, bool open, uint256 ownPrev);

    /// @notice `author`, the new address, took over the account of `subject`, the old one.
    /// @dev Read by everyone who knows the old address: it stands in the old inbox and the new own timeline, and readers go on from one
    /// to the other. It is the last event of the subject's inbox; its own timeline is closed where it stood (see `movedTo`). Nothing can
    /// follow in either. What names the old address in an
    /// appointment is from then on answered by, paid to and reported to the new one. Accreditation does not move: hospitals vouched for
    /// the old address and decide anew. Ratings move.
    /// @param credit wei of the old address that the new one may now withdraw
    event Succeeded(
        address indexed author, address indexed subject, uint256 credit, uint256 ownPrev, uint256 inboxPrev
    );

    /// @notice The account has no public key (yet, or any more).
    error NotEnrolled(address account);
    /// @notice A public key has 1216 bytes.
    error BadRecipient(uint256 length);
    /// @notice A keyring has at most `max` bytes.
    error KeyringTooLong(uint256 length, uint256 max);
    /// @notice A successor is needed, and it is not the account itself.
    error BadSuccessor(address successor);
    /// @notice The signature is not by the successor that `old` named.
    error BadSignature(address old, address recovered);
    /// @notice The chain of moves that ends at this account is as long as it may get.
    error TooManyMoves(address account);

    /// @notice Publishes the caller's key; again: rotates it.
    /// @param expected the count of the caller's own timeline
    /// @param recipient 1216 bytes
    /// @param keyring at most 16,384 bytes
    /// @param successor address of the seed's successor key; any address whose signature shall move the account
    function enroll(
        uint40 expected,
        bytes calldata recipient,
        bytes calldata keyring,
        address successor,
        bytes32 nonce,
        bytes32 profile
    ) external;

    /// @notice Replaces the caller's keyring.
    /// @param expected the count of the caller's own timeline
    /// @param keyring at most 16,384 bytes
    function setKeyring(uint40 expected, bytes calldata keyring) external;

    /// @notice Replaces the caller's public profile; 0 takes it away.
    function setProfile(bytes32 profile) external;

    /// @notice Sets the caller's fee (wei) and whether it takes bookings.
    function setFee(uint96 fee, bool open) external;

    /// @notice Moves the account `old` to the caller. Not possible while `old` is an active hospital: hospitals, not a seed, decide who
    /// is one.
    /// @param signature 65 bytes r ‖ s ‖ v by the successor key of `old` over the EIP-191 version 0 digest
    /// `keccak256(0x19 ‖ 0x00 ‖ contract ‖ abi.encode(keccak256("salus/v1/succeed"), chain id, old, caller))`
    function succeed(address old, bytes calldata signature) external;
}

// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Timelines
/// @notice Every account has two timelines: its *own* acts, and an *inbox* of others' acts that concern it. Each is one head
/// word `block(40) | count(40) | acc(176)`, the block in the high bits. An event advances it from `prev` to
///
///     block.number ‖ count + 1 ‖ low176(keccak256(abi.encode(prev, h)))
///     h = keccak256(abi.encode(event selector, every field of the event in declaration order, except the previous words))
///
/// (Indexed fields stand first, so for events of fixed size `h` is the hash of all topics and the data without the previous words.)
///
/// Every event has the indexed accounts `author` (who acted, always `msg.sender`), `subject` (whom it concerns; the author itself
/// or zero where it concerns nobody else) and at most one further `other`. It ends with the previous word of each timeline it advances:
///
/// - `ownPrev`: the author's own timeline;
/// - `inboxPrev`: the subject's inbox. 0, and nothing is advanced, when the subject is the author or zero;
/// - `otherPrev`: the other's inbox. 0, and nothing is advanced, when the other is the author, the subject or zero.
///
/// So a reader walks back from a head word: `block` says where the newest event is, `acc` which of that block's it is and that no
/// field was altered, and its previous word where the next one is, until the word is 0. A node can withhold events; it cannot forge,
/// drop or reorder them. One event advances one timeline at most once.
/// @dev `block` has 39 bits in storage; the top bit marks a timeline closed by {IAccounts-succeed} and is never returned.
interface ITimeline {
    /// @notice An act was built on `expected` own events, but there are `actual`: another device acted first.
    error Stale(uint40 expected, uint40 actual);
    /// @notice The account was succeeded by `to`; its timelines are closed.
    error AccountMoved(address account, address to);
    /// @notice An account is needed here, and it is not zero.
    error ZeroAddress();
    /// @notice A digest is needed here, and it is not zero.
    error ZeroDigest();
    /// @notice The account may not stand on both sides of this act.
    error SelfDealing(address account);
}

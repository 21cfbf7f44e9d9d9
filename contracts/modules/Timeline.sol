// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ITimeline} from "../interfaces/ITimeline.sol";

/// @notice The head words, how they advance, and where closed timelines go on.
abstract contract Timeline is ITimeline {
    /// @dev The top bit of a head word: the account was succeeded, nothing may follow.
    uint256 private constant CLOSED = 1 << 255;
    uint256 private constant COUNT_ONE = 1 << 176;
    uint256 private constant COUNT_BITS = uint256(type(uint40).max) << 176;
    uint256 private constant ACC_BITS = type(uint176).max;

    /// @dev A word with a place of its own, so that the place is computed once.
    struct Head {
        uint256 word;
    }

    mapping(address account => Head) private _ownHead;
    mapping(address account => Head) private _inboxHead;
    mapping(address account => address to) internal _movedTo;

    /// @dev Advances the caller's own timeline. So an account that was succeeded can do nothing at all.
    function _own(bytes32 h) internal returns (uint256 previous) {
        return _advance(_ownHead[msg.sender], msg.sender, h);
    }

    /// @dev Advances the inbox of a subject or other, unless that is the author or nobody.
    function _inbox(address a, bytes32 h) internal returns (uint256 previous) {
        return a == msg.sender || a == address(0) ? 0 : _advance(_inboxHead[a], a, h);
    }

    /// @dev Closes both timelines of `old`, which go on at the caller.
    function _close(address old) internal {
        _ownHead[old].word |= CLOSED;
        _inboxHead[old].word |= CLOSED;
        _movedTo[old] = msg.sender;
    }

    /// @dev Two devices may act at once: the later one has to look again.
    function _expect(uint40 expected) internal view {
        // the count is the 40 bits above acc
        // forge-lint: disable-next-line(unsafe-typecast)
        uint40 actual = uint40(_ownHead[msg.sender].word >> 176);
        if (actual != expected) revert Stale(expected, actual);
    }

    /// @dev The account that answers for `a` today. The caller answers for itself: had it been succeeded, {_own} would refuse. {Accounts} keeps
    /// the number of hops small.
    function _current(address a) internal view returns (address) {
        while (a != msg.sender && _inboxHead[a].word & CLOSED != 0) a = _movedTo[a];
        return a;
    }

    /// @dev Head words as readers know them.
    function _heads(address a) internal view returns (uint256 own, uint256 inbox) {
        return (_ownHead[a].word & ~CLOSED, _inboxHead[a].word & ~CLOSED);
    }

    function _requireDigest(bytes32 digest) internal pure {
        if (digest == 0) revert ZeroDigest();
    }

    function _advance(Head storage head, address a, bytes32 h) private returns (uint256 word) {
        word = head.word;
        if (word & CLOSED != 0) revert AccountMoved(a, _movedTo[a]);
        uint256 acc;
        uint256 count;
        assembly ("memory-safe") {
            mstore(0x00, word)
            mstore(0x20, h)
            acc := keccak256(0x00, 0x40)
        }
        unchecked {
            count = (word + COUNT_ONE) & COUNT_BITS;
        }
        head.word = (block.number << 216) | count | (acc & ACC_BITS);
    }
}

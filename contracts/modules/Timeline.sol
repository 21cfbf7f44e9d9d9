// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ITimeline} from "../interfaces/ITimeline.sol";

/// @notice The head words, how they advance, and where closed timelines go on.
abstract contract Timeline is ITimeline {
    /// @dev The top bit of a head word: the account was succeeded, nothing may follow.
    uint256 private constant CLOSED = 1 << 255;

    mapping(address account => uint256 word) private _ownHead;
    mapping(address account => uint256 word) private _inboxHead;
    mapping(address account => address to) internal _movedTo;

    /// @dev Advances the caller's own timeline. So an account that was succeeded can do nothing at all.
    function _own(bytes32 h) internal returns (uint256 previous) {
        return _advance(_ownHead, msg.sender, h);
    }

    /// @dev Advances the inbox of a subject or other, unless that is the author or nobody.
    function _inbox(address a, bytes32 h) internal returns (uint256 previous) {
        return a == msg.sender || a == address(0) ? 0 : _advance(_inboxHead, a, h);
    }

    /// @dev Closes both timelines of `old`, which go on at the caller.
    function _close(address old) internal {
        _ownHead[old] |= CLOSED;
        _inboxHead[old] |= CLOSED;
        _movedTo[old] = msg.sender;
    }

    /// @dev Two devices may act at once: the later one has to look again.
    function _expect(uint40 expected) internal view {
        // the count is the 40 bits above acc
        // forge-lint: disable-next-line(unsafe-typecast)
        uint40 actual = uint40(_ownHead[msg.sender] >> 176);
        if (actual != expected) revert Stale(expected, actual);
    }

    /// @dev The account that answers for `a` today. {Accounts} keeps the number of hops small.
    function _current(address a) internal view returns (address) {
        while (_inboxHead[a] & CLOSED != 0) a = _movedTo[a];
        return a;
    }

    /// @dev Head words as readers know them.
    function _heads(address a) internal view returns (uint256 own, uint256 inbox) {
        return (_ownHead[a] & ~CLOSED, _inboxHead[a] & ~CLOSED);
    }

    function _requireDigest(bytes32 digest) internal pure {
        if (digest == 0) revert ZeroDigest();
    }

    function _advance(mapping(address account => uint256 word) storage heads, address a, bytes32 h)
        private
        returns (uint256 word)
    {
        word = heads[a];
        if (word & CLOSED != 0) revert AccountMoved(a, _movedTo[a]);
        uint256 count = ((word >> 176) + 1) & type(uint40).max;
        uint256 acc = uint256(keccak256(abi.encode(word, h))) & type(uint176).max;
        heads[a] = (block.number << 216) | (count << 176) | acc;
    }
}

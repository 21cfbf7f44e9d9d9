// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Timeline} from "./Timeline.sol";

/// @notice Writes the events of fixed size and advances the timelines they belong to.
/// @dev An event is laid out once, as words: selector, author, subject, third topic if any, fields, previous words. All but the previous words are
/// hashed, all but the topics are the log's data. One function does it for all events, because an `emit` beside an `abi.encode` in every
/// place takes more code than the deployment limit leaves. Fields are words, as the ABI encodes them; the tests decode every event.
abstract contract Log is Timeline {
    /// @dev 4 topics, 5 fields, 3 previous words.
    uint256 private constant LONGEST = 12 * 32;

    // author alone

    function _logOwn(bytes32 selector, uint256 a) internal {
        _log(selector, 1, msg.sender, 3, 0, 1, a, 0, 0, 0, 0);
    }

    function _logOwn(bytes32 selector, uint256 a, uint256 b) internal {
        _log(selector, 1, msg.sender, 3, 0, 2, a, b, 0, 0, 0);
    }

    function _logOwn(bytes32 selector, uint256 a, uint256 b, uint256 c) internal {
        _log(selector, 1, msg.sender, 3, 0, 3, a, b, c, 0, 0);
    }

    // author and subject

    function _logTo(bytes32 selector, address subject, uint256 a) internal {
        _log(selector, 2, subject, 3, 0, 1, a, 0, 0, 0, 0);
    }

    function _logTo(bytes32 selector, address subject, uint256 a, uint256 b) internal {
        _log(selector, 2, subject, 3, 0, 2, a, b, 0, 0, 0);
    }

    function _logTo(bytes32 selector, address subject, uint256 a, uint256 b, uint256 c) internal {
        _log(selector, 2, subject, 3, 0, 3, a, b, c, 0, 0);
    }

    function _logTo(bytes32 selector, address subject, uint256 a, uint256 b, uint256 c, uint256 d) internal {
        _log(selector, 2, subject, 3, 0, 4, a, b, c, d, 0);
    }

    function _logTo(bytes32 selector, address subject, uint256 a, uint256 b, uint256 c, uint256 d, uint256 e) internal {
        _log(selector, 2, subject, 3, 0, 5, a, b, c, d, e);
    }

    // author and subject, with the hash of a token as third topic

    function _logToken(bytes32 selector, address subject, bytes32 access) internal {
        _log(selector, 2, subject, 4, uint256(access), 0, 0, 0, 0, 0, 0);
    }

    function _logToken(bytes32 selector, address subject, bytes32 access, uint256 a, uint256 b, uint256 c) internal {
        _log(selector, 2, subject, 4, uint256(access), 3, a, b, c, 0, 0);
    }

    // author, subject and other

    function _logToBoth(bytes32 selector, address subject, address other, uint256 a) internal {
        _log(selector, 3, subject, 4, uint160(other), 1, a, 0, 0, 0, 0);
    }

    function _logToBoth(bytes32 selector, address subject, address other, uint256 a, uint256 b) internal {
        _log(selector, 3, subject, 4, uint160(other), 2, a, b, 0, 0, 0);
    }

    function _logToBoth(bytes32 selector, address subject, address other, uint256 a, uint256 b, uint256 c) internal {
        _log(selector, 3, subject, 4, uint160(other), 3, a, b, c, 0, 0);
    }

    /// @param timelines how many it may advance: own, the subject's, the other's
    /// @param topics 3, or 4 with `third`
    /// @param n how many of the fields `a` to `e` it has
    function _log(
        bytes32 selector,
        uint256 timelines,
        address subject,
        uint256 topics,
        uint256 third,
        uint256 n,
        uint256 a,
        uint256 b,
        uint256 c,
        uint256 d,
        uint256 e
    ) private {
        uint256 to = uint160(subject);
        uint256 start;
        uint256 data;
        uint256 end;
        bytes32 h;
        assembly ("memory-safe") {
            start := mload(0x40)
            mstore(0x40, add(start, LONGEST))
            data := add(start, shl(5, topics))
            end := add(data, shl(5, n))
            mstore(start, selector)
            mstore(add(start, 32), caller())
            mstore(add(start, 64), to)
            mstore(add(start, 96), third)
            mstore(data, a)
            mstore(add(data, 32), b)
            mstore(add(data, 64), c)
            mstore(add(data, 96), d)
            mstore(add(data, 128), e)
            h := keccak256(start, sub(end, start))
        }
        uint256 ownPrev = _own(h);
        uint256 inboxPrev;
        uint256 otherPrev;
        if (timelines != 1) {
            inboxPrev = _inbox(subject, h);
            // with three timelines, the third topic is an account
            // forge-lint: disable-next-line(unsafe-typecast)
            if (timelines == 3 && third != to) otherPrev = _inbox(address(uint160(third)), h);
        }
        assembly ("memory-safe") {
            mstore(end, ownPrev)
            mstore(add(end, 32), inboxPrev)
            mstore(add(end, 64), otherPrev)
            let size := sub(add(end, shl(5, timelines)), data)
            switch topics
            case 3 { log3(data, size, selector, caller(), to) }
            default { log4(data, size, selector, caller(), to, third) }
        }
    }
}

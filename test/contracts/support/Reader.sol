// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccounts} from "../../../contracts/interfaces/IAccounts.sol";
import {ICare} from "../../../contracts/interfaces/ICare.sol";
import {IConsortium} from "../../../contracts/interfaces/IConsortium.sol";
import {IRecords} from "../../../contracts/interfaces/IRecords.sol";

/// @notice A reader of timelines, written from {ITimeline} and the event declarations alone: it decodes each event, encodes its fields anew, and
/// walks back from a head word.
library Reader {
    /// @param number of the block
    struct Entry {
        uint256 number;
        bytes32[] topics;
        bytes data;
    }

    /// @param h hash of the event without its previous words
    struct Event {
        bytes32 h;
        address author;
        address subject;
        address other;
        uint256 ownPrev;
        uint256 inboxPrev;
        uint256 otherPrev;
    }

    /// @notice No event in the block that the word names fits it.
    error Broken(uint256 word);
    error UnknownEvent(bytes32 selector);

    /// @return visited indices into `entries`, newest first
    function walk(Entry[] memory entries, address account, bool inbox, uint256 word)
        internal
        pure
        returns (uint256[] memory visited)
    {
        visited = new uint256[](uint40(word >> 176));
        for (uint256 i; i < visited.length; ++i) {
            (visited[i], word) = step(entries, account, inbox, word);
        }
        if (word != 0) revert Broken(word);
    }

    /// @return index of the event that a head word stands for
    /// @return previous the word before it
    function step(Entry[] memory entries, address account, bool inbox, uint256 word)
        internal
        pure
        returns (uint256 index, uint256 previous)
    {
        index = entries.length;
        while (index > 0) {
            --index;
            if (entries[index].number != word >> 216) continue;
            Event memory e = decode(entries[index].topics, entries[index].data);
            if (!concerns(e, account, inbox)) continue;
            previous = inbox ? (e.subject == account ? e.inboxPrev : e.otherPrev) : e.ownPrev;
            if (next(previous, e.h, entries[index].number) == word) return (index, previous);
        }
        revert Broken(word);
    }

    function next(uint256 previous, bytes32 h, uint256 number) internal pure returns (uint256) {
        uint256 acc = uint176(uint256(keccak256(abi.encode(previous, h))));
        return (number << 216) | (uint256(uint40(previous >> 176) + 1) << 176) | acc;
    }

    function concerns(Event memory e, address account, bool inbox) internal pure returns (bool) {
        if (!inbox) return e.author == account;
        return account != address(0) && account != e.author && (account == e.subject || account == e.other);
    }

    function decode(bytes32[] memory t, bytes memory d) internal pure returns (Event memory e) {
        e.author = _address(t[1]);
        e.subject = _address(t[2]);
        bytes32 s = t[0];
        if (
            s == IRecords.Delegated.selector || s == IConsortium.Assigned.selector || s == ICare.Released.selector
                || s == ICare.Disputed.selector || s == ICare.Resolved.selector || s == ICare.Attested.selector
        ) {
            e.other = _address(t[3]);
        }
        if (!_accounts(e, s, d) && !_records(e, t, d) && !_consortium(e, s, d) && !_care(e, s, d)) {
            revert UnknownEvent(s);
        }
    }

    /// @dev Strictly, as `abi.decode` does with what is not indexed.
    function _address(bytes32 topic) private pure returns (address) {
        return abi.decode(abi.encode(topic), (address));
    }

    function _accounts(Event memory e, bytes32 s, bytes memory d) private pure returns (bool) {
        if (s == IAccounts.Enrolled.selector) {
            (bytes memory a, bytes memory b, address c, bytes32 f, bytes32 g, uint256 own) =
                abi.decode(d, (bytes, bytes, address, bytes32, bytes32, uint256));
            e.h = keccak256(abi.encode(s, e.author, e.subject, a, b, c, f, g));
            e.ownPrev = own;
        } else if (s == IAccounts.KeyringSet.selector) {
            (bytes memory a, uint256 own) = abi.decode(d, (bytes, uint256));
            e.h = keccak256(abi.encode(s, e.author, e.subject, a));
            e.ownPrev = own;
        } else if (s == IAccounts.ProfileSet.selector) {
            (bytes32 a, uint256 own) = abi.decode(d, (bytes32, uint256));
            e.h = keccak256(abi.encode(s, e.author, e.subject, a));
            e.ownPrev = own;
        } else if (s == IAccounts.FeeSet.selector) {
            (uint96 a, bool b, uint256 own) = abi.decode(d, (uint96, bool, uint256));
            e.h = keccak256(abi.encode(s, e.author, e.subject, a, b));
            e.ownPrev = own;
        } else if (s == IAccounts.Succeeded.selector) {
            uint256 a;
            (a, e.ownPrev, e.inboxPrev) = abi.decode(d, (uint256, uint256, uint256));
            e.h = keccak256(abi.encode(s, e.author, e.subject, a));
        } else {
            return false;
        }
        return true;
    }

    function _records(Event memory e, bytes32[] memory t, bytes memory d) private pure returns (bool) {
        bytes32 s = t[0];
        if (s == IRecords.Added.selector) {
            (uint256 a, bytes32 b, bytes4 c, uint256 own, uint256 inbox) =
                abi.decode(d, (uint256, bytes32, bytes4, uint256, uint256));
            e.h = keccak256(abi.encode(s, e.author, e.subject, a, b, c));
            (e.ownPrev, e.inboxPrev) = (own, inbox);
        } else if (s == IRecords.Shared.selector) {
            (bytes32 a, uint40 b, uint40 c, uint256 own, uint256 inbox) =
                abi.decode(d, (bytes32, uint40, uint40, uint256, uint256));
            e.h = keccak256(abi.encode(s, e.author, e.subject, t[3], a, b, c));
            (e.ownPrev, e.inboxPrev) = (own, inbox);
        } else if (s == IRecords.Revoked.selector) {
            (e.ownPrev, e.inboxPrev) = abi.decode(d, (uint256, uint256));
            e.h = keccak256(abi.encode(s, e.author, e.subject, t[3]));
        } else if (s == IRecords.Rotated.selector) {
            (bytes32 a, bytes32 b, bytes32 c, uint256 own) = abi.decode(d, (bytes32, bytes32, bytes32, uint256));
            e.h = keccak256(abi.encode(s, e.author, e.subject, a, b, c));
            e.ownPrev = own;
        } else if (s == IRecords.AccessRequested.selector) {
            bytes32 a;
            (a, e.ownPrev, e.inboxPrev) = abi.decode(d, (bytes32, uint256, uint256));
            e.h = keccak256(abi.encode(s, e.author, e.subject, a));
        } else if (s == IRecords.Refused.selector) {
            (uint40 a, bytes32 b, uint256 own, uint256 inbox) = abi.decode(d, (uint40, bytes32, uint256, uint256));
            e.h = keccak256(abi.encode(s, e.author, e.subject, a, b));
            (e.ownPrev, e.inboxPrev) = (own, inbox);
        } else if (s == IRecords.Delegated.selector) {
            bytes32 a;
            bytes32 b;
            uint40 c;
            (a, b, c, e.ownPrev, e.inboxPrev, e.otherPrev) =
                abi.decode(d, (bytes32, bytes32, uint40, uint256, uint256, uint256));
            e.h = keccak256(abi.encode(s, e.author, e.subject, e.other, a, b, c));
        } else {
            return false;
        }
        return true;
    }

    function _consortium(Event memory e, bytes32 s, bytes memory d) private pure returns (bool) {
        if (s == IConsortium.Proposed.selector) {
            (uint256 a, bool b, uint32 c, bytes32 f, uint256 own, uint256 inbox) =
                abi.decode(d, (uint256, bool, uint32, bytes32, uint256, uint256));
            e.h = keccak256(abi.encode(s, e.author, e.subject, a, b, c, f));
            (e.ownPrev, e.inboxPrev) = (own, inbox);
        } else if (s == IConsortium.Confirmed.selector) {
            (uint256 a, uint16 b, bool c, uint8 f, uint256 own, uint256 inbox) =
                abi.decode(d, (uint256, uint16, bool, uint8, uint256, uint256));
            e.h = keccak256(abi.encode(s, e.author, e.subject, a, b, c, f));
            (e.ownPrev, e.inboxPrev) = (own, inbox);
        } else if (s == IConsortium.Accredited.selector) {
            (uint8 a, IConsortium.Role b, bytes32 c, uint256 own, uint256 inbox) =
                abi.decode(d, (uint8, IConsortium.Role, bytes32, uint256, uint256));
            e.h = keccak256(abi.encode(s, e.author, e.subject, a, b, c));
            (e.ownPrev, e.inboxPrev) = (own, inbox);
        } else if (s == IConsortium.Suspended.selector) {
            (uint8 a, bytes32 b, uint256 own, uint256 inbox) = abi.decode(d, (uint8, bytes32, uint256, uint256));
            e.h = keccak256(abi.encode(s, e.author, e.subject, a, b));
            (e.ownPrev, e.inboxPrev) = (own, inbox);
        } else if (s == IConsortium.Assigned.selector) {
            bytes32 a;
            (a, e.ownPrev, e.inboxPrev, e.otherPrev) = abi.decode(d, (bytes32, uint256, uint256, uint256));
            e.h = keccak256(abi.encode(s, e.author, e.subject, e.other, a));
        } else {
            return false;
        }
        return true;
    }

    function _care(Event memory e, bytes32 s, bytes memory d) private pure returns (bool) {
        if (s == ICare.Booked.selector) {
            _booked(e, s, d);
        } else if (s == ICare.Cancelled.selector || s == ICare.Reclaimed.selector) {
            uint256 a;
            (a, e.ownPrev, e.inboxPrev) = abi.decode(d, (uint256, uint256, uint256));
            e.h = keccak256(abi.encode(s, e.author, e.subject, a));
        } else if (s == ICare.Declined.selector || s == ICare.Accepted.selector) {
            (uint256 a, bytes32 b, uint256 own, uint256 inbox) = abi.decode(d, (uint256, bytes32, uint256, uint256));
            e.h = keccak256(abi.encode(s, e.author, e.subject, a, b));
            (e.ownPrev, e.inboxPrev) = (own, inbox);
        } else if (s == ICare.Completed.selector) {
            (uint256 a, bytes32 b, bytes4 c, uint256 own, uint256 inbox) =
                abi.decode(d, (uint256, bytes32, bytes4, uint256, uint256));
            e.h = keccak256(abi.encode(s, e.author, e.subject, a, b, c));
            (e.ownPrev, e.inboxPrev) = (own, inbox);
        } else if (s == ICare.Rated.selector) {
            (uint256 a, uint8 b, bytes32 c, uint96 f, uint256 own, uint256 inbox) =
                abi.decode(d, (uint256, uint8, bytes32, uint96, uint256, uint256));
            e.h = keccak256(abi.encode(s, e.author, e.subject, a, b, c, f));
            (e.ownPrev, e.inboxPrev) = (own, inbox);
        } else if (s == ICare.Withdrawn.selector) {
            (address a, uint256 b, uint256 own) = abi.decode(d, (address, uint256, uint256));
            e.h = keccak256(abi.encode(s, e.author, e.subject, a, b));
            e.ownPrev = own;
        } else {
            return _careOfThree(e, s, d);
        }
        return true;
    }

    function _careOfThree(Event memory e, bytes32 s, bytes memory d) private pure returns (bool) {
        if (s == ICare.Attested.selector) {
            uint256 a;
            (a, e.ownPrev, e.inboxPrev, e.otherPrev) = abi.decode(d, (uint256, uint256, uint256, uint256));
            e.h = keccak256(abi.encode(s, e.author, e.subject, e.other, a));
        } else if (s == ICare.Released.selector) {
            uint256 a;
            uint96 b;
            (a, b, e.ownPrev, e.inboxPrev, e.otherPrev) = abi.decode(d, (uint256, uint96, uint256, uint256, uint256));
            e.h = keccak256(abi.encode(s, e.author, e.subject, e.other, a, b));
        } else if (s == ICare.Disputed.selector) {
            uint256 a;
            bytes32 b;
            (a, b, e.ownPrev, e.inboxPrev, e.otherPrev) = abi.decode(d, (uint256, bytes32, uint256, uint256, uint256));
            e.h = keccak256(abi.encode(s, e.author, e.subject, e.other, a, b));
        } else if (s == ICare.Resolved.selector) {
            uint256 a;
            uint96 b;
            bytes32 c;
            (a, b, c, e.ownPrev, e.inboxPrev, e.otherPrev) =
                abi.decode(d, (uint256, uint96, bytes32, uint256, uint256, uint256));
            e.h = keccak256(abi.encode(s, e.author, e.subject, e.other, a, b, c));
        } else {
            return false;
        }
        return true;
    }

    function _booked(Event memory e, bytes32 s, bytes memory d) private pure {
        address arbiter;
        uint256 id;
        bytes32 request;
        uint96 fee;
        uint40 until;
        (arbiter, id, request, fee, until, e.ownPrev, e.inboxPrev) =
            abi.decode(d, (address, uint256, bytes32, uint96, uint40, uint256, uint256));
        e.h = keccak256(abi.encode(s, e.author, e.subject, arbiter, id, request, fee, until));
    }
}

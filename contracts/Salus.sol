// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ISalus} from "./interfaces/ISalus.sol";
import {Consortium} from "./modules/Consortium.sol";
import {Records} from "./modules/Records.sol";

/// @title Salus
/// @notice The five modules together, and what they look like from outside.
contract Salus is ISalus, Records {
    /// @dev Pages longer than this are cut.
    uint256 private constant MAX_PAGE = 256;

    /// @param founders the first hospitals, at least three
    constructor(address[] memory founders) Consortium(founders) {}

    /// @inheritdoc ISalus
    /// @dev No ether comes along, so a call within can at most book what is free.
    function multicall(bytes[] calldata calls) external {
        for (uint256 i; i < calls.length; ++i) {
            (bool ok, bytes memory answer) = address(this).delegatecall(calls[i]);
            if (ok) continue;
            assembly ("memory-safe") {
                revert(add(answer, 32), mload(answer))
            }
        }
    }

    /// @inheritdoc ISalus
    function account(address a) public view returns (AccountView memory v) {
        (v.own, v.inbox) = _heads(a);
        v.keyHash = _accounts[a].keyHash;
        v.successor = _accounts[a].successor;
        v.movedTo = _movedTo[a];
        v.role = Role(_standings[a].role());
        v.vouches = _vouches(a);
        v.accredited = v.vouches & _active != 0 && v.movedTo == address(0);
        Practice memory p = _practices[a];
        v.fee = p.fee;
        v.open = p.open;
        v.ratings = uint32(p.tallies);
        v.ratingSum = uint32(p.tallies >> 32);
        v.attestedRatings = uint32(p.tallies >> 64);
        v.attestedSum = uint32(p.tallies >> 96);
        if (_seats[a].seated) v.hospital = uint16(_seats[a].number) + 1;
        v.activeHospital = _isHospital(a);
    }

    /// @inheritdoc ISalus
    /// @dev One list for each hospital account, newest first; the cursor is its number ‖ the account to begin with.
    function directory(uint256 cursor, uint256 limit)
        external
        view
        returns (DirectoryEntry[] memory entries, uint256 next)
    {
        if (limit > MAX_PAGE) limit = MAX_PAGE;
        entries = new DirectoryEntry[](limit);
        uint256 number = cursor >> 160;
        // the account is the low 160 bits of the cursor
        // forge-lint: disable-next-line(unsafe-typecast)
        address item = cursor == 0 ? _newest(0) : address(uint160(cursor));
        uint256 count;
        while (true) {
            while (item == address(0) && ++number < _hospitals.length) item = _newest(number);
            if (item == address(0) || count == limit) break;
            entries[count++] = DirectoryEntry(item, account(item));
            item = _standings[item].before();
        }
        if (item != address(0)) next = (number << 160) | uint160(item);
        assembly ("memory-safe") {
            mstore(entries, count)
        }
    }

    /// @dev An account that was admitted twice has its list under its newest number.
    function _newest(uint256 number) private view returns (address) {
        Seat storage seat = _seats[_hospitals[number]];
        return seat.number == number ? seat.newest : address(0);
    }
}

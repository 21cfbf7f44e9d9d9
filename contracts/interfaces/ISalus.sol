// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccounts} from "./IAccounts.sol";
import {ICare} from "./ICare.sol";
import {IConsortium} from "./IConsortium.sol";
import {IRecords} from "./IRecords.sol";

/// @title Salus
/// @notice An ordered, authenticated log of who gave what to whom, and the state that must be enforced: money, accreditation,
/// appointments. It guards no secrets: access is holding a key. No owner, no upgrade, no pause.
interface ISalus is IRecords, ICare, IConsortium, IAccounts {
    /// @param own head word of its own timeline, see {ITimeline}
    /// @param inbox head word of its inbox
    /// @param keyHash first 12 bytes of keccak256(recipient); 0 = not enrolled, or moved
    /// @param successor address whose signature moves the account; 0 once moved
    /// @param movedTo the account that succeeded it, 0 for none
    /// @param role what it was last accredited as
    /// @param accredited an active hospital vouches for it
    /// @param open takes bookings
    /// @param fee wei
    /// @param vouches bit n = hospital number n vouches, be it active or not
    /// @param ratings how many, and their sum; then the same of attested visits only
    /// @param hospital the newest hospital number + 1, 0 = never a hospital
    struct AccountView {
        uint256 own;
        uint256 inbox;
        bytes12 keyHash;
        address successor;
        address movedTo;
        Role role;
        bool accredited;
        bool open;
        uint96 fee;
        uint256 vouches;
        uint32 ratings;
        uint32 ratingSum;
        uint32 attestedRatings;
        uint32 attestedSum;
        uint16 hospital;
        bool activeHospital;
    }

    struct DirectoryEntry {
        address account;
        AccountView state;
    }

    /// @notice Several calls of the caller in one transaction, all or none; as if each was sent alone, in this order.
    function multicall(bytes[] calldata calls) external;

    /// @return what the contract knows of an account; all zero where it knows nothing
    function account(address a) external view returns (AccountView memory);

    /// @notice Every account ever accredited, whatever its standing now.
    /// @param cursor 0 to begin, else the previous answer's `next` (opaque)
    /// @return entries at most `limit` (and 256): by hospital that accredited first, in order of number, and newest first within each
    /// @return next 0 at the end
    function directory(uint256 cursor, uint256 limit)
        external
        view
        returns (DirectoryEntry[] memory entries, uint256 next);
}

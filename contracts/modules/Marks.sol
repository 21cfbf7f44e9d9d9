// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICare} from "../interfaces/ICare.sol";

/// @dev What is marked on an appointment, in one byte: status (4 bits from low, an {ICare-Status}), attested (1), score (3, 0 = not rated).
type Marks is uint8;

using {status, isIn, attested, score, withStatus, withAttested, withScore} for Marks global;

/// @dev Sets of states.
uint256 constant NONE = 1 << uint8(ICare.Status.None);
uint256 constant BOOKED = 1 << uint8(ICare.Status.Booked);
uint256 constant ACCEPTED = 1 << uint8(ICare.Status.Accepted);
uint256 constant COMPLETED = 1 << uint8(ICare.Status.Completed);
uint256 constant DISPUTED = 1 << uint8(ICare.Status.Disputed);
uint256 constant PAID = 1 << uint8(ICare.Status.Paid);
uint256 constant SPLIT = 1 << uint8(ICare.Status.Split);

uint8 constant STATUS_BITS = 0x0f;
uint8 constant ATTESTED_BIT = 0x10;
uint8 constant SCORE_SHIFT = 5;

function status(Marks m) pure returns (ICare.Status) {
    return ICare.Status(Marks.unwrap(m) & STATUS_BITS);
}

/// @param states a sum of {BOOKED} and the like
function isIn(Marks m, uint256 states) pure returns (bool) {
    return (1 << (Marks.unwrap(m) & STATUS_BITS)) & states != 0;
}

function attested(Marks m) pure returns (bool) {
    return Marks.unwrap(m) & ATTESTED_BIT != 0;
}

function score(Marks m) pure returns (uint8) {
    return Marks.unwrap(m) >> SCORE_SHIFT;
}

function withStatus(Marks m, ICare.Status s) pure returns (Marks) {
    return Marks.wrap((Marks.unwrap(m) & ~STATUS_BITS) | uint8(s));
}

function withAttested(Marks m) pure returns (Marks) {
    return Marks.wrap(Marks.unwrap(m) | ATTESTED_BIT);
}

/// @dev For marks without a score. @param s 1 to 5
function withScore(Marks m, uint8 s) pure returns (Marks) {
    return Marks.wrap(Marks.unwrap(m) | (s << SCORE_SHIFT));
}

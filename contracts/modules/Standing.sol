// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @dev All that accrediting an account writes, in one word, so that it costs one new slot. From low to high: the account before it in its
/// hospital's list (160), its role (8, the number of a {IConsortium-Role}, 0 while it was never accredited), whether hospitals numbered 80 or above
/// vouch too (8), and the vouches of the hospitals 0 to 79 (80, bit n = number n).
type Standing is uint256;

using {
    before,
    role,
    hasFarVouches,
    nearVouches,
    withBefore,
    withRole,
    withVouch,
    withFarVouches,
    withoutVouch
} for Standing global;

/// @dev Vouches of hospitals with this number and above stand in a second word.
uint8 constant FAR = 80;

uint256 constant ROLE_SHIFT = 160;
uint256 constant FAR_BIT = 1 << 168;
uint256 constant VOUCH_SHIFT = 176;

function before(Standing s) pure returns (address) {
    return address(uint160(Standing.unwrap(s)));
}

function role(Standing s) pure returns (uint8) {
    // the role is the low 8 of these bits
    // forge-lint: disable-next-line(unsafe-typecast)
    return uint8(Standing.unwrap(s) >> ROLE_SHIFT);
}

function hasFarVouches(Standing s) pure returns (bool) {
    return Standing.unwrap(s) & FAR_BIT != 0;
}

function nearVouches(Standing s) pure returns (uint256) {
    return Standing.unwrap(s) >> VOUCH_SHIFT;
}

/// @dev For a standing that has no account before it yet.
function withBefore(Standing s, address a) pure returns (Standing) {
    return Standing.wrap(Standing.unwrap(s) | uint160(a));
}

function withRole(Standing s, uint8 r) pure returns (Standing) {
    return Standing.wrap((Standing.unwrap(s) & ~(uint256(0xff) << ROLE_SHIFT)) | (uint256(r) << ROLE_SHIFT));
}

/// @param number below {FAR}
function withVouch(Standing s, uint8 number) pure returns (Standing) {
    return Standing.wrap(Standing.unwrap(s) | ((1 << VOUCH_SHIFT) << number));
}

/// @param number below {FAR}
function withoutVouch(Standing s, uint8 number) pure returns (Standing) {
    return Standing.wrap(Standing.unwrap(s) & ~((1 << VOUCH_SHIFT) << number));
}

function withFarVouches(Standing s) pure returns (Standing) {
    return Standing.wrap(Standing.unwrap(s) | FAR_BIT);
}

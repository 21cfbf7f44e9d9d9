// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CommonBase} from "forge-std/Base.sol";
import {StdAssertions} from "forge-std/StdAssertions.sol";
import {StdCheats} from "forge-std/StdCheats.sol";
import {StdUtils} from "forge-std/StdUtils.sol";
import {IConsortium} from "../../../contracts/interfaces/IConsortium.sol";
import {ICare} from "../../../contracts/interfaces/ICare.sol";
import {ISalus} from "../../../contracts/interfaces/ISalus.sol";

/// @notice A contract with three founders, and how people come to act on it. forge-std's own `Test` is not used: it brings `safeconsole`, whose
/// warnings would hide ours.
abstract contract SalusTest is CommonBase, StdAssertions, StdCheats, StdUtils {
    /// @dev Read by forge.
    bool public constant IS_TEST = true;

    uint96 internal constant FEE = 0.01 ether;
    bytes32 internal constant DIGEST = keccak256("digest");

    ISalus internal salus;
    address internal h0 = makeAddr("hospital 0");
    address internal h1 = makeAddr("hospital 1");
    address internal h2 = makeAddr("hospital 2");
    address internal patient = makeAddr("patient");
    address internal doctor = makeAddr("doctor");
    address internal stranger = makeAddr("stranger");

    function setUp() public virtual {
        vm.warp(1_800_000_000);
        vm.roll(1000);
        salus = _deploy(_founders());
        vm.deal(patient, 1000 ether);
        _enroll(patient);
        _enroll(doctor);
        _accredit(h0, doctor, IConsortium.Role.Doctor);
        _setFee(doctor, FEE);
    }

    function _deploy(address[] memory founders) internal returns (ISalus) {
        return ISalus(deployCode("Salus.sol:Salus", abi.encode(founders)));
    }

    function _founders() internal view returns (address[] memory founders) {
        founders = new address[](3);
        (founders[0], founders[1], founders[2]) = (h0, h1, h2);
    }

    // acts

    function _recipient(address who) internal pure returns (bytes memory recipient) {
        recipient = new bytes(1216);
        bytes32 seed = keccak256(abi.encode("recipient", who));
        for (uint256 i = 0; i < recipient.length; i += 32) {
            bytes32 word = keccak256(abi.encode(seed, i));
            assembly {
                mstore(add(add(recipient, 32), i), word)
            }
        }
    }

    function _keyHash(address who) internal pure returns (bytes12) {
        return bytes12(keccak256(_recipient(who)));
    }

    function _successorKey(address who) internal pure returns (uint256) {
        return uint256(keccak256(abi.encode("successor", who))) % (1 << 250) + 1;
    }

    function _successor(address who) internal pure returns (address) {
        return vm.addr(_successorKey(who));
    }

    function _enroll(address who) internal {
        uint40 expected = _count(salus.account(who).own);
        vm.prank(who);
        salus.enroll(expected, _recipient(who), bytes("keyring"), _successor(who), DIGEST, 0);
    }

    function _accredit(address hospital, address who, IConsortium.Role role) internal {
        vm.prank(hospital);
        salus.accredit(who, role, DIGEST);
    }

    function _setFee(address who, uint96 fee) internal {
        vm.prank(who);
        salus.setFee(fee, true);
    }

    function _book() internal returns (uint256 id) {
        return _book(patient, doctor, 0);
    }

    function _book(address by, address with, uint8 arbiter) internal returns (uint256 id) {
        uint96 fee = salus.account(with).fee;
        vm.prank(by);
        return salus.book{value: fee}(with, DIGEST, arbiter, uint40(block.timestamp + 30 days), _keyHash(with));
    }

    function _accept(uint256 id) internal {
        vm.prank(salus.appointment(id).doctor);
        salus.accept(id, DIGEST);
    }

    function _complete(uint256 id) internal {
        vm.prank(salus.appointment(id).doctor);
        salus.complete(id, DIGEST, 0);
    }

    function _release(uint256 id) internal {
        vm.prank(salus.appointment(id).patient);
        salus.release(id);
    }

    function _dispute(uint256 id) internal {
        vm.prank(salus.appointment(id).patient);
        salus.dispute(id, DIGEST);
    }

    /// @dev Admits or expels with the votes of `voters`, the first of which proposes.
    function _vote(address[] memory voters, address subject, bool admit) internal returns (uint256 proposal) {
        vm.prank(voters[0]);
        proposal = salus.propose(subject, admit, DIGEST);
        for (uint256 i = 1; i < voters.length; ++i) {
            vm.prank(voters[i]);
            salus.confirm(proposal, subject, admit);
        }
    }

    function _expel(address subject) internal {
        address[] memory voters = new address[](2);
        (voters[0], voters[1]) = subject == h0 ? (h1, h2) : subject == h1 ? (h0, h2) : (h0, h1);
        _vote(voters, subject, false);
    }

    function _succession(address old, address next) internal view returns (bytes memory) {
        return _succession(_successorKey(old), old, next);
    }

    function _succession(uint256 key, address old, address next) internal view returns (bytes memory) {
        bytes memory message = abi.encode(keccak256("salus/v1/succeed"), block.chainid, old, next);
        bytes32 digest = keccak256(abi.encodePacked(bytes2(0x1900), address(salus), message));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    function _succeed(address old, address next) internal {
        vm.prank(next);
        salus.succeed(old, _succession(old, next));
    }

    // what is seen

    function _count(uint256 word) internal pure returns (uint40) {
        return uint40(word >> 176);
    }

    function _status(uint256 id) internal view returns (ICare.Status) {
        return salus.appointment(id).status;
    }

    function _assertStatus(uint256 id, ICare.Status expected) internal view {
        assertEq(uint256(salus.appointment(id).status), uint256(expected), "status");
    }

    /// @dev An ordinary account that plays no part yet.
    function _assumeNobody(address a) internal view {
        vm.assume(a != address(0) && a != address(vm) && a != address(salus) && a != CONSOLE && a.code.length == 0);
        vm.assume(a != h0 && a != h1 && a != h2 && a != patient && a != doctor && a != stranger);
        vm.assume(uint160(a) > 0xffff);
    }
}

// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccounts} from "../../contracts/interfaces/IAccounts.sol";
import {ISalus} from "../../contracts/interfaces/ISalus.sol";
import {ITimeline} from "../../contracts/interfaces/ITimeline.sol";
import {SalusTest} from "./support/SalusTest.sol";

contract AccountsTest is SalusTest {
    function testFuzz_enroll(address who, bytes calldata keyring, address successor, bytes32 nonce, bytes32 profile)
        public
    {
        _assumeNobody(who);
        vm.assume(successor != address(0) && successor != who);
        vm.expectEmit(address(salus));
        emit IAccounts.Enrolled(who, who, _recipient(who), keyring, successor, nonce, profile, 0);
        vm.prank(who);
        salus.enroll(0, _recipient(who), keyring, successor, nonce, profile);

        ISalus.AccountView memory v = salus.account(who);
        assertEq(v.keyHash, _keyHash(who));
        assertEq(v.successor, successor);
        assertEq(_count(v.own), 1);
        assertEq(v.inbox, 0);
    }

    function testFuzz_enrollAgainRotates(address successor, bytes calldata keyring) public {
        vm.assume(successor != address(0) && successor != patient);
        uint256 before = salus.account(patient).own;
        vm.expectEmit(address(salus));
        emit IAccounts.Enrolled(patient, patient, _recipient(stranger), keyring, successor, DIGEST, 0, before);
        vm.prank(patient);
        salus.enroll(_count(before), _recipient(stranger), keyring, successor, DIGEST, 0);
        assertEq(salus.account(patient).keyHash, _keyHash(stranger));
        assertEq(salus.account(patient).successor, successor);
    }

    function testFuzz_enrollStale(uint40 expected) public {
        uint40 actual = _count(salus.account(patient).own);
        vm.assume(expected != actual);
        vm.expectRevert(abi.encodeWithSelector(ITimeline.Stale.selector, expected, actual));
        vm.prank(patient);
        salus.enroll(expected, _recipient(patient), "", stranger, 0, 0);
    }

    function testFuzz_enrollBadRecipient(uint256 length) public {
        length = bound(length, 0, 3000);
        vm.assume(length != 1216);
        vm.expectRevert(abi.encodeWithSelector(IAccounts.BadRecipient.selector, length));
        vm.prank(stranger);
        salus.enroll(0, new bytes(length), "", patient, 0, 0);
    }

    function testFuzz_keyringTooLong(uint256 length) public {
        length = bound(length, 16_385, 40_000);
        bytes memory expected = abi.encodeWithSelector(IAccounts.KeyringTooLong.selector, length, 16_384);
        vm.expectRevert(expected);
        vm.prank(stranger);
        salus.enroll(0, _recipient(stranger), new bytes(length), patient, 0, 0);
        vm.expectRevert(expected);
        vm.prank(patient);
        salus.setKeyring(1, new bytes(length));
    }

    function test_longestKeyring() public {
        vm.prank(patient);
        salus.setKeyring(1, new bytes(16_384));
    }

    function testFuzz_enrollBadSuccessor(bool zero) public {
        address successor = zero ? address(0) : stranger;
        vm.expectRevert(abi.encodeWithSelector(IAccounts.BadSuccessor.selector, successor));
        vm.prank(stranger);
        salus.enroll(0, _recipient(stranger), "", successor, 0, 0);
    }

    function testFuzz_setKeyring(bytes calldata keyring) public {
        uint256 own = salus.account(patient).own;
        vm.expectEmit(address(salus));
        emit IAccounts.KeyringSet(patient, patient, keyring, own);
        vm.prank(patient);
        salus.setKeyring(_count(own), keyring);
        assertEq(salus.account(patient).keyHash, _keyHash(patient), "the key stays");
    }

    function testFuzz_setKeyringStale(uint40 expected) public {
        uint40 actual = _count(salus.account(patient).own);
        vm.assume(expected != actual);
        vm.expectRevert(abi.encodeWithSelector(ITimeline.Stale.selector, expected, actual));
        vm.prank(patient);
        salus.setKeyring(expected, "");
    }

    function testFuzz_setProfile(bytes32 profile) public {
        vm.expectEmit(address(salus));
        emit IAccounts.ProfileSet(patient, patient, profile, salus.account(patient).own);
        vm.prank(patient);
        salus.setProfile(profile);
    }

    function testFuzz_setFee(uint96 fee, bool open) public {
        vm.expectEmit(address(salus));
        emit IAccounts.FeeSet(doctor, doctor, fee, open, salus.account(doctor).own);
        vm.prank(doctor);
        salus.setFee(fee, open);
        assertEq(salus.account(doctor).fee, fee);
        assertEq(salus.account(doctor).open, open);
    }

    /// @dev The fee shares its word with the ratings.
    function testFuzz_setFeeKeepsRatings(uint96 fee, uint8 score) public {
        score = uint8(bound(score, 1, 5));
        uint256 id = _book();
        _complete(id);
        vm.prank(patient);
        salus.rate(id, score, 0);
        vm.prank(doctor);
        salus.setFee(fee, false);
        assertEq(salus.account(doctor).ratings, 1);
        assertEq(salus.account(doctor).ratingSum, score);
    }

    function testFuzz_notEnrolled(address who) public {
        _assumeNobody(who);
        bytes memory expected = abi.encodeWithSelector(IAccounts.NotEnrolled.selector, who);
        vm.startPrank(who);
        vm.expectRevert(expected);
        salus.setKeyring(0, "");
        vm.expectRevert(expected);
        salus.setProfile(DIGEST);
        vm.expectRevert(expected);
        salus.setFee(1, true);
        vm.expectRevert(expected);
        salus.share(patient, DIGEST, 0, 0, 0);
        vm.expectRevert(expected);
        salus.revoke(patient, 0);
        vm.expectRevert(expected);
        salus.rotate(0, 0, 0, 0);
        vm.expectRevert(expected);
        salus.refuse(patient, 0, 0);
        vm.expectRevert(expected);
        salus.add(who, DIGEST, 0, 0);
        vm.expectRevert(expected);
        salus.book(doctor, DIGEST, 0, 0, 0);
        vm.stopPrank();
    }

    function testFuzz_accountOfNobody(address who) public view {
        _assumeNobody(who);
        ISalus.AccountView memory nothing;
        assertEq(abi.encode(salus.account(who)), abi.encode(nothing));
    }
}

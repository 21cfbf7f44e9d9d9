// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICare} from "../../contracts/interfaces/ICare.sol";
import {IRecords} from "../../contracts/interfaces/IRecords.sol";
import {ISalus} from "../../contracts/interfaces/ISalus.sol";
import {ITimeline} from "../../contracts/interfaces/ITimeline.sol";
import {SalusTest} from "./support/SalusTest.sol";

/// @notice Several acts in one transaction: as if each was sent alone, all or none, and without ether.
contract MulticallTest is SalusTest {
    function testFuzz_multicall(uint8 n, bytes32 word) public {
        n = uint8(bound(n, 0, 20));
        uint40 before = _count(salus.account(patient).own);
        bytes[] memory calls = new bytes[](uint256(n) + 1);
        for (uint256 i; i < n; ++i) {
            calls[i] = abi.encodeCall(IRecords.revoke, (doctor, keccak256(abi.encode(word, i))));
        }
        calls[n] = abi.encodeCall(IRecords.rotate, (before + n, word, word, word));
        vm.prank(patient);
        salus.multicall(calls);
        assertEq(_count(salus.account(patient).own), before + n + 1);
    }

    function test_multicallAllOrNone() public {
        bytes[] memory calls = new bytes[](2);
        calls[0] = abi.encodeCall(IRecords.revoke, (doctor, DIGEST));
        calls[1] = abi.encodeCall(ICare.cancel, (7));
        uint256 own = salus.account(patient).own;
        vm.expectRevert(abi.encodeWithSelector(ICare.UnknownAppointment.selector, 7));
        vm.prank(patient);
        salus.multicall(calls);
        assertEq(salus.account(patient).own, own);
    }

    /// @dev The same ether does not pay twice, since none comes along.
    function test_multicallTakesNoEther() public {
        bytes[] memory calls = new bytes[](2);
        uint40 until = uint40(block.timestamp + 30 days);
        calls[0] = abi.encodeCall(ICare.book, (doctor, DIGEST, 0, until, _keyHash(doctor)));
        calls[1] = calls[0];
        vm.prank(patient);
        (bool ok,) = address(salus).call{value: FEE}(abi.encodeCall(ISalus.multicall, (calls)));
        assertFalse(ok);
        vm.expectRevert(abi.encodeWithSelector(ICare.WrongFee.selector, 0, FEE));
        vm.prank(patient);
        salus.multicall(calls);
        _setFee(doctor, 0);
        vm.prank(patient);
        salus.multicall(calls);
        assertEq(salus.appointment(2).patient, patient, "what is free may be booked");
    }

    /// @dev Withdrawing twice in one transaction pays once.
    function test_multicallWithdraw() public {
        uint256 id = _book();
        _book();
        _complete(id);
        _release(id);
        bytes[] memory calls = new bytes[](2);
        calls[0] = abi.encodeCall(ICare.withdraw, (payable(stranger)));
        calls[1] = calls[0];
        vm.expectRevert(abi.encodeWithSelector(ICare.NoCredit.selector, doctor));
        vm.prank(doctor);
        salus.multicall(calls);
        assertEq(stranger.balance, 0);
    }

    function test_multicallWithin() public {
        bytes[] memory inner = new bytes[](1);
        inner[0] = abi.encodeCall(IRecords.revoke, (doctor, DIGEST));
        bytes[] memory outer = new bytes[](1);
        outer[0] = abi.encodeCall(ISalus.multicall, (inner));
        vm.expectEmit(address(salus));
        emit IRecords.Revoked(patient, doctor, DIGEST, salus.account(patient).own, salus.account(doctor).inbox);
        vm.prank(patient);
        salus.multicall(outer);
    }

    /// @dev Each act expects what the ones before it left; the reason of the one that fails comes through, also where there is none.
    function testFuzz_multicallExpects(uint8 place) public {
        place = uint8(bound(place, 0, 4));
        uint256 own = salus.account(patient).own;
        bytes[] memory calls = new bytes[](5);
        for (uint40 i; i < 5; ++i) {
            calls[i] = abi.encodeCall(IRecords.rotate, (_count(own) + (i == place ? 7 : i), 0, 0, 0));
        }
        vm.expectRevert(abi.encodeWithSelector(ITimeline.Stale.selector, _count(own) + 7, _count(own) + place));
        vm.prank(patient);
        salus.multicall(calls);
        calls[place] = "";
        vm.expectRevert(bytes(""));
        vm.prank(patient);
        salus.multicall(calls);
        assertEq(salus.account(patient).own, own);
    }

    /// @dev Every act is the caller's: a moved account does nothing by it, and nobody acts as the contract.
    function test_multicallActsAsTheCaller() public {
        address next = makeAddr("next");
        _succeed(patient, next);
        bytes[] memory calls = new bytes[](1);
        calls[0] = abi.encodeCall(IRecords.revoke, (doctor, 0));
        vm.expectRevert(abi.encodeWithSelector(ITimeline.AccountMoved.selector, patient, next));
        vm.prank(patient);
        salus.multicall(calls);
        vm.prank(doctor);
        salus.multicall(calls);
        assertEq(salus.account(address(salus)).own, 0);
    }
}

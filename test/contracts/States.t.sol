// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICare} from "../../contracts/interfaces/ICare.sol";
import {SalusTest} from "./support/SalusTest.sol";

/// @notice Every call in every state: it goes where the diagram of {ICare} says, or is refused with the state it found.
contract StatesTest is SalusTest {
    struct Step {
        bytes4 call;
        ICare.Status to;
    }

    /// @dev For each state the calls that it allows. (Deadlines and windows are tested with the calls.)
    function _allowed(ICare.Status from) private pure returns (Step[] memory steps) {
        steps = new Step[](5);
        if (from == ICare.Status.Booked) {
            steps[0] = Step(ICare.accept.selector, ICare.Status.Accepted);
            steps[1] = Step(ICare.decline.selector, ICare.Status.Declined);
            steps[2] = Step(ICare.cancel.selector, ICare.Status.Cancelled);
            steps[3] = Step(ICare.complete.selector, ICare.Status.Completed);
            steps[4] = Step(ICare.reclaim.selector, ICare.Status.Refunded);
        } else if (from == ICare.Status.Accepted) {
            steps[0] = Step(ICare.decline.selector, ICare.Status.Declined);
            steps[1] = Step(ICare.complete.selector, ICare.Status.Completed);
            steps[2] = Step(ICare.reclaim.selector, ICare.Status.Refunded);
            steps[3] = Step(ICare.attest.selector, from);
        } else if (from == ICare.Status.Completed) {
            steps[0] = Step(ICare.release.selector, ICare.Status.Paid);
            steps[1] = Step(ICare.dispute.selector, ICare.Status.Disputed);
            steps[2] = Step(ICare.rate.selector, ICare.Status.Paid);
            steps[3] = Step(ICare.attest.selector, from);
            steps[4] = Step(ICare.decline.selector, ICare.Status.Declined);
        } else if (from == ICare.Status.Disputed) {
            steps[0] = Step(ICare.resolve.selector, ICare.Status.Split);
            steps[1] = Step(ICare.attest.selector, from);
            steps[2] = Step(ICare.release.selector, ICare.Status.Paid);
            steps[3] = Step(ICare.decline.selector, ICare.Status.Declined);
        } else if (from == ICare.Status.Paid || from == ICare.Status.Split) {
            steps[0] = Step(ICare.rate.selector, from);
            steps[1] = Step(ICare.attest.selector, from);
        }
    }

    function _in(ICare.Status status) private returns (uint256 id) {
        id = _book();
        if (status == ICare.Status.Accepted) {
            _accept(id);
        } else if (status == ICare.Status.Declined) {
            vm.prank(doctor);
            salus.decline(id, 0);
        } else if (status == ICare.Status.Cancelled) {
            vm.prank(patient);
            salus.cancel(id);
        } else if (status == ICare.Status.Refunded) {
            vm.warp(block.timestamp + 31 days);
            vm.prank(patient);
            salus.reclaim(id);
        } else if (status != ICare.Status.Booked) {
            _complete(id);
            if (status == ICare.Status.Paid) _release(id);
            if (status == ICare.Status.Disputed || status == ICare.Status.Split) _dispute(id);
            if (status == ICare.Status.Split) {
                vm.prank(h0);
                salus.resolve(id, 1, 0);
            }
        }
        _assertStatus(id, status);
    }

    function testFuzz_states(uint8 state, uint8 number) public {
        ICare.Status from = ICare.Status(bound(state, 1, 9));
        (address by, bytes memory data) = _call(uint8(bound(number, 0, 9)), _in(from));
        uint256 id = 1;
        (bool wanted, ICare.Status to) = _find(from, bytes4(data));
        if (bytes4(data) == ICare.reclaim.selector) vm.warp(salus.appointment(id).until + 1);

        vm.prank(by);
        (bool ok, bytes memory answer) = address(salus).call(data);
        assertEq(ok, wanted, "allowed");
        if (!ok) assertEq(answer, abi.encodeWithSelector(ICare.WrongStatus.selector, id, from));
        _assertStatus(id, ok ? to : from);
    }

    /// @dev The matrix whole, not only where the fuzzer went.
    function test_states() public {
        uint256 snapshot = vm.snapshotState();
        for (uint8 state = 1; state <= 9; ++state) {
            for (uint8 number; number <= 9; ++number) {
                testFuzz_states(state, number);
                vm.revertToState(snapshot);
                vm.warp(1_800_000_000);
            }
        }
    }

    function _find(ICare.Status from, bytes4 selector) private pure returns (bool, ICare.Status) {
        Step[] memory steps = _allowed(from);
        for (uint256 i; i < steps.length; ++i) {
            if (steps[i].call == selector) return (true, steps[i].to);
        }
        return (false, from);
    }

    function _call(uint8 number, uint256 id) private view returns (address by, bytes memory data) {
        if (number == 0) return (doctor, abi.encodeCall(ICare.accept, (id, DIGEST)));
        if (number == 1) return (doctor, abi.encodeCall(ICare.decline, (id, DIGEST)));
        if (number == 2) return (patient, abi.encodeCall(ICare.cancel, (id)));
        if (number == 3) return (doctor, abi.encodeCall(ICare.complete, (id, DIGEST, 0)));
        if (number == 4) return (patient, abi.encodeCall(ICare.release, (id)));
        if (number == 5) return (patient, abi.encodeCall(ICare.dispute, (id, DIGEST)));
        if (number == 6) return (h0, abi.encodeCall(ICare.resolve, (id, 1, DIGEST)));
        if (number == 7) return (patient, abi.encodeCall(ICare.reclaim, (id)));
        if (number == 8) return (h0, abi.encodeCall(ICare.attest, (id)));
        return (patient, abi.encodeCall(ICare.rate, (id, 5, DIGEST)));
    }
}

// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {IAccounts} from "../interfaces/IAccounts.sol";
import {Log} from "./Log.sol";

/// @notice Keys, fees, and moving an account. Ratings live in the same word as the fee.
abstract contract Accounts is IAccounts, Log {
    struct Account {
        bytes12 keyHash;
        address successor;
    }

    /// @param moves the longest chain of moves that ends here
    /// @param tallies four lanes of 32 bits, from low to high: ratings, their sum, attested ratings, their sum. So that they can be added at
    /// once; a lane overflows after 858 million ratings of one doctor.
    struct Practice {
        uint96 fee;
        bool open;
        uint8 moves;
        uint128 tallies;
    }

    uint256 private constant RECIPIENT_LENGTH = 1216;
    /// @dev What readers take; a longer one would only burden whoever reads the timeline.
    uint256 private constant MAX_KEYRING = 16_384;
    bytes32 private constant SUCCEED = keccak256("salus/v1/succeed");
    /// @dev Others pay for following a chain of moves, 4,200 gas a hop, so it is bounded.
    uint8 private constant MAX_MOVES = 16;

    mapping(address account => Account) internal _accounts;
    mapping(address account => Practice) internal _practices;

    /// @inheritdoc IAccounts
    function enroll(
        uint40 expected,
        bytes calldata recipient,
        bytes calldata keyring,
        address successor,
        bytes32 nonce,
        bytes32 profile
    ) external {
        _expect(expected);
        if (recipient.length != RECIPIENT_LENGTH) revert BadRecipient(recipient.length);
        _requireKeyring(keyring);
        if (successor == address(0) || successor == msg.sender) revert BadSuccessor(successor);

        _accounts[msg.sender] = Account(bytes12(keccak256(recipient)), successor);

        bytes32 h = keccak256(
            abi.encode(Enrolled.selector, msg.sender, msg.sender, recipient, keyring, successor, nonce, profile)
        );
        emit Enrolled(msg.sender, msg.sender, recipient, keyring, successor, nonce, profile, _own(h));
    }

    /// @inheritdoc IAccounts
    function setKeyring(uint40 expected, bytes calldata keyring) external {
        _expect(expected);
        _requireKeyring(keyring);
        _requireEnrolled(msg.sender);

        bytes32 h = keccak256(abi.encode(KeyringSet.selector, msg.sender, msg.sender, keyring));
        emit KeyringSet(msg.sender, msg.sender, keyring, _own(h));
    }

    /// @inheritdoc IAccounts
    function setProfile(bytes32 profile) external {
        _requireEnrolled(msg.sender);

        _logOwn(ProfileSet.selector, uint256(profile));
    }

    /// @inheritdoc IAccounts
    function setFee(uint96 fee, bool open) external {
        _requireEnrolled(msg.sender);

        Practice storage practice = _practices[msg.sender];
        practice.fee = fee;
        practice.open = open;

        _logOwn(FeeSet.selector, fee, open ? 1 : 0);
    }

    /// @inheritdoc IAccounts
    function succeed(address old, bytes calldata signature) external {
        if (old == msg.sender) revert SelfDealing(old);
        _requireEnrolled(old);
        bytes memory message = abi.encode(SUCCEED, block.chainid, old, msg.sender);
        bytes32 digest = keccak256(abi.encodePacked(hex"1900", address(this), message));
        (address signer,,) = ECDSA.tryRecoverCalldata(digest, signature);
        if (signer != _accounts[old].successor) revert BadSignature(old, signer);

        delete _accounts[old];
        _moveRatings(old);
        uint256 credit = _takeOver(old);

        _logTo(Succeeded.selector, old, credit);
        _close(old);
    }

    /// @dev What later modules do when the caller succeeds `old`. @return credit wei that moved
    function _takeOver(address old) internal virtual returns (uint256 credit);

    function _requireEnrolled(address a) internal view {
        if (_accounts[a].keyHash != 0) return;
        address to = _movedTo[a];
        if (to != address(0)) revert AccountMoved(a, to);
        revert NotEnrolled(a);
    }

    function _requireKeyring(bytes calldata keyring) private pure {
        if (keyring.length > MAX_KEYRING) revert KeyringTooLong(keyring.length, MAX_KEYRING);
    }

    function _moveRatings(address old) private {
        Practice memory from = _practices[old];
        Practice storage to = _practices[msg.sender];
        if (from.moves >= MAX_MOVES) revert TooManyMoves(old);

        delete _practices[old];
        if (to.moves <= from.moves) to.moves = from.moves + 1;
        to.tallies += from.tallies;
    }
}

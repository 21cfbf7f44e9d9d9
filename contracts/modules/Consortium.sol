// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IConsortium} from "../interfaces/IConsortium.sol";
import {Accounts} from "./Accounts.sol";
import {FAR, Standing} from "./Standing.sol";

/// @notice Who is a hospital, and whom the hospitals vouch for.
/// @dev A hospital number is given once. Who is expelled and admitted again gets a new one, so that its old vouches do not come back.
abstract contract Consortium is IConsortium, Accounts {
    /// @param number the newest one
    /// @param seated has ever been a hospital
    /// @param active its bit of `_active`, once more, where the caller's own standing is asked
    /// @param newest the last account that was first accredited by this hospital; each names the one before it
    struct Seat {
        uint8 number;
        bool seated;
        bool active;
        address newest;
    }

    /// @param version of the membership it was made under
    /// @param count of confirmations
    /// @param confirmations bit n = hospital number n
    struct Proposal {
        address subject;
        uint40 created;
        uint32 version;
        bool admit;
        bool executed;
        uint8 count;
        bytes32 statement;
        uint256 confirmations;
    }

    uint256 private constant FOUNDERS = 3;
    uint256 private constant MAX_HOSPITALS = 256;
    uint256 private constant PROPOSAL_LIFE = 30 days;

    mapping(address account => Seat) internal _seats;
    mapping(address account => Standing) internal _standings;
    /// @dev Vouches of the hospitals numbered 80 and above, in their own bits.
    mapping(address account => uint256) private _farVouches;
    /// @dev By number.
    address[] internal _hospitals;
    Proposal[] internal _proposals;
    /// @dev bit n = hospital number n is active
    uint256 internal _active;
    uint32 internal _version;
    uint16 private _activeCount;

    constructor(address[] memory founders) {
        if (founders.length < FOUNDERS) revert TooFewHospitals(founders.length);
        for (uint256 i; i < founders.length; ++i) {
            if (founders[i] == address(0)) revert ZeroAddress();
            if (_isHospital(founders[i])) revert AlreadyHospital(founders[i]);
            _admit(founders[i]);
        }
    }

    /// @inheritdoc IConsortium
    function propose(address subject, bool admit, bytes32 statement) external returns (uint256 proposal) {
        _requireHospital();
        if (subject == address(0)) revert ZeroAddress();
        if (admit) {
            if (_isHospital(subject)) revert AlreadyHospital(subject);
            if (_hospitals.length == MAX_HOSPITALS) revert TooManyHospitals();
        } else {
            if (!_isHospital(subject)) revert NotHospital(subject);
            if (_activeCount == 1) revert TooFewHospitals(0);
        }

        Proposal storage p = _proposals.push();
        proposal = _proposals.length;
        p.subject = subject;
        p.created = uint40(block.timestamp);
        p.version = _version;
        p.admit = admit;
        p.statement = statement;

        _logTo(Proposed.selector, subject, proposal, admit ? 1 : 0, _version, uint256(statement));
        _confirm(proposal, p);
    }

    /// @inheritdoc IConsortium
    function confirm(uint256 proposal, address subject, bool admit) external {
        _requireHospital();
        if (proposal == 0 || proposal > _proposals.length) revert UnknownProposal(proposal);
        Proposal storage p = _proposals[proposal - 1];
        if (p.subject != subject || p.admit != admit) revert ProposalMismatch(proposal);
        if (!_isLive(p)) revert ProposalDead(proposal);
        if (p.confirmations & _bit(_seats[msg.sender].number) != 0) revert AlreadyConfirmed(proposal, msg.sender);
        _confirm(proposal, p);
    }

    /// @inheritdoc IConsortium
    function accredit(address account_, Role role, bytes32 licence) external {
        Seat storage seat = _requireHospital();
        uint8 number = seat.number;
        if (account_ == address(0)) revert ZeroAddress();
        if (account_ == msg.sender) revert SelfDealing(account_);
        uint8 wanted = uint8(role);
        Standing s = _standings[account_];
        uint8 current = s.role();
        bool change = current != 0 && current != wanted;
        if (wanted == 0 || (change && _vouches(account_) & _active & ~_bit(number) != 0)) {
            revert BadRole(account_, Role(current), role);
        }

        if (current == 0) {
            s = s.withBefore(seat.newest);
            seat.newest = account_;
        }
        if (number < FAR) {
            s = s.withVouch(number);
        } else {
            s = s.withFarVouches();
            _farVouches[account_] |= _bit(number);
        }
        _standings[account_] = s.withRole(wanted);

        _logTo(Accredited.selector, account_, number, wanted, uint256(licence));
    }

    /// @inheritdoc IConsortium
    function suspend(address account_, bytes32 reason) external {
        uint8 number = _requireHospital().number;
        if (_vouches(account_) & _bit(number) == 0) revert NotAccredited(account_);

        if (number < FAR) _standings[account_] = _standings[account_].withoutVouch(number);
        else _farVouches[account_] &= ~_bit(number);

        _logTo(Suspended.selector, account_, number, uint256(reason));
    }

    /// @inheritdoc IConsortium
    function assign(address patient, address doctor, bytes32 note) external {
        _requireHospital();
        if (patient == address(0)) revert ZeroAddress();
        if (patient == doctor) revert SelfDealing(doctor);
        _requireDoctor(doctor);

        _logToBoth(Assigned.selector, patient, doctor, uint256(note));
    }

    /// @inheritdoc IConsortium
    function hospitals() external view returns (HospitalView[] memory members, uint32 version) {
        members = new HospitalView[](_hospitals.length);
        for (uint256 i; i < members.length; ++i) {
            // there are at most 256
            // forge-lint: disable-next-line(unsafe-typecast)
            members[i] = HospitalView(_hospitals[i], uint8(i), _active & (1 << i) != 0);
        }
        version = _version;
    }

    /// @inheritdoc IConsortium
    function proposals(uint256 cursor, uint256 limit)
        external
        view
        returns (ProposalView[] memory entries, uint256 next)
    {
        uint256 total = _proposals.length;
        next = cursor == 0 || cursor > total ? total : cursor;
        entries = new ProposalView[](limit < next ? limit : next);
        for (uint256 i; i < entries.length; ++i) {
            Proposal storage p = _proposals[next - 1];
            entries[i] = ProposalView(
                next--, p.subject, p.admit, p.version, p.created, p.statement, p.confirmations, p.executed, _isLive(p)
            );
        }
    }

    /// @dev Hospitals decide who is one: a seat does not go with a seed.
    function _takeOver(address old) internal virtual override returns (uint256) {
        if (_isHospital(old)) revert AlreadyHospital(old);
        return 0;
    }

    function _vouches(address a) internal view returns (uint256 vouches) {
        Standing s = _standings[a];
        vouches = s.nearVouches();
        if (s.hasFarVouches()) vouches |= _farVouches[a];
    }

    function _isHospital(address a) internal view returns (bool) {
        return _seats[a].active;
    }

    function _requireHospital() internal view returns (Seat storage seat) {
        seat = _seats[msg.sender];
        if (!seat.active) revert NotHospital(msg.sender);
    }

    function _isAccredited(address a) internal view returns (bool) {
        return _vouches(a) & _active != 0;
    }

    function _isDoctor(address a) internal view returns (bool) {
        return _standings[a].role() == uint8(Role.Doctor) && _isAccredited(a);
    }

    function _requireDoctor(address a) internal view {
        if (!_isDoctor(a)) revert NotAccredited(a);
    }

    function _bit(uint8 number) internal pure returns (uint256) {
        return 1 << number;
    }

    function _isLive(Proposal storage p) private view returns (bool) {
        return !p.executed && p.version == _version && block.timestamp <= p.created + PROPOSAL_LIFE;
    }

    /// @dev What {propose} checked still holds, since the membership is the same.
    function _confirm(uint256 proposal, Proposal storage p) private {
        address subject = p.subject;
        p.confirmations |= _bit(_seats[msg.sender].number);
        uint8 count = ++p.count;
        bool executed = 2 * uint256(count) > _activeCount;
        uint8 number;
        if (executed) {
            p.executed = true;
            ++_version;
            number = p.admit ? _admit(subject) : _expel(subject);
        }

        _logTo(Confirmed.selector, subject, proposal, count, executed ? 1 : 0, number);
    }

    function _admit(address subject) private returns (uint8 number) {
        if (_hospitals.length == MAX_HOSPITALS) revert TooManyHospitals();
        number = uint8(_hospitals.length);
        _hospitals.push(subject);
        Seat storage seat = _seats[subject];
        seat.number = number;
        seat.seated = true;
        seat.active = true;
        _active |= _bit(number);
        ++_activeCount;
    }

    function _expel(address subject) private returns (uint8 number) {
        Seat storage seat = _seats[subject];
        number = seat.number;
        seat.active = false;
        _active &= ~_bit(number);
        --_activeCount;
    }
}

// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IConsortium} from "../interfaces/IConsortium.sol";
import {Accounts} from "./Accounts.sol";

/// @notice Who is a hospital, and whom the hospitals vouch for.
/// @dev A hospital number is given once. Who is expelled and admitted again gets a new one, so that its old vouches do not come back.
abstract contract Consortium is IConsortium, Accounts {
    /// @param number the newest one
    /// @param seated has ever been a hospital
    /// @param newest the last account that was first accredited by this hospital; each names the one before it
    struct Seat {
        uint8 number;
        bool seated;
        address newest;
    }

    /// @param before the next older account of the same hospital's list
    /// @param more a hospital numbered 80 or above vouches too
    /// @param vouches of the hospitals 0 to 79; one word for all that accrediting writes
    struct Standing {
        address before;
        Role role;
        bool more;
        uint80 vouches;
    }

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
    uint8 private constant NEAR = 80;

    mapping(address account => Seat) internal _seats;
    mapping(address account => Standing) internal _standings;
    mapping(address account => uint256) private _moreVouches;
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
    function confirm(uint256 proposal) external {
        _requireHospital();
        if (proposal == 0 || proposal > _proposals.length) revert UnknownProposal(proposal);
        Proposal storage p = _proposals[proposal - 1];
        if (!_isLive(p)) revert ProposalDead(proposal);
        if (p.confirmations & _bit(_seats[msg.sender].number) != 0) revert AlreadyConfirmed(proposal, msg.sender);
        _confirm(proposal, p);
    }

    /// @inheritdoc IConsortium
    function accredit(address account_, Role role, bytes32 licence) external {
        uint8 number = _requireHospital();
        if (account_ == address(0)) revert ZeroAddress();
        if (account_ == msg.sender) revert SelfDealing(account_);
        Standing memory s = _standings[account_];
        uint256 others = _vouches(account_) & _active & ~_bit(number);
        if (role == Role.None || (role != s.role && others != 0)) revert BadRole(account_, s.role, role);

        if (s.role == Role.None) {
            s.before = _seats[msg.sender].newest;
            _seats[msg.sender].newest = account_;
        }
        s.role = role;
        if (number < NEAR) {
            s.vouches |= uint80(_bit(number));
        } else {
            s.more = true;
            _moreVouches[account_] |= _bit(number);
        }
        _standings[account_] = s;

        _logTo(Accredited.selector, account_, number, uint8(role), uint256(licence));
    }

    /// @inheritdoc IConsortium
    function suspend(address account_, bytes32 reason) external {
        uint8 number = _requireHospital();
        if (_vouches(account_) & _bit(number) == 0) revert NotAccredited(account_);

        if (number < NEAR) _standings[account_].vouches &= uint80(~_bit(number));
        else _moreVouches[account_] &= ~_bit(number);

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
        Standing storage s = _standings[a];
        vouches = s.vouches;
        if (s.more) vouches |= _moreVouches[a];
    }

    function _isHospital(address a) internal view returns (bool) {
        Seat storage seat = _seats[a];
        return seat.seated && _active & _bit(seat.number) != 0;
    }

    function _requireHospital() internal view returns (uint8) {
        if (!_isHospital(msg.sender)) revert NotHospital(msg.sender);
        return _seats[msg.sender].number;
    }

    function _isAccredited(address a) internal view returns (bool) {
        return _vouches(a) & _active != 0;
    }

    function _isDoctor(address a) internal view returns (bool) {
        return _standings[a].role == Role.Doctor && _isAccredited(a);
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
        _seats[subject].number = number;
        _seats[subject].seated = true;
        _active |= _bit(number);
        ++_activeCount;
    }

    function _expel(address subject) private returns (uint8 number) {
        number = _seats[subject].number;
        _active &= ~_bit(number);
        --_activeCount;
    }
}

// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IHoldBack} from "../interfaces/IInsurance.sol";
import {Units} from "../libraries/Units.sol";
import {AccountId} from "../types/AccountId.sol";
import {Usd} from "../types/Usd.sol";
import {Ledger} from "./Ledger.sol";

/// @notice Keeps back the part of withdrawals that open shortfalls may need: for what is paid out, a share stays locked in
/// the account, its own and at risk like all claims, until the episode is over. The more is taken out the more is locked,
/// in proportion, so that neither splitting a withdrawal nor being first gains anything; and what is locked stays locked in
/// whose account it comes by trades, fees and auctions.
abstract contract HoldBack is Ledger {
    /// @dev One word: what was locked of an asset [token units], and in which episode.
    struct Held {
        uint96 episode;
        uint160 amount;
    }

    /// @dev What the source may use for each answer. A source that needs more holds nothing back, so a caller must not be
    /// able to starve it: it is asked only with enough gas left.
    uint256 private constant ANSWER_GAS = 150_000;
    uint256 private constant ENOUGH_GAS = 2 * ANSWER_GAS + 20_000;

    IHoldBack internal _holdBackSource;
    mapping(AccountId => mapping(address => Held)) private _held;

    /// @dev Locks what belongs to paying out `amount`, or refuses. Before the balance is lowered.
    function _lockFor(AccountId account, address asset, uint256 amount) internal {
        (uint256 share, uint256 episode) = _holdBackNow();
        if (episode == 0) return;
        uint256 locked = _heldIn(account, asset, episode);
        uint256 more = share < WAD ? _ceilDiv(amount * share, WAD - share) : type(uint128).max;
        if (share != 0 && more != 0) {
            _held[account][asset] = Held(uint96(episode), uint160(locked + more));
            _accounts[account].hasHeld = true;
        }
        uint256 balance = _balanceOf(account, asset);
        if (balance < amount + locked + more) revert Clearinghouse_HeldBack(account, asset, locked + more);
        if (more != 0) emit HeldBack(account, asset, more, locked + more, episode);
    }

    /// @dev Takes along what is locked of `asset` as far as the rest no longer covers it, but never more than was moved: of
    /// what is moved, free units go first. So nothing locked comes free by changing hands, to whomever and for whatever, and
    /// no move fails for a lock.
    /// @param moved from one balance to the other, just now [token units]
    function _followLock(AccountId from, AccountId to, address asset, uint256 moved) internal virtual {
        if (!_accounts[from].hasHeld) return;
        Held memory held = _held[from][asset];
        uint256 balance = _balanceOf(from, asset);
        if (balance >= held.amount) return;
        uint256 episode = _episodeNow();
        if (episode == 0 || held.episode != episode) return;
        uint256 uncovered = held.amount - balance;
        if (uncovered < moved) moved = uncovered;
        uint256 total = _heldIn(to, asset, episode) + moved;
        _held[from][asset].amount = uint160(held.amount - moved);
        _held[to][asset] = Held(uint96(episode), uint160(total));
        _accounts[to].hasHeld = true;
        emit HeldBackMoved(from, to, asset, moved, held.amount - moved, total, episode);
    }

    /// @dev What is locked now [token units].
    function _heldBack(AccountId account, address asset) internal view returns (uint256) {
        if (!_accounts[account].hasHeld) return 0;
        return _heldIn(account, asset, _episodeNow());
    }

    /// @dev Most that could be paid out, margin apart [token units].
    function _withdrawable(AccountId account, address asset) internal view returns (uint256 amount) {
        (uint256 share, uint256 episode) = _holdBackNow();
        uint256 locked = _heldIn(account, asset, episode);
        uint256 balance = _balanceOf(account, asset);
        if (balance <= locked) return 0;
        amount = ((balance - locked) * (WAD - share)) / WAD;
        if (asset == _cashToken && amount > _cashHeld) amount = _cashHeld;
    }

    function _heldIn(AccountId account, address asset, uint256 episode) private view returns (uint256) {
        if (episode == 0 || !_accounts[account].hasHeld) return 0;
        Held memory held = _held[account][asset];
        return held.episode == episode ? held.amount : 0;
    }

    function _balanceOf(AccountId account, address asset) private view returns (uint256) {
        if (asset != _cashToken) return _collateralOf(account, asset);
        return Units.fromWadDown(_positive(Usd.unwrap(_cashOf(account))), _cashDecimals);
    }

    /// @dev The share that is held back [wad] and the episode. None outside an episode.
    function _holdBackNow() private view returns (uint256 share, uint256 episode) {
        episode = _episodeNow();
        if (episode == 0) return (0, 0);
        share = _ask(IHoldBack.heldShare.selector);
        if (share > WAD) share = WAD;
    }

    /// @dev The episode, zero for none. A source that fails holds nothing back, and what it held is free while it fails:
    /// its word is all that a lock rests on, and nobody may be locked in by a contract that cannot answer.
    function _episodeNow() private view returns (uint256 episode) {
        if (address(_holdBackSource) == address(0)) return 0;
        if (gasleft() < ENOUGH_GAS) revert Clearinghouse_TooLittleGas(gasleft(), ENOUGH_GAS);
        episode = _ask(IHoldBack.heldEpisode.selector);
        if (episode > type(uint96).max) return 0;
    }

    /// @dev One word from the source, or zero. Reads no more than that, whatever is returned.
    function _ask(bytes4 selector) private view returns (uint256 answer) {
        address source = address(_holdBackSource);
        uint256 allowance = ANSWER_GAS;
        assembly ("memory-safe") {
            mstore(0, selector)
            if staticcall(allowance, source, 0, 4, 0, 32) {
                if gt(returndatasize(), 31) {
                    answer := mload(0)
                }
            }
        }
    }
}

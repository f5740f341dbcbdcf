// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {FeeState, FeeTerms, IEpochAccounts} from "../interfaces/IEpochAccounts.sol";
import {FixedPoint} from "../libraries/FixedPoint.sol";
import {AccountId} from "../types/AccountId.sol";
import {FeeMath} from "./FeeMath.sol";

/// @notice Fees of accounts that LPs own: management by time, performance above a mark of NAV a share that never falls.
/// They are taken as new shares, at epochs, before anybody enters or leaves: so nobody leaves without, and nobody's own
/// money is charged on its way in.
abstract contract Fees is IEpochAccounts, AccessManaged {
    uint256 private constant WAD = 1e18;
    uint256 private constant YEAR = 365 days;
    /// @notice Most that management takes a year, and that one epoch takes however long ago the last one was [wad].
    uint256 public constant MOST_MANAGEMENT = 0.03e18;
    /// @notice Most that performance takes of a gain [wad].
    uint256 public constant MOST_PERFORMANCE = 0.25e18;

    mapping(AccountId account => FeeTerms) private _terms;
    mapping(AccountId account => FeeState) private _states;

    /// @inheritdoc IEpochAccounts
    function feesOf(AccountId account) external view returns (FeeTerms memory terms, FeeState memory state) {
        return (_terms[account], _states[account]);
    }

    /// @inheritdoc IEpochAccounts
    function setFeeTerms(AccountId account, FeeTerms calldata newTerms) external restricted {
        FeeTerms memory terms = newTerms;
        if (terms.management > MOST_MANAGEMENT) {
            revert EpochAccounts_BadFee("management", terms.management, MOST_MANAGEMENT);
        }
        if (terms.performance > MOST_PERFORMANCE) {
            revert EpochAccounts_BadFee("performance", terms.performance, MOST_PERFORMANCE);
        }
        if (terms.recipient == address(0) && (terms.management != 0 || terms.performance != 0)) {
            revert EpochAccounts_NoRecipient();
        }
        FeeState memory state = _states[account];
        _countTime(state, _terms[account].management);
        if (terms.performance < state.performance) state.performance = terms.performance;
        _states[account] = state;
        emit FeeTermsSet(account, _terms[account], terms);
        _terms[account] = terms;
    }

    /// @dev Shares that are due for fees now, as charged from now on.
    function _charge(
        AccountId account,
        uint256 epochId,
        int256 bid,
        uint256 supply
    ) internal returns (address recipient, uint256 shares) {
        FeeTerms memory terms = _terms[account];
        FeeState memory state = _states[account];
        _countTime(state, terms.management);
        recipient = terms.recipient;
        uint256 management;
        if (bid > 0 && recipient != address(0)) {
            management = FeeMath.managementShares(supply, state.due);
            shares =
                management +
                FeeMath.performanceShares(
                    uint256(bid),
                    supply + management,
                    state.highWater,
                    state.performance
                );
        }
        state.due = 0;
        state.performance = terms.performance;
        if (bid > 0) _raise(state, FeeMath.perShareUp(uint256(bid), supply + shares));
        _states[account] = state;
        emit FeesCharged(account, epochId, management, shares - management, state.highWater);
    }

    /// @dev What entries and exits add to a share lifts the mark too.
    function _lift(
        AccountId account,
        int256 navBefore,
        uint256 supplyBefore,
        int256 navAfter,
        uint256 supplyAfter
    ) internal virtual {
        if (navBefore <= 0 || navAfter <= 0) return;
        if (navAfter == navBefore && supplyAfter == supplyBefore) return;
        FeeState memory state = _states[account];
        uint256 old = state.highWater;
        _raise(
            state,
            FeeMath.liftedMark(old, uint256(navBefore), supplyBefore, uint256(navAfter), supplyAfter)
        );
        if (state.highWater == old) return;
        _states[account] = state;
        emit HighWaterLifted(account, old, state.highWater);
    }

    /// @dev The first time, nothing is due yet, and the mark is what a share cost at first: one dollar.
    function _countTime(FeeState memory state, uint256 rate) private view {
        if (state.chargedAt == 0) state.highWater = uint128(WAD);
        else {
            uint256 earned = (rate * (block.timestamp - state.chargedAt)) / YEAR;
            state.due = uint64(FixedPoint.min(state.due + earned, MOST_MANAGEMENT));
        }
        state.chargedAt = uint40(block.timestamp);
    }

    function _raise(FeeState memory state, uint256 mark) internal pure virtual {
        mark = FixedPoint.min(mark, type(uint128).max);
        if (mark > state.highWater) state.highWater = uint128(mark);
    }
}

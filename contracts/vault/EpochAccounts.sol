// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EpochMark, IEpochAccounts} from "../interfaces/IEpochAccounts.sol";
import {Running, VaultReading} from "../interfaces/IValuation.sol";
import {FixedPoint} from "../libraries/FixedPoint.sol";
import {AccountId} from "../types/AccountId.sol";
import {Price} from "../types/Price.sol";
import {Usd} from "../types/Usd.sol";
import {AttributionMath} from "./AttributionMath.sol";
import {Fees} from "./Fees.sol";

/// @notice What is kept of an account from epoch to epoch. It moves nothing: the owner of the account, whom it believes
/// what was read, mints what is due.
abstract contract EpochAccounts is Fees {
    mapping(AccountId account => EpochMark) private _marks;

    modifier onlyOwnerOf(AccountId account) {
        if (account.ownerOf() != msg.sender) revert EpochAccounts_NotOwner(account, msg.sender);
        _;
    }

    /// @inheritdoc IEpochAccounts
    function beginEpoch(
        AccountId account,
        uint256 epochId,
        VaultReading calldata read_,
        uint256 supply
    ) external onlyOwnerOf(account) returns (address recipient, uint256 feeShares) {
        (recipient, feeShares) = _charge(account, epochId, Usd.unwrap(read_.bid), supply);
        EpochMark memory before = _marks[account];
        if (before.takenAt == 0) return (recipient, feeShares);
        int256 mid = Usd.unwrap(read_.mid);
        uint256 feeValue =
            feeShares == 0 ? 0 : FixedPoint.mulDivDown(uint256(mid), feeShares, supply + feeShares);
        emit EpochAttributed(
            account,
            epochId,
            AttributionMath.partsOf(before, _markOf(account, read_, mid), feeValue),
            before.takenAt,
            block.timestamp
        );
    }

    /// @inheritdoc IEpochAccounts
    function endEpoch(
        AccountId account,
        VaultReading calldata read_,
        uint256 supplyBefore,
        uint256 supplyAfter,
        Usd flow
    ) external onlyOwnerOf(account) {
        int256 bid = Usd.unwrap(read_.bid);
        _lift(account, bid, supplyBefore, bid + Usd.unwrap(flow), supplyAfter);
        EpochMark memory mark = _markOf(account, read_, Usd.unwrap(read_.mid + flow));
        mark.theta = _narrow(_thetaOf(account, read_));
        _marks[account] = mark;
    }

    /// @inheritdoc IEpochAccounts
    function lastEpochMark(AccountId account) external view returns (EpochMark memory) {
        return _marks[account];
    }

    /// @dev Theta of the options in the home market [wad USD a year]; zero where it cannot be told.
    function _thetaOf(AccountId account, VaultReading calldata read_) internal view virtual returns (int256);

    /// @dev What the account has earned and lost so far.
    function _running(AccountId account) internal view virtual returns (Running memory);

    function _markOf(
        AccountId account,
        VaultReading calldata read_,
        int256 mid
    ) internal view virtual returns (EpochMark memory mark) {
        Running memory sums = _running(account);
        mark.mid = _narrow(mid);
        mark.spot = uint128(FixedPoint.min(Price.unwrap(read_.spot), type(uint128).max));
        mark.delta = _narrow(read_.delta + read_.hedge);
        mark.gamma = _narrow(read_.gamma);
        mark.takenAt = uint40(block.timestamp);
        // The fund's share has a part of its own, so what is owed of it is none of what is not released.
        mark.spread = _narrow(_sum(sums.earned - Usd.unwrap(read_.unreleased), sums.fundDue));
        mark.hedgeLoss = _narrow(sums.hedgeLoss);
        mark.slices = _narrow(sums.slices);
        mark.fund = _narrow(_sum(sums.fundDue, sums.fundPaid));
    }

    /// @dev What others say may be anything, and stops no epoch.
    function _sum(int256 a, int256 b) private pure returns (int256) {
        unchecked {
            return a + b;
        }
    }

    /// @dev What does not fit is cut off: an attribution may be wrong then, an epoch must not stop.
    function _narrow(int256 value) private pure returns (int128) {
        if (value > type(int128).max) return type(int128).max;
        return value < type(int128).min ? type(int128).min : int128(value);
    }
}

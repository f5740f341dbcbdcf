// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccountId} from "../types/AccountId.sol";
import {Usd} from "../types/Usd.sol";
import {VaultReading} from "./IValuation.sol";

/// @notice What LPs pay.
/// @param management of NAV a year [wad], at most 3 %
/// @param performance of what NAV a share gains above its highest ever [wad], at most 25 %
/// @param recipient of the shares that are minted for it
struct FeeTerms {
    uint64 management;
    uint64 performance;
    address recipient;
}

/// @notice How far fees have been charged.
/// @param chargedAt up to when management is counted in `due`
/// @param due share of the supply that management has earned and not yet got [wad]
/// @param performance rate of the gains since the last epoch [wad]: a higher one counts from the next epoch on
/// @param highWater bid NAV of a whole share that performance is measured from [wad USD]; never falls
struct FeeState {
    uint40 chargedAt;
    uint64 due;
    uint64 performance;
    uint128 highWater;
}

/// @notice What moved NAV from one epoch to the next [wad USD]. `change` is the sum of all that follows it, to the wei.
/// @param change of mid NAV, entries and exits apart, less what the shares minted for fees are worth
/// @param delta net delta of options and hedge at the last epoch, times the move of the spot
/// @param gamma half of the options' gamma at the last epoch, times the square of that move
/// @param vega all that the others leave: volatility, what options did beyond second order, trades at mid, interest
/// @param theta of the options at the last epoch, times the time
/// @param spread of trades that was released
/// @param fees what the shares minted for fees are worth, negative
/// @param hedgeCost what hedging lost against the oracle price, negative
/// @param losses slices paid for others' shortfalls, negative
/// @param insurance the insurance fund's share of the spread that was released, negative
struct Attribution {
    int256 change;
    int256 delta;
    int256 gamma;
    int256 vega;
    int256 theta;
    int256 spread;
    int256 fees;
    int256 hedgeCost;
    int256 losses;
    int256 insurance;
}

/// @notice An account as it stood right after an epoch. Cumulative numbers are the sources' own.
/// @param mid NAV with the epoch's entries and exits [wad USD]
/// @param spot [wad USD]
/// @param delta of options and hedge [wad]
/// @param gamma of options [wad]
/// @param theta of options a year [wad USD]
/// @param takenAt unix seconds; zero if there was no epoch
/// @param spread all ever earned less what is not released [wad USD]
/// @param hedgeLoss all ever lost by hedging [wad USD]
/// @param slices all ever paid for others [wad USD]
/// @param fund the insurance fund's share of all spread ever released, paid or owed [wad USD]
struct EpochMark {
    int128 mid;
    uint128 spot;
    int128 delta;
    int128 gamma;
    int128 theta;
    uint40 takenAt;
    int128 spread;
    int128 hedgeLoss;
    int128 slices;
    int128 fund;
}

/// @notice What is kept from epoch to epoch: fees and their mark, and what the next attribution is measured from.
interface IEpochAccounts {
    event FeeTermsSet(AccountId indexed account, FeeTerms oldTerms, FeeTerms newTerms);
    event FeesCharged(
        AccountId indexed account,
        uint256 indexed epochId,
        uint256 managementShares,
        uint256 performanceShares,
        uint256 highWater
    );
    event HighWaterLifted(AccountId indexed account, uint256 oldMark, uint256 newMark);
    event EpochAttributed(
        AccountId indexed account,
        uint256 indexed epochId,
        Attribution parts,
        uint256 fromTime,
        uint256 toTime
    );

    error EpochAccounts_NotOwner(AccountId account, address caller);
    error EpochAccounts_BadFee(bytes32 name, uint256 value, uint256 most);
    error EpochAccounts_NoRecipient();

    /// @notice Before an epoch mints and burns: says what shares to mint for fees, and attributes what NAV did since the
    /// last epoch. Only the account's owner. Without a positive bid NAV no fee is due, nor for the time until then.
    /// @param read_ the reading that the epoch uses
    /// @param supply of shares
    function beginEpoch(
        AccountId account,
        uint256 epochId,
        VaultReading calldata read_,
        uint256 supply
    ) external returns (address recipient, uint256 feeShares);

    /// @notice After it has minted and burnt: lifts the mark by what entries and exits added to a share, and notes what the
    /// next attribution is measured from. Only the account's owner.
    /// @param supplyBefore with fees, before entries and exits
    /// @param supplyAfter after them
    /// @param flow what entries brought less what exits took [wad USD]
    function endEpoch(
        AccountId account,
        VaultReading calldata read_,
        uint256 supplyBefore,
        uint256 supplyAfter,
        Usd flow
    ) external;

    /// @notice What LPs of `account` pay, and how far they have.
    function feesOf(AccountId account) external view returns (FeeTerms memory terms, FeeState memory state);

    /// @notice What the next attribution is measured from.
    function lastEpochMark(AccountId account) external view returns (EpochMark memory);

    /// @notice Sets what LPs pay, bounded, from now on: time until now is charged at the old rate, and gains until the next
    /// epoch at the lower of both. Restricted to the curator.
    function setFeeTerms(AccountId account, FeeTerms calldata newTerms) external;
}

// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Price} from "../types/Price.sol";

/// @notice The fixing of each market and expiry: one, immutable, proven from Chainlink rounds by anyone.
interface ISettlementOracle {
    event Fixed(
        uint8 indexed market,
        uint256 indexed expiry,
        Price price,
        uint256 rounds,
        bool fallbackUsed,
        address prover
    );

    error SettlementOracle_NotExpired(uint256 expiry, uint256 nowTimestamp);
    error SettlementOracle_AlreadyFixed(uint8 market, uint256 expiry);
    error SettlementOracle_NoFeed(uint8 market);
    error SettlementOracle_EmptyProof();
    error SettlementOracle_RoundMissing(uint80 roundId);
    error SettlementOracle_RoundInvalid(uint80 roundId);
    error SettlementOracle_RoundTooOld(uint80 roundId, uint256 updatedAt);
    error SettlementOracle_RoundsNotConsecutive(uint80 previous, uint80 current);
    error SettlementOracle_StartNotCovered(uint256 firstUpdatedAt, uint256 windowStart);
    error SettlementOracle_EndNotCovered(uint80 lastRoundId, uint256 lastUpdatedAt, uint256 expiry);
    error SettlementOracle_TooManyRounds(uint256 rounds);
    error SettlementOracle_FallbackTooEarly(uint256 nowTimestamp, uint256 from);
    error SettlementOracle_Implausible(uint256 fixing, uint256 live);

    /// @notice Fixes `expiry` from the rounds in force during the 30 minutes before it.
    /// @param roundIds consecutive proxy round ids: the first is in force at the window's start, the last at expiry;
    /// the contract checks that the round after the last is later than expiry, and that the first is at most a day old
    /// at the window's start
    function fix(uint8 market, uint256 expiry, uint80[] calldata roundIds) external returns (Price price);

    /// @notice After the fallback delay: fixes at the last usable round at or before expiry, of any aggregator phase.
    /// @dev There is one such round, however long a feed was dead, so an expiry is never left without a fixing. Rounds
    /// without a positive answer are stepped over.
    function fixWithLastRound(uint8 market, uint256 expiry, uint80 roundId) external returns (Price price);

    /// @notice The fixing; `exists` is false before it is proven.
    function fixing(uint8 market, uint256 expiry) external view returns (Price price, bool exists);
}

// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice The part of a Chainlink proxy that knows what it stood for before.
interface IAggregatorPhases {
    /// @notice Aggregator of a phase; zero if there was none.
    function phaseAggregators(uint16 phase) external view returns (address);
}

/// @notice The part of a Chainlink proxy that Ballast reads.
interface IAggregatorV3 {
    /// @notice Decimals of the answer.
    function decimals() external view returns (uint8);

    /// @notice The newest round.
    function latestRoundData()
        external
        view
        returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound);

    /// @notice A past round. Proxies carry the phase in the upper 16 bits of the id.
    function getRoundData(
        uint80 roundId
    )
        external
        view
        returns (uint80 id, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound);
}

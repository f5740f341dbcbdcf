// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice A Chainlink proxy with the faults that the real aggregator cannot be made to show.
contract FaultyAggregator {
    struct Round {
        int256 answer;
        uint256 updatedAt;
        uint80 answeredIn;
    }

    uint8 public decimals = 8;
    bool public broken;
    bool public garbage;
    uint80 public latest;
    mapping(uint80 => Round) private _rounds;

    error Broken();

    function setDecimals(uint8 places) external {
        decimals = places;
    }

    function setBroken(bool broken_, bool garbage_) external {
        broken = broken_;
        garbage = garbage_;
    }

    function push(uint80 id, int256 answer, uint256 updatedAt, uint80 answeredIn) external {
        latest = id;
        _rounds[id] = Round(answer, updatedAt, answeredIn);
    }

    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        return getRoundData(latest);
    }

    function getRoundData(uint80 id) public view returns (uint80, int256, uint256, uint256, uint80) {
        if (broken) revert Broken();
        if (garbage) {
            assembly ("memory-safe") {
                mstore(0, not(0))
                return(0, 32)
            }
        }
        Round memory round = _rounds[id];
        return (id, round.answer, round.updatedAt, round.updatedAt, round.answeredIn);
    }
}

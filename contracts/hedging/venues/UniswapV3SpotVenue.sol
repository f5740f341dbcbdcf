// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IHedgeVenue} from "../../interfaces/IHedgeVenue.sol";
import {Price} from "../../types/Price.sol";
import {Quantity} from "../../types/Quantity.sol";
import {Usd} from "../../types/Usd.sol";
import {SwapTerms, UniswapSwaps} from "../UniswapSwaps.sol";

/// @title UniswapV3SpotVenue
/// @notice Buys and sells one underlying for USDC on one Uniswap v3 pool. Keeps nothing: what it is funded with comes
/// back as the other token or unused. What others give to it stays there and counts for nothing.
contract UniswapV3SpotVenue is UniswapSwaps {
    using SafeERC20 for IERC20;

    constructor(SwapTerms memory terms) UniswapSwaps(terms) {}

    /// @inheritdoc IHedgeVenue
    function execute(
        bool buy,
        uint256 amount,
        uint256 cashLimit,
        Price
    ) external onlyController returns (uint256 cashAmount) {
        if (!buy) return _sell(amount, cashLimit);
        cashAmount = _buy(amount, cashLimit, controller);
        if (cashLimit > cashAmount) IERC20(cash).safeTransfer(controller, cashLimit - cashAmount);
    }

    /// @inheritdoc IHedgeVenue
    function deleverage(Price, uint256) external view onlyController returns (uint256) {
        revert UniswapV3SpotVenue_NoPosition();
    }

    /// @inheritdoc IHedgeVenue
    function funding(
        bool buy,
        uint256 amount,
        uint256 cashLimit,
        Price
    ) external pure returns (uint256, uint256) {
        return buy ? (cashLimit, uint256(0)) : (uint256(0), amount);
    }

    /// @inheritdoc IHedgeVenue
    function isShort() external pure returns (bool) {
        return false;
    }

    /// @inheritdoc IHedgeVenue
    function position() external pure returns (Quantity) {
        return Quantity.wrap(0);
    }

    /// @inheritdoc IHedgeVenue
    function value(Price) external pure returns (Usd) {
        return Usd.wrap(0);
    }

    /// @inheritdoc IHedgeVenue
    function room(bool, uint256, Price) external pure returns (uint256) {
        return type(uint256).max;
    }
}

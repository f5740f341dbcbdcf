// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IHedgeVenue} from "../../interfaces/IHedging.sol";
import {Quantity} from "../../types/Quantity.sol";
import {IQuoterV2, ISwapRouter} from "../IUniswapV3.sol";

/// @title UniswapV3SpotVenue
/// @notice Buys and sells one underlying for USDC on one Uniswap v3 pool. Keeps nothing: what it is funded with comes
/// back as the other token or unused. Trusts the router; the controller limits the price, never the pool's own.
contract UniswapV3SpotVenue is IHedgeVenue {
    using SafeERC20 for IERC20;

    address public immutable controller;
    address public immutable underlying;
    address public immutable cash;
    ISwapRouter public immutable router;
    IQuoterV2 public immutable quoter;
    uint24 public immutable fee;

    /// @param controller_ who may trade
    /// @param underlying_ token bought and sold
    /// @param cash_ USDC
    /// @param router_ Uniswap SwapRouter02
    /// @param quoter_ Uniswap QuoterV2
    /// @param fee_ of the pool, in millionths
    constructor(
        address controller_,
        address underlying_,
        address cash_,
        ISwapRouter router_,
        IQuoterV2 quoter_,
        uint24 fee_
    ) {
        if (
            controller_ == address(0) ||
            underlying_ == address(0) ||
            cash_ == address(0) ||
            address(router_) == address(0) ||
            address(quoter_) == address(0)
        ) revert UniswapV3SpotVenue_ZeroAddress();
        controller = controller_;
        underlying = underlying_;
        cash = cash_;
        router = router_;
        quoter = quoter_;
        fee = fee_;
    }

    /// @inheritdoc IHedgeVenue
    function quote(bool buy, uint256 amount) external returns (uint256 cashAmount) {
        if (buy) {
            (cashAmount, , , ) = quoter.quoteExactOutputSingle(
                IQuoterV2.QuoteExactOutput(cash, underlying, amount, fee, 0)
            );
        } else {
            (cashAmount, , , ) = quoter.quoteExactInputSingle(
                IQuoterV2.QuoteExactInput(underlying, cash, amount, fee, 0)
            );
        }
    }

    /// @inheritdoc IHedgeVenue
    function execute(bool buy, uint256 amount, uint256 cashLimit) external returns (uint256 cashAmount) {
        if (msg.sender != controller) revert UniswapV3SpotVenue_NotController(msg.sender);
        return buy ? _buy(amount, cashLimit) : _sell(amount, cashLimit);
    }

    /// @inheritdoc IHedgeVenue
    function position() external pure returns (Quantity) {
        return Quantity.wrap(0);
    }

    function _buy(uint256 amount, uint256 cashLimit) private returns (uint256 spent) {
        IERC20(cash).forceApprove(address(router), cashLimit);
        spent = router.exactOutputSingle(
            ISwapRouter.ExactOutput(cash, underlying, fee, controller, amount, cashLimit, 0)
        );
        IERC20(cash).forceApprove(address(router), 0);
        if (cashLimit > spent) IERC20(cash).safeTransfer(controller, cashLimit - spent);
    }

    function _sell(uint256 amount, uint256 cashLimit) private returns (uint256 received) {
        IERC20(underlying).forceApprove(address(router), amount);
        received = router.exactInputSingle(
            ISwapRouter.ExactInput(underlying, cash, fee, controller, amount, cashLimit, 0)
        );
    }
}

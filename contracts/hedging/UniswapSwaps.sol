// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IHedgeVenue} from "../interfaces/IHedgeVenue.sol";
import {IQuoterV2, ISwapRouter} from "./IUniswapV3.sol";

/// @notice One pool and how to reach it.
/// @param controller who may trade
/// @param underlying token bought and sold
/// @param cash USDC
/// @param router Uniswap SwapRouter02
/// @param quoter Uniswap QuoterV2
/// @param fee of the pool, in millionths
struct SwapTerms {
    address controller;
    address underlying;
    address cash;
    ISwapRouter router;
    IQuoterV2 quoter;
    uint24 fee;
}

/// @title UniswapSwaps
/// @notice Trades one underlying for USDC on one Uniswap v3 pool, for venues. Trusts the router; whoever calls limits the
/// price, never the pool's own.
abstract contract UniswapSwaps is IHedgeVenue {
    using SafeERC20 for IERC20;

    address public immutable controller;
    address public immutable underlying;
    address public immutable cash;
    ISwapRouter public immutable router;
    IQuoterV2 public immutable quoter;
    uint24 public immutable fee;

    modifier onlyController() {
        if (msg.sender != controller) revert HedgeVenue_NotController(msg.sender);
        _;
    }

    constructor(SwapTerms memory terms) {
        if (
            terms.controller == address(0) ||
            terms.underlying == address(0) ||
            terms.cash == address(0) ||
            address(terms.router) == address(0) ||
            address(terms.quoter) == address(0)
        ) revert HedgeVenue_ZeroAddress();
        controller = terms.controller;
        underlying = terms.underlying;
        cash = terms.cash;
        router = terms.router;
        quoter = terms.quoter;
        fee = terms.fee;
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

    /// @dev Buys exactly `amount` for `receiver`.
    function _buy(uint256 amount, uint256 cashLimit, address receiver) internal returns (uint256 spent) {
        IERC20(cash).forceApprove(address(router), cashLimit);
        spent = router.exactOutputSingle(
            ISwapRouter.ExactOutput(cash, underlying, fee, receiver, amount, cashLimit, 0)
        );
        IERC20(cash).forceApprove(address(router), 0);
    }

    /// @dev Sells exactly `amount`; the controller receives.
    function _sell(uint256 amount, uint256 cashLimit) internal returns (uint256 received) {
        IERC20(underlying).forceApprove(address(router), amount);
        received = router.exactInputSingle(
            ISwapRouter.ExactInput(underlying, cash, fee, controller, amount, cashLimit, 0)
        );
    }
}

// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice The part of Uniswap's SwapRouter02 that the spot venue calls.
interface ISwapRouter {
    struct ExactInput {
        address tokenIn;
        address tokenOut;
        uint24 fee;
        address recipient;
        uint256 amountIn;
        uint256 amountOutMinimum;
        uint160 sqrtPriceLimitX96;
    }

    struct ExactOutput {
        address tokenIn;
        address tokenOut;
        uint24 fee;
        address recipient;
        uint256 amountOut;
        uint256 amountInMaximum;
        uint160 sqrtPriceLimitX96;
    }

    /// @notice Sells exactly `amountIn`.
    function exactInputSingle(ExactInput calldata parameters) external payable returns (uint256 amountOut);

    /// @notice Buys exactly `amountOut`.
    function exactOutputSingle(ExactOutput calldata parameters) external payable returns (uint256 amountIn);
}

/// @notice The part of Uniswap's QuoterV2 that the spot venue calls. Not a view: it swaps and reverts inside.
interface IQuoterV2 {
    struct QuoteExactInput {
        address tokenIn;
        address tokenOut;
        uint256 amountIn;
        uint24 fee;
        uint160 sqrtPriceLimitX96;
    }

    struct QuoteExactOutput {
        address tokenIn;
        address tokenOut;
        uint256 amount;
        uint24 fee;
        uint160 sqrtPriceLimitX96;
    }

    /// @notice What selling `amountIn` would give.
    function quoteExactInputSingle(
        QuoteExactInput calldata parameters
    ) external returns (uint256 amountOut, uint160 sqrtPriceAfter, uint32 ticksCrossed, uint256 gasEstimate);

    /// @notice What buying `amount` would cost.
    function quoteExactOutputSingle(
        QuoteExactOutput calldata parameters
    ) external returns (uint256 amountIn, uint160 sqrtPriceAfter, uint32 ticksCrossed, uint256 gasEstimate);
}

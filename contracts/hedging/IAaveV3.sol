// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice The part of Aave's v3 pool that the short venue calls.
interface IAavePool {
    struct ReserveData {
        uint256 configuration;
        uint128 liquidityIndex;
        uint128 currentLiquidityRate;
        uint128 variableBorrowIndex;
        uint128 currentVariableBorrowRate;
        uint128 currentStableBorrowRate;
        uint40 lastUpdateTimestamp;
        uint16 id;
        address aTokenAddress;
        address stableDebtTokenAddress;
        address variableDebtTokenAddress;
        address interestRateStrategyAddress;
        uint128 accruedToTreasury;
        uint128 unbacked;
        uint128 isolationModeTotalDebt;
    }

    /// @notice Pays `amount` in as collateral of `onBehalfOf`.
    function supply(address asset, uint256 amount, address onBehalfOf, uint16 referralCode) external;

    /// @notice Takes collateral out; the largest number takes all.
    function withdraw(address asset, uint256 amount, address to) external returns (uint256);

    /// @notice Borrows at the variable rate (mode 2).
    function borrow(
        address asset,
        uint256 amount,
        uint256 interestRateMode,
        uint16 referralCode,
        address onBehalfOf
    ) external;

    /// @notice Repays at most the debt.
    function repay(
        address asset,
        uint256 amount,
        uint256 interestRateMode,
        address onBehalfOf
    ) external returns (uint256);

    /// @notice Tokens and configuration of a reserve.
    function getReserveData(address asset) external view returns (ReserveData memory);

    /// @notice Packed configuration of a reserve.
    function getConfiguration(address asset) external view returns (uint256);

    /// @notice Totals of an account; the last is its health factor [wad].
    function getUserAccountData(
        address user
    )
        external
        view
        returns (
            uint256 totalCollateralBase,
            uint256 totalDebtBase,
            uint256 availableBorrowsBase,
            uint256 currentLiquidationThreshold,
            uint256 ltv,
            uint256 healthFactor
        );
}

/// @title AaveConfiguration
/// @notice Reads a reserve's packed configuration: ltv 16 bits | liquidation threshold 16, in basis points | from bit 56 on
/// active, frozen, borrowing enabled; bit 60 paused | borrow cap 36 bits from bit 80, supply cap 36 from bit 116, in whole
/// tokens, zero for none. Pure.
library AaveConfiguration {
    /// @notice Loan to value [wad].
    function ltvOf(uint256 configuration) internal pure returns (uint256) {
        return (configuration & 0xffff) * 1e14;
    }

    /// @notice Liquidation threshold [wad].
    function thresholdOf(uint256 configuration) internal pure returns (uint256) {
        return ((configuration >> 16) & 0xffff) * 1e14;
    }

    /// @notice Whether positions can be made smaller.
    function isOpen(uint256 configuration) internal pure returns (bool) {
        return (configuration >> 56) & 1 == 1 && (configuration >> 60) & 1 == 0;
    }

    /// @notice Whether positions can be made larger.
    function isGrowing(uint256 configuration) internal pure returns (bool) {
        return isOpen(configuration) && (configuration >> 57) & 1 == 0;
    }

    /// @notice Whether it may be borrowed.
    function isBorrowable(uint256 configuration) internal pure returns (bool) {
        return isGrowing(configuration) && (configuration >> 58) & 1 == 1;
    }

    /// @notice Most that may be borrowed by all together [whole tokens].
    function borrowCapOf(uint256 configuration) internal pure returns (uint256) {
        return (configuration >> 80) & 0xfffffffff;
    }

    /// @notice Most that may be supplied by all together [whole tokens].
    function supplyCapOf(uint256 configuration) internal pure returns (uint256) {
        return (configuration >> 116) & 0xfffffffff;
    }
}

// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Price} from "../types/Price.sol";
import {Quantity} from "../types/Quantity.sol";
import {Usd} from "../types/Usd.sol";

/// @notice One place to trade an underlying. What it holds is the vault's. Amounts are token units unless they say wad.
/// Trusted with the funds of one order and with what it holds; the controller believes its balances, never its answers.
interface IHedgeVenue {
    error HedgeVenue_NotController(address caller);
    error HedgeVenue_ZeroAddress();
    error UniswapV3SpotVenue_NoPosition();

    /// @notice What trading would cost: cash units paid for `amount` bought, or received for it sold. Reverts if it
    /// cannot be traded. Not a view; changes nothing.
    function quote(bool buy, uint256 amount) external returns (uint256 cashAmount);

    /// @notice What `execute` has to be funded with.
    /// @param cashLimit most that is paid, or least that is received
    /// @param price of the oracle [wad USD]
    function funding(
        bool buy,
        uint256 amount,
        uint256 cashLimit,
        Price price
    ) external view returns (uint256 cash, uint256 units);

    /// @notice Trades `amount` within `cashLimit`, funded before the call. Sends what is bought, received, freed and left
    /// over to the controller, who alone may call.
    /// @return cashAmount paid or received on the market
    function execute(
        bool buy,
        uint256 amount,
        uint256 cashLimit,
        Price price
    ) external returns (uint256 cashAmount);

    /// @notice Makes a position smaller out of its own collateral, if that has become necessary, within `slippage` [wad] of
    /// `price`; reverts if it has not. Only the controller.
    /// @return amount bought back
    function deleverage(Price price, uint256 slippage) external returns (uint256 amount);

    /// @notice The underlying token.
    function underlying() external view returns (address);

    /// @notice Whether it sells what it has to borrow, and holds the debt, instead of selling what the vault has.
    function isShort() external view returns (bool);

    /// @notice What it holds or owes for the vault [wad underlying, signed]. Never reverts.
    function position() external view returns (Quantity);

    /// @notice Value of all that it holds and owes for the vault [wad USD, signed] at `price`. Never reverts.
    function value(Price price) external view returns (Usd);

    /// @notice Most that it could trade with `cash` units at hand: what it owes or could owe if it is short, no limit if it
    /// is not. Asks no market for a price.
    function room(bool buy, uint256 cash, Price price) external view returns (uint256 amount);
}

/// @notice A position in Aave v3: cash as collateral, the underlying as debt.
interface IAaveV3ShortVenue is IHedgeVenue {
    error AaveV3ShortVenue_BadHealth(uint256 target, uint256 floor);
    error AaveV3ShortVenue_NotListed(address asset);
    /// @notice Aave would hold the position below the floor [wad].
    error AaveV3ShortVenue_Unhealthy(uint256 health, uint256 floor);
    /// @notice Nothing to make smaller: the health factor is not below the floor [wad].
    error AaveV3ShortVenue_Healthy(uint256 health, uint256 floor);
    /// @notice There is no debt of that size to buy back.
    error AaveV3ShortVenue_NoDebt(uint256 amount, uint256 debt);

    /// @notice Aave's health factor of the position [wad]; the largest number without debt.
    function health() external view returns (uint256);

    /// @notice Health that positions are opened at, and below which anyone may make them smaller [wad].
    function healthTarget() external view returns (uint256);

    /// @notice See `healthTarget`.
    function healthFloor() external view returns (uint256);
}

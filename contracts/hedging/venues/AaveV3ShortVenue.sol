// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IAaveV3ShortVenue, IHedgeVenue} from "../../interfaces/IHedgeVenue.sol";
import {FixedPoint} from "../../libraries/FixedPoint.sol";
import {Units} from "../../libraries/Units.sol";
import {Price} from "../../types/Price.sol";
import {Quantity} from "../../types/Quantity.sol";
import {Usd} from "../../types/Usd.sol";
import {AaveConfiguration, IAavePool} from "../IAaveV3.sol";
import {SwapTerms, UniswapSwaps} from "../UniswapSwaps.sol";

/// @title AaveV3ShortVenue
/// @notice Sells what it borrows: USDC is its collateral at Aave v3, the underlying its debt, sold and bought back on one
/// Uniswap v3 pool. Proceeds go back to the vault at once; collateral stays until the debt is repaid. Position and value
/// are read from Aave's tokens, with interest up to now. Trusts Aave and the router.
/// @dev What others supply or repay on its behalf makes its value higher, never lower; collateral of other assets counts
/// for nothing. While Aave is paused it trades nothing, and its value still reads.
contract AaveV3ShortVenue is UniswapSwaps, IAaveV3ShortVenue {
    using AaveConfiguration for uint256;
    using SafeERC20 for IERC20;

    uint256 private constant WAD = 1e18;
    uint256 private constant VARIABLE = 2;
    uint256 private constant LOWEST_FLOOR = 1.05e18;
    uint256 private constant LEAST_GAP = 0.1e18;
    uint256 private constant HIGHEST_TARGET = 5e18;
    /// @dev Health that is left while collateral is out to buy the debt back.
    uint256 private constant ROUND_TRIP_HEALTH = 1.01e18;

    IAavePool public immutable pool;
    address public immutable collateralToken;
    address public immutable debtToken;
    address private immutable _underlyingHolder;
    uint8 private immutable _cashDecimals;
    uint8 private immutable _decimals;
    uint256 public immutable healthTarget;
    uint256 public immutable healthFloor;

    /// @param terms the Uniswap pool and the tokens
    /// @param pool_ Aave's
    /// @param target health that positions are opened at [wad]
    /// @param floor health below which anyone may make them smaller [wad], at least 1.05 and 0.1 below the target
    constructor(SwapTerms memory terms, IAavePool pool_, uint256 target, uint256 floor) UniswapSwaps(terms) {
        if (address(pool_) == address(0)) revert HedgeVenue_ZeroAddress();
        if (floor < LOWEST_FLOOR || target < floor + LEAST_GAP || target > HIGHEST_TARGET)
            revert AaveV3ShortVenue_BadHealth(target, floor);
        pool = pool_;
        collateralToken = pool_.getReserveData(terms.cash).aTokenAddress;
        IAavePool.ReserveData memory lent = pool_.getReserveData(terms.underlying);
        (debtToken, _underlyingHolder) = (lent.variableDebtTokenAddress, lent.aTokenAddress);
        if (collateralToken == address(0)) revert AaveV3ShortVenue_NotListed(terms.cash);
        if (debtToken == address(0)) revert AaveV3ShortVenue_NotListed(terms.underlying);
        (healthTarget, healthFloor) = (target, floor);
        _cashDecimals = IERC20Metadata(terms.cash).decimals();
        _decimals = IERC20Metadata(terms.underlying).decimals();
    }

    /// @inheritdoc IHedgeVenue
    function execute(
        bool buy,
        uint256 amount,
        uint256 cashLimit,
        Price price
    ) external onlyController returns (uint256) {
        return buy ? _unwind(amount, cashLimit, price) : _open(amount, cashLimit, price);
    }

    /// @inheritdoc IHedgeVenue
    function deleverage(Price price, uint256 slippage) external onlyController returns (uint256 amount) {
        uint256 now_ = health();
        if (now_ >= healthFloor) revert AaveV3ShortVenue_Healthy(now_, healthFloor);
        uint256 units = _deleveragingCash(price);
        uint256 worst = FixedPoint.mulUp(Price.unwrap(price), WAD + slippage);
        amount = FixedPoint.min(
            Units.fromWadDown(FixedPoint.divDown(Units.toWad(units, _cashDecimals), worst), _decimals),
            _debt()
        );
        if (amount == 0) revert AaveV3ShortVenue_Unhealthy(now_, healthFloor);
        pool.withdraw(cash, units, address(this));
        uint256 spent = _buy(amount, units, address(this));
        _repay(amount);
        if (units > spent) _supply(units - spent);
    }

    /// @inheritdoc IHedgeVenue
    function funding(
        bool buy,
        uint256 amount,
        uint256 cashLimit,
        Price price
    ) external view returns (uint256, uint256) {
        if (buy) return (cashLimit, 0);
        uint256 needed = _collateralFor(_debt() + amount, price);
        uint256 held = _collateral();
        return (needed > held ? needed - held : 0, 0);
    }

    /// @inheritdoc IHedgeVenue
    function isShort() external pure returns (bool) {
        return true;
    }

    /// @inheritdoc IHedgeVenue
    function position() external view returns (Quantity) {
        return Quantity.wrap(-int256(Units.toWad(_debt(), _decimals)));
    }

    /// @inheritdoc IHedgeVenue
    function value(Price price) external view returns (Usd) {
        uint256 debt = FixedPoint.mulUp(Units.toWad(_debt(), _decimals), Price.unwrap(price));
        return Usd.wrap(int256(Units.toWad(_collateral(), _cashDecimals)) - int256(debt));
    }

    /// @inheritdoc IHedgeVenue
    function room(bool buy, uint256 cash_, Price price) external view returns (uint256) {
        uint256 lent = pool.getConfiguration(underlying);
        if (buy) return lent.isOpen() ? _debt() : 0;
        uint256 held = pool.getConfiguration(cash);
        if (!lent.isBorrowable() || !held.isGrowing() || held.ltvOf() == 0) return 0;
        uint256 reach =
            _collateral() + FixedPoint.min(cash_, _under(held.supplyCapOf(), _cashDecimals, collateralToken));
        // The most that this collateral is enough for, less rounding.
        uint256 each = _collateralWad(held, WAD, price);
        uint256 most = Units.fromWadDown(
            FixedPoint.divDown(Units.toWad(reach > 2 ? reach - 2 : 0, _cashDecimals), each),
            _decimals
        );
        uint256 debt = _debt();
        most = most > debt ? most - debt : 0;
        most = FixedPoint.min(most, IERC20(underlying).balanceOf(_underlyingHolder));
        return FixedPoint.min(most, _under(lent.borrowCapOf(), _decimals, debtToken));
    }

    /// @inheritdoc IAaveV3ShortVenue
    function health() public view returns (uint256 factor) {
        (, , , , , factor) = pool.getUserAccountData(address(this));
    }

    /// @dev Collateral first, since Aave lends against nothing less; then borrow, sell, and pay the proceeds out.
    function _open(uint256 amount, uint256 cashLimit, Price price) private returns (uint256 received) {
        uint256 needed = _collateralFor(_debt() + amount, price);
        uint256 held = _collateral();
        if (needed > held) _supply(needed - held);
        pool.borrow(underlying, amount, VARIABLE, 0, address(this));
        received = _sell(amount, cashLimit);
        // Aave's price may be another than ours.
        uint256 now_ = health();
        if (now_ < healthFloor) revert AaveV3ShortVenue_Unhealthy(now_, healthFloor);
    }

    /// @dev Buy, repay, and pay out what is left over and the collateral that the rest of the debt does not need.
    function _unwind(uint256 amount, uint256 cashLimit, Price price) private returns (uint256 spent) {
        uint256 debt = _debt();
        if (amount > debt) revert AaveV3ShortVenue_NoDebt(amount, debt);
        spent = _buy(amount, cashLimit, address(this));
        _repay(amount);
        if (cashLimit > spent) IERC20(cash).safeTransfer(controller, cashLimit - spent);
        debt = _debt();
        if (debt == 0) {
            _release(_collateral());
            return spent;
        }
        uint256 needed = _collateralFor(debt, price);
        uint256 held = _collateral();
        // A position that Aave sees below the target keeps what it has.
        if (held > needed && health() > healthTarget) _release(held - needed);
    }

    /// @dev As far as Aave has it: what is lent out waits for the next time.
    function _release(uint256 units) private {
        units = FixedPoint.min(units, IERC20(cash).balanceOf(collateralToken));
        if (units != 0) pool.withdraw(cash, units, controller);
    }

    function _supply(uint256 units) private {
        IERC20(cash).forceApprove(address(pool), units);
        pool.supply(cash, units, address(this), 0);
    }

    function _repay(uint256 amount) private {
        IERC20(underlying).forceApprove(address(pool), amount);
        pool.repay(underlying, amount, VARIABLE, address(this));
    }

    /// @dev x with (C - x) L / (D - x) at the target, as far as the collateral may be out while the debt still stands.
    function _deleveragingCash(Price price) private view returns (uint256) {
        uint256 threshold = pool.getConfiguration(cash).thresholdOf();
        uint256 debt = FixedPoint.mulUp(Units.toWad(_debt(), _decimals), Price.unwrap(price));
        uint256 held = Units.toWad(_collateral(), _cashDecimals);
        uint256 bound = FixedPoint.mulDivUp(debt, ROUND_TRIP_HEALTH, threshold);
        if (held <= bound) return 0;
        uint256 wanted = FixedPoint.mulUp(debt, healthTarget);
        uint256 covered = FixedPoint.mulDown(held, threshold);
        // Aave may see less health than our price does: then a tenth of the debt at a time.
        uint256 spend =
            wanted > covered ? FixedPoint.divUp(wanted - covered, healthTarget - threshold) : debt / 10;
        return Units.fromWadDown(FixedPoint.min(spend, held - bound), _cashDecimals);
    }

    /// @dev Collateral for `debt` units at the target, and never less than what Aave lends against [cash units].
    function _collateralFor(uint256 debt, Price price) private view returns (uint256) {
        uint256 wad = _collateralWad(pool.getConfiguration(cash), Units.toWad(debt, _decimals), price);
        return Units.fromWadUp(wad, _cashDecimals);
    }

    function _collateralWad(uint256 configuration, uint256 debt, Price price) private view returns (uint256) {
        uint256 worth = FixedPoint.mulUp(debt, Price.unwrap(price));
        uint256 byHealth = FixedPoint.mulDivUp(worth, healthTarget, configuration.thresholdOf());
        return FixedPoint.max(byHealth, FixedPoint.divUp(worth, configuration.ltvOf()));
    }

    /// @dev What is left under a cap of whole tokens [token units].
    function _under(uint256 cap, uint8 decimals_, address token) private view returns (uint256) {
        if (cap == 0) return type(uint256).max;
        uint256 most = cap * 10 ** decimals_;
        uint256 used = IERC20(token).totalSupply();
        return most > used ? most - used : 0;
    }

    function _debt() private view returns (uint256) {
        return IERC20(debtToken).balanceOf(address(this));
    }

    function _collateral() private view returns (uint256) {
        return IERC20(collateralToken).balanceOf(address(this));
    }
}

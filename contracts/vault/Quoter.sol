// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IClearinghouse} from "../interfaces/IClearinghouse.sol";
import {BookValue, IOptionPricer, OptionValue} from "../interfaces/IOptionPricer.sol";
import {IOptionsVault} from "../interfaces/IOptionsVault.sol";
import {IQuoter, Quote, QuoterParameters} from "../interfaces/IQuoter.sol";
import {ISurfaceFeed} from "../interfaces/ISurfaceFeed.sol";
import {FixedPoint} from "../libraries/FixedPoint.sol";
import {InstrumentId} from "../types/InstrumentId.sol";
import {Price} from "../types/Price.sol";
import {Quantity} from "../types/Quantity.sol";
import {Usd} from "../types/Usd.sol";

/// @title Quoter
/// @notice Prices trades against the vault's whole book: Black-76 at the surface's volatility, moved against the taker
/// by a half-spread and by what the trade adds to the vault's vega. Holds nothing; trusts pricer, surface and curator.
contract Quoter is IQuoter, AccessManaged {
    /// @dev One quote in the making. `change` is what the vault gains.
    struct Work {
        InstrumentId instrument;
        int256 quantity;
        int256 change;
        int256 nav;
        bool closes;
        OptionValue mid;
        BookValue book;
        int256 vegaAfter;
        int256 deltaBefore;
        int256 deltaAfter;
    }

    uint256 private constant WAD = 1e18;

    IOptionsVault public immutable vault;
    IClearinghouse public immutable clearinghouse;
    IOptionPricer public immutable optionPricer;
    ISurfaceFeed public immutable surfaceFeed;

    QuoterParameters private _parameters;

    /// @param authority the AccessManager
    /// @param vault_ whose book is quoted
    /// @param ledger where its account is
    /// @param pricer marks and Greeks
    /// @param surfaces asked whether they are stale
    constructor(
        address authority,
        IOptionsVault vault_,
        IClearinghouse ledger,
        IOptionPricer pricer,
        ISurfaceFeed surfaces
    ) AccessManaged(authority) {
        vault = vault_;
        clearinghouse = ledger;
        optionPricer = pricer;
        surfaceFeed = surfaces;
    }

    /// @inheritdoc IQuoter
    function quote(InstrumentId instrument, Quantity quantity) external view returns (Quote memory result) {
        Work memory work;
        work.instrument = instrument;
        work.quantity = Quantity.unwrap(quantity);
        if (work.quantity == 0) revert Quoter_ZeroQuantity();
        work.change = -work.quantity;
        _measure(work);
        result.reducesRisk =
            work.closes ||
            (FixedPoint.abs(work.vegaAfter) <= FixedPoint.abs(work.book.vega) &&
                FixedPoint.abs(work.deltaAfter) <= FixedPoint.abs(work.deltaBefore));
        if (!work.closes) _requireOpenable(work);
        if (!result.reducesRisk) _requireWithinLimits(work);
        _price(work, result);
    }

    /// @inheritdoc IQuoter
    function parameters() external view returns (QuoterParameters memory) {
        return _parameters;
    }

    /// @inheritdoc IQuoter
    function setParameters(QuoterParameters calldata newParameters) external restricted {
        QuoterParameters memory p = newParameters;
        if (p.halfSpreadVol > 0.5e18) revert Quoter_BadParameter("halfSpreadVol", p.halfSpreadVol);
        if (p.spotSpread > 0.05e18) revert Quoter_BadParameter("spotSpread", p.spotSpread);
        if (p.vegaCharge > 5e18) revert Quoter_BadParameter("vegaCharge", p.vegaCharge);
        if (p.maxDelta > WAD) revert Quoter_BadParameter("maxDelta", p.maxDelta);
        if (p.minDelta >= p.maxDelta) revert Quoter_BadParameter("minDelta", p.minDelta);
        if (p.maxNetVega > 10e18) revert Quoter_BadParameter("maxNetVega", p.maxNetVega);
        if (p.maxNetDelta > 10e18) revert Quoter_BadParameter("maxNetDelta", p.maxNetDelta);
        if (p.maxTenor <= p.minTenor) revert Quoter_BadParameter("maxTenor", p.maxTenor);
        emit QuoterParametersSet(_parameters, newParameters);
        _parameters = newParameters;
    }

    function _measure(Work memory work) private view {
        uint8 market = work.instrument.marketOf();
        work.mid = optionPricer.value(work.instrument, 0);
        work.book = optionPricer.bookValue(market, clearinghouse.positionWords(vault.account()));
        work.nav = Usd.unwrap(vault.nav().mid);
        work.vegaAfter = work.book.vega + FixedPoint.signedMulDown(work.change, int256(work.mid.vega));
        work.deltaBefore = work.book.delta + _hedge(market);
        work.deltaAfter = work.deltaBefore + FixedPoint.signedMulDown(work.change, work.mid.delta);
        int256 held = Quantity.unwrap(clearinghouse.positionOf(vault.account(), work.instrument));
        bool isOpposite = (held > 0) != (work.change > 0);
        work.closes = held != 0 && isOpposite && FixedPoint.abs(work.change) <= FixedPoint.abs(held);
    }

    /// @dev The vault's collateral of `market` in units of the underlying [wad].
    function _hedge(uint8 market) private view returns (int256 amount) {
        address[] memory assets = clearinghouse.collateralAssets();
        for (uint256 i = 0; i < assets.length; ++i) {
            if (clearinghouse.collateralAsset(assets[i]).market != market) continue;
            uint256 scale = 10 ** (18 - clearinghouse.collateralAsset(assets[i]).decimals);
            amount += int256(clearinghouse.collateralOf(vault.account(), assets[i]) * scale);
        }
    }

    function _requireOpenable(Work memory work) private view {
        QuoterParameters memory p = _parameters;
        if (work.nav <= 0) revert Quoter_NoCapacity(Usd.wrap(work.nav));
        uint8 market = work.instrument.marketOf();
        // Of this expiry, which reports may have left out while the market is fresh.
        uint256 expiry = work.instrument.expiryOf();
        if (surfaceFeed.isSliceStale(market, expiry)) revert Quoter_SurfaceStale(market);
        uint256 tenor = expiry - block.timestamp;
        if (tenor < p.minTenor || tenor > p.maxTenor) {
            revert Quoter_TenorOutOfRange(tenor, p.minTenor, p.maxTenor);
        }
        uint256 delta = FixedPoint.abs(work.mid.delta);
        if (delta < p.minDelta || delta > p.maxDelta) {
            revert Quoter_DeltaOutOfRange(work.mid.delta, p.minDelta, p.maxDelta);
        }
    }

    /// @dev Each limit stops only what moves the vault further beyond it.
    function _requireWithinLimits(Work memory work) private view {
        QuoterParameters memory p = _parameters;
        uint256 nav = work.nav > 0 ? uint256(work.nav) : 0;
        uint256 vegaLimit = FixedPoint.mulDown(nav, p.maxNetVega);
        uint256 vega = FixedPoint.abs(work.vegaAfter);
        if (vega > vegaLimit && vega > FixedPoint.abs(work.book.vega)) {
            revert Quoter_VegaLimit(work.vegaAfter, vegaLimit);
        }
        uint256 deltaLimit = FixedPoint.mulDown(nav, p.maxNetDelta);
        uint256 delta = FixedPoint.mulDown(FixedPoint.abs(work.deltaAfter), Price.unwrap(work.mid.forward));
        if (delta > deltaLimit && FixedPoint.abs(work.deltaAfter) > FixedPoint.abs(work.deltaBefore)) {
            revert Quoter_DeltaLimit(work.deltaAfter, deltaLimit);
        }
    }

    /// @dev Both sides round against the taker.
    function _price(Work memory work, Quote memory result) private view {
        QuoterParameters memory p = _parameters;
        uint256 spread = p.halfSpreadVol;
        if (!result.reducesRisk && work.nav > 0) {
            uint256 share = FixedPoint.divDown(FixedPoint.abs(work.vegaAfter), uint256(work.nav));
            spread += FixedPoint.mulUp(share, p.vegaCharge);
        }
        bool buys = work.quantity > 0;
        OptionValue memory shifted = optionPricer.value(
            work.instrument,
            buys ? int256(spread) : -int256(spread)
        );
        uint256 slip = FixedPoint.mulUp(
            FixedPoint.mulUp(Price.unwrap(work.mid.forward), FixedPoint.abs(work.mid.delta)),
            p.spotSpread
        );
        uint256 value = Price.unwrap(shifted.value);
        uint256 price = buys ? value + slip : (value > slip ? value - slip : 0);
        result.price = Price.wrap(price);
        result.volatility = shifted.volatility;
        result.premium = Usd.wrap(FixedPoint.signedMulUp(work.quantity, int256(price)));
        result.fair = Usd.wrap(FixedPoint.signedMulUp(work.quantity, int256(Price.unwrap(work.mid.value))));
    }
}

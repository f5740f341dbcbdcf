// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BookValue, IOptionPricer, OptionValue} from "../interfaces/IOptionPricer.sol";
import {IPriceRouter} from "../interfaces/IPriceRouter.sol";
import {ISettlementOracle} from "../interfaces/ISettlementOracle.sol";
import {ISurfaceFeed} from "../interfaces/ISurfaceFeed.sol";
import {FixedPoint} from "../libraries/FixedPoint.sol";
import {Black76, Greeks} from "../pricing/Black76.sol";
import {VolSurface} from "../pricing/VolSurface.sol";
import {InstrumentId, InstrumentKind} from "../types/InstrumentId.sol";
import {Position} from "../types/Position.sol";
import {Price} from "../types/Price.sol";
import {Quantity} from "../types/Quantity.sol";

/// @title OptionPricer
/// @notice Marks and Greeks from the posted surface and the live price. Holds nothing and changes nothing. It uses the
/// last price and surface however old they are: whether that is good enough is for the caller to judge.
contract OptionPricer is IOptionPricer {
    /// @dev Lowest volatility after a shift [wad].
    int256 private constant VOLATILITY_FLOOR = 0.01e18;
    int256 private constant WAD = 1e18;

    IPriceRouter public immutable priceRouter;
    ISurfaceFeed public immutable surfaceFeed;
    ISettlementOracle public immutable settlementOracle;

    /// @param router live spot
    /// @param surfaces posted slices
    /// @param fixings of expired series
    constructor(IPriceRouter router, ISurfaceFeed surfaces, ISettlementOracle fixings) {
        priceRouter = router;
        surfaceFeed = surfaces;
        settlementOracle = fixings;
    }

    /// @inheritdoc IOptionPricer
    function value(
        InstrumentId instrument,
        int256 volatilityShift
    ) external view returns (OptionValue memory) {
        if (instrument.expiryOf() <= block.timestamp) revert OptionPricer_Expired(instrument);
        Price spot = priceRouter.spot(instrument.marketOf()).price;
        if (Price.unwrap(spot) == 0) revert OptionPricer_NoPrice(instrument.marketOf());
        return _value(instrument, spot, volatilityShift);
    }

    /// @inheritdoc IOptionPricer
    function valueAt(InstrumentId instrument, Price spot) external view returns (OptionValue memory) {
        if (instrument.expiryOf() <= block.timestamp) revert OptionPricer_Expired(instrument);
        if (Price.unwrap(spot) == 0) revert OptionPricer_NoPrice(instrument.marketOf());
        return _value(instrument, spot, 0);
    }

    /// @inheritdoc IOptionPricer
    function priceOf(
        InstrumentId instrument,
        Price forward,
        uint256 volatility
    ) external view returns (Price) {
        uint256 expiry = instrument.expiryOf();
        if (expiry <= block.timestamp) revert OptionPricer_Expired(instrument);
        (uint256 call, uint256 put, ) = Black76.callPutDelta(
            Price.unwrap(forward),
            instrument.strikeOf(),
            FixedPoint.max(volatility, uint256(VOLATILITY_FLOOR)),
            expiry - block.timestamp
        );
        return Price.wrap(instrument.kindOf() == InstrumentKind.Call ? call : put);
    }

    /// @inheritdoc IOptionPricer
    function bookValue(
        uint8 market,
        uint256[] calldata positionWords
    ) external view returns (BookValue memory book) {
        Price spot = priceRouter.spot(market).price;
        for (uint256 i = 0; i < 2 * positionWords.length; ++i) {
            uint256 word = positionWords[i >> 1];
            Position entry = Position.wrap(uint128(i & 1 == 0 ? word : word >> 128));
            if (Position.unwrap(entry) == 0 || entry.instrumentOf().marketOf() != market) continue;
            if (Price.unwrap(spot) == 0) revert OptionPricer_NoPrice(market);
            _add(book, entry.instrumentOf(), Quantity.unwrap(entry.quantityOf()), spot);
        }
    }

    function _add(BookValue memory book, InstrumentId instrument, int256 quantity, Price spot) private view {
        if (instrument.expiryOf() <= block.timestamp) {
            book.value += FixedPoint.signedMulDown(quantity, int256(_payoff(instrument, spot)));
            return;
        }
        OptionValue memory one = _value(instrument, spot, 0);
        book.value += FixedPoint.signedMulDown(quantity, int256(Price.unwrap(one.value)));
        book.delta += FixedPoint.signedMulDown(quantity, one.delta);
        book.gamma += FixedPoint.signedMulDown(quantity, int256(one.gamma));
        book.vega += FixedPoint.signedMulDown(quantity, int256(one.vega));
        book.grossVega += FixedPoint.mulUp(FixedPoint.abs(quantity), one.vega);
        book.theta += FixedPoint.signedMulDown(quantity, one.theta);
    }

    function _value(
        InstrumentId instrument,
        Price spot,
        int256 volatilityShift
    ) private view returns (OptionValue memory result) {
        uint256 expiry = instrument.expiryOf();
        result.forward = surfaceFeed.liveForward(instrument.marketOf(), expiry, spot);
        uint256 forward = Price.unwrap(result.forward);
        result.volatility = _volatility(instrument, forward, volatilityShift);
        Greeks memory greeks = Black76.greeks(
            forward,
            instrument.strikeOf(),
            result.volatility,
            expiry - block.timestamp
        );
        bool isCall = instrument.kindOf() == InstrumentKind.Call;
        result.value = Price.wrap(isCall ? greeks.call : greeks.put);
        result.delta = isCall ? int256(greeks.callDelta) : int256(greeks.callDelta) - WAD;
        result.gamma = greeks.gamma;
        result.vega = greeks.vega;
        result.theta = greeks.theta;
    }

    function _volatility(
        InstrumentId instrument,
        uint256 forward,
        int256 shift
    ) private view returns (uint256) {
        uint256 expiry = instrument.expiryOf();
        uint256 packed = surfaceFeed.sliceAt(instrument.marketOf(), expiry);
        int256 shifted =
            int256(VolSurface.volatilityAt(packed, instrument.strikeOf(), forward, expiry, block.timestamp)) +
                shift;
        return uint256(FixedPoint.max(shifted, VOLATILITY_FLOOR));
    }

    /// @dev At the fixing, or at intrinsic of the live spot while there is none.
    function _payoff(InstrumentId instrument, Price spot) private view returns (uint256) {
        (Price fixing, bool exists) = settlementOracle.fixing(instrument.marketOf(), instrument.expiryOf());
        uint256 price = Price.unwrap(exists ? fixing : spot);
        uint256 strike = instrument.strikeOf();
        if (instrument.kindOf() == InstrumentKind.Call) return price > strike ? price - strike : 0;
        return strike > price ? strike - price : 0;
    }
}

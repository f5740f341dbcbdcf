// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BookRisk, IBooks} from "../../../contracts/interfaces/IBooks.sol";
import {IClearinghouse} from "../../../contracts/interfaces/IClearinghouse.sol";
import {IOptionsVault} from "../../../contracts/interfaces/IOptionsVault.sol";
import {IPriceRouter} from "../../../contracts/interfaces/IPriceRouter.sol";
import {QuoterParameters} from "../../../contracts/interfaces/IQuoter.sol";
import {IRiskArrays} from "../../../contracts/interfaces/IRiskArrays.sol";
import {ISurfaceFeed} from "../../../contracts/interfaces/ISurfaceFeed.sol";
import {FixedPoint} from "../../../contracts/libraries/FixedPoint.sol";
import {InstrumentId} from "../../../contracts/types/InstrumentId.sol";
import {Quantity} from "../../../contracts/types/Quantity.sol";
import {SeriesMark} from "../../../contracts/vault/QuoteMarks.sol";
import {Exposure, QuoteRisk} from "../../../contracts/vault/QuoteRisk.sol";
import {Quoter} from "../../../contracts/vault/Quoter.sol";

/// @notice The charge as the quoter has it.
contract ChargeProbe {
    function charge(
        QuoterParameters memory p,
        Exposure memory exposure
    ) external pure virtual returns (uint256 amount) {
        (amount, ) = QuoteRisk.chargeOf(p, exposure);
    }

    function requireWithinLimits(QuoterParameters memory p, Exposure memory exposure) external pure {
        QuoteRisk.requireWithinLimits(p, exposure);
    }
}

/// @notice Charges for the vega that the book has after the trade, on the size of the trade, if it added any: as inventory
/// is often charged. Small pieces see less of what the later ones add.
contract ChargeByLevelMutant is ChargeProbe {
    function charge(
        QuoterParameters memory p,
        Exposure memory exposure
    ) external pure override returns (uint256) {
        uint256 older = FixedPoint.abs(exposure.change.beforehand.vega);
        uint256 newer = FixedPoint.abs(exposure.change.afterwards.vega);
        if (newer <= older) return 0;
        uint256 limit = FixedPoint.mulDown(exposure.capital, p.maxNetVega);
        return FixedPoint.mulDown(FixedPoint.mulDivDown(newer, newer - older, limit), p.vegaCharge);
    }
}

/// @notice Looks at the traded expiry alone, so that the same vega in another expiry looks new and small.
contract ChargeByExpiryMutant is ChargeProbe {
    function charge(
        QuoterParameters memory p,
        Exposure memory exposure
    ) external pure override returns (uint256 amount) {
        exposure.change.beforehand.vega = 0;
        exposure.change.afterwards.vega = 0;
        (amount, ) = QuoteRisk.chargeOf(p, exposure);
    }
}

/// @notice The quoter without some of its guards; a test chooses which. In each an attack succeeds.
contract QuoterMutant is Quoter {
    enum Guard {
        Book,
        SecondSource,
        Deviation,
        Surface,
        Size,
        Grid,
        Venues,
        Fixing
    }

    uint256 private immutable _missing;

    /// @param missing guards left out, one bit each
    constructor(
        address authority,
        IOptionsVault vault_,
        IClearinghouse ledger,
        IPriceRouter router,
        ISurfaceFeed surfaces,
        IRiskArrays arrays,
        IBooks books_,
        uint256 missing
    ) Quoter(authority, vault_, ledger, router, surfaces, arrays, books_) {
        _missing = missing;
    }

    /// @dev As if the book were empty before every order; or as if hedge venues held nothing.
    function _exposureOf(Order memory order) internal view override returns (Exposure memory exposure) {
        exposure = super._exposureOf(order);
        if (!_has(Guard.Venues)) exposure.hedge -= Quantity.unwrap(hedge.notedPosition(order.market));
        if (_has(Guard.Book)) return exposure;
        BookRisk memory older = exposure.change.beforehand;
        BookRisk memory newer = exposure.change.afterwards;
        (newer.vega, newer.gamma, newer.delta) = (
            newer.vega - older.vega,
            newer.gamma - older.gamma,
            newer.delta - older.delta
        );
        (older.vega, older.gamma, older.delta, exposure.hedge) = (0, 0, 0, 0);
        for (uint256 i; i < exposure.change.groupsAfter.length; ++i) {
            exposure.change.groupsAfter[i].vega -= exposure.change.groupsBefore[i].vega;
            exposure.change.groupsBefore[i].vega = 0;
        }
    }

    /// @dev Goes by the first source alone.
    function _readSpot(Order memory order) internal view override {
        super._readSpot(order);
        if (!_has(Guard.SecondSource)) (order.bid, order.ask) = (order.spot, order.spot);
    }

    /// @dev Asks in one step no more than in two.
    function _spotCost(
        QuoterParameters memory p,
        Order memory order
    ) internal view override returns (uint256) {
        if (!_has(Guard.Deviation)) p.deviationThreshold = 0;
        return super._spotCost(p, order);
    }

    /// @dev Forgets how old the surface is.
    function _halfSpreadOf(
        QuoterParameters memory p,
        InstrumentId instrument,
        SeriesMark memory mid
    ) internal view override returns (uint256) {
        if (!_has(Guard.Surface)) p.volPerHour = 0;
        return super._halfSpreadOf(p, instrument, mid);
    }

    /// @dev Opens in any size.
    function _closes(
        QuoterParameters memory p,
        InstrumentId instrument,
        int256 quantity
    ) internal view override returns (bool) {
        if (!_has(Guard.Size)) p.minSize = 0;
        return super._closes(p, instrument, quantity);
    }

    /// @dev Trades on while the fixing is being averaged.
    function _requireBeforeFixing(QuoterParameters memory p, uint256 tenor) internal view override {
        if (_has(Guard.Fixing)) super._requireBeforeFixing(p, tenor);
    }

    /// @dev Opens at any strike.
    function _requireOpenable(
        QuoterParameters memory p,
        InstrumentId instrument,
        SeriesMark memory mid
    ) internal view override {
        if (!_has(Guard.Grid)) p.strikeStep = 0;
        super._requireOpenable(p, instrument, mid);
    }

    function _has(Guard guard) private view returns (bool) {
        return (_missing >> uint256(guard)) & 1 == 0;
    }
}

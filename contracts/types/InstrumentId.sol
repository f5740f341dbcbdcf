// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice One series, self-describing in 64 bits, so that no registry has to be read:
/// bits 63..56 market, 55..36 expiry in hours since 1970, 35..4 strike in US cents, 3..0 kind.
/// Numeric order is (market, expiry, strike, kind).
type InstrumentId is uint64;

/// @notice What an instrument pays. Futures and perpetuals follow later and keep these numbers.
enum InstrumentKind {
    Call,
    Put
}

using {
    marketOf,
    expiryOf,
    strikeOf,
    kindOf,
    seriesGroupOf,
    isSeries,
    sameInstrument as ==
} for InstrumentId global;

/// @notice Expiry is not on the hour, or beyond the 20 bits of hours.
error InstrumentId_BadExpiry(uint256 expiry);
/// @notice Strike is zero, not a whole number of cents, or beyond 32 bits of cents.
error InstrumentId_BadStrike(uint256 strike);

/// @notice Packs a series.
/// @param market index of the underlying's market
/// @param expiry unix time in seconds, on the hour
/// @param strike [wad] US dollars, a whole number of cents
function instrumentIdOf(
    uint8 market,
    uint256 expiry,
    uint256 strike,
    InstrumentKind kind
) pure returns (InstrumentId) {
    uint256 expiryHours = expiry / 1 hours;
    uint256 cents = strike / 1e16;
    if (expiry % 1 hours != 0 || expiryHours == 0 || expiryHours >= 1 << 20)
        revert InstrumentId_BadExpiry(expiry);
    if (strike % 1e16 != 0 || cents == 0 || cents > type(uint32).max) revert InstrumentId_BadStrike(strike);
    return
        InstrumentId.wrap(
            uint64((uint256(market) << 56) | (expiryHours << 36) | (cents << 4) | uint256(kind))
        );
}

/// @notice Market index.
function marketOf(InstrumentId instrument) pure returns (uint8) {
    return uint8(InstrumentId.unwrap(instrument) >> 56);
}

/// @notice Expiry, unix seconds.
function expiryOf(InstrumentId instrument) pure returns (uint256) {
    unchecked {
        // 20 bits times 3,600.
        return uint256((InstrumentId.unwrap(instrument) >> 36) & 0xfffff) * 1 hours;
    }
}

/// @notice Strike [wad].
function strikeOf(InstrumentId instrument) pure returns (uint256) {
    unchecked {
        // 32 bits times 1e16.
        return uint256((InstrumentId.unwrap(instrument) >> 4) & 0xffffffff) * 1e16;
    }
}

/// @notice Call or put. Reverts (panic 0x21) on a kind that does not exist.
function kindOf(InstrumentId instrument) pure returns (InstrumentKind) {
    return InstrumentKind(InstrumentId.unwrap(instrument) & 0xf);
}

/// @notice Market and expiry together (the upper 28 bits): series with equal groups share one forward and one time.
function seriesGroupOf(InstrumentId instrument) pure returns (uint32) {
    return uint32(InstrumentId.unwrap(instrument) >> 36);
}

/// @notice Whether it has an expiry, a strike and a kind that exists, as everything from `instrumentIdOf` has.
function isSeries(InstrumentId instrument) pure returns (bool) {
    uint256 raw = InstrumentId.unwrap(instrument);
    return raw & 0xf < 2 && (raw >> 4) & 0xffffffff != 0 && (raw >> 36) & 0xfffff != 0;
}

/// @notice Whether `a` and `b` are the same series.
function sameInstrument(InstrumentId a, InstrumentId b) pure returns (bool) {
    return InstrumentId.unwrap(a) == InstrumentId.unwrap(b);
}

// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {FixedPoint} from "../../contracts/libraries/FixedPoint.sol";
import {Basis, NodeValuation} from "../../contracts/risk/NodeValuation.sol";
import {NodeGrid} from "../../contracts/risk/NodeGrid.sol";
import {VolSurface, Violation} from "../../contracts/pricing/VolSurface.sol";

/// @notice An entry that cannot be computed could neither be refreshed nor challenged, and would keep its holder from
/// being judged: whatever the reference, forward, slice, shocks, time and strike, valuation has to give an answer.
contract ExtremesTest {
    error TooHigh(uint256 node, uint256 value, uint256 bound);

    function testFuzz_EveryStrikeHasAnEntryWhateverTheMarket(
        uint64 reference_,
        uint64 forward,
        uint32 strike,
        uint48 theta,
        uint48 psi,
        int32 rho,
        uint32 life,
        uint32 age,
        uint32 up,
        uint32 outer
    ) public pure {
        Basis memory basis;
        // References of 1e-8 to 1e9 dollars, and forwards within a fifth of them.
        uint256 base = 1 + (reference_ >> (reference_ & 63));
        if (base > 1e17) base = 1e17;
        uint256 percent = 80 + (forward % 41);
        basis.grid.referenceSpot = uint64(base);
        basis.grid.outer = uint32(50_000_000 + (outer % 480) * 1_000_000);
        basis.grid.driftLimit = uint32(1_000_000 + (outer % 19_000_001));
        basis.header.forward = uint56(max(1, min((base * percent) / 100, type(uint56).max)));
        basis.header.computedAt = 1_700_000_000 + (age % 7200);
        basis.expiry = uint256(basis.header.computedAt) + 1 + (life % (3 * 365 days));
        basis.shocks.upFactor = 1_000_000 + (up % 11_000_000);
        basis.shocks.downFactor = 10_000;
        basis.slice = _sliceOf((uint256(theta) >> (age & 31)) + 1, psi, rho, basis.header.forward);
        if (VolSurface.butterflyViolation(basis.slice) != Violation.None) basis.slice = 0;
        uint256 cents = 1 + (strike >> (strike & 31));
        _requireBelowForward(basis, cents);
    }

    /// @dev psi^2 (1 + |rho|) < 4 theta and psi (1 + |rho|) < 4, in units of 1e-12.
    function _sliceOf(
        uint256 theta,
        uint256 psi,
        int256 rho,
        uint256 forward
    ) private pure returns (uint256) {
        uint256 most = min(FixedPoint.sqrt(2e12 * theta), 1.99e12);
        psi = (most * (psi % 1001)) / 1000 + 1;
        rho = (rho % 1_000_000_000) * 1e9;
        return VolSurface.pack(theta * 1e6, psi * 1e6, rho, forward * 1e10, 1_700_000_000);
    }

    /// @dev No call is worth more than its forward at the level, in lane units.
    function _requireBelowForward(Basis memory basis, uint256 cents) private pure {
        (uint256 a, uint256 b, ) = NodeValuation.entryOf(basis, cents * 1e16);
        uint256[30] memory m = NodeGrid.multipliers(
            uint256(basis.grid.outer) * 1e9,
            uint256(basis.grid.driftLimit) * 1e9
        );
        for (uint256 i; i < 30; ++i) {
            uint256 lane = i < 15 ? NodeGrid.laneOf(a, i) : NodeGrid.laneOf(b, i - 15);
            uint256 bound = (uint256(basis.header.forward) * m[i]) / 1e18 + 1;
            bound = (bound << 29) / basis.grid.referenceSpot + 1;
            if (lane > bound) revert TooHigh(i, lane, bound);
        }
    }

    function min(uint256 a, uint256 b) private pure returns (uint256) {
        return a < b ? a : b;
    }

    function max(uint256 a, uint256 b) private pure returns (uint256) {
        return a > b ? a : b;
    }
}

// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Auction, AuctionKind} from "../interfaces/ILiquidation.sol";
import {FixedPoint} from "../libraries/FixedPoint.sol";

/// @notice How an account for sale stands.
/// @param equity [wad USD], signed
/// @param maintenance requirement [wad USD], not negative
/// @param cash signed [wad USD]
/// @param whole whether everything that it holds has a price; if not, the rest was judged without it
/// @param hasCollateral of which a slice may take more than its share, so as to leave no dust
/// @param isEmpty neither positions nor collateral
/// @param partsOnly it has more positions than one call may move
/// @param unpriced markets without a usable price, one bit each
/// @param mayOwe whether it has positions in those, so that the rest being healthy proves nothing
struct Verdict {
    int256 equity;
    int256 maintenance;
    int256 cash;
    bool whole;
    bool hasCollateral;
    bool isEmpty;
    bool partsOnly;
    uint256 unpriced;
    bool mayOwe;
}

/// @title AuctionPricing
/// @notice What slices and parts cost, and how large they may be: pure functions of equity E, maintenance M and the
/// auction's clocks. What the seller is paid rounds up, what others pay out rounds down.
library AuctionPricing {
    uint256 internal constant WAD = 1e18;
    /// @notice How long only single positions are sold, at bounded cost.
    uint256 internal constant SOFT_STAGE = 5 minutes;
    /// @notice Most that a part costs in the soft stage, as a share of the maintenance that it frees.
    uint256 internal constant SOFT_COST = 0.05e18;
    uint256 internal constant FIRST_SHARE = 0.98e18;
    uint256 internal constant FAST_SHARE = 0.7e18;
    uint256 internal constant FAST_STAGE = 15 minutes;
    uint256 internal constant SLOW_STAGE = 12 hours;
    uint256 internal constant INSOLVENT_STAGE = 1 hours;
    /// @notice Most time between two looks that counts.
    uint256 internal constant LONGEST_GAP = 30 minutes;
    /// @notice Of the discount of a slice, what goes to the insurance fund.
    uint256 internal constant FUND_SHARE = 0.1e18;
    /// @notice A slice restores this multiple of maintenance.
    uint256 internal constant BUFFER = 1.15e18;
    /// @notice A slice that would leave less than this of the account may take everything.
    uint256 internal constant WHOLE_FROM = 0.9e18;
    /// @notice No remainder that asks for less maintenance than this is left for another bid [wad USD].
    uint256 internal constant LEAST_REMAINDER = 100e18;
    /// @notice From this multiple of maintenance on, an account is healthy whatever a slice's rounding did.
    uint256 private constant SURE = 1.05e18;
    uint256 private constant ROUNDING = 1e18;

    /// @notice Share of equity that a slice costs [wad]: 98 % falling to 70 % in 15 minutes, then to nothing in 12 hours.
    function solventShare(uint256 clock) internal pure returns (uint256) {
        if (clock <= SOFT_STAGE) return FIRST_SHARE;
        uint256 elapsed = clock - SOFT_STAGE;
        if (elapsed <= FAST_STAGE) {
            return FIRST_SHARE - ((FIRST_SHARE - FAST_SHARE) * elapsed) / FAST_STAGE;
        }
        uint256 slow = elapsed - FAST_STAGE;
        return slow >= SLOW_STAGE ? 0 : FAST_SHARE - (FAST_SHARE * slow) / SLOW_STAGE;
    }

    /// @notice How far the payment has risen to the maintenance gap [wad].
    function insolventShare(uint256 clock) internal pure returns (uint256) {
        return (FixedPoint.min(clock, INSOLVENT_STAGE) * WAD) / INSOLVENT_STAGE;
    }

    /// @notice What a slice costs the bidder; negative: what the waterfall pays for it.
    function sliceCost(
        Auction memory auction,
        Verdict memory verdict,
        uint256 fraction
    ) internal pure returns (int256) {
        if (auction.kind == AuctionKind.Solvent) {
            uint256 slice = FixedPoint.mulUp(uint256(verdict.equity), fraction);
            return int256(FixedPoint.mulUp(slice, solventShare(auction.solventClock)));
        }
        uint256 gap = uint256(verdict.maintenance - verdict.equity);
        return
            -int256(
                FixedPoint.mulDown(FixedPoint.mulDown(gap, fraction), insolventShare(auction.insolventClock))
            );
    }

    /// @notice What the seller of a slice owes the insurance fund: a tenth of the discount, and at most of what it is paid, so
    /// that even at half its equity a slice raises the health of the rest. Nothing where the waterfall pays.
    function fundFee(Verdict memory verdict, uint256 fraction, int256 cost) internal pure returns (uint256) {
        if (cost <= 0) return 0;
        uint256 paid = uint256(cost);
        uint256 worth = FixedPoint.mulDown(uint256(verdict.equity), fraction);
        uint256 discount = worth > paid ? worth - paid : 0;
        return FixedPoint.mulDown(FixedPoint.min(discount, paid), FUND_SHARE);
    }

    /// @notice The slice f after which E (1 - f (1 - d)) = 1.15 M (1 - f), d being the share of equity paid for it.
    function largestFraction(Auction memory auction, Verdict memory verdict) internal pure returns (uint256) {
        if (auction.kind == AuctionKind.Insolvent) return WAD;
        if (auction.solventClock < SOFT_STAGE) return 0;
        uint256 equity = uint256(verdict.equity);
        uint256 target = FixedPoint.mulUp(uint256(verdict.maintenance), BUFFER);
        if (equity >= target) return 0;
        uint256 given = FixedPoint.mulDown(equity, WAD - solventShare(auction.solventClock));
        // Less than equity is given away, and equity is below the target.
        uint256 fraction = FixedPoint.divUp(target - equity, target - given);
        if (fraction >= WHOLE_FROM) return WAD;
        uint256 left = FixedPoint.mulDown(uint256(verdict.maintenance), WAD - fraction);
        return left < LEAST_REMAINDER ? WAD : fraction;
    }

    /// @notice What the seller gives for being rid of `released` of its maintenance, beyond the marks: in the soft stage and
    /// while something has no price a bounded cost, else what a slice with that requirement gives away.
    /// Never more than its equity, where that is known: what has no price stands for the rest.
    function partDiscount(
        Auction memory auction,
        Verdict memory verdict,
        uint256 released
    ) internal pure returns (uint256) {
        uint256 clock = auction.solventClock;
        if (!verdict.whole) return _softCost(released, clock);
        if (verdict.equity <= 0) return 0;
        uint256 equity = uint256(verdict.equity);
        if (clock < SOFT_STAGE) return FixedPoint.min(_softCost(released, clock), equity);
        uint256 given = FixedPoint.mulDown(equity, WAD - solventShare(clock));
        return FixedPoint.mulDivDown(given, released, uint256(verdict.maintenance));
    }

    /// @notice What the waterfall pays for a part of an insolvent account that frees `released` of its maintenance.
    function partPayment(
        Auction memory auction,
        Verdict memory verdict,
        uint256 released
    ) internal pure returns (uint256) {
        uint256 gap = uint256(verdict.maintenance - verdict.equity);
        uint256 offered = FixedPoint.mulDown(gap, insolventShare(auction.insolventClock));
        return FixedPoint.mulDivDown(offered, released, uint256(verdict.maintenance));
    }

    /// @notice The share of what an insolvent account owes beyond its means that goes with a part, as it does with a slice:
    /// the bidder takes it over, and the waterfall's payment has to make up for it first.
    function partDebt(Verdict memory verdict, uint256 released) internal pure returns (uint256) {
        uint256 owed = uint256(-verdict.equity);
        return FixedPoint.mulDivUp(owed, released, uint256(verdict.maintenance));
    }

    /// @notice Whether a part left more than what restores maintenance and its buffer, and not just a small remainder.
    function isTooMuch(Verdict memory left) internal pure returns (bool) {
        uint256 maintenance = uint256(left.maintenance);
        if (left.equity <= 0 || maintenance < LEAST_REMAINDER) return false;
        return uint256(left.equity) > FixedPoint.mulUp(maintenance, BUFFER);
    }

    /// @notice What is left after a slice was sold for `paid`. Equity is linear in positions, and the requirement is convex
    /// and zero for nothing, so that at most its share is left; positions round by less than what `isSurelyHealthy` spares.
    function afterSlice(
        Verdict memory verdict,
        uint256 fraction,
        int256 paid
    ) internal pure returns (Verdict memory left) {
        int256 sold = FixedPoint.signedMulUp(verdict.equity, int256(fraction));
        left.equity = verdict.equity - sold + (paid > 0 ? paid : int256(0));
        left.maintenance = int256(FixedPoint.mulUp(uint256(verdict.maintenance), WAD - fraction));
        left.whole = verdict.whole;
    }

    /// @notice Whether no rounding can make the estimate unhealthy.
    function isSurelyHealthy(Verdict memory left) internal pure returns (bool) {
        int256 sure = int256(FixedPoint.mulUp(uint256(left.maintenance), SURE) + ROUNDING);
        return left.equity >= sure;
    }

    /// @notice Lets the clock of the auction's kind run to `time`. While something has no price, only the soft stage runs.
    function advance(Auction memory auction, bool whole, uint256 time) internal pure {
        uint256 passed = time - auction.seenAt;
        if (!whole) {
            if (auction.solventClock >= SOFT_STAGE) return;
            auction.solventClock = uint16(FixedPoint.min(auction.solventClock + passed, SOFT_STAGE));
        } else if (auction.kind == AuctionKind.Insolvent) {
            auction.insolventClock = _stopped(auction.insolventClock + passed);
        } else {
            auction.solventClock = _stopped(auction.solventClock + passed);
        }
    }

    /// @dev What a part costs at most in the soft stage, and always while something has no price.
    function _softCost(uint256 released, uint256 clock) private pure returns (uint256) {
        uint256 reached = FixedPoint.min(clock, SOFT_STAGE);
        return FixedPoint.mulDivDown(FixedPoint.mulDown(released, SOFT_COST), reached, SOFT_STAGE);
    }

    /// @dev Every stage is over long before.
    function _stopped(uint256 clock) private pure returns (uint16) {
        return uint16(FixedPoint.min(clock, type(uint16).max));
    }
}

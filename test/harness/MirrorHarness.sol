// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {InterestRateModel} from "../../contracts/clearing/InterestRateModel.sol";
import {InterestTerms} from "../../contracts/interfaces/IClearinghouseTerms.sol";
import {Auction} from "../../contracts/interfaces/ILiquidation.sol";
import {AuctionPricing, Verdict} from "../../contracts/liquidation/AuctionPricing.sol";

/// @notice Opens pure libraries that no view shows to their mirrors in TypeScript.
contract MirrorHarness {
    /// @notice All that an auction's price says of a slice and of a part.
    struct Terms {
        int256 cost;
        uint256 largest;
        uint256 fee;
        uint256 discount;
        uint256 payment;
        uint256 debt;
        bool tooMuch;
        Verdict left;
        bool sure;
        Auction advanced;
    }

    function isBounded(InterestTerms memory terms) external pure returns (bool) {
        return InterestRateModel.isBounded(terms);
    }

    function interest(
        InterestTerms memory terms,
        uint256 debt,
        uint256 claims
    ) external pure returns (uint256 utilisation, uint256 yearly, uint256 second) {
        utilisation = InterestRateModel.utilisationOf(debt, claims);
        yearly = InterestRateModel.yearlyRate(terms, utilisation);
        second = InterestRateModel.secondRate(terms, debt, claims);
    }

    function shares(uint256 clock) external pure returns (uint256 solvent, uint256 insolvent) {
        return (AuctionPricing.solventShare(clock), AuctionPricing.insolventShare(clock));
    }

    /// @notice What does not exist for the sign of equity stays zero.
    function auctionTerms(
        Auction memory auction,
        Verdict memory verdict,
        uint256 fraction,
        uint256 released,
        uint256 time
    ) external pure returns (Terms memory terms) {
        terms.cost = AuctionPricing.sliceCost(auction, verdict, fraction);
        terms.largest = AuctionPricing.largestFraction(auction, verdict);
        terms.fee = AuctionPricing.fundFee(verdict, fraction, terms.cost);
        terms.discount = AuctionPricing.partDiscount(auction, verdict, released);
        if (verdict.equity <= 0) {
            terms.payment = AuctionPricing.partPayment(auction, verdict, released);
            terms.debt = AuctionPricing.partDebt(verdict, released);
        }
        terms.tooMuch = AuctionPricing.isTooMuch(verdict);
        terms.left = AuctionPricing.afterSlice(verdict, fraction, terms.cost);
        terms.sure = AuctionPricing.isSurelyHealthy(terms.left);
        AuctionPricing.advance(auction, verdict.whole, time);
        terms.advanced = auction;
    }
}

/** What a figure of `npm run bench:gas` may be at most; the command fails beyond it. */
export const LIMITS: Readonly<Record<string, number>> = {
  "black76.callPutDelta": 1_900,
  "black76.callPutDelta.farStrike": 1_900,
  "black76.allGreeks": 2_600,
  "black76.allGreeks.farStrike": 2_600,
  "revaluation.perNode": 1_400,
  "margin.legs.16": 110_000,
  "margin.legs.64": 400_000,
  "margin.legs.128": 800_000,
  "margin.perLeg": 6_000,
  "margin.book.8expiries.500series": 350_000,
  "auction.start.legs.16": 250_000,
  "auction.start.legs.64": 600_000,
  "auction.bid.legs.16": 900_000,
  "auction.bid.legs.64": 2_500_000,
  "vault.trade.oneLeg.accountWith16Legs": 500_000,
  "vault.trade.fourLegs.accountWith16Legs": 900_000,
};

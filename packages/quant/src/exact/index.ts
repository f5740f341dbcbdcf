/** The maths of the contracts, bit for bit, in BigInt. */
export * as auctions from "./auctions.ts";
export * as black76 from "./black76.ts";
export * as books from "./books.ts";
export * as fees from "./fees.ts";
export * as fixedPoint from "./fixed-point.ts";
export * as fixing from "./fixing.ts";
export * as hedging from "./hedging.ts";
export * as interest from "./interest.ts";
export * as losses from "./losses.ts";
export * as margin from "./margin.ts";
export * as nodeGrid from "./node-grid.ts";
export * as pages from "./pages.ts";
export * as quotes from "./quotes.ts";
export * as ramp from "./ramp.ts";
export * as riskArrays from "./risk-arrays.ts";
export * as valuation from "./valuation.ts";
export * as volSurface from "./vol-surface.ts";

import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type ExpiryQuotes, readDeribitCsv, totalVariance } from "@ballast/quant";
import { expect } from "chai";
import { firstSurface } from "../support/calibrated.ts";
import { seeded } from "../support/random.ts";

/** Market data that tests use where it is at hand. */
const SHARED = process.env["BALLAST_DATA"] ?? fileURLToPath(new URL("../../../shared/", import.meta.url));
const DOLLARS = 2_000;

/** Quotes of a term structure with noise of a volatility point: nothing about them is free of arbitrage. */
function noisyChain(next: () => number): ExpiryQuotes[] {
  const level = 0.3 + 0.9 * next();
  return [1, 2, 7, 14, 30, 90, 180].map((days) => {
    const years = days / 365;
    const theta = level ** 2 * years * (1 + 0.4 * (next() - 0.5));
    const smile = { theta, psi: 1.4 * Math.sqrt(theta) * (0.5 + next()), rho: 0.8 * (next() - 0.6) };
    const quotes = Array.from({ length: 15 }, (_, i) => {
      const k = ((i - 7) / 3) * Math.sqrt(theta);
      const noise = 0.01 * (next() - 0.5);
      return {
        strike: DOLLARS * Math.exp(k),
        volatility: Math.sqrt(totalVariance(smile, k) / years) + noise,
      };
    });
    return { years, forward: DOLLARS * (1 + 0.05 * years), quotes };
  });
}

describe("SurfaceFeed: what a calibrator posts", () => {
  it("is taken, however noisy the quotes", async () => {
    const next = seeded(91);
    for (let i = 0; i < 12; i++) expect(await firstSurface(noisyChain(next))).to.equal(7);
  });

  it("is taken for every recorded chain, calm or crashing", async function () {
    const files = ["20251231T091828Z", "20260305T093529Z"].map(
      (stamp) => `${SHARED}data/deribit_chain_${stamp}.csv`,
    );
    if (!files.every((file) => existsSync(file))) this.skip();
    for (const file of files)
      for (const currency of ["BTC", "ETH"]) {
        const { expiries } = readDeribitCsv(readFileSync(file, "utf8"), currency);
        expect(await firstSurface(expiries)).to.equal(expiries.length);
      }
  });
});

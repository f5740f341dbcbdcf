import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { calibrate, type ExpiryQuotes, readDeribitCsv, totalVariance } from "@ballast/quant";
import { WAD } from "@ballast/sdk";
import { expect } from "chai";
import { seeded } from "../support/random.ts";
import { stepped, surfaceRoom } from "../support/surfaces.ts";

/** Market data that tests use where it is at hand. */
const SHARED = process.env["BALLAST_DATA"] ?? fileURLToPath(new URL("../../../shared/", import.meta.url));
const HOUR = 3_600;
const YEAR = 365 * 86_400;
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
  /** Posts a calibrated chain as the first surface of a fresh feed; the number of slices that are listed then. */
  async function listedOf(chain: readonly ExpiryQuotes[]): Promise<number> {
    const { feed, send, reportOf, start } = await surfaceRoom();
    const { slices } = calibrate(chain);
    const spot = chain[0]?.forward ?? 0;
    const report = reportOf(start, [], {
      slices: slices.map((slice) => ({
        expiry: Math.ceil((start + slice.years * YEAR) / HOUR) * HOUR,
        forward: stepped((slice.forward / spot) * DOLLARS, 10n ** 10n),
        theta: stepped(slice.theta, 10n ** 6n),
        psi: stepped(slice.psi, 10n ** 6n),
        rho: stepped(slice.rho, 10n ** 9n),
      })),
    });
    await send(report);
    expect((await feed.lastReport(0)).spot).to.equal(BigInt(DOLLARS) * WAD);
    return (await feed.expiries(0)).length - slices.length;
  }

  it("is taken, however noisy the quotes", async () => {
    const next = seeded(91);
    for (let i = 0; i < 12; i++) expect(await listedOf(noisyChain(next))).to.equal(0);
  });

  it("is taken for every recorded chain, calm or crashing", async function () {
    const files = ["20251231T091828Z", "20260305T093529Z"].map(
      (stamp) => `${SHARED}data/deribit_chain_${stamp}.csv`,
    );
    if (!files.every((file) => existsSync(file))) this.skip();
    for (const file of files)
      for (const currency of ["BTC", "ETH"])
        expect(await listedOf(readDeribitCsv(readFileSync(file, "utf8"), currency).expiries)).to.equal(0);
  });
});

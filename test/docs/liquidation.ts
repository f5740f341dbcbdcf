import { readFileSync } from "node:fs";
import { expect } from "chai";
import { LIMITS } from "../../bench/gas/limits.ts";
import * as auction from "../../packages/quant/src/exact/auctions.ts";
import { heldShare } from "../../packages/quant/src/exact/losses.ts";

const WAD = 10n ** 18n;
const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const text = read("docs/LIQUIDATION.md");
/** Two decimals of a wad. */
const decimals = (value: bigint): string => {
  const cents = (value + WAD / 200n) / (WAD / 100n);
  return `${cents / 100n}.${String(cents % 100n).padStart(2, "0")}`;
};
const percent = (share: bigint): string => `${decimals(100n * share)} %`;
const seconds = (time: string): bigint => {
  const [, hours = "0", minutes = "0"] = /^(?:(\d+) h )?(\d+) min$/.exec(time) ?? [];
  return BigInt(hours) * 3_600n + BigInt(minutes) * 60n;
};
const clocks = (kind: auction.AuctionKind, time: bigint) =>
  ({ kind, seenAt: 0n, solventClock: time, insolventClock: time }) as const;

describe("Figures in docs/LIQUIDATION.md", () => {
  it("has the price of each time", () => {
    const rows = [...text.matchAll(/^\| ([\d hmin]+) \| ([\d.]+ %) \|$/gm)];
    expect(rows.length).to.equal(5);
    for (const [, time = "", share] of rows)
      expect(percent(auction.solventShare(seconds(time))), time).to.equal(share);
  });

  it("has the largest slice of each example, and what it costs", () => {
    const rows = [...text.matchAll(/^\| (\d+) \| (\d+ min) \| ([\d.]+ %) \| ([\d.]+) \| ([\d.]+) \|$/gm)];
    expect(rows.length).to.equal(3);
    for (const [, equity = "", time = "", ...stated] of rows) {
      const verdict = { equity: BigInt(equity) * WAD, maintenance: 1_000n * WAD, whole: true };
      const state = clocks("solvent", seconds(time));
      const largest = auction.largestFraction(state, verdict);
      const cost = auction.sliceCost(state, verdict, largest);
      const fee = auction.fundFee(verdict, largest, cost);
      expect([percent(largest), decimals(cost), decimals(fee)]).to.deep.equal(stated);
    }
  });

  it("has what the waterfall pays for half of an insolvent account", () => {
    const [, half, whole] = /pays ([\d.]+) USD at 30 minutes and ([\d.]+) USD/.exec(text) ?? [];
    const verdict = { equity: -500n * WAD, maintenance: 1_000n * WAD, whole: true };
    const paid = (time: bigint) => decimals(-auction.sliceCost(clocks("insolvent", time), verdict, WAD / 2n));
    expect([paid(1_800n), paid(3_600n)]).to.deep.equal([half, whole]);
  });

  it("has the share that is held back, and what a withdrawal locks", () => {
    const [, share, locked] =
      /held share is ([\d.]+ %), and 8,000 USD paid out\s+lock ([\d,.]+)\./.exec(text) ?? [];
    const held = heldShare(120_000n * WAD, 30_000n * WAD, 10_000n * WAD, 400_000n * WAD);
    expect(percent(held)).to.equal(share);
    expect(decimals((8_000n * WAD * held) / (WAD - held))).to.equal(locked?.replace(",", ""));
  });

  it("has the gas that was measured, to a hundredth, and its limits", () => {
    const { figures } = JSON.parse(read("bench/results/gas.json")) as {
      figures: Record<string, { value: number }>;
    };
    const rows = [...text.matchAll(/^\| `(auction[\w.]+)` \| ([\d,]+) \| ([\d,]+) \|$/gm)];
    expect(rows.length).to.equal(4);
    const number = (digits: string | undefined) => Number(digits?.replaceAll(",", ""));
    for (const [, name = "", gas, limit] of rows) {
      const { value } = figures[name]!;
      expect(Math.abs(number(gas) - value) / value, name).to.be.below(0.01);
      expect(number(limit), name).to.equal(LIMITS[name]);
    }
  });
});

import { WAD } from "@ballast/sdk";
import { expect } from "chai";
import { connection, moveTo, option, refusal } from "../support/ballast.ts";
import { quoted, quoterWith } from "../support/quotes.ts";

const CENT = WAD / 100n;
const HOUR = 3_600;
/** The quoter without the guard that each attack is about: its parameters at the end of their bounds. */
const UNGUARDED = { deviationThreshold: 0n, spotSpread: 0n, spotPerHour: 0n, volPerHour: 0n };
const THIN = { halfSpreadVol: CENT / 20n };

/** A scene of its own: these tests move the market. */
async function moved() {
  return quoted();
}

describe("Attack: quotes", () => {
  it("sandwiches a price update below the deviation threshold, and gains without the threshold only", async () => {
    const stage = await connection.networkHelpers.loadFixture(moved);
    const call = option(stage.far, 2_000n, "call");
    const guarded = await quoterWith(stage, THIN);
    const mutant = await quoterWith(stage, { ...THIN, ...UNGUARDED });
    const bought = [await guarded.quote(call, WAD), await mutant.quote(call, WAD)];
    await moveTo(stage, stage.start + HOUR, 2_009n);
    const sold = [await guarded.quote(call, -WAD), await mutant.quote(call, -WAD)];
    const gains = bought.map((ask, i) => -ask.premium - (sold[i]?.premium ?? 0n));
    expect((gains[0] ?? 0n) < 0n, `with the threshold: ${gains[0]}`).to.equal(true);
    expect((gains[1] ?? 0n) > 0n, `without: ${gains[1]}`).to.equal(true);
  });

  it("fills the vault's book with dust, which only a quoter without a least size takes", async () => {
    const stage = await connection.networkHelpers.loadFixture(moved);
    const dust = 10n ** 10n;
    const mutant = await quoterWith(stage, { minSize: dust });
    for (const dollars of [1_800n, 2_000n, 2_200n]) {
      const call = option(stage.far, dollars, "call");
      expect(await refusal(stage.ballast.quoter.quote(call, dust))).to.equal("Quoter_SizeTooSmall");
      expect(await refusal(mutant.quote(call, dust))).to.equal("nothing was refused");
    }
  });

  it("trades on a surface that has aged, which costs more the older it is, and ends with its heartbeat", async () => {
    const stage = await connection.networkHelpers.loadFixture(moved);
    const call = option(stage.far, 2_000n, "call");
    const guarded = await quoterWith(stage, { ...THIN, volPerHour: 5n * CENT });
    const mutant = await quoterWith(stage, { ...THIN, volPerHour: 0n });
    await stage.clock.advanceTo(stage.start + HOUR);
    // What a move of three points in volatility since the last report is worth to who knows of it.
    const { vega } = await stage.ballast.optionPricer.value(call, 0n);
    const known = (vega * 3n * CENT) / WAD;
    const edge = async (quoter: typeof guarded) => {
      const { premium, fair } = await quoter.quoteLegs([call], [WAD], true);
      return known - (premium - fair);
    };
    expect((await edge(guarded)) < 0n).to.equal(true);
    expect((await edge(mutant)) > 0n).to.equal(true);
    await stage.clock.advanceTo(stage.start + 3 * HOUR);
    expect(await refusal(stage.ballast.quoter.quote(call, WAD))).to.equal("Quoter_SurfaceStale");
  });
});

import { type Connection, WAD } from "../../test/support/risk.ts";

/** The formula and one node of a revaluation, as gas of the inlined code. */
export async function measure(connection: Connection): Promise<Record<string, number>> {
  const { ethers } = connection;
  const figures: Record<string, number> = {};
  const pricing = await ethers.deployContract("PricingHarness");
  // Every branch: out of, at and in the money, near and far, days and years, calm and wild.
  const cases = [
    [3_000n, 3_000n, 70n, 30n],
    [3_000n, 3_400n, 70n, 30n],
    [3_000n, 2_500n, 70n, 30n],
    [3_000n, 5_500n, 70n, 30n],
    [3_000n, 1_200n, 70n, 30n],
    [3_000n, 2_999n, 1n, 1n],
    [3_000n, 2_900n, 500n, 1_095n],
    [3_000n, 3_000_000_000n, 500n, 1_095n],
    [3_000_000_000n, 3_000n, 500n, 1_095n],
  ] as const;
  const worst = (name: string, gas: bigint) => {
    figures[name] = Math.max(figures[name] ?? 0, Number(gas));
  };
  for (const [forwardUnits, strikeUnits, percent, days] of cases) {
    const [forward, strike, volatility] = [
      forwardUnits * WAD,
      strikeUnits * WAD,
      (percent * WAD) / 100n,
    ] as const;
    const seconds = days * 86_400n;
    // Beyond a factor of sqrt(2) the logarithm takes one reduction more.
    const far = strike * 141n > forward * 200n || strike * 200n < forward * 141n ? ".farStrike" : "";
    worst(
      `black76.callPutDelta${far}`,
      (await pricing.callPutDelta(forward, strike, volatility, seconds)).gas,
    );
    worst(`black76.allGreeks${far}`, (await pricing.greeks(forward, strike, volatility, seconds)).gas);
    const s = (volatility * (await pricing.rootYears(seconds))) / WAD;
    const logRatio = await pricing.lnRatio(forward, strike);
    worst("revaluation.perNode", (await pricing.revalue(forward, strike, logRatio, s)).gas);
  }
  return figures;
}

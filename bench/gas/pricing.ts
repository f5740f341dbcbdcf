import { type Connection, WAD } from "../../test/support/risk.ts";

/** The formula and one node of a revaluation, as gas of the inlined code. */
export async function measure(connection: Connection): Promise<Record<string, number>> {
  const { ethers } = connection;
  const figures: Record<string, number> = {};
  const pricing = await ethers.deployContract("PricingHarness");
  const cases = [
    [3_000n * WAD, 3_000n * WAD],
    [3_000n * WAD, 3_400n * WAD],
    [3_000n * WAD, 2_500n * WAD],
    [3_000n * WAD, 5_500n * WAD],
    [3_000n * WAD, 1_200n * WAD],
  ] as const;
  const worst = (name: string, gas: bigint) => {
    figures[name] = Math.max(figures[name] ?? 0, Number(gas));
  };
  for (const [forward, strike] of cases) {
    // Beyond a factor of sqrt(2) the logarithm takes one reduction more.
    const far = strike * 141n > forward * 200n || strike * 200n < forward * 141n ? ".farStrike" : "";
    const volatility = (7n * WAD) / 10n;
    const seconds = 30n * 86_400n;
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

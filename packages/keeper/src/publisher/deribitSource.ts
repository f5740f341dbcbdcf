import { calibrate, type DeribitOptions, fetchDeribitChain } from "@ballast/quant";
import { fromNumber } from "@ballast/sdk";
import type { SurfaceSource } from "../task.ts";

/**
 * A source that fits Deribit's chain of a market's currency anew at each report.
 * @param currencies by market index; a market without one has nothing to say
 */
export function deribitSource(
  currencies: ReadonlyMap<number, string>,
  options: DeribitOptions = {},
): SurfaceSource {
  return async (market, timestamp) => {
    const currency = currencies.get(market);
    if (currency === undefined) return [];
    const chain = await fetchDeribitChain(currency, options);
    const { slices } = calibrate(chain.expiries);
    return slices.flatMap(({ forward, theta, psi, rho }, i) => {
      const expiry = chain.expiries[i]?.expiry ?? 0;
      if (expiry <= timestamp) return [];
      // Volatilities stay as they were quoted; the time that has passed since is taken off.
      const left = (expiry - timestamp) / (expiry - chain.time);
      return [
        {
          expiry,
          forwardRatio: fromNumber(forward / chain.spot),
          theta: fromNumber(theta * left),
          psi: fromNumber(psi * left),
          rho: fromNumber(rho),
        },
      ];
    });
  };
}

/** Seeded cases of Black-76's documented domain: 1e-6 <= K/F <= 1e6, T from 1 s to 3 y, volatility 1 % to 500 %. */
import { seeded } from "../../test/support/random.ts";
import type { OptionCase } from "./reference.ts";

const DAY = 86_400n;
const YEAR = 365n * DAY;
const WAD = 10n ** 18n;
const LONGEST = Number(3n * YEAR);

/** 10^exponent as a wad, its last digits random too, so that no input is round. */
function power(exponent: number, next: () => number): bigint {
  const digits = BigInt(Math.round(10 ** (exponent - Math.floor(exponent)) * 2 ** 50));
  const scale = 10n ** BigInt(Math.floor(exponent) + 18);
  return ((digits * scale) >> 50n) + (BigInt(Math.floor(next() * 1e6)) * scale) / 10n ** 18n;
}

/**
 * Log-uniform over the whole domain, forwards from `lowestForward` to 1e8. Every second strike lies within eight
 * standard deviations of the forward, where there is time value to get wrong.
 */
export function randomCases(seed: number, count: number, lowestForward = 1): OptionCase[] {
  const next = seeded(seed);
  return Array.from({ length: count }, (_, i) => {
    const forwardPower = Math.log10(lowestForward) + next() * (8 - Math.log10(lowestForward));
    const volatilityPower = -2 + next() * Math.log10(500);
    const seconds = Math.max(1, Math.round(10 ** (next() * Math.log10(LONGEST))));
    const deviation = 10 ** volatilityPower * Math.sqrt(seconds / Number(YEAR));
    const wide = (next() - 0.5) * 12;
    const close = ((next() - 0.5) * 16 * deviation) / Math.LN10;
    const moneyness = i % 2 === 0 ? wide : Math.min(6, Math.max(-6, close));
    return within({
      forward: power(forwardPower, next),
      strike: power(forwardPower + moneyness, next),
      volatility: power(volatilityPower, next),
      seconds: BigInt(seconds),
    });
  });
}

/** Corners and switches of the algorithm: where the logarithm changes its reduction, d1 or d2 its sign. */
export function edgeCases(): OptionCase[] {
  const cases: OptionCase[] = [];
  const strikes = ["0.000001", "0.001", "0.5", "0.7071", "0.7072", "0.999999", "1", "1.000001"].concat([
    "1.4142",
    "1.4143",
    "2",
    "1000",
    "1000000",
  ]);
  for (const forward of [WAD / 100n, 3_000n * WAD, 10n ** 8n * WAD]) {
    for (const ratio of strikes) {
      const [whole = "0", fraction = ""] = ratio.split(".");
      const scaled = BigInt(whole + fraction.padEnd(6, "0"));
      for (const seconds of [1n, DAY, 30n * DAY, YEAR, 3n * YEAR]) {
        for (const volatility of [WAD / 100n, (7n * WAD) / 10n, 5n * WAD]) {
          cases.push({ forward, strike: (forward * scaled) / 1_000_000n, volatility, seconds });
        }
      }
    }
  }
  return cases;
}

/** Pulls a case that rounding moved over the rim of the domain back onto it. */
function within({ forward, strike, volatility, seconds }: OptionCase): OptionCase {
  const clamp = (x: bigint, low: bigint, high: bigint): bigint => (x < low ? low : x > high ? high : x);
  return {
    forward,
    strike: clamp(strike, forward / 1_000_000n + 1n, forward * 1_000_000n),
    volatility: clamp(volatility, WAD / 100n, 5n * WAD),
    seconds,
  };
}

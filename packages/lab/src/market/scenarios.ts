import { WAD } from "@ballast/sdk";
import { LabError } from "../failure.ts";
import type { Random } from "../random.ts";
import type { PricePoint } from "./history.ts";

/** A way point: hours since the scenario's start, and the price in cents. */
type WayPoint = readonly [hours: number, cents: number];

/** A named price path. */
export interface Scenario {
  readonly name: string;
  readonly title: string;
  /** Unix seconds, on the hour. */
  readonly start: number;
  readonly wayPoints: readonly WayPoint[];
}

const HOUR = 3600;
const CENT = WAD / 100n;

/** The days round 12 March 2020, when ether lost half of its price within a day. Our own rounded way points. */
const MARCH_2020: Scenario = {
  name: "2020-03-12",
  title: "Ether, 8 to 16 March 2020",
  start: Date.UTC(2020, 2, 8) / 1000,
  wayPoints: [
    [0, 237_00],
    [12, 231_00],
    [24, 199_50],
    [34, 207_00],
    [42, 194_00],
    [56, 200_00],
    [63, 204_50],
    [72, 202_00],
    [84, 196_50],
    [89, 186_00],
    [95, 194_50],
    [97, 186_00],
    [102, 180_00],
    [105, 168_00],
    [106, 135_00],
    [112, 140_50],
    [116, 130_00],
    [118, 127_00],
    [119, 108_00],
    [121, 96_50],
    [122, 90_50],
    [123, 122_00],
    [124, 110_00],
    [126, 126_00],
    [134, 131_50],
    [138, 119_00],
    [143, 134_00],
    [148, 132_00],
    [153, 127_00],
    [160, 128_50],
    [168, 122_50],
    [178, 126_00],
    [188, 120_50],
    [189, 131_00],
    [192, 125_00],
  ],
};

/** Two calm days, a fall of a third within hours, and a recovery: short enough to watch. */
const SANDBOX: Scenario = {
  name: "sandbox",
  title: "Four days with a crash",
  start: 0,
  wayPoints: [
    [0, 2_000_00],
    [12, 2_040_00],
    [24, 1_990_00],
    [36, 2_010_00],
    [44, 1_960_00],
    [47, 1_840_00],
    [49, 1_600_00],
    [51, 1_360_00],
    [53, 1_290_00],
    [56, 1_420_00],
    [64, 1_500_00],
    [80, 1_470_00],
    [96, 1_520_00],
  ],
};

const SCENARIOS: readonly Scenario[] = [MARCH_2020, SANDBOX];

/** Names that `scenarioOf` knows for replays. */
export const REPLAY_SCENARIOS: readonly string[] = [MARCH_2020.name];

/** The scenario of a name. */
export function scenarioOf(name: string): Scenario {
  const scenario = SCENARIOS.find((one) => one.name === name);
  if (!scenario)
    throw new LabError(`There is no scenario "${name}"; there is ${REPLAY_SCENARIOS.join(", ")}.`);
  return scenario;
}

/** Hourly prices of a scenario: straight lines between way points, with a seeded wobble of at most 0.3 %, in whole cents. */
export function pathOf(scenario: Scenario, random: Random, start: number = scenario.start): PricePoint[] {
  const points: PricePoint[] = [];
  const last = scenario.wayPoints.at(-1)?.[0] ?? 0;
  for (let hour = 0; hour <= last; hour++) {
    const cents = centsAt(scenario.wayPoints, hour);
    const isWayPoint = scenario.wayPoints.some(([hours]) => hours === hour);
    const wobble = isWayPoint ? 0n : BigInt(random.below(61) - 30);
    points.push({ time: start + hour * HOUR, price: (cents + (cents * wobble) / 10_000n) * CENT });
  }
  return points;
}

/** Goes on from the last price of a path for ever: a seeded walk of at most 1 % an hour, drawn back to where it began. */
export function* walkOn(path: readonly PricePoint[], random: Random): Generator<PricePoint> {
  yield* path;
  const home = path[0]?.price ?? WAD;
  let { time, price } = path.at(-1) ?? { time: 0, price: home };
  for (;;) {
    time += HOUR;
    const basisPoints = BigInt(random.below(201) - 100) + (price < home ? 5n : -5n);
    price = ((price + (price * basisPoints) / 10_000n) / CENT) * CENT;
    yield { time, price };
  }
}

function centsAt(wayPoints: readonly WayPoint[], hour: number): bigint {
  const next = wayPoints.findIndex(([hours]) => hours >= hour);
  const [toHour, toCents] = wayPoints[next] ?? [hour, 0];
  const [fromHour, fromCents] = wayPoints[Math.max(0, next - 1)] ?? [toHour, toCents];
  if (toHour === fromHour) return BigInt(toCents);
  const moved = (BigInt(toCents - fromCents) * BigInt(hour - fromHour)) / BigInt(toHour - fromHour);
  return BigInt(fromCents) + moved;
}

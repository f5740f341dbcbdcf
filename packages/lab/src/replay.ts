import { connectBallast } from "@ballast/sdk";
import { LabError } from "./failure.ts";
import type { PricePoint } from "./market/history.ts";
import { listExpiries } from "./market/surface.ts";
import { seededRandom } from "./random.ts";
import { buildReport } from "./report/build.ts";
import type { Report } from "./report/model.ts";
import { type Hours, type Incidents, playSession } from "./session/session.ts";
import { simulatedClock } from "./world/clock.ts";
import { INSURANCE_DOLLARS, setStage } from "./world/stage.ts";

/** What is replayed. */
export interface ReplayInput {
  readonly title: string;
  readonly scenario: string;
  /** Hourly prices. */
  readonly path: readonly PricePoint[];
  /** Whether a run without a liquidation counts as failed. */
  readonly expectLiquidation: boolean;
  readonly incidents?: Incidents;
  /** What the insurance fund starts with, if not as usual. */
  readonly insuranceDollars?: bigint;
  /** What the vault's slice pays at most, by event and by year, as a share of its NAV [wad], if not as usual. */
  readonly vaultSlice?: bigint;
}

/** Days after the start on which options expire. */
const EXPIRY_DAYS = [2, 3, 5, 7, 12, 19, 26];
/** The chain exists this long before the first price. */
const LEAD = 3600;

/** Plays hourly prices through the real contracts on a chain of its own, and reports what happened. */
export async function replay(input: ReplayInput, seed: number): Promise<Report> {
  const first = input.path[0];
  if (!first) throw new LabError("There are no prices to replay.");
  const { network } = await import("hardhat");
  const connection = await network.create({
    network: "hardhat",
    override: { initialDate: new Date((first.time - LEAD) * 1000).toISOString(), gas: 15_000_000 },
  });
  try {
    const clock = simulatedClock(connection.provider);
    const insurance = input.insuranceDollars ?? INSURANCE_DOLLARS;
    const world = await setStage(connection, first.price, undefined, insurance);
    if (input.vaultSlice !== undefined) {
      const { lossWaterfall } = connectBallast(world.deployment, world.curator);
      await (await lossWaterfall.setVaultSlice(input.vaultSlice, input.vaultSlice)).wait();
    }
    const session = await playSession(world, clock, {
      path: input.path,
      expiries: listExpiries(first.time, expiryDays(input.path.length)),
      random: seededRandom(seed),
      ...(input.incidents ? { incidents: input.incidents } : {}),
    });
    const { title, scenario, expectLiquidation } = input;
    return await buildReport(world, session, { title, scenario, expectLiquidation, seed });
  } finally {
    await connection.close();
  }
}

/**
 * So many hours, of which the one before the last is that in which the price falls most, as a share: most of what can
 * go wrong has then gone wrong when they end.
 */
export function worstHours(path: readonly PricePoint[], length: number): Hours {
  let worst = 0;
  let least = 10n ** 18n;
  for (let hour = 1; hour < path.length; hour++) {
    const [before, after] = [path[hour - 1], path[hour]];
    const left = before && after ? (after.price * 10n ** 18n) / before.price : least;
    if (left < least) [worst, least] = [hour, left];
  }
  const from = Math.max(0, worst - Math.max(0, length - 2));
  return { from, to: from + length };
}

/** Incidents in words, for titles. */
export function namesOf({ keepersDead, feedFrozen }: Incidents): string[] {
  return [
    ...(keepersDead ? [`keepers dead in hours ${keepersDead.from} to ${keepersDead.to - 1}`] : []),
    ...(feedFrozen ? [`feed frozen in hours ${feedFrozen.from} to ${feedFrozen.to - 1}`] : []),
  ];
}

/** The usual expiries, and weekly ones after them for as long as the replay lasts. */
function expiryDays(hours: number): number[] {
  const days = [...EXPIRY_DAYS];
  for (let day = 33; day < hours / 24 + 33; day += 7) days.push(day);
  return days;
}

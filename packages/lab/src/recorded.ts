import { readFile } from "node:fs/promises";
import { type PricePoint, parseHistory, sliceHistory } from "./market/history.ts";
import { namesOf, replay, worstHours } from "./replay.ts";
import type { Report } from "./report/model.ts";
import type { Incidents } from "./session/session.ts";

const DAY = 86_400;
/** Seed of the actors. */
export const SEED = 1;
const WAD = 10n ** 18n;

/** Days round three crashes. */
export const EPISODES = [
  { name: "2020-03-12", from: "2020-03-11", days: 3 },
  { name: "2021-05-19", from: "2021-05-18", days: 3 },
  { name: "2022-11", from: "2022-11-07", days: 4 },
] as const;
/** Whose recorded prices are the market's. */
export const ASSETS = ["eth", "btc"] as const;

/** What goes wrong besides. */
export interface Variant {
  readonly name: string;
  readonly keepersDead?: number;
  readonly feedFrozen?: number;
  readonly thin?: boolean;
}

/**
 * As it was, with keepers or feed gone, and with keepers gone for a day while fund and slice are so small that every payer
 * is charged.
 */
export const VARIANTS: readonly Variant[] = [
  { name: "asItWas" },
  { name: "keepersDead6h", keepersDead: 6 },
  { name: "feedFrozen2h", feedFrozen: 2 },
  { name: "keepersDead24hThinCushions", keepersDead: 24, thin: true },
];

/** An asset of `ASSETS`. */
export type Asset = (typeof ASSETS)[number];
/** An episode of `EPISODES`. */
export type Episode = (typeof EPISODES)[number];

async function recordedPath(folder: string, asset: Asset, { from, days }: Episode): Promise<PricePoint[]> {
  const file = `${folder}/${asset}usdt_binance_spot_1h.csv`;
  const start = Date.parse(`${from}T00:00:00Z`) / 1_000;
  return sliceHistory(parseHistory(await readFile(file, "utf8"), file), start, start + days * DAY, file);
}

/**
 * Plays one run of the plan and reports it.
 * @param folder of the recorded hourly prices
 */
export async function playRecorded(
  folder: string,
  asset: Asset,
  episode: Episode,
  variant: Variant,
): Promise<Report> {
  const path = await recordedPath(folder, asset, episode);
  const { keepersDead, feedFrozen, thin } = variant;
  const incidents: Incidents = {
    ...(keepersDead === undefined ? {} : { keepersDead: worstHours(path, keepersDead) }),
    ...(feedFrozen === undefined ? {} : { feedFrozen: worstHours(path, feedFrozen) }),
  };
  const scenario = [`${asset} ${episode.name}`, ...namesOf(incidents)].join(", ");
  const cushions = thin ? { insuranceDollars: 100n, vaultSlice: WAD / 100_000n } : {};
  const input = { title: scenario, scenario, path, expectLiquidation: false, incidents, ...cushions };
  return replay(input, SEED);
}

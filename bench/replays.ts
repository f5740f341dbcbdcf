import { mkdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { ASSETS, EPISODES, playRecorded, SEED, VARIANTS } from "../packages/lab/src/recorded.ts";
import { isGood, type Report } from "../packages/lab/src/report/model.ts";

/**
 * Crashes on recorded hourly prices, each as it was, with all keepers dead for six hours, with the Chainlink feed frozen
 * for two, and without keepers for a day while there is hardly any fund and slice. Writes bench/results/replays.json.
 * Needs the recorded prices: BALLAST_DATA names their folder's parent. Words as arguments choose runs by name.
 */
const DATA = process.env["BALLAST_DATA"] ?? fileURLToPath(new URL("../../shared/", import.meta.url));
const RESULTS = fileURLToPath(new URL("results/", import.meta.url));
const WAD = 10n ** 18n;

/** What the report says of losses, in whole units as text. */
function summaryOf(report: Report) {
  const { chronicle, damage, checks, session } = report;
  const text = (amount: bigint) => amount.toString();
  return {
    scenario: report.scenario,
    hours: session.snapshots.length,
    balanced: isGood(report),
    faults: report.faults,
    checks: checks
      .filter((check) => !check.name.startsWith("positions of"))
      .map(({ name, holds }) => ({ name, holds })),
    trades: chronicle.trades.length,
    auctions: chronicle.auctions.length,
    losses: chronicle.losses.map((loss) => ({
      shortfall: text(loss.shortfall),
      steps: loss.steps.map(({ payer, amount, left }) => ({ payer, amount: text(amount), left: text(left) })),
    })),
    damage: {
      shortfall: text(damage.shortfall),
      insurance: text(damage.insurance),
      vault: text(damage.vault),
      shared: text(damage.shared),
      deepestDebt: text(damage.deepestDebt),
      deepestDebtHour: damage.deepestDebtHour ?? null,
      hoursBelowMaintenance: damage.hoursBelowMaintenance,
      sharePriceChange: text(damage.sharePriceChange),
    },
  };
}

type Runs = Record<string, unknown>;

const FILE = `${RESULTS}replays.json`;

async function save(runs: Runs): Promise<void> {
  await mkdir(RESULTS, { recursive: true });
  await writeFile(FILE, `${JSON.stringify({ seed: SEED, unit: "wad USD", runs }, undefined, 2)}\n`);
}

/** The plan's runs by name. */
function planned() {
  return ASSETS.flatMap((asset) =>
    EPISODES.flatMap((episode) =>
      VARIANTS.map((variant) => ({
        name: `${asset}.${episode.name}.${variant.name}`,
        asset,
        episode,
        variant,
      })),
    ),
  );
}

async function main(words: readonly string[]): Promise<void> {
  const known = JSON.parse(await readFile(FILE, "utf8").catch(() => "{}")) as { runs?: Runs };
  const runs: Runs = {};
  for (const { name, asset, episode, variant } of planned()) {
    if (words.length > 0 && !words.some((word) => name.includes(word))) {
      if (known.runs?.[name] !== undefined) runs[name] = known.runs[name];
      continue;
    }
    const run = summaryOf(await playRecorded(`${DATA}data`, asset, episode, variant));
    runs[name] = run;
    // Kept after each run, for all together take a while.
    await save(runs);
    if (!run.balanced) process.exitCode = 1;
    const dollars = (amount: string) => (BigInt(amount) / WAD).toString();
    const { shortfall, deepestDebt } = run.damage;
    process.stdout.write(
      `${name}: ${run.balanced ? "balanced" : run.faults.join(" ")}, ${run.auctions} auctions, ${run.losses.length} losses of ${dollars(shortfall)} USD, deepest debt ${dollars(deepestDebt)} USD\n`,
    );
  }
  await save(runs);
}

await main(process.argv.slice(2));

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { ASSETS, EPISODES, playRecorded, SEED, VARIANTS } from "../packages/lab/src/recorded.ts";
import { isGood, type Report } from "../packages/lab/src/report/model.ts";

/**
 * Crashes on recorded hourly prices, each as it was, with all keepers dead for six hours, with the Chainlink feed frozen
 * for two, and with hardly any fund and slice, so that every payer is charged. Writes bench/results/replays.json.
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

async function main(words: readonly string[]): Promise<void> {
  const file = `${RESULTS}replays.json`;
  const runs: Record<string, unknown> = {};
  const known = JSON.parse(await readFile(file, "utf8").catch(() => "{}")) as {
    runs?: Record<string, unknown>;
  };
  let bad = 0;
  for (const asset of ASSETS) {
    for (const episode of EPISODES) {
      for (const variant of VARIANTS) {
        const name = `${asset}.${episode.name}.${variant.name}`;
        if (!words.every((word) => name.includes(word))) {
          if (known.runs?.[name] !== undefined) runs[name] = known.runs[name];
          continue;
        }
        const run = summaryOf(await playRecorded(`${DATA}data`, asset, episode, variant));
        runs[name] = run;
        if (!run.balanced) bad++;
        const { damage, losses } = run;
        const dollars = (amount: string) => (BigInt(amount) / WAD).toString();
        process.stdout.write(
          `${name}: ${run.balanced ? "balanced" : run.faults.join(" ")}, ${run.auctions} auctions, ${losses.length} losses of ${dollars(damage.shortfall)} USD, deepest debt ${dollars(damage.deepestDebt)} USD\n`,
        );
      }
    }
  }
  await mkdir(RESULTS, { recursive: true });
  await writeFile(file, `${JSON.stringify({ seed: SEED, unit: "wad USD", runs }, undefined, 2)}\n`);
  if (bad > 0) process.exitCode = 1;
}

await main(process.argv.slice(2));

import { writeFileSync } from "node:fs";
import { calibrate as fit } from "../calibration.ts";
import { type Chain, currenciesOf, fetchDeribitChain, readDeribitCsv, timesOf } from "../chains/index.ts";
import type { Arguments } from "./arguments.ts";
import type { Command, Progress } from "./command.ts";
import { InputError, UsageError } from "./failure.ts";
import { readText } from "./files.ts";
import { type FittedChain, plotPage, plotSurface } from "./plot.ts";
import { pngOf } from "./png.ts";
import { readRfqs } from "./rfqs.ts";
import { fixed, percent, table, utc } from "./table.ts";

async function chainsOf(given: Arguments, progress: Progress): Promise<Chain[]> {
  const live = given.names("deribit");
  const wanted = given.names("currency");
  const url = given.text("url");
  if (live !== undefined) {
    given.noFile();
    if (wanted !== undefined) throw new UsageError("--deribit names the currencies already.");
    if (given.text("rfqs") !== undefined) throw new UsageError("Say either --deribit or --rfqs.");
    const chains: Chain[] = [];
    for (const currency of live) {
      progress(`asking Deribit for ${currency}`);
      chains.push(await fetchDeribitChain(currency, url === undefined ? {} : { url }));
    }
    return chains;
  }
  const rfqs = given.text("rfqs");
  if (rfqs !== undefined) {
    given.noFile();
    if (wanted !== undefined || url !== undefined)
      throw new UsageError("--rfqs names a file of one currency; it goes with no other source.");
    return [readRfqs(rfqs)];
  }
  if (url !== undefined) throw new UsageError("--url says where Deribit is, so it needs --deribit.");
  const text = readText(given.file("chain file"));
  const currencies = wanted ?? currenciesOf(text);
  if (currencies.length === 0) throw new InputError("The chain file has no quotes.");
  return currencies.map((currency) => readDeribitCsv(text, currency));
}

function write(file: string, text: string | Uint8Array): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new InputError(`${file} cannot be written: ${(error as NodeJS.ErrnoException).code ?? "unknown"}.`);
  }
}

async function writePlot(file: string, fitted: readonly FittedChain[]): Promise<void> {
  const [only, ...more] = fitted;
  if (file.endsWith(".html")) {
    write(file, plotPage(fitted));
    return;
  }
  if (!/\.(svg|png)$/.test(file))
    throw new UsageError(`--plot needs a file that ends in .svg, .png or .html, not "${file}".`);
  if (!only || more.length > 0)
    throw new UsageError("A picture has one market; name it by --currency, or ask for .html.");
  const drawing = plotSurface(only);
  write(file, file.endsWith(".png") ? await pngOf(drawing) : drawing);
}

/** What `value`, `stress` and `risk` read. */
function surfaceFile(fitted: readonly FittedChain[]) {
  return {
    markets: Object.fromEntries(
      fitted.map(({ chain, slices }) => [
        chain.currency,
        {
          spot: chain.spot,
          time: chain.time,
          slices: slices.map((slice, i) => ({ expiry: chain.expiries[i]?.expiry ?? 0, ...slice })),
        },
      ]),
    ),
  };
}

function report(fitted: readonly FittedChain[]): string {
  return fitted
    .map(({ chain, slices }) => {
      const rows = slices.map((slice, i) => [
        utc(chain.expiries[i]?.expiry ?? 0),
        fixed(slice.forward),
        percent(Math.sqrt(slice.theta / slice.years)),
        fixed(slice.psi, 4),
        fixed(slice.rho, 3),
        String(slice.quotes),
        fixed(slice.rmse, 3),
      ]);
      const reasons = new Map<string, number>();
      for (const { reason } of chain.dropped) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
      const dropped = [...reasons].map(([reason, count]) => `  left out ${timesOf(count)}: ${reason}`);
      return [
        `${chain.currency} at ${fixed(chain.spot)} USD, ${utc(chain.time)} UTC`,
        table(["expiry", "forward", "at the money", "psi", "rho", "quotes", "error [points]"], rows),
        "  no arbitrage: butterfly and calendar conditions hold",
        ...dropped,
      ].join("\n");
    })
    .join("\n\n");
}

export const calibrate: Command = {
  summary: "fits a surface without arbitrage to an option chain",
  usage: "<chain.csv> | --deribit BTC,ETH | --rfqs <quotes.json>",
  options: {
    currency: { value: "<names>", help: "only these of the file, joined by commas" },
    deribit: { value: "<names>", help: "ask Deribit's public API for these instead of reading a file" },
    rfqs: { value: "<file>", help: "dealers' answers to requests for quote (JSON) instead" },
    url: { value: "<url>", help: "where that API is" },
    out: { value: "<file>", help: "write the surfaces (JSON) for value, stress and risk" },
    plot: { value: "<file>", help: "draw quotes and fit: .svg or .png (one market), or .html" },
  },
  async run(given, progress) {
    const chains = await chainsOf(given, progress);
    const fitted = chains.map((chain): FittedChain => {
      progress(`fitting ${chain.expiries.length} expiries of ${chain.currency}`);
      const { slices, violations } = fit(chain.expiries);
      if (violations[0])
        throw new InputError(`The surface of ${chain.currency} breaks ${violations[0].condition}.`);
      return { chain, slices };
    });
    const [out, plot] = [given.text("out"), given.text("plot")];
    if (plot !== undefined) await writePlot(plot, fitted);
    if (out !== undefined) write(out, `${JSON.stringify(surfaceFile(fitted), null, 2)}\n`);
    const dropped = Object.fromEntries(chains.map(({ currency, dropped: list }) => [currency, list]));
    return { json: { ...surfaceFile(fitted), dropped }, text: report(fitted) };
  },
};

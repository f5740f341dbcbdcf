import { writeFileSync } from "node:fs";
import { calibrate as fit } from "../calibration.ts";
import { type Chain, currenciesOf, fetchDeribitChain, readDeribitCsv } from "../chains/index.ts";
import type { Arguments } from "./arguments.ts";
import type { Command, Progress } from "./command.ts";
import { InputError, UsageError } from "./failure.ts";
import { readText } from "./files.ts";
import { type FittedChain, plotPage, plotSurface } from "./plot.ts";
import { fixed, percent, table, utc } from "./table.ts";

async function chainsOf(given: Arguments, progress: Progress): Promise<Chain[]> {
  const live = given.text("deribit");
  const wanted = given.text("currency");
  const url = given.text("url");
  if (live !== undefined) {
    given.noFile();
    if (wanted !== undefined) throw new UsageError("--deribit names the currencies already.");
    const chains: Chain[] = [];
    for (const currency of live.split(",")) {
      progress(`asking Deribit for ${currency}`);
      chains.push(await fetchDeribitChain(currency, url === undefined ? {} : { url }));
    }
    return chains;
  }
  if (url !== undefined) throw new UsageError("--url says where Deribit is, so it needs --deribit.");
  const text = readText(given.file("chain file"));
  return (wanted?.split(",") ?? currenciesOf(text)).map((currency) => readDeribitCsv(text, currency));
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new InputError(`${file} cannot be written: ${(error as NodeJS.ErrnoException).code ?? "unknown"}.`);
  }
}

function writePlot(file: string, fitted: readonly FittedChain[]): void {
  const [only, ...more] = fitted;
  if (file.endsWith(".html")) {
    write(file, plotPage(fitted));
    return;
  }
  if (!file.endsWith(".svg"))
    throw new UsageError(`--plot needs a file that ends in .svg or .html, not "${file}".`);
  if (!only || more.length > 0)
    throw new UsageError("An SVG file has one market; name it by --currency, or ask for .html.");
  write(file, plotSurface(only));
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
      const dropped = [...reasons].map(([reason, count]) => `  left out ${count} times: ${reason}`);
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
  usage: "<chain.csv> | --deribit BTC,ETH",
  options: {
    currency: { value: "<names>", help: "only these of the file, joined by commas" },
    deribit: { value: "<names>", help: "ask Deribit's public API for these instead of reading a file" },
    url: { value: "<url>", help: "where that API is" },
    out: { value: "<file>", help: "write the surfaces (JSON) for value, stress and risk" },
    plot: { value: "<file>", help: "draw quotes and fit: .svg (one market) or .html" },
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
    if (plot !== undefined) writePlot(plot, fitted);
    if (out !== undefined) write(out, `${JSON.stringify(surfaceFile(fitted), null, 2)}\n`);
    const dropped = Object.fromEntries(chains.map(({ currency, dropped: list }) => [currency, list]));
    return { json: { ...surfaceFile(fitted), dropped }, text: report(fitted) };
  },
};

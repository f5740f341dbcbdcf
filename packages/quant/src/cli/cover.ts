import { coverTwo, EPISODES, episodeShock, preparePortfolio } from "../risk/index.ts";
import type { Command } from "./command.ts";
import { UsageError } from "./failure.ts";
import { readPortfolio, readSurfaces } from "./files.ts";
import { dollars, table } from "./table.ts";

export const cover: Command = {
  summary: "insurance target: what the two worst accounts lack in the worst real crash",
  usage: "<account.json> <account.json> ... --surface <surface.json>",
  options: { surface: { value: "<file>", help: "surfaces that calibrate --out wrote" } },
  run(given, progress) {
    const files = given.files("account file");
    const surface = given.text("surface");
    if (surface === undefined) throw new UsageError("--surface is missing.");
    const markets = readSurfaces(surface);
    progress(`valuing ${files.length} accounts in ${EPISODES.length} episodes`);
    const accounts = files.map((file) => preparePortfolio(readPortfolio(file), markets));
    const found = coverTwo(
      accounts,
      EPISODES.map((episode) => episodeShock(episode)),
    );
    const episode = found.scenario === undefined ? undefined : EPISODES[found.scenario];
    const shock = episode && episodeShock(episode);
    const lacking = found.accounts.map((index) => ({
      account: files[index] ?? "",
      lacks: Math.max(-(accounts[index]?.valueUnder(shock ?? {}) ?? 0), 0),
    }));
    const rows = lacking.map(({ account, lacks }) => [account, dollars(lacks)]);
    return {
      json: { target: found.target, episode: episode?.name ?? null, accounts: lacking },
      text: [
        ...(episode ? [table(["account", "lacks [USD]"], rows)] : []),
        `insurance target: ${dollars(found.target)} USD${episode ? ` (${episode.name})` : "; no account lacks anything"}`,
      ].join("\n"),
    };
  },
};

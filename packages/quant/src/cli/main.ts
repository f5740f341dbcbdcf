import { Arguments } from "./arguments.ts";
import { band } from "./band.ts";
import { calibrate } from "./calibrate.ts";
import type { Command } from "./command.ts";
import { cover } from "./cover.ts";
import { isExpected, UsageError } from "./failure.ts";
import { forecast } from "./forecast.ts";
import { greeksCommand, iv, price } from "./options.ts";
import { risk, stress, value } from "./portfolios.ts";

const COMMANDS: Readonly<Record<string, Command>> = {
  price,
  greeks: greeksCommand,
  iv,
  calibrate,
  value,
  stress,
  risk,
  cover,
  band,
  forecast,
};
const COMMON = {
  json: { help: "numbers for programs, on stdout" },
  quiet: { help: "no progress on stderr" },
  help: { help: "this text" },
};

/** Where a program's output goes. */
export interface Streams {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/**
 * Runs `quant <command> ...`.
 * @returns exit code: 0 done, 1 the input cannot be worked on, 2 wrong use
 */
export async function main(argv: readonly string[], { out, err }: Streams): Promise<number> {
  const [name, ...rest] = argv;
  try {
    if (name === undefined || name === "--help" || name === "help") {
      (name === undefined ? err : out)(overview());
      return name === undefined ? 2 : 0;
    }
    const command = COMMANDS[name];
    if (!command)
      throw new UsageError(`"${name}" is no command; there are: ${Object.keys(COMMANDS).join(", ")}.`);
    const given = new Arguments(rest, { ...command.options, ...COMMON });
    if (given.has("help")) {
      out(help(name, command));
      return 0;
    }
    const progress = given.has("quiet") ? () => undefined : (message: string) => err(`  ${message}\n`);
    const { json, text } = await command.run(given, progress);
    out(given.has("json") ? `${JSON.stringify(json, null, 2)}\n` : `${text}\n`);
    return 0;
  } catch (error) {
    if (error instanceof UsageError) {
      err(`quant: ${error.message}\n`);
      return 2;
    }
    if (!isExpected(error)) throw error;
    err(`quant: ${error.message}\n`);
    return 1;
  }
}

function overview(): string {
  const rows = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(11)}${summary}`);
  return `npm run quant -- <command> [options]\n\nCommands\n${rows.join("\n")}\n\n<command> --help lists a command's options. Exit codes: 0 done, 1 the input cannot be worked on, 2 wrong use.\n`;
}

function help(name: string, { summary, usage, options }: Command): string {
  const rows = Object.entries({ ...options, ...COMMON }).map(([option, about]) => {
    const { value: what } = about as { readonly value?: string };
    return `  ${`--${option}${what === undefined ? "" : ` ${what}`}`.padEnd(22)}${about.help}`;
  });
  return `npm run quant -- ${name} ${usage}\n\n${summary}\n\n${rows.join("\n")}\n`;
}

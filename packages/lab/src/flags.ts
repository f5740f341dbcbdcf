import { parseArgs } from "node:util";
import { UsageError } from "./failure.ts";

/** A flag of a command: a switch, or one that takes a value. */
export interface Flag {
  readonly kind: "switch" | "value";
  /** What the value is, for the help text, such as "<n>". */
  readonly value?: string;
  readonly help: string;
}

/** Flags given, by name. */
export interface Flags {
  has(name: string): boolean;
  value(name: string): string | undefined;
}

/** Parses `argv` by `flags`. Throws UsageError with one sentence on anything unknown, repeated or without its value. */
export function parseFlags(argv: readonly string[], flags: Readonly<Record<string, Flag>>): Flags {
  const seen = new Set<string>();
  const options = Object.fromEntries(
    Object.entries(flags).map(([name, flag]) => [
      name,
      { type: flag.kind === "switch" ? "boolean" : "string" } as const,
    ]),
  );
  const { tokens } = parseArgs({
    args: [...argv],
    options,
    strict: false,
    tokens: true,
    allowPositionals: true,
  });
  const values = new Map<string, string>();
  for (const token of tokens ?? []) {
    if (token.kind === "positional") throw new UsageError(`"${token.value}" is not a flag; try --help.`);
    if (token.kind !== "option") continue;
    const flag = flags[token.name];
    if (!flag) throw new UsageError(`There is no flag ${token.rawName}; try --help.`);
    if (seen.has(token.name)) throw new UsageError(`The flag ${token.rawName} is given twice.`);
    seen.add(token.name);
    if (flag.kind === "switch" && token.value !== undefined)
      throw new UsageError(`${token.rawName} takes no value.`);
    if (flag.kind === "value") {
      if (token.value === undefined || token.value === "" || token.value.startsWith("--")) {
        throw new UsageError(`${token.rawName} needs a value ${flag.value ?? ""}`.trimEnd().concat("."));
      }
      values.set(token.name, token.value);
    }
  }
  return { has: (name) => seen.has(name), value: (name) => values.get(name) };
}

/** Help text of a command. */
export function helpText(usage: string, flags: Readonly<Record<string, Flag>>): string {
  const rows = Object.entries(flags).map(([name, flag]) => [
    `--${name} ${flag.value ?? ""}`.trimEnd(),
    flag.help,
  ]);
  const width = Math.max(...rows.map(([left]) => (left ?? "").length));
  return [usage, "", ...rows.map(([left, right]) => `  ${(left ?? "").padEnd(width)}  ${right}`), ""].join(
    "\n",
  );
}

/** A whole number within bounds, or UsageError. */
export function wholeNumber(text: string, name: string, minimum: number, maximum: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < minimum || value > maximum) {
    throw new UsageError(`--${name} must be a whole number from ${minimum} to ${maximum}, not "${text}".`);
  }
  return value;
}

/** A UTC day such as 2020-03-08 as unix seconds, or UsageError. */
export function utcDay(text: string, name: string): number {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== text) {
    throw new UsageError(`--${name} must be a day such as 2020-03-08, not "${text}".`);
  }
  return time / 1000;
}

import { parseArgs } from "node:util";
import { UsageError } from "./failure.ts";

/** Options of a command by name; those with a value say what it is. */
export type Options = Readonly<Record<string, { readonly value?: string; readonly help: string }>>;

/** A negative number behind an option is its value, which the parser takes for another option otherwise. */
function joined(argv: readonly string[]): string[] {
  const args: string[] = [];
  for (const arg of argv) {
    const last = args.at(-1);
    if (/^-[\d.]/.test(arg) && last !== undefined && /^--[^=]+$/.test(last))
      args[args.length - 1] = `${last}=${arg}`;
    else args.push(arg);
  }
  return args;
}

/** What was given to a command. */
export class Arguments {
  readonly #values: Readonly<Record<string, string | boolean | undefined>>;
  readonly #files: readonly string[];

  constructor(argv: readonly string[], options: Options) {
    try {
      const { values, positionals } = parseArgs({
        args: joined(argv),
        allowPositionals: true,
        allowNegative: false,
        options: Object.fromEntries(
          Object.entries(options).map(([name, { value }]) => [
            name,
            { type: value === undefined ? ("boolean" as const) : ("string" as const) },
          ]),
        ),
      });
      this.#values = values;
      this.#files = positionals;
    } catch (error) {
      throw new UsageError(`${(error as Error).message.split(/[.\n]/)[0]}; --help lists the options.`);
    }
  }

  has(name: string): boolean {
    return this.#values[name] === true;
  }

  text(name: string): string | undefined {
    const value = this.#values[name];
    return typeof value === "string" ? value : undefined;
  }

  number(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = Number(text);
    if (text.trim() === "" || !Number.isFinite(value))
      throw new UsageError(`--${name} needs a number, not "${text}".`);
    return value;
  }

  /** A whole number from `least` to `most`. */
  whole(name: string, least: number, most: number): number | undefined {
    const value = this.number(name);
    if (value !== undefined && !(Number.isInteger(value) && value >= least && value <= most))
      throw new UsageError(`--${name} needs a whole number from ${least} to ${most}, not ${value}.`);
    return value;
  }

  /** Names joined by commas. */
  names(name: string): readonly string[] | undefined {
    const names = this.text(name)?.split(",");
    if (names?.includes("")) throw new UsageError(`--${name} needs names joined by commas.`);
    return names;
  }

  needed(name: string): number {
    const value = this.number(name);
    if (value === undefined) throw new UsageError(`--${name} is missing.`);
    return value;
  }

  /** The one file that a command works on. */
  file(what: string): string {
    const [file, ...more] = this.#files;
    if (file === undefined || more.length > 0)
      throw new UsageError(`The command needs one ${what}${more.length > 0 ? ", not several" : ""}.`);
    return file;
  }

  /** The files that a command works on, one or more. */
  files(what: string): readonly string[] {
    if (this.#files.length === 0) throw new UsageError(`The command needs at least one ${what}.`);
    return this.#files;
  }

  /** Nothing may be given that is no option. */
  noFile(): void {
    if (this.#files.length > 0) throw new UsageError(`"${this.#files[0]}" is not understood here.`);
  }

  /** Pairs such as ETH=a.csv,BTC=b.csv. */
  pairs(name: string): [string, string][] {
    return (this.text(name) ?? "").split(",").map((pair) => {
      const [key, value, ...rest] = pair.split("=");
      if (!key || !value || rest.length > 0)
        throw new UsageError(`--${name} needs pairs such as ETH=prices.csv, joined by commas.`);
      return [key, value];
    });
  }
}

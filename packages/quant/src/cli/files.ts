import { readFileSync } from "node:fs";
import { type NamedOption, readInstrumentName } from "../chains/index.ts";
import type { DatedSlice, MarketState, Markets, Portfolio } from "../risk/index.ts";
import { violations } from "../surface.ts";
import { InputError } from "./failure.ts";

const YEAR = 365 * 86_400;
/** Largest quantity of a position: beyond it sums have no double. */
const MOST = 1e15;

/** Text of a file. */
export function readText(file: string): string {
  try {
    // Some programs put a mark of the byte order before the first letter.
    return readFileSync(file, "utf8").replace(/^\uFEFF/, "");
  } catch (error) {
    throw new InputError(`${file} cannot be read: ${(error as NodeJS.ErrnoException).code ?? "unknown"}.`);
  }
}

/** The values of a JSON file. */
export function readJson(file: string): Reader {
  const text = readText(file);
  try {
    return new Reader(JSON.parse(text), file);
  } catch (error) {
    if (error instanceof SyntaxError) throw new InputError(`${file} is no JSON.`);
    throw error;
  }
}

/** Values of a JSON file, each with the place it stands at, so that an error can name it. */
export class Reader {
  readonly value: unknown;
  readonly place: string;

  constructor(value: unknown, place: string) {
    this.value = value;
    this.place = place;
  }

  fail(what: string): never {
    throw new InputError(`${this.place} must be ${what}.`);
  }

  entries(): [string, Reader][] {
    if (typeof this.value !== "object" || this.value === null || Array.isArray(this.value))
      this.fail("an object");
    return Object.entries(this.value as object).map(([key, value]) => [
      key,
      new Reader(value, `${this.place}: ${key}`),
    ]);
  }

  /** Fields of an object that has no others. */
  fields(...names: readonly string[]): Record<string, Reader | undefined> {
    const entries = this.entries();
    const unknown = entries.find(([key]) => !names.includes(key));
    if (unknown)
      throw new InputError(`${this.place} has the field "${unknown[0]}"; it may have ${names.join(", ")}.`);
    return Object.fromEntries(entries);
  }

  items(): Reader[] {
    if (!Array.isArray(this.value)) this.fail("a list");
    return (this.value as unknown[]).map((item, i) => new Reader(item, `${this.place}, item ${i + 1}`));
  }

  number(): number {
    if (typeof this.value !== "number" || !Number.isFinite(this.value)) this.fail("a number");
    return this.value as number;
  }

  text(): string {
    if (typeof this.value !== "string") this.fail("a text");
    return this.value as string;
  }
}

/**
 * Reads `{ "cash": 1000, "spot": { "ETH": 2 }, "options": [{ "instrument": "ETH-27MAR26-3000-C", "quantity": -5 }] }`;
 * each part may be left out.
 */
export function readPortfolio(file: string): Portfolio {
  const { cash, spot, options } = readJson(file).fields("cash", "spot", "options");
  return {
    cash: cash?.number() ?? 0,
    spot: Object.fromEntries((spot?.entries() ?? []).map(([market, value]) => [market, value.number()])),
    options: (options?.items() ?? []).map((item) => {
      const { instrument, quantity } = item.fields("instrument", "quantity");
      if (!instrument || !quantity) throw new InputError(`${item.place} needs an instrument and a quantity.`);
      const named: NamedOption =
        readInstrumentName(instrument.text()) ?? instrument.fail("a name such as ETH-27MAR26-3000-C");
      const { currency, expiry, strike, isCall } = named;
      return { market: currency, expiry, strike, isCall, quantity: quantityOf(quantity) };
    }),
  };
}

function quantityOf(reader: Reader): number {
  const quantity = reader.number();
  return Math.abs(quantity) <= MOST ? quantity : reader.fail(`at most ${MOST}`);
}

/** Reads what `calibrate --out` wrote. */
export function readSurfaces(file: string): Markets {
  const { markets } = readJson(file).fields("markets");
  if (!markets) throw new InputError(`${file} has no markets.`);
  return Object.fromEntries(
    markets.entries().map(([name, market]) => {
      const { spot, time, slices } = market.fields("spot", "time", "slices");
      if (!spot || !time || !slices) throw new InputError(`${market.place} needs spot, time and slices.`);
      const state = { spot: spot.number(), time: time.number(), slices: slices.items().map(readSlice) };
      requireSurface(market.place, state);
      return [name, state];
    }),
  );
}

/** A surface that was changed by hand may be none any more. */
function requireSurface(place: string, { spot, time, slices }: MarketState): void {
  if (!(spot > 0)) throw new InputError(`${place}: spot must be positive.`);
  const [violation] = violations(slices);
  if (violation)
    throw new InputError(`${place}: slices, item ${violation.slice + 1} breaks "${violation.condition}".`);
  slices.forEach(({ years, expiry, forward }, i) => {
    const item = `${place}: slices, item ${i + 1}`;
    if (!(forward > 0)) throw new InputError(`${item}: forward must be positive.`);
    if (!(Math.abs(expiry - time - years * YEAR) <= 1))
      throw new InputError(`${item}: years is not the time from the surface's time to the expiry.`);
  });
}

const SLICE_FIELDS = ["expiry", "years", "forward", "theta", "psi", "rho", "rmse", "quotes"] as const;

function readSlice(item: Reader): DatedSlice {
  const fields = item.fields(...SLICE_FIELDS);
  const number = (name: (typeof SLICE_FIELDS)[number]) =>
    (fields[name] ?? new Reader(undefined, `${item.place}: ${name}`)).number();
  return {
    expiry: number("expiry"),
    years: number("years"),
    forward: number("forward"),
    theta: number("theta"),
    psi: number("psi"),
    rho: number("rho"),
  };
}

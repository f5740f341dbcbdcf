import { greeks, type OptionInputs } from "../black76.ts";
import { impliedVol } from "../impliedVol.ts";
import type { Arguments, Options } from "./arguments.ts";
import type { Command } from "./command.ts";
import { UsageError } from "./failure.ts";
import { fixed, percent, table } from "./table.ts";

const OPTION: Options = {
  forward: { value: "<usd>", help: "forward of the expiry" },
  strike: { value: "<usd>", help: "strike" },
  days: { value: "<n>", help: "days to expiry" },
  years: { value: "<n>", help: "years to expiry, instead of days" },
  call: { help: "a call" },
  put: { help: "a put" },
};
const VOLATILITY = { value: "<share>", help: "volatility per year: 0.6 is 60 %" };

function optionOf(given: Arguments): Omit<OptionInputs, "volatility"> {
  given.noFile();
  if (given.has("call") === given.has("put")) throw new UsageError("Say either --call or --put.");
  const [days, years] = [given.number("days"), given.number("years")];
  if ((days === undefined) === (years === undefined)) throw new UsageError("Say either --days or --years.");
  return {
    forward: given.needed("forward"),
    strike: given.needed("strike"),
    years: years ?? (days ?? 0) / 365,
    isCall: given.has("call"),
  };
}

export const price: Command = {
  summary: "value of an option by Black (1976)",
  usage: "--forward <usd> --strike <usd> --volatility <share> --days <n> --call|--put",
  options: { ...OPTION, volatility: VOLATILITY },
  run(given) {
    const { price: value } = greeks({ ...optionOf(given), volatility: given.needed("volatility") });
    return { json: { price: value }, text: fixed(value, 6) };
  },
};

const UNITS: Readonly<Record<string, string>> = {
  price: "USD",
  delta: "units of the underlying",
  gamma: "delta per USD",
  vega: "USD per 1.00 of volatility",
  theta: "USD per year",
  rho: "USD per 1.00 of rate",
  vanna: "delta per 1.00 of volatility",
  volga: "vega per 1.00 of volatility",
  charm: "delta per year",
};

export const greeksCommand: Command = {
  summary: "value and all Greeks of an option",
  usage: price.usage,
  options: price.options,
  run(given) {
    const found = greeks({ ...optionOf(given), volatility: given.needed("volatility") });
    const rows = Object.entries(found).map(([name, value]) => [
      name,
      Number(value).toPrecision(8),
      UNITS[name] ?? "",
    ]);
    return { json: found, text: table(["Greek", "value", "unit"], rows) };
  },
};

export const iv: Command = {
  summary: "volatility that a price implies",
  usage: "--price <usd> --forward <usd> --strike <usd> --days <n> --call|--put",
  options: { ...OPTION, price: { value: "<usd>", help: "price of the option, undiscounted" } },
  run(given) {
    const { forward, strike, years, isCall } = optionOf(given);
    const volatility = impliedVol(given.needed("price"), forward, strike, years, isCall);
    return { json: { volatility }, text: percent(volatility, 6) };
  },
};

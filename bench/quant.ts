/**
 * npm run bench:quant: how fast the numeric kernels are, each beside textbook code in the same run and on one thread;
 * writes `bench/results/quant.json`. Exit code 1 if a ratio misses its target.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { MarginBook } from "../packages/quant/src/index.ts";
import { greeksBatch, greeksCases, volBatch, volCases } from "./quant/cases.ts";
import { race } from "./quant/clock.ts";
import { ACCOUNTS, accountsOf, LEGS, marketsAt, parameters } from "./quant/margin.ts";
import {
  frugalGreeks,
  type NaiveGreeks,
  type NaiveOption,
  naiveGreeks,
  naiveImpliedVol,
} from "./quant/naive.ts";

/** One measured number. With a target it passes if it is at least that; speeds alone depend on the machine. */
interface Figure {
  readonly value: number;
  readonly unit: string;
  readonly target?: number;
}

const SECONDS = 6;
const SEED = 76;

/** Keeps results in use, so that no engine leaves their computation out. */
let sink = 0;

function useAll(cases: readonly NaiveOption[], formula: (option: NaiveOption) => NaiveGreeks): void {
  for (const option of cases) {
    const { price, delta, gamma, vega, theta, rho } = formula(option);
    sink += price + delta + gamma + vega + theta + rho;
  }
}

function measureGreeks(): Record<string, Figure> {
  const cases = greeksCases(SEED);
  const [wasm, typescript] = [greeksBatch(cases, "wasm"), greeksBatch(cases, "typescript")];
  const things = cases.length;
  const speed = race(
    [
      { name: "wasm", run: () => wasm.compute(things), things },
      { name: "typescript", run: () => typescript.compute(things), things },
      { name: "naive", run: () => useAll(cases, naiveGreeks), things },
      { name: "frugal", run: () => useAll(cases, frugalGreeks), things },
    ],
    SECONDS,
  );
  return {
    "greeks.optionsPerSecond": figure(
      speed["wasm"]!,
      "options a second, price and eight Greeks, WebAssembly",
    ),
    "greeks.typescriptPerSecond": figure(speed["typescript"]!, "options a second, the same in TypeScript"),
    "greeks.naivePerSecond": figure(
      speed["naive"]!,
      "options a second, price and five Greeks, a textbook's formulas",
    ),
    "greeks.frugalPerSecond": figure(
      speed["frugal"]!,
      "options a second, the same with what they share computed once",
    ),
    "greeks.ratioToNaive": figure(speed["wasm"]! / speed["naive"]!, "times the naive speed", 10),
    "greeks.ratioToFrugal": figure(speed["wasm"]! / speed["frugal"]!, "times the frugal speed"),
  };
}

function measureVols(): Record<string, Figure> {
  const cases = volCases(SEED);
  const [wasm, typescript] = [volBatch(cases, "wasm"), volBatch(cases, "typescript")];
  const things = cases.length;
  const naive = (): void => {
    for (const { option, price } of cases) {
      sink += naiveImpliedVol(price, option.f, option.k, option.t, option.isCall);
    }
  };
  const speed = race(
    [
      { name: "wasm", run: () => wasm.solve(things), things },
      { name: "typescript", run: () => typescript.solve(things), things },
      { name: "naive", run: naive, things },
    ],
    SECONDS,
  );
  return {
    "iv.solvesPerSecond": figure(speed["wasm"]!, "solutions a second, WebAssembly"),
    "iv.typescriptPerSecond": figure(speed["typescript"]!, "solutions a second, TypeScript"),
    "iv.naivePerSecond": figure(speed["naive"]!, "solutions a second, Newton's method in a bracket"),
    "iv.ratioToNaive": figure(speed["wasm"]! / speed["naive"]!, "times the naive speed", 4),
  };
}

/** A price move: new spots and arrays of both markets are taken over and every account is judged anew. */
function measureMargin(): Record<string, Figure> {
  const moves = [marketsAt(100n), marketsAt(93n)];
  const book = new MarginBook(moves[0]!, accountsOf(SEED));
  let turn = 0;
  const run = (): void => {
    turn++;
    for (const market of moves[turn % 2]!) book.setMarket(market);
    book.assess({ inForce: parameters });
    sink += book.equity[0]! + book.initial[0]! + book.maintenance[0]!;
  };
  const { margin } = race([{ name: "margin", run, things: ACCOUNTS }], SECONDS);
  return {
    "margin.accountsPerSecond": figure(
      margin!,
      `accounts of ${LEGS} legs a second after a price move, ${ACCOUNTS} in a book, TypeScript`,
      ACCOUNTS,
    ),
  };
}

function figure(value: number, unit: string, target?: number): Figure {
  const rounded = Number(value.toPrecision(4));
  return target === undefined ? { value: rounded, unit } : { value: rounded, unit, target };
}

const figures = { ...measureGreeks(), ...measureVols(), ...measureMargin() };
const results = new URL("./results/", import.meta.url);
const [cpu] = cpus();
const machine = `${cpu?.model ?? "unknown processor"}, ${cpus().length} threads, Node ${process.version}, ${process.platform} ${process.arch}`;
mkdirSync(results, { recursive: true });
writeFileSync(new URL("quant.json", results), `${JSON.stringify({ machine, figures }, null, 2)}\n`);
let missed = 0;
for (const [name, { value, unit, target }] of Object.entries(figures)) {
  const isMet = Number.isFinite(value) && (target === undefined || value >= target);
  if (!isMet) missed++;
  const bound = target === undefined ? "" : `, at least ${target} asked for`;
  console.log(`${isMet ? "✔" : "✘"} ${name.padEnd(28)} ${value} ${unit}${bound}`);
}
if (!Number.isFinite(sink)) throw new Error("A contender computed what is no number.");
process.exitCode = missed === 0 ? 0 : 1;

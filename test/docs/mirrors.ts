import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { ROOT } from "../../scripts/lanes/run.ts";

const EXACT = join(ROOT, "packages/quant/src/exact");
const read = (...path: string[]): string => readFileSync(join(ROOT, ...path), "utf8");
const page = read("docs/MIRRORS.md");
const names = (cell = ""): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);
const rows = page
  .split("\n")
  .filter((line) => line.startsWith("| `"))
  .map((line) => line.split("|").slice(1, -1));
const mirrored = rows.filter((cells) => cells.length === 5);
const excused = rows.filter((cells) => cells.length === 2);
/** Functions of a contract whose divisions have no mirror. */
const divided = rows.filter((cells) => cells.length === 4);
const contracts = readdirSync(join(ROOT, "contracts"), { recursive: true })
  .map(String)
  .filter((path) => path.endsWith(".sol") && !path.startsWith("interfaces"))
  .map((path) => path.replace(/\.sol$/, ""));

const ROUNDS = /FixedPoint\.(mul|div|signed|pow|ln|exp|sqrt|root|scaled)|_ceilDiv\(/;
const DIVIDES = /[\w)\]]\s*\/=?\s*[\w(]/;
const finds = (body: string) => ROUNDS.test(body) || DIVIDES.test(body);

/** Functions of a source, by name, with their bodies. */
function functionsOf(source: string): [string, string][] {
  return source
    .split(/^(?: {4})?function /m)
    .slice(1)
    .map((part) => [/^\w+/.exec(part)?.[0] ?? "", part.replace(/^\w+/, "").replace(/\/\/.*$/gm, "")]);
}

/** Names of the functions of a contract that round or divide. */
function roundingOf(contract = ""): string[] {
  const all = functionsOf(read(`contracts/${names(contract)[0]}.sol`));
  return all.filter(([, body]) => finds(body)).map(([name]) => name);
}

/** Those of them that no mirror is asked for. */
const withoutMirror = (contract = ""): string[] =>
  divided
    .filter(([one = ""]) => names(one)[0] === names(contract)[0])
    .flatMap(([, functions]) => names(functions));

describe("docs/MIRRORS.md", () => {
  it("has each contract once: with its mirror, or excused because it rounds nothing", () => {
    const once = [...mirrored, ...excused].map(([contract]) => names(contract)[0]);
    expect(once.sort()).to.deep.equal([...contracts].sort());
    for (const [contract, reason = ""] of excused) {
      const source = read(`contracts/${names(contract)[0]}.sol`);
      expect(ROUNDS.test(source), `${contract} rounds`).to.equal(false);
      const left = roundingOf(contract).filter((name) => !withoutMirror(contract).includes(name));
      expect(left, `${contract} divides`).to.deep.equal([]);
      expect(reason.trim().length, `${contract} has a reason`).to.be.greaterThan(5);
    }
    expect(mirrored.length).to.be.greaterThan(50);
  });

  it("names functions that exist, on both sides", () => {
    for (const [contract, functions, module, own] of mirrored) {
      const source = read(`contracts/${names(contract)[0]}.sol`);
      const mirror = readFileSync(join(EXACT, `${names(module)[0]}.ts`), "utf8");
      const lacking = names(functions).filter((name) => !new RegExp(`function ${name}\\(`).test(source));
      const unknown = names(own).filter(
        (name) => !new RegExp(`export (function|const) ${name}\\b`).test(mirror),
      );
      expect([...lacking, ...unknown], `${contract}`).to.deep.equal([]);
      expect(names(functions).length * names(own).length, `${contract}`).to.be.greaterThan(0);
    }
  });

  it("names each function that rounds, and finds those that do", () => {
    let rounding = 0;
    for (const [contract, functions] of mirrored) {
      const named = new Set([...names(functions), ...withoutMirror(contract), "_ceilDiv"]);
      const found = roundingOf(contract);
      expect(
        found.filter((name) => !named.has(name)),
        `${contract}`,
      ).to.deep.equal([]);
      rounding += found.length;
    }
    expect(rounding).to.be.greaterThan(150);
  });

  it("excuses divisions that are there, and no other rounding", () => {
    for (const [contract = "", functions, reason = ""] of divided) {
      const bodies = new Map(functionsOf(read(`contracts/${names(contract)[0]}.sol`)));
      for (const name of names(functions)) {
        const body = bodies.get(name) ?? "";
        expect(DIVIDES.test(body), `${contract} ${name} divides`).to.equal(true);
        expect(ROUNDS.test(body), `${contract} ${name} rounds`).to.equal(false);
      }
      expect(reason.trim().length, `${contract} has a reason`).to.be.greaterThan(5);
    }
  });

  it("names tests that compare just this mirror, and leaves no mirror out", () => {
    const known = new Set<string>();
    for (const [contract, , module, , tests] of mirrored) {
      const name = names(module)[0] ?? "";
      known.add(name);
      expect(names(tests).length, `${contract}`).to.be.greaterThan(0);
      for (const test of names(tests)) {
        const path = `test/${test}.ts`;
        expect(existsSync(join(ROOT, path)), path).to.equal(true);
        expect(read(path), `${path} imports ${name}`).to.include(`quant/src/exact/${name}.ts`);
      }
    }
    const modules = readdirSync(EXACT).map((file) => file.replace(/\.ts$/, ""));
    expect([...known, "index"].sort()).to.deep.equal(modules.sort());
  });
});

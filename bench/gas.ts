import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { network } from "hardhat";
import hardhatConfig from "../hardhat.config.ts";
import { LIMITS } from "./gas/limits.ts";

/** A module of `bench/gas/` exports `measure(connection)`, which returns gas figures by name. */
interface GasModule {
  readonly measure: (
    connection: Awaited<ReturnType<typeof network.create>>,
  ) => Promise<Record<string, number>>;
}

const profile = "production";
const results = new URL("./results/", import.meta.url);
const missed: string[] = [];
const figures: Record<string, { readonly value: number; readonly unit: "gas" }> = {};
for (const room of ["pricing", "risk", "clearing", "vault", "nav", "queue", "hedging"]) {
  const file = new URL(`./gas/${room}.ts`, import.meta.url);
  if (!existsSync(file)) continue;
  const { measure } = (await import(file.href)) as GasModule;
  // Each room gets a chain of its own, so that no figure depends on which ran before.
  const measured = await measure(await network.create());
  for (const [name, value] of Object.entries(measured)) {
    figures[name] = { value, unit: "gas" };
    console.log(`${name.padEnd(48)} ${value.toLocaleString("en").padStart(11)}${boundOf(name, value)}`);
  }
}
const solidity = hardhatConfig.solidity as {
  readonly profiles: Record<string, { readonly version: string; readonly settings: Record<string, unknown> }>;
};
const { version, settings } = solidity.profiles[profile]!;
const { outputSelection: _outputs, ...compilerSettings } = settings;
const report = { compiler: { version, profile, settings: compilerSettings }, figures };
mkdirSync(results, { recursive: true });
for (const name of Object.keys(LIMITS)) {
  if (figures[name] === undefined) missed.push(`${name} was not measured`);
}
writeFileSync(new URL("gas.json", results), `${JSON.stringify(report, null, 2)}\n`);
if (missed.length > 0) {
  console.error(`Beyond their limits: ${missed.join(", ")}.`);
  process.exitCode = 1;
}

function boundOf(name: string, value: number): string {
  const limit = LIMITS[name];
  if (limit === undefined) return "";
  if (value > limit) missed.push(name);
  return `  limit ${limit.toLocaleString("en")}${value > limit ? ", MISSED" : ""}`;
}

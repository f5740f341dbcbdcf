import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { network } from "hardhat";
import hardhatConfig from "../hardhat.config.ts";

/** A module of `bench/gas/` exports `measure(connection)`, which returns gas figures by name. */
interface GasModule {
  readonly measure: (
    connection: Awaited<ReturnType<typeof network.create>>,
  ) => Promise<Record<string, number>>;
}

const profile = "production";
const results = new URL("./results/", import.meta.url);
const figures: Record<string, { readonly value: number; readonly unit: "gas" }> = {};
for (const room of ["pricing", "risk", "clearing", "vault"]) {
  const file = new URL(`./gas/${room}.ts`, import.meta.url);
  if (!existsSync(file)) continue;
  const { measure } = (await import(file.href)) as GasModule;
  // Each room gets a chain of its own, so that no figure depends on which ran before.
  const measured = await measure(await network.create());
  for (const [name, value] of Object.entries(measured)) {
    figures[name] = { value, unit: "gas" };
    console.log(`${name.padEnd(48)} ${value.toLocaleString("en")}`);
  }
}
const solidity = hardhatConfig.solidity as {
  readonly profiles: Record<string, { readonly version: string; readonly settings: Record<string, unknown> }>;
};
const { version, settings } = solidity.profiles[profile]!;
const { outputSelection: _outputs, ...compilerSettings } = settings;
const report = { compiler: { version, profile, settings: compilerSettings }, figures };
mkdirSync(results, { recursive: true });
writeFileSync(new URL("gas.json", results), `${JSON.stringify(report, null, 2)}\n`);

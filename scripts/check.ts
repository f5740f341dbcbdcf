import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Finding, SourceFile } from "./checks/finding.ts";
import { checkImports } from "./checks/imports.ts";
import { checkSizes } from "./checks/sizes.ts";
import { checkErrors, checkLines, checkText } from "./checks/text.ts";
import { ROOT, run } from "./lanes/run.ts";

const READABLE = /\.(?:sol|tsx?|mjs|js|json|md|css|html|ya?ml|tree)$|^\.ci\/run$/;
const LEFT_OUT = /^package-lock\.json$|^bench\/results\/|\/vectors\//;

/** A check returns what it found, or the exit code of the tool that prints its findings itself. */
const CHECKS: Readonly<Record<string, (files: readonly SourceFile[]) => Promise<Finding[] | number>>> = {
  imports: async (files) => checkImports(files),
  lines: async (files) => checkLines(files),
  text: async (files) => checkText(files),
  errors: async (files) => checkErrors(files),
  sizes: async () => checkSizes(ROOT),
  lint: async () => (await run("solhint", ["--max-warnings", "0", "contracts/**/*.sol"])).code,
  format: async () =>
    (await formatSolidity()) + (await run("biome", ["check", "--diagnostic-level=warn", "."])).code,
  types: async () => (await run("tsc", ["-p", "tsconfig.json"])).code + (await typesOfApp()),
};

async function formatSolidity(): Promise<number> {
  return (await run("prettier", ["--log-level", "warn", "--check", "contracts/**/*.sol", "test/**/*.sol"]))
    .code;
}

async function typesOfApp(): Promise<number> {
  return existsSync(join(ROOT, "app/tsconfig.json"))
    ? (await run("tsc", ["-p", "app/tsconfig.json", "--noEmit"])).code
    : 0;
}

function trackedFiles(): SourceFile[] {
  const listed = execFileSync("git", ["ls-files", "-co", "--exclude-standard"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  return listed
    .split("\n")
    .filter((path) => READABLE.test(path) && !LEFT_OUT.test(path) && existsSync(join(ROOT, path)))
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), "utf8") }));
}

const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !CHECKS[name]);
if (unknown) {
  process.stderr.write(`There is no check "${unknown}"; there are: ${Object.keys(CHECKS).join(", ")}.\n`);
  process.exit(2);
}
const files = trackedFiles();
let failed = 0;
let passed = 0;
for (const [name, check] of Object.entries(CHECKS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const result = await check(files);
  const findings = typeof result === "number" ? [] : result;
  for (const { file, line, message } of findings) process.stdout.write(`${file}:${line}: ${message}\n`);
  const isGood = typeof result === "number" ? result === 0 : findings.length === 0;
  process.stdout.write(
    `${isGood ? "✔" : "✘"} ${name}${isGood ? "" : ` (${findings.length || "see above"})`}\n`,
  );
  if (isGood) passed++;
  else failed++;
}
process.stdout.write(`\n${passed} passing\n${failed > 0 ? `${failed} failing\n` : ""}`);
process.exitCode = failed === 0 ? 0 : 1;

import { posix } from "node:path";
import { type Finding, lineAt, type SourceFile } from "./finding.ts";

/** Which rooms of contracts/ a room may import; every room may import itself. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  types: [],
  libraries: ["types"],
  interfaces: ["types"],
  pricing: ["libraries", "types"],
  oracle: ["pricing", "libraries", "types", "interfaces"],
  risk: ["pricing", "libraries", "types", "interfaces"],
  clearing: ["libraries", "types", "interfaces"],
  vault: ["pricing", "libraries", "types", "interfaces"],
  hedging: ["libraries", "types", "interfaces"],
  liquidation: ["libraries", "types", "interfaces"],
  insurance: ["libraries", "types", "interfaces"],
  governance: ["interfaces"],
};
/** Rooms of pure maths and values import nothing from outside. */
const PURE = new Set(["types", "libraries", "pricing"]);

/** Which of our packages a package may import, and what it must not import at all. */
const PACKAGES: Readonly<Record<string, { ours: readonly string[]; never: readonly string[] }>> = {
  "packages/quant": { ours: [], never: ["ethers"] },
  "packages/sdk": { ours: ["quant"], never: [] },
  "packages/keeper": { ours: ["sdk", "quant"], never: [] },
  "packages/lab": { ours: ["sdk", "quant", "keeper"], never: [] },
  app: { ours: ["sdk", "quant"], never: [] },
};

const SOLIDITY_IMPORT = /^import\s+(?:[^"']*?from\s+)?["']([^"']+)["']/gm;
const SCRIPT_IMPORT =
  /(?:^|\n)\s*(?:import|export)\s[^"';]*?from\s+["']([^"']+)["']|import\(\s*["']([^"']+)["']/g;

/** Holds every import against the table of rooms and packages. */
export function checkImports(files: readonly SourceFile[]): Finding[] {
  return files.flatMap((file) => {
    if (file.path.startsWith("contracts/") && file.path.endsWith(".sol")) return checkContract(file);
    const owner = Object.keys(PACKAGES).find((name) => file.path.startsWith(`${name}/`));
    return owner && /\.tsx?$/.test(file.path) ? checkPackage(file, owner) : [];
  });
}

function checkContract(file: SourceFile): Finding[] {
  const room = file.path.split("/")[1] ?? "";
  const allowed = ROOMS[room];
  if (!allowed)
    return [{ file: file.path, line: 1, message: `There is no room "${room}" in the plan of the house.` }];
  const findings: Finding[] = [];
  for (const match of file.text.matchAll(SOLIDITY_IMPORT)) {
    const target = match[1] ?? "";
    const line = lineAt(file.text, match.index);
    if (!target.startsWith(".")) {
      if (PURE.has(room))
        findings.push({
          file: file.path,
          line,
          message: `The room "${room}" may import nothing from outside, but imports ${target}.`,
        });
      continue;
    }
    const other = posix.join(posix.dirname(file.path), target).split("/")[1] ?? "";
    if (other !== room && !allowed.includes(other)) {
      findings.push({
        file: file.path,
        line,
        message: `The room "${room}" may not import the room "${other}".`,
      });
    }
  }
  return findings;
}

function checkPackage(file: SourceFile, owner: string): Finding[] {
  const rule = PACKAGES[owner];
  const isTest = file.path.startsWith(`${owner}/test/`);
  const findings: Finding[] = [];
  if (!rule) return findings;
  for (const match of file.text.matchAll(SCRIPT_IMPORT)) {
    const target = match[1] ?? match[2] ?? "";
    const line = lineAt(file.text, match.index + 1);
    const ours = ourPackage(file.path, target);
    if (ours && `packages/${ours}` !== owner && !rule.ours.includes(ours) && !isTest) {
      findings.push({ file: file.path, line, message: `${owner} may not import @ballast/${ours}.` });
    }
    if (rule.never.includes(target))
      findings.push({ file: file.path, line, message: `${owner} may not import ${target}.` });
  }
  return findings;
}

/** The package of ours that an import reaches, by name or by path. */
function ourPackage(from: string, target: string): string | undefined {
  const named = /^@ballast\/([a-z]+)/.exec(target);
  if (named) return named[1];
  if (!target.startsWith(".")) return undefined;
  return /^packages\/([a-z]+)\//.exec(posix.join(posix.dirname(from), target))?.[1];
}

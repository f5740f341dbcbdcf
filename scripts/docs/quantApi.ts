import { join, relative } from "node:path";
import ts from "typescript";
import { ROOT } from "../lanes/run.ts";

/** What one exported name is, in a row of the page. */
interface Entry {
  readonly name: string;
  readonly kind: string;
  readonly summary: string;
  readonly file: string;
}

const ENTRIES = ["packages/quant/src/index.ts", "packages/quant/src/exact/index.ts"] as const;

/**
 * The page of all names that `@ballast/quant` and `@ballast/quant/exact` export, by the file they stand in, with the first
 * sentence of each.
 */
export function quantApi(): string {
  const paths = ENTRIES.map((path) => join(ROOT, path));
  const program = ts.createProgram(paths, {
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    target: ts.ScriptTarget.ES2023,
    allowImportingTsExtensions: true,
    noEmit: true,
    types: ["node"],
  });
  const checker = program.getTypeChecker();
  const [own = [], exact = []] = paths.map((path) => {
    const source = program.getSourceFile(path);
    const symbol = source && checker.getSymbolAtLocation(source);
    if (!symbol) throw new Error("The package's entry cannot be read.");
    return checker.getExportsOfModule(symbol);
  });
  // The mirrors come as namespaces, so that equal names of different contracts stand apart.
  const mirrors = exact.flatMap((one) => checker.getExportsOfModule(checker.getAliasedSymbol(one)));
  return [
    "# What @ballast/quant exports",
    "",
    "Written by `npm run docs` from the comments in the sources, where units, errors and origins of formulas stand in full.",
    "",
    sectionsOf(own.map((one) => entryOf(checker, one))),
    "",
    "# What @ballast/quant/exact exports",
    "",
    'Each file is a namespace of its name in camel case: `import { queue } from "@ballast/quant/exact"`. Which contract each',
    "one mirrors, and which test holds it to that, stands in [docs/MIRRORS.md](../../docs/MIRRORS.md).",
    "",
    sectionsOf(mirrors.map((one) => entryOf(checker, one))),
    "",
  ].join("\n");
}

function sectionsOf(entries: readonly Entry[]): string {
  const files = [...new Set(entries.map(({ file }) => file))].sort();
  return files
    .map((file) => {
      const rows = entries
        .filter((one) => one.file === file)
        .sort((a, b) => (a.name < b.name ? -1 : 1))
        .map(({ name, kind, summary }) => `| \`${name}\` | ${kind} | ${summary} |`);
      return [`## [${file}](${file})`, "", "| name | is | |", "|---|---|---|", ...rows].join("\n");
    })
    .join("\n\n");
}

function entryOf(checker: ts.TypeChecker, exported: ts.Symbol): Entry {
  const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
  const [declaration] = symbol.declarations ?? [];
  if (!declaration) throw new Error(`${exported.name} is declared nowhere.`);
  const comment = ts.displayPartsToString(symbol.getDocumentationComment(checker)).replace(/\s+/g, " ");
  if (comment === "")
    throw new Error(`${exported.name} of ${declaration.getSourceFile().fileName} has no comment.`);
  return {
    name: exported.name,
    kind: kindOf(checker, symbol, declaration),
    summary: firstSentence(comment).replaceAll("|", "\\|"),
    file: relative(join(ROOT, "packages/quant"), declaration.getSourceFile().fileName).replaceAll("\\", "/"),
  };
}

function kindOf(checker: ts.TypeChecker, symbol: ts.Symbol, declaration: ts.Declaration): string {
  const { flags } = symbol;
  const isVariable = (flags & ts.SymbolFlags.Variable) !== 0;
  const calls = isVariable && checker.getTypeOfSymbolAtLocation(symbol, declaration).getCallSignatures();
  if (flags & ts.SymbolFlags.Function || (calls && calls.length > 0)) return "function";
  if (flags & ts.SymbolFlags.Class) return "class";
  if (flags & (ts.SymbolFlags.Interface | ts.SymbolFlags.TypeAlias)) return "type";
  return "constant";
}

/** Up to the first full stop that ends a sentence. */
function firstSentence(text: string): string {
  return /^.*?[.:](?=\s+[A-Z`]|$)/.exec(text)?.[0].replace(/:$/, ".") ?? text;
}

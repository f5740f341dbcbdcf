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

/** The page of all names that `@ballast/quant` exports, by the file they stand in, with the first sentence of each. */
export function quantApi(): string {
  const entry = join(ROOT, "packages/quant/src/index.ts");
  const program = ts.createProgram([entry], {
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    target: ts.ScriptTarget.ES2023,
    allowImportingTsExtensions: true,
    noEmit: true,
    types: ["node"],
  });
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(entry);
  const symbol = source && checker.getSymbolAtLocation(source);
  if (!symbol) throw new Error("The package's entry cannot be read.");
  const entries = checker.getExportsOfModule(symbol).map((exported) => entryOf(checker, exported));
  const files = [...new Set(entries.map(({ file }) => file))].sort();
  const sections = files.map((file) => {
    const rows = entries
      .filter((one) => one.file === file)
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ name, kind, summary }) => `| \`${name}\` | ${kind} | ${summary} |`);
    return [`## [${file}](${file})`, "", "| name | is | |", "|---|---|---|", ...rows].join("\n");
  });
  return [
    "# What @ballast/quant exports",
    "",
    "Written by `npm run docs` from the comments in the sources, where units, errors and origins of formulas stand in full.",
    "",
    sections.join("\n\n"),
    "",
  ].join("\n");
}

function entryOf(checker: ts.TypeChecker, exported: ts.Symbol): Entry {
  const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
  const [declaration] = symbol.declarations ?? [];
  if (!declaration) throw new Error(`${exported.name} is declared nowhere.`);
  const comment = ts.displayPartsToString(symbol.getDocumentationComment(checker)).replace(/\s+/g, " ");
  if (comment === "") throw new Error(`${exported.name} has no comment.`);
  return {
    name: exported.name,
    kind: kindOf(symbol),
    summary: firstSentence(comment).replaceAll("|", "\\|"),
    file: relative(join(ROOT, "packages/quant"), declaration.getSourceFile().fileName).replaceAll("\\", "/"),
  };
}

function kindOf({ flags }: ts.Symbol): string {
  if (flags & ts.SymbolFlags.Function) return "function";
  if (flags & ts.SymbolFlags.Class) return "class";
  if (flags & (ts.SymbolFlags.Interface | ts.SymbolFlags.TypeAlias)) return "type";
  return "constant";
}

/** Up to the first full stop that ends a sentence. */
function firstSentence(text: string): string {
  return /^.*?[.:](?=\s+[A-Z`]|$)/.exec(text)?.[0].replace(/:$/, ".") ?? text;
}

import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const BIN = fileURLToPath(new URL("../src/bin/quant.ts", import.meta.url));
const TSX = import.meta.resolve("tsx");
const README = readFileSync(new URL("../README.md", import.meta.url), "utf8");

interface Block {
  readonly language: string;
  readonly code: string;
  /** What it prints, if the page says so. */
  readonly printed: string | undefined;
}

const blocks = [...README.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map((match) => ({
  language: match[1] ?? "",
  code: match[2] ?? "",
}));
const examples: Block[] = blocks
  .map((block, i) => ({
    ...block,
    printed: blocks[i + 1]?.language === "text" ? blocks[i + 1]?.code : undefined,
  }))
  .filter(({ language }) => language !== "text");

describe("quant: the examples of the README", () => {
  const folder = mkdtempSync(join(tmpdir(), "quant-readme-"));
  before(() => {
    // Paths of the page are those of the repository's root; what examples write stays in the folder.
    symlinkSync(join(ROOT, "packages"), join(folder, "packages"));
    symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
    const hours = Array.from({ length: 24 * 140 }, (_, i) => {
      const close = 3000 * Math.exp(0.02 * Math.sin(i) + 0.1 * Math.sin(i / 300));
      return `${1_750_000_000 - (1_750_000_000 % 86_400) + i * 3600},1,1,1,${close.toFixed(2)},1`;
    });
    writeFileSync(
      join(folder, "prices.csv"),
      `open_time_unix,open,high,low,close,volume\n${hours.join("\n")}\n`,
    );
  });
  after(() => rmSync(folder, { recursive: true }));

  const run = (args: readonly string[]) =>
    new Promise<string>((done, fail) => {
      execFile(process.execPath, [`--import=${TSX}`, ...args], { cwd: folder }, (error, stdout, stderr) =>
        error ? fail(new Error(`${args.join(" ")}: ${stderr}`)) : done(stdout),
      );
    });

  examples.forEach(({ language, code, printed }, index) => {
    it(`print what the page says: ${code.split("\n")[0]}`, async () => {
      let output = "";
      if (language === "ts") {
        const file = join(folder, `example${index}.ts`);
        writeFileSync(file, code);
        output = await run([file]);
      } else {
        expect(language).to.equal("sh");
        for (const line of code.trim().split("\n")) {
          const prefix = "npm run quant -- ";
          expect(line.startsWith(prefix), line).to.equal(true);
          output += await run([BIN, ...line.slice(prefix.length).split(" ")]);
        }
      }
      if (printed === undefined) expect(output).to.have.length.greaterThan(100);
      else expect(output).to.equal(printed);
    }).timeout(60_000);
  });

  it("are as many as the page has, and it has both kinds", () => {
    const count = (language: string) => examples.filter((example) => example.language === language).length;
    expect([count("sh"), count("ts")]).to.deep.equal([5, 5]);
  });
});

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { ROOT } from "../../scripts/lanes/run.ts";

const FOLDER = "test/standards";
const page = readFileSync(join(ROOT, "docs/STANDARDS.md"), "utf8");

/** Each test file that a table is for, and the names of its tests in the table's last column. */
function tables(): Map<string, string[]> {
  const found = new Map<string, string[]>();
  let names: string[] | undefined;
  for (const line of page.split("\n")) {
    const cells = line.split("|").slice(1, -1);
    const last = cells.at(-1)?.trim() ?? "";
    const file = /^Test in `(.+)`$/.exec(last)?.[1];
    if (file !== undefined) {
      names = [];
      found.set(file, names);
    } else if (cells.length === 0) names = undefined;
    else if (!/^-+$/.test(last)) names?.push(last);
  }
  return found;
}

/** Titles of a file's tests as patterns: what a template fills in may be anything. */
function titlesOf(file: string): RegExp[] {
  const source = readFileSync(join(ROOT, file), "utf8");
  return [...source.matchAll(/\bit\(\s*(["`])(.+?)\1/g)].map(([, , title = ""]) => {
    const parts = title.split(/\$\{[^}]+\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    return new RegExp(`^${parts.join("\\w+")}$`);
  });
}

describe("docs/STANDARDS.md", () => {
  const found = tables();

  it("has a table for every suite of a standard, and for no other file", () => {
    const files = readdirSync(join(ROOT, FOLDER)).map((name) => `${FOLDER}/${name}`);
    expect([...found.keys()].sort()).to.deep.equal(files.sort());
  });

  for (const [file, names] of found) {
    it(`names the tests of ${file}, each once, and no others`, () => {
      expect(existsSync(join(ROOT, file)), file).to.equal(true);
      const titles = titlesOf(file);
      expect(titles.length).to.be.greaterThan(2);
      for (const name of names) expect(titles.filter((title) => title.test(name)).length, name).to.equal(1);
      for (const title of titles)
        expect(names.filter((name) => title.test(name)).length, String(title)).to.equal(1);
    });
  }
});

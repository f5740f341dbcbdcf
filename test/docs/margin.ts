import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { withGenerated } from "../../scripts/docs/generated.ts";
import { marginExample } from "../../scripts/docs/marginExample.ts";
import { ROOT } from "../../scripts/lanes/run.ts";

const page = readFileSync(join(ROOT, "docs/MARGIN.md"), "utf8");

describe("docs/MARGIN.md", () => {
  it("works its portfolio through with the numbers that the code computes, as `npm run docs` writes them", () => {
    expect(page).to.equal(withGenerated(page, "worked example", marginExample()));
  });

  it("says so when a page lacks the place for what is generated", () => {
    expect(() => withGenerated("no markers", "worked example", "text")).to.throw("no markers");
  });
});

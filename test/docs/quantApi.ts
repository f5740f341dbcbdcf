import { readFileSync } from "node:fs";
import { expect } from "chai";
import { quantApi } from "../../scripts/docs/quantApi.ts";

describe("The page of what quant exports", () => {
  it("is what npm run docs writes, and no export is without a comment", () => {
    const page = readFileSync(new URL("../../packages/quant/API.md", import.meta.url), "utf8");
    expect(page === quantApi(), "packages/quant/API.md is out of date: run npm run docs").to.equal(true);
  }).timeout(60_000);
});

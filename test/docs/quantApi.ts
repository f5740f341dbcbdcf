import { readFileSync } from "node:fs";
import { expect } from "chai";
import { quantApi } from "../../scripts/docs/quantApi.ts";

describe("The page of what quant exports", () => {
  it("is what npm run docs writes, and no export is without a comment", () => {
    const page = readFileSync(new URL("../../packages/quant/API.md", import.meta.url), "utf8");
    expect(page).to.equal(quantApi());
  }).timeout(60_000);
});

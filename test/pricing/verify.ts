import { expect } from "chai";
import { meets } from "../../scripts/verify/section.ts";

describe("Accuracy figures", () => {
  it("pass up to their target, and fail beyond it or without a number", () => {
    expect(meets({ value: 1e-15, unit: "", target: 1e-15 })).to.equal(true);
    expect(meets({ value: 1.1e-15, unit: "", target: 1e-15 })).to.equal(false);
    expect(meets({ value: 5, unit: "" })).to.equal(true);
    expect(meets({ value: Number.NaN, unit: "" })).to.equal(false);
    expect(meets({ value: Number.POSITIVE_INFINITY, unit: "", target: 1 })).to.equal(false);
  });
});

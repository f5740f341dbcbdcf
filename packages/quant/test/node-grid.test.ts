import { expect } from "chai";
import { multipliers } from "../src/exact/node-grid.ts";

const WAD = 10n ** 18n;

describe("quant: levels of the node grid", () => {
  // A thousandth is no multiple of six, and half of an odd drift limit [1e-9] is whole in wad only.
  const [outer, driftLimit] = [212n * 10n ** 15n, 1_234_567n * 10n ** 9n];
  const m = multipliers(outer, driftLimit);

  it("rounds sixths down between outermost and middle levels that are exact", () => {
    expect(m.slice(11, 24)).to.deep.equal([
      788_000_000_000_000_000n,
      823_333_333_333_333_333n,
      858_666_666_666_666_666n,
      894_000_000_000_000_000n,
      929_333_333_333_333_333n,
      964_666_666_666_666_666n,
      WAD,
      1_035_333_333_333_333_333n,
      1_070_666_666_666_666_666n,
      1_106_000_000_000_000_000n,
      1_141_333_333_333_333_333n,
      1_176_666_666_666_666_666n,
      1_212_000_000_000_000_000n,
    ]);
    expect(m[24]).to.equal(m[23]);
  });

  it("has every third level of the down state in the up state", () => {
    expect(m.slice(0, 5)).to.deep.equal([11, 14, 17, 20, 23].map((node) => m[node]));
  });

  it("widens tails by the drift limit and halves it exactly", () => {
    expect(m.slice(5, 11)).to.deep.equal([
      339_580_247_220_000_000n,
      499_382_716_500_000_000n,
      669_172_840_110_000_000n,
      1_501_851_850_500_000_000n,
      2_002_469_134_000_000_000n,
      3_003_703_701_000_000_000n,
    ]);
    expect(m.slice(25)).to.deep.equal([
      998_765_433_000_000_000n,
      999_382_716_500_000_000n,
      WAD,
      1_000_617_283_500_000_000n,
      1_001_234_567_000_000_000n,
    ]);
  });
});

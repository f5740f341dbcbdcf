import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seededRandom } from "@ballast/quant";
import { expect } from "chai";
import { dynamicFields, fieldsToMove, regimesFromFiles } from "../src/index.ts";

const WAD = 10n ** 18n;
const HOUR = 3600;

describe("keeper: parameters that follow the regime", () => {
  const normal = { scanRange: WAD / 5n, volUp: (55n * WAD) / 100n, shortOptionMinimum: WAD / 200n };

  it("are normal in normal times, wider in worse, and never beyond the contract's bounds", () => {
    expect(dynamicFields(normal, "calm")).to.deep.equal(normal);
    expect(dynamicFields(normal, "normal")).to.deep.equal(normal);
    expect(dynamicFields(normal, "turbulent").scanRange).to.equal(WAD / 4n);
    expect(dynamicFields(normal, "crisis")).to.deep.equal({
      scanRange: (32n * WAD) / 100n,
      volUp: (88n * WAD) / 100n,
      shortOptionMinimum: (8n * WAD) / 1000n,
    });
    const high = { scanRange: (45n * WAD) / 100n, volUp: (19n * WAD) / 10n, shortOptionMinimum: WAD / 25n };
    expect(dynamicFields(high, "crisis")).to.deep.equal({
      scanRange: WAD / 2n,
      volUp: 2n * WAD,
      shortOptionMinimum: WAD / 20n,
    });
  });

  it("widen what the vault asks, and shrink what it takes", () => {
    const quotes = {
      halfSpreadVol: WAD / 100n,
      vegaCharge: WAD / 20n,
      maxNetVega: WAD / 2n,
      maxNetDelta: WAD,
    };
    expect(dynamicFields(quotes, "turbulent")).to.deep.equal({
      halfSpreadVol: (125n * WAD) / 10_000n,
      vegaCharge: (625n * WAD) / 10_000n,
      maxNetVega: (4n * WAD) / 10n,
      maxNetDelta: (8n * WAD) / 10n,
    });
    const caps = { ...quotes, maxExpiryVega: WAD / 5n, maxNetGamma: WAD / 1_000n, maxStrandedDelta: 0n };
    expect(dynamicFields({ ...caps, maxNotional: 5n * WAD }, "turbulent")).to.include({
      maxExpiryVega: (16n * WAD) / 100n,
      maxNetGamma: WAD / 1_000n,
      maxStrandedDelta: 0n,
      maxNotional: 4n * WAD,
    });
    expect(dynamicFields({ ...normal, volDown: (6n * WAD) / 10n }, "crisis").volDown).to.equal(
      (9n * WAD) / 10n,
    );
    expect(dynamicFields({ costRatio: WAD / 1000n, riskAversion: 10n ** 11n }, "crisis")).to.deep.equal({
      costRatio: (16n * WAD) / 10_000n,
      riskAversion: (256n * 10n ** 11n) / 100n,
    });
  });

  it("are proposed only where they differ by a twentieth", () => {
    expect(fieldsToMove(normal, normal)).to.deep.equal([]);
    expect(fieldsToMove(normal, { ...normal, volUp: (normal.volUp * 104n) / 100n })).to.deep.equal([]);
    expect(fieldsToMove(normal, dynamicFields(normal, "crisis"))).to.have.length(3);
  });

  it("follow a file of prices", async () => {
    const file = join(mkdtempSync(join(tmpdir(), "parameters-")), "prices.csv");
    const random = seededRandom(1);
    let close = 3000;
    const rows = Array.from({ length: 24 * 260 }, (_, i) => {
      // Three days of a storm end months of quiet.
      close *= Math.exp((i > 24 * 257 ? 0.05 : 0.005) * random.normal());
      return `${1_700_006_400 + i * HOUR},1,1,1,${close.toFixed(4)},1`;
    });
    writeFileSync(file, `open_time_unix,open,high,low,close,volume\n${rows.join("\n")}\n`);
    const source = regimesFromFiles(new Map([[0, file]]), {
      margin: new Map([[0, normal]]),
      hedge: new Map(),
      quotes: undefined,
    });
    expect(await source.regime(0)).to.equal("crisis");
    expect(await source.regime(1)).to.equal(undefined);
    expect(source.margin(0)).to.equal(normal);
    expect([source.margin(1), source.hedge(0)]).to.deep.equal([undefined, undefined]);
  });
});

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { backtestResults, backtestTables } from "../../scripts/docs/backtest.ts";
import { withGenerated } from "../../scripts/docs/generated.ts";
import { ROOT } from "../../scripts/lanes/run.ts";

const page = readFileSync(join(ROOT, "docs/BACKTEST.md"), "utf8");

describe("docs/BACKTEST.md", () => {
  it("shows the figures of the last backtest, as `npm run docs` writes them", () => {
    expect(page).to.equal(withGenerated(page, "backtest", backtestTables()));
  });

  for (const [asset, { base, closesOnly, noStepSpread, toxic }] of Object.entries(backtestResults())) {
    const of = (name: string, hedging = base?.hedging) => {
      const found = hedging?.find(({ strategy }) => strategy === name);
      if (!found) throw new Error(`Nobody hedged ${name}.`);
      return found;
    };

    it(`says of ${asset} that the band costs two fifths less than hourly hedging at no more deviation than chance explains`, () => {
      const band = of("band, aversion 5e-5");
      expect(band.cost).to.be.below(0.6 * of("hourly").cost);
      expect(band.dailyRatio[0]).to.be.below(1);
      expect(band.daily / of("hourly").daily).to.be.below(1.01);
      const coarse = of("band, aversion 5e-5", closesOnly?.hedging);
      expect(coarse.daily / of("hourly", closesOnly?.hedging).daily).to.be.within(1.06, 1.08);
    });

    it(`says of ${asset} where LPs lose`, () => {
      expect(noStepSpread?.annualReturn).to.be.below(0);
      expect(noStepSpread?.drawdown).to.be.above(0.9);
      expect(toxic?.annualReturn).to.be.below(0);
      const latency = base?.flows.find(({ flow }) => flow === "latency");
      expect(latency?.trades).to.equal(0);
    });
  }
});

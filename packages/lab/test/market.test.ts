import { expect } from "chai";
import { pathOf, scenarioOf, walkOn } from "../src/market/scenarios.ts";
import { listExpiries, reportOf, slicesAt } from "../src/market/surface.ts";
import { volatilityModel } from "../src/market/volatility.ts";
import { seededRandom } from "../src/random.ts";
import { strikeAt } from "../src/session/actors.ts";

const WAD = 10n ** 18n;

describe("scenarios", () => {
  it("passes through every way point, within half a percent between, the same for the same seed", () => {
    const scenario = scenarioOf("2020-03-12");
    const path = pathOf(scenario, seededRandom(7));
    expect(path.length).to.equal(193);
    for (const [hours, cents] of scenario.wayPoints)
      expect(path[hours]?.price).to.equal((BigInt(cents) * WAD) / 100n);
    expect(path).to.deep.equal(pathOf(scenario, seededRandom(7)));
    expect(path).to.not.deep.equal(pathOf(scenario, seededRandom(8)));
  });

  it("falls by more than half within two days of March 2020", () => {
    const path = pathOf(scenarioOf("2020-03-12"), seededRandom(1));
    const lowest = path.map((point) => point.price).sort((a, b) => (a < b ? -1 : 1))[0] ?? 0n;
    expect(lowest).to.equal(9_050n * 10n ** 16n);
    expect(2n * lowest < (path[95]?.price ?? 0n)).to.equal(true);
  });

  it("walks on from the last price without an end", () => {
    const path = pathOf(scenarioOf("sandbox"), seededRandom(1), 86_400);
    const walk = walkOn(path, seededRandom(2));
    let last = path[0];
    for (let hour = 0; hour < 500; hour++) {
      const point = walk.next().value;
      if (hour > 0) expect(point.time - (last?.time ?? 0)).to.equal(3_600);
      expect(point.price > 0n).to.equal(true);
      last = point;
    }
  });

  it("refuses a name that it does not know", () => {
    expect(() => scenarioOf("2021-05-19")).to.throw('There is no scenario "2021-05-19"');
  });
});

describe("simulated surfaces", () => {
  it("meet the conditions of no butterfly and no calendar arbitrage from calm to panic", () => {
    const start = 1_583_625_600;
    const expiries = listExpiries(start, [1, 2, 5, 12, 26, 90]);
    for (const volatility of [0.3, 0.6, 1.2, 2.4]) {
      const slices = slicesAt(start, expiries, volatility);
      expect(slices.length).to.equal(6);
      for (const [index, { theta, psi, rho }] of slices.entries()) {
        const tilt = WAD + (rho < 0n ? -rho : rho);
        expect(psi * tilt < 4n * WAD * WAD, "butterfly, slope").to.equal(true);
        expect(psi * psi * tilt <= 4n * theta * WAD * WAD, "butterfly, curvature").to.equal(true);
        const before = slices[index - 1];
        if (!before) continue;
        expect(theta >= before.theta && psi >= before.psi, "calendar, order").to.equal(true);
        expect(psi * before.theta <= before.psi * theta, "calendar, slope").to.equal(true);
      }
    }
  });

  it("leave out what has expired and quote forwards at spot", () => {
    const slices = slicesAt(1_000_000, [999_000, 1_003_600, 1_090_000], 0.8);
    expect(slices.map((slice) => slice.expiry)).to.deep.equal([1_003_600, 1_090_000]);
    const report = reportOf(0, 1_000_000, 123n * WAD, slices);
    expect(report.slices.map((slice) => slice.forward)).to.deep.equal([123n * WAD, 123n * WAD]);
  });

  it("ask more volatility after a crash, within bounds", () => {
    const model = volatilityModel();
    let calm = 0;
    for (let hour = 0; hour < 48; hour++) calm = model.step(200 * (1 + 0.001 * (hour % 2)));
    const panic = model.step(140);
    expect(panic).to.be.greaterThan(2 * calm);
    expect(panic).to.be.lessThanOrEqual(2);
  });
});

describe("seeded choices", () => {
  it("stay within their bounds and repeat", () => {
    const [one, two] = [seededRandom(42), seededRandom(42)];
    for (let draw = 0; draw < 1_000; draw++) {
      const value = one.next();
      expect(value).to.equal(two.next());
      expect(value >= 0 && value < 1).to.equal(true);
    }
    expect(new Set(Array.from({ length: 200 }, () => one.below(4)))).to.deep.equal(new Set([0, 1, 2, 3]));
  });

  it("pick strikes on a grid of whole dollars", () => {
    expect(strikeAt(237n * WAD, 90n)).to.equal(210n * WAD);
    expect(strikeAt(2_000n * WAD, 108n)).to.equal(2_150n * WAD);
    expect(strikeAt(3n * WAD, 90n)).to.equal(10n * WAD);
  });
});

import { expect } from "chai";
import {
  assess,
  BadCaseError,
  type CaseData,
  caseText,
  dollars,
  gridScenarios,
  marketNamed,
  type PortfolioCase,
  parametersOf,
  type ReferenceLeg,
  type ReferenceMarket,
  type ReferenceParameters,
  Revaluation,
  scaled,
  secondsOf,
  shockFactors,
} from "../src/reference/index.ts";

const DAY = 86_400;
const NOW = 1_800_000_000;
const expiry = NOW + 30 * DAY;
const parameters: ReferenceParameters = {
  scanRange: 0.2,
  driftLimit: 0.01,
  volUp: 0.55,
  volDown: 0.35,
  shortOptionMinimum: 0.005,
  maintenanceFactor: 0.8,
  collateralHaircut: 0.1,
  crossMarketCredit: 0.6,
  bidSpread: 0.02,
  calendarCharge: 0.4,
  concentration: 0.1,
  liquidityLimit: 200_000,
  staleAddOn: 0.5,
};
const market = (change: Partial<ReferenceMarket> = {}): ReferenceMarket => ({
  market: 0,
  spot: 3_000,
  referenceSpot: 3_000,
  computedAt: NOW,
  now: NOW,
  slices: new Map([[expiry, { forward: 3_000, theta: 0.03, psi: 0.15, rho: -0.2, postedAt: NOW }]]),
  fixings: new Map(),
  staleness: 0,
  depegShare: 0,
  ...change,
});
const leg = (strike: number, quantity: number, isPut = false): ReferenceLeg => ({
  market: 0,
  expiry,
  strike,
  isPut,
  quantity,
});
const judge = (legs: readonly ReferenceLeg[], mode: "sameLevels" | "denseScan", at = market(), cash = 0) =>
  assess({ cash, collateral: new Map(), legs }, [at], () => parameters, mode);

describe("full revaluation", () => {
  it("shocks volatility by term: most where time is short, and by a day's factor below a day", () => {
    const month = shockFactors(30 * DAY, 0.55, 0.35);
    expect(month.up).to.be.closeTo(1.55, 1e-12);
    expect(month.down).to.be.closeTo(0.65, 1e-12);
    expect(shockFactors(3_600, 0.55, 0.35)).to.deep.equal(shockFactors(DAY, 0.55, 0.35));
    expect(shockFactors(DAY, 0.55, 0.9).down).to.equal(0.01);
    expect(shockFactors(365 * DAY, 0.55, 0.35).up).to.be.lessThan(month.up);
  });

  it("raises volatility to half a year's at least, and values what has no surface at intrinsic", () => {
    const calm = market({
      slices: new Map([[expiry, { forward: 3_000, theta: 1e-4, psi: 0.005, rho: 0, postedAt: NOW }]]),
    });
    const { up, same } = new Revaluation(calm, parameters).deviations(expiry, 3_000);
    expect(same).to.be.closeTo(0.01, 1e-12);
    expect(up).to.be.closeTo(0.5 * Math.sqrt(30 / 365), 1e-12);
    const bare = new Revaluation(market({ slices: new Map() }), parameters);
    expect(bare.call(expiry, 2_500, 1.1, "up")).to.be.closeTo(800, 1e-9);
  });

  it("runs variance off with time, as volatility stays", () => {
    const half = new Revaluation(market({ computedAt: NOW + 15 * DAY }), parameters);
    const whole = new Revaluation(market(), parameters);
    const ratio = half.deviations(expiry, 3_300).same / whole.deviations(expiry, 3_300).same;
    expect(ratio).to.be.closeTo(Math.sqrt(0.5), 1e-12);
  });

  it("has thirty nodes, of which six are tails, and each scanned level in every portfolio's range", () => {
    const nodes = gridScenarios(0.2, 0.01);
    expect(nodes.length).to.equal(30);
    expect(nodes.filter(({ move }) => move !== undefined).length).to.equal(6);
    const scanned = nodes.filter(({ move }) => move === undefined).map(({ level }) => level);
    expect(Math.max(...scanned)).to.be.closeTo(1.212, 1e-12);
    expect(Math.min(...scanned)).to.be.closeTo(0.788, 1e-12);
  });

  it("finds on a dense scan what lies between nodes: the peak of a short butterfly", () => {
    const near = NOW + DAY;
    const at = market({
      slices: new Map([[near, { forward: 3_000, theta: 0.0002, psi: 0.01, rho: 0, postedAt: NOW }]]),
    });
    const legs = [leg(3_025, -1), leg(3_055, 2), leg(3_085, -1)].map((each) => ({ ...each, expiry: near }));
    const [grid, dense] = [judge(legs, "sameLevels", at), judge(legs, "denseScan", at)];
    expect(dense.initial).to.be.greaterThan(grid.initial + 5);
  });

  it("asks no less of a naked call than the dense scan does, and reads the same equity at the reference", () => {
    const [grid, dense] = [judge([leg(3_300, -1)], "sameLevels"), judge([leg(3_300, -1)], "denseScan")];
    expect(grid.initial).to.be.at.least(dense.initial);
    expect(grid.equity).to.be.closeTo(dense.equity, 1e-9);
  });

  it("names every term: minimum, concentration, a late surface and a broken peg", () => {
    const at = market({ staleness: 0.5, depegShare: 0.02 });
    const { terms } = judge([leg(30_000, -20_000)], "sameLevels", at);
    const [only] = terms.markets;
    expect(only!.minimum).to.be.closeTo(0.005 * 3_000 * 20_000, 1e-6);
    expect(only!.concentration).to.be.closeTo(0.1 * 3_000 * 20_000 * 0.1, 1e-6);
    expect(only!.depeg).to.be.closeTo(0.02 * 3_000 * 20_000, 1e-6);
    expect(only!.extra).to.equal(only!.concentration + only!.stale + only!.depeg);
    const straddle = judge([leg(3_000, -1), leg(3_000, -1, true)], "sameLevels", at).terms.markets[0]!;
    const [worth] = straddle.vector.expiries;
    expect(straddle.stale).to.be.closeTo(0.5 * 0.5 * (worth!.same - worth!.up), 1e-9);
    expect(straddle.calendar).to.be.closeTo(0.4 * (worth!.same - worth!.up), 1e-9);
  });

  it("pays expired legs by their fixing, or by live spot before there is one", () => {
    const legs = [leg(2_900, 1), leg(3_200, -1, true)];
    const later = market({ now: expiry, computedAt: expiry - 60, spot: 3_000 });
    expect(judge(legs, "sameLevels", later).equity).to.be.closeTo(100 - 200, 1e-9);
    const fixed = { ...later, fixings: new Map([[expiry, 3_150]]) };
    const got = judge(legs, "sameLevels", fixed);
    expect([got.equity, got.initial]).to.deep.equal([200, 0]);
  });

  it("credits across markets what offsets when they move alike, and asks no maintenance above initial", () => {
    const btc = market({ market: 1 });
    const legs = [leg(3_000, -1), { ...leg(3_000, 1), market: 1 }];
    const run = (credit: number) => {
      const of = () => ({ ...parameters, crossMarketCredit: credit });
      return assess({ cash: 0, collateral: new Map(), legs }, [market(), btc], of, "sameLevels");
    };
    const [without, half, full] = [run(0), run(0.3), run(0.6)];
    expect(without.initial).to.be.greaterThan(half.initial);
    expect(half.initial).to.be.greaterThan(full.initial);
    const tighter = () => ({ ...parameters, maintenanceFactor: 0.95, shortOptionMinimum: 0.05 });
    const ramp = assess(
      { cash: 0, collateral: new Map(), legs: [leg(9_000, -1)] },
      [market()],
      tighter,
      "sameLevels",
      () => parameters,
    );
    expect(ramp.maintenance).to.be.at.most(ramp.initial);
  });

  it("stretches losses of new risk while arrays still follow the old scan", () => {
    const held = { cash: 0, collateral: new Map<number, number>(), legs: [leg(3_000, -1)] };
    const wider = () => ({ ...parameters, scanRange: 0.25 });
    const plain = assess(held, [market()], () => parameters, "sameLevels");
    const ramp = assess(held, [market()], () => parameters, "sameLevels", wider);
    expect(ramp.maintenance).to.equal(plain.maintenance);
    expect(ramp.initial).to.be.at.least(plain.initial * 1.25 - 1e-9);
  });
});

describe("portfolio cases", () => {
  const made: PortfolioCase = {
    name: "one",
    description: "One.",
    markets: ["eth"],
    cash: "0",
    depegShare: "0",
    collateral: {},
    legs: [{ market: "ETH", expiryDays: "30", strike: "3000", kind: "call", quantity: "-1" }],
    parameters: { ETH: { bidSpread: "0.05" } },
    newRiskParameters: { ETH: { scanRange: "0.3" } },
    expected: { equity: "0", initial: "0", maintenance: "0", bindingMarket: "ETH", bindingNode: 0 },
  };

  it("reads decimals exactly or not at all", () => {
    expect(scaled("-1.25", 2)).to.equal(-125n);
    expect(scaled("7", 3)).to.equal(7_000n);
    for (const bad of ["1.234", "1e3", "", "abc", "1.", ".5", "+1"]) {
      expect(() => scaled(bad, 2), bad).to.throw(BadCaseError);
    }
    expect(secondsOf("0.5")).to.equal(43_200);
    expect(dollars(-0.00001)).to.equal("0.0000");
  });

  it("fills market data in from what it is like, and refuses a name that nobody has", () => {
    const data = {
      parameters: {},
      markets: { eth: { market: "ETH", spot: "3000" }, up: { like: "eth", spot: "3030" } },
    } as unknown as CaseData;
    expect(marketNamed(data, "up")).to.deep.equal({ market: "ETH", spot: "3030" });
    expect(() => marketNamed(data, "down")).to.throw(BadCaseError, "down");
  });

  it("lays a case's parameters over the shared ones, and those for new risk over both", () => {
    const data = {
      parameters: { ETH: { bidSpread: "0.02", scanRange: "0.2", volUp: "0.5" } },
      markets: {},
    } as unknown as CaseData;
    const inForce = { bidSpread: "0.05", scanRange: "0.2", volUp: "0.5" };
    expect(parametersOf(data, made, "ETH", "inForce")).to.deep.equal(inForce);
    expect(parametersOf(data, made, "ETH", "newRisk")).to.deep.equal({ ...inForce, scanRange: "0.3" });
  });

  it("writes a file that reads back as the same case, one line a leg", () => {
    const two = { ...made, legs: [made.legs[0]!, { ...made.legs[0]!, strike: "3300" }] };
    for (const each of [made, two]) expect(JSON.parse(caseText(each))).to.deep.equal(each);
    expect(caseText(two).match(/^ {4}\{ "market"/gm)?.length).to.equal(2);
  });
});

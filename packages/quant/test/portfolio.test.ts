import { expect } from "chai";
import {
  coverTwo,
  type DatedSlice,
  EPISODES,
  lossesOf,
  type MarketState,
  MEASURED_RESPONSE,
  optionMarket,
  type Portfolio,
  preparePortfolio,
  price,
  readCandles,
  riskOf,
  stressEpisodes,
  stressGrid,
  UnpricedError,
  volatilityAt,
} from "../src/index.ts";
import { recorded } from "./support/recorded.ts";

const TIME = 1_767_254_400;
const DAY = 86_400;
const YEAR = 365 * DAY;
const slice = (days: number, volatility: number, forward: number): DatedSlice => {
  const theta = (volatility ** 2 * days) / 365;
  return {
    expiry: TIME + days * DAY,
    years: days / 365,
    forward,
    theta,
    psi: 0.9 * Math.sqrt(theta),
    rho: -0.25,
  };
};
const ETH: MarketState = { spot: 3000, time: TIME, slices: [slice(7, 0.7, 3001), slice(30, 0.65, 3010)] };
const markets = { ETH };
const call = { market: "ETH", expiry: TIME + 30 * DAY, strike: 3200, isCall: true, quantity: 10 } as const;
const empty: Portfolio = { cash: 0, options: [], spot: {} };
const prepared = (change: Partial<Portfolio>) => preparePortfolio({ ...empty, ...change }, markets);

describe("quant: portfolios", () => {
  it("are worth cash, spot and options at the surface's volatility", () => {
    const value = prepared({ cash: 100, options: [call], spot: { ETH: 2 } }).valueUnder({});
    const volatility = volatilityAt(ETH.slices[1]!, 3200);
    const option = price({ forward: 3010, strike: 3200, volatility, years: 30 / 365, isCall: true });
    expect(value).to.be.closeTo(100 + 6000 + 10 * option, 1e-8);
  });

  it("take volatilities between expiries without a jump, and beyond them as they are at the ends", () => {
    const at = (days: number) => optionMarket(ETH, TIME + days * DAY, 3200);
    expect(at(7)).to.deep.equal({ forward: 3001, volatility: volatilityAt(ETH.slices[0]!, 3200) });
    expect(at(30.001).volatility).to.be.closeTo(at(30).volatility, 1e-4);
    expect(at(29.999).volatility).to.be.closeTo(at(30).volatility, 1e-4);
    expect(at(3)).to.deep.equal(at(7));
    expect(at(15).volatility).to.be.within(at(30).volatility - 0.02, at(7).volatility);
    expect(at(18.5).forward).to.be.closeTo(3005.5, 1e-9);
    for (const days of [3, 7, 15, 30, 60]) {
      const option = { ...call, expiry: TIME + days * DAY };
      const { forward, volatility } = at(days);
      const single = price({ forward, strike: 3200, volatility, years: days / 365, isCall: true });
      expect(prepared({ options: [option] }).valueUnder({}), `${days} days`).to.be.closeTo(10 * single, 1e-8);
    }
  });

  it("have Greeks that their values under small shocks confirm", () => {
    const portfolio = prepared({
      options: [call, { ...call, isCall: false, quantity: -4 }],
      spot: { ETH: 3 },
    });
    const { delta, theta, vega } = portfolio.greeks()["ETH"]!;
    const spot = prepared({ spot: { ETH: 3 } }).greeks()["ETH"]!;
    expect(spot).to.include({ delta: 3, price: 9000, gamma: 0 });
    const later = (portfolio.valueUnder({ seconds: 60 }) - portfolio.valueUnder({})) / (60 / YEAR);
    expect(later / theta).to.be.within(0.999, 1.001);
    const factor = (h: number) => portfolio.valueUnder({ volatilityFactors: { ETH: 1 + h } });
    const volatility = volatilityAt(ETH.slices[1]!, 3200);
    expect((factor(1e-4) - factor(-1e-4)) / 2e-4 / (vega * volatility)).to.be.within(0.999, 1.001);
    // The smile moves with the forward, so the delta of values has the skew's part besides.
    const moved = (h: number) => portfolio.valueUnder({ moves: { ETH: h } });
    expect((moved(1e-4) - moved(-1e-4)) / 2e-4).to.be.closeTo(3000 * delta, 0.15 * 3000 * Math.abs(delta));
  });

  it("are worth intrinsic value once the time has passed", () => {
    const option = { ...call, strike: 2900 };
    const value = prepared({ options: [option] }).valueUnder({ seconds: 30 * DAY, moves: { ETH: 0.1 } });
    expect(value).to.be.closeTo(10 * (3010 * Math.exp(0.1) - 2900), 1e-8);
  });

  it("are refused where a market or a surface is missing, or an option is over", () => {
    expect(() => prepared({ spot: { BTC: 1 } })).to.throw(UnpricedError, 'no market "BTC"');
    expect(() => prepared({ options: [{ ...call, expiry: TIME }] })).to.throw(UnpricedError, "expired");
    const bare = { ETH: { ...ETH, slices: [] } };
    expect(() => preparePortfolio({ ...empty, options: [call] }, bare)).to.throw(UnpricedError, "no surface");
  });
});

describe("quant: risk of portfolios", () => {
  const moves = Array.from({ length: 200 }, (_, i) => ({ ETH: (i - 100) / 1000 }));

  it("is that of full revaluation, volatility rising where spot falls", () => {
    const put = prepared({ options: [{ ...call, isCall: false, quantity: -1 }] });
    const losses = lossesOf(put, moves, DAY, { ETH: 1 });
    const expected =
      put.valueUnder({}) -
      put.valueUnder({ moves: { ETH: -0.1 }, volatilityFactors: { ETH: Math.exp(0.1) }, seconds: DAY });
    expect(losses[0]).to.be.closeTo(expected, 1e-9);
    expect(losses[199]).to.be.closeTo(
      put.valueUnder({}) - put.valueUnder({ moves: { ETH: 0.099 }, seconds: DAY }),
      1e-9,
    );
    const risk = riskOf(prepared({ spot: { ETH: 1 } }), moves, DAY, 0.95);
    expect(risk.valueAtRisk).to.be.within(3000 * (1 - Math.exp(-0.0901)), 3000 * (1 - Math.exp(-0.0899)) + 3);
    expect(risk.expectedShortfall).to.be.greaterThan(risk.valueAtRisk);
  });

  it("is never larger beside what offsets it", () => {
    const alone = riskOf(prepared({ options: [{ ...call, quantity: -10 }] }), moves, DAY).expectedShortfall;
    const hedge = riskOf(prepared({ spot: { ETH: 4 } }), moves, DAY).expectedShortfall;
    const both = riskOf(prepared({ options: [{ ...call, quantity: -10 }], spot: { ETH: 4 } }), moves, DAY);
    expect(both.expectedShortfall).to.be.at.most(alone + hedge + 1e-9);
  });
});

describe("quant: stress", () => {
  it("repeats episodes, the worst first", () => {
    const results = stressEpisodes(prepared({ options: [{ ...call, isCall: false, quantity: -10 }] }));
    expect(results).to.have.length(EPISODES.length);
    expect(results[0]?.name).to.equal("2020-03-12, one day");
    expect(results.map(({ profit }) => profit)).to.deep.equal(
      results.map(({ profit }) => profit).sort((a, b) => a - b),
    );
    const [march] = stressEpisodes(prepared({ spot: { ETH: 1 } }));
    expect(march?.profit).to.be.closeTo(3000 * -0.4778, 1e-8);
    expect(march?.shock.volatilityFactors?.["ETH"]).to.be.closeTo(
      (1 - 0.4778) ** -(MEASURED_RESPONSE["ETH"] ?? 0),
      1e-12,
    );
  });

  it("fills a grid that has nothing where nothing moves", () => {
    const grid = stressGrid(prepared({ options: [call] }), ["ETH"], [-0.1, 0, 0.1], [0.8, 1, 1.2]);
    expect(grid[1]?.[1]).to.equal(0);
    for (const row of grid) expect(row[0]! < row[1]! && row[1]! < row[2]!).to.equal(true);
    expect(grid[0]![1]! < 0 && grid[2]![1]! > 0).to.equal(true);
  });

  it("has the episodes' moves from the prices of their days", function () {
    const closes = Object.fromEntries(
      ["BTC", "ETH"].map((market) => {
        const file = recorded(this, `${market.toLowerCase()}usdt_binance_spot_1h.csv`);
        return [market, new Map(readCandles(file).map(({ time, price: close }) => [time, close]))];
      }),
    );
    for (const { name, hours, moves } of EPISODES) {
      const start = Date.parse(`${name.slice(0, 10)}T00:00:00Z`) / 1000;
      let nearest = Number.POSITIVE_INFINITY;
      for (let time = start; time <= start + 2 * DAY; time += 3600) {
        const misses = Object.entries(moves).map(([market, move]) => {
          const at = (when: number) => closes[market]?.get(when) ?? Number.NaN;
          return Math.abs(at(time) / at(time - hours * 3600) - 1 - move);
        });
        if (!misses.some(Number.isNaN)) nearest = Math.min(nearest, Math.max(...misses));
      }
      expect(nearest, name).to.be.at.most(6e-5);
    }
  });
});

describe("quant: the insurance target", () => {
  const debtor = (cash: number, quantity: number) => prepared({ cash, options: [{ ...call, quantity }] });

  it("covers the two accounts that together lack most in one scenario", () => {
    const accounts = [debtor(5_000, -10), debtor(1_000, -10), debtor(4_000, -10), debtor(1e6, -10)];
    const scenarios = [{}, { moves: { ETH: 0.3 } }, { moves: { ETH: 0.1 } }, { moves: { ETH: -0.3 } }];
    const found = coverTwo(accounts, scenarios);
    expect(found).to.deep.include({ scenario: 1, accounts: [1, 2] });
    const lacks = [1, 2].map((i) => -accounts[i]!.valueUnder(scenarios[1]!));
    expect(found.target).to.be.closeTo(lacks[0]! + lacks[1]!, 1e-9);
  });

  it("is nothing where nobody lacks anything", () => {
    expect(coverTwo([debtor(1e6, 1)], [{ moves: { ETH: -0.5 } }])).to.deep.equal({
      target: 0,
      scenario: undefined,
      accounts: [],
    });
  });
});

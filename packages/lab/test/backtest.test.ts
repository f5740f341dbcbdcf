import { seededRandom, volatilityAt } from "@ballast/quant";
import { expect } from "chai";
import type { Mark } from "../src/backtest/book.ts";
import { Book, Marker } from "../src/backtest/book.ts";
import { banded, everyHours, Hedger } from "../src/backtest/hedgers.ts";
import {
  backtestPage,
  buildMarket,
  drawdownOf,
  markdownOf,
  nodeOf,
  PARTS,
  playScenario,
  recordedSurfaces,
  SCENARIOS,
  sliceOf,
  tablesOf,
} from "../src/backtest/index.ts";
import { ask } from "../src/backtest/quotes.ts";
import { POLICY } from "../src/backtest/scenarios.ts";
import { LabError } from "../src/failure.ts";

const DAY = 86_400;
const START = Date.UTC(2020, 0, 1) / 1_000;

/** Hourly prices of a random walk whose volatility comes and goes. */
function candles(days: number) {
  const random = seededRandom(7);
  let price = 2_000;
  return Array.from({ length: 24 * days }, (_, hour) => {
    const volatility = 0.7 + 0.3 * Math.sin(hour / 400);
    price *= Math.exp((volatility / Math.sqrt(8_760)) * random.normal());
    return { time: START + 3_600 * hour, price };
  });
}

const walk = candles(330);
const input = { from: START + 220 * DAY, to: START + 320 * DAY, capital: 2_000_000, seed: 3 };
const recorded = { candles: walk, surfaces: [] };
const base = SCENARIOS[0];
if (!base) throw new Error("There is no base case.");

describe("backtest of the vault", function () {
  this.timeout(60_000);

  it("splits every day's change of NAV into parts that sum to it", () => {
    const { days } = playScenario("eth", recorded, base, input).simulation;
    expect(days.length).to.be.greaterThan(80);
    let before = input.capital;
    for (const { nav, parts, pnl } of days) {
      const sum = PARTS.reduce((total, part) => total + parts[part], 0);
      expect(sum).to.be.closeTo(nav - before, 1e-6);
      expect(sum).to.be.closeTo(pnl[0] ?? Number.NaN, 1e-6);
      before = nav;
    }
  });

  it("gives the same figures for the same seed, and others for another", () => {
    const play = (seed: number) => playScenario("eth", recorded, base, { ...input, seed }).summary;
    expect(play(3)).to.deep.equal(play(3));
    expect(play(4).annualReturn).to.not.equal(play(3).annualReturn);
  });

  it("lets nobody live on the feed's lag who pays its deviation threshold, and says what it costs without", () => {
    const flowOf = (name: string) => {
      const scenario = SCENARIOS.find((one) => one.name === name);
      if (!scenario) throw new Error(`There is no ${name}.`);
      const found = playScenario("eth", recorded, scenario, input).summary.flows.find(
        ({ flow }) => flow === "latency",
      );
      if (!found) throw new Error("Nobody is fast.");
      return found;
    };
    expect(flowOf("base").trades).to.equal(0);
    const free = flowOf("noStepSpread");
    expect(free.trades).to.be.greaterThan(100);
    expect(free.raw[0]).to.be.lessThan(0);
  });

  it("asks, where nothing was recorded, the variance that is realised, if it is to be fair", () => {
    const market = buildMarket({ asset: "eth", ...recorded, recorded: [], ...input, premium: "fair" });
    let [asked, realised] = [0, 0];
    for (let hour = 0; hour + 169 < market.prices.length; hour += 24) {
      const slice = sliceOf(market.surfaces[hour] ?? [], 7 / 365);
      asked += slice.theta / slice.years;
      for (let i = hour; i < hour + 168; i++)
        realised += (365 / 7) * Math.log((market.prices[i + 1] ?? 0) / (market.prices[i] ?? 0)) ** 2;
    }
    expect(asked / realised).to.be.closeTo(1, 0.01);
  });

  it("refuses candles that do not reach", () => {
    const ask = { asset: "eth", candles: walk, recorded: [], premium: 0 };
    expect(() => buildMarket({ ...ask, from: START + 100 * DAY, to: START + 200 * DAY })).to.throw(LabError);
    expect(() => buildMarket({ ...ask, from: START + 220 * DAY, to: START + 400 * DAY })).to.throw(LabError);
  });

  it("shows every table and plot, and no number that is none", () => {
    const { summary, simulation } = playScenario("eth", recorded, base, input);
    const page = backtestPage({ eth: { base: summary } }, { eth: simulation });
    expect(page.match(/<svg/g)).to.have.length(6);
    expect(page).to.not.include("NaN");
    expect(
      tablesOf({ eth: { base: summary } })
        .map(markdownOf)
        .join("\n"),
    ).to.not.include("NaN");
  });
});

describe("surfaces of the backtest", () => {
  it("go through the three volatilities that were recorded", () => {
    const quote = { days: 30.58, atTheMoney: 0.58, put25: 0.609, call25: 0.576 };
    const node = nodeOf(quote);
    const at = (volatility: number, side: number) => {
      const w = volatility ** 2 * node.years;
      return volatilityAt(
        { ...node, forward: 1 },
        Math.exp(w / 2 + side * 0.6744897501960817 * Math.sqrt(w)),
      );
    };
    expect(volatilityAt({ ...node, forward: 1 }, 1)).to.be.closeTo(quote.atTheMoney, 1e-12);
    expect(at(quote.put25, -1)).to.be.closeTo(quote.put25, 1e-9);
    expect(at(quote.call25, 1)).to.be.closeTo(quote.call25, 1e-9);
  });

  it("are read from their history by currency, without tenors whose total variance falls", () => {
    const header =
      "snapshot_utc,currency,index_price,tenor_days,forward,atm_iv,iv_25d_put,iv_25d_call,n_strikes";
    const row = (currency: string, days: number, volatility: number) =>
      `2026-01-01T00:00:00Z,${currency},3000,${days},3000,${volatility},${volatility + 0.02},${volatility},9`;
    const text = [
      header,
      row("ETH", 7, 0.6),
      row("ETH", 8, 0.3),
      row("ETH", 30, 0.6),
      row("ETH", 60, 0.6),
      row("BTC", 7, 0.4),
    ];
    const [surface, ...others] = recordedSurfaces(text.join("\n"), "ETH");
    expect(others).to.be.empty;
    expect(surface?.nodes.map(({ years }) => Math.round(365 * years))).to.deep.equal([7, 30, 60]);
    expect(() => recordedSurfaces("nonsense", "ETH")).to.throw(LabError);
  });
});

describe("quotes of the backtest", () => {
  const totals = { value: 0, delta: 0, gamma: 0, vega: 0, theta: 0 };
  const desk = { nav: 1e6, price: 2_000, totals, netDelta: 0, stress: 1, isFull: false };
  const mark: Mark = { value: 80, delta: 0.5, gamma: 0.001, vega: 200, volatility: 0.7 };

  it("never cost less in pieces", () => {
    const random = seededRandom(1);
    for (let i = 0; i < 500; i++) {
      const vega = 200_000 * (random.uniform() - 0.5);
      const quantity = 400 * (random.uniform() - 0.5);
      const share = random.uniform();
      const one = ask(POLICY, { ...desk, totals: { ...totals, vega } }, mark, quantity, false);
      const first = ask(POLICY, { ...desk, totals: { ...totals, vega } }, mark, share * quantity, false);
      const after = { ...totals, vega: vega - share * quantity * mark.vega };
      const second = ask(POLICY, { ...desk, totals: after }, mark, (1 - share) * quantity, false);
      if (one.refusal !== undefined || first.refusal !== undefined || second.refusal !== undefined) continue;
      const pieces = share * first.margin + (1 - share) * second.margin;
      expect(pieces).to.be.at.least(one.margin * (1 - 1e-12));
    }
  });

  it("refuse what goes beyond a limit and never what comes back", () => {
    const full = { ...desk, totals: { ...totals, vega: -600_000 } };
    expect(ask(POLICY, full, mark, 10, false).refusal).to.equal("vega limit");
    expect(ask(POLICY, full, mark, -10, false).refusal).to.equal(undefined);
    expect(ask(POLICY, { ...desk, isFull: true }, mark, 10, false).refusal).to.equal("no capacity");
    expect(ask(POLICY, desk, { ...mark, delta: 0.99 }, 1, false).refusal).to.equal("delta out of range");
    expect(ask(POLICY, { ...desk, netDelta: -600 }, mark, 1, false).refusal).to.equal("delta limit");
  });
});

describe("books and hedges of the backtest", () => {
  it("pay intrinsic at expiry and forget the series", () => {
    const book = new Book();
    book.add({ strike: 2_000, expiryHour: 10, isCall: true }, -3);
    book.add({ strike: 2_000, expiryHour: 10, isCall: true }, 1);
    book.add({ strike: 2_000, expiryHour: 20, isCall: false }, 1);
    expect(book.count).to.equal(2);
    expect(book.settle(10, 2_150)).to.equal(-300);
    expect(book.count).to.equal(1);
  });

  it("mark a book as its series one by one", () => {
    const nodes = [{ years: 0.02, theta: 0.01, psi: 0.05, rho: -0.2 }];
    const book = new Book();
    const marker = new Marker();
    let value = 0;
    for (const [strike, quantity] of [
      [1_800, 2],
      [2_000, -5],
      [2_300, 1],
    ] as const) {
      const series = { strike, expiryHour: 300, isCall: strike > 1_900 };
      book.add(series, quantity);
      value += quantity * marker.mark(series, 0, 2_000, nodes).value;
    }
    expect(book.totals(0, 2_000, nodes).value).to.be.closeTo(value, 1e-9);
  });

  it("trade to the band's edge only, and pay for what they trade", () => {
    const view = { hour: 1, price: 2_000, delta: 100, gamma: 0.5 };
    const band = new Hedger(banded(0.001, 1e-5), 0.001);
    const hourly = new Hedger(everyHours(1), 0.001);
    for (const hedger of [band, hourly]) hedger.trade(view);
    expect(hourly.held).to.equal(-100);
    expect(band.held).to.be.greaterThan(-100).and.lessThan(0);
    expect(hourly.cost).to.be.closeTo(200, 1e-9);
    const held = band.held;
    band.trade(view);
    expect(band.held).to.equal(held);
  });

  it("measure a drawdown from the last peak", () => {
    expect(drawdownOf([100, 120, 90, 130])).to.be.closeTo(0.25, 1e-12);
  });
});

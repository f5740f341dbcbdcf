import { expect } from "chai";
import {
  BadSampleError,
  greeks,
  markOutOf,
  type ObservedTrade,
  realisedVolatility,
  seededRandom,
  toxicityOf,
} from "../src/index.ts";

const HOUR = 3_600;
const YEAR = 365 * 86_400;

describe("realised volatility", () => {
  it("is that of a random walk within its standard error, evenly spaced or not", () => {
    const random = seededRandom(7);
    let [time, price] = [0, 2_000];
    const walk = Array.from({ length: 2_000 }, () => {
      const step = 60 + random.uniform() * 2 * HOUR;
      time += step;
      price *= Math.exp(0.8 * Math.sqrt(step / YEAR) * random.normal());
      return { time, price };
    });
    const found = realisedVolatility(walk);
    expect(found?.samples).to.equal(1_999);
    expect(found?.standardError).to.be.closeTo(0.8 / Math.sqrt(2 * 1_999), 1e-3);
    expect(Math.abs((found?.value ?? 0) - 0.8)).to.be.lessThan(4 * (found?.standardError ?? 0));
  });

  it("is exactly the root of the sum of squares over the time that it took", () => {
    const prices = Array.from({ length: 13 }, (_, i) => ({ time: i * HOUR, price: 100 * 1.01 ** (i % 2) }));
    const expected = Math.sqrt((12 * Math.log(1.01) ** 2 * YEAR) / (12 * HOUR));
    expect(realisedVolatility(prices)?.value).to.be.closeTo(expected, 1e-12);
    expect(realisedVolatility(prices.slice(1))).to.equal(undefined);
    expect(realisedVolatility([])).to.equal(undefined);
  });

  it("refuses times that do not increase and prices that are none", () => {
    expect(() => realisedVolatility([{ time: 1, price: 0 }])).to.throw(BadSampleError, "not positive");
    const twice = [
      { time: 1, price: 1 },
      { time: 1, price: 2 },
    ];
    expect(() => realisedVolatility(twice)).to.throw(BadSampleError, "do not increase");
  });
});

/** A trade in a call of a week, after which spot and volatility moved. */
function traded(time: number, quantity: number, jump = 0, hedgedAt = 0, more = 0): ObservedTrade {
  const inputs = { forward: 2_000, strike: 2_000, volatility: 0.7, years: 7 / 365, isCall: true };
  const before = greeks(inputs);
  const forward = 2_000 + jump;
  const later = greeks({ ...inputs, forward, volatility: 0.7 + more });
  return {
    time,
    quantity,
    value: before.price,
    delta: before.delta,
    vega: before.vega,
    laterValue: later.price,
    laterForward: forward,
    hedgedForward: 2_000 + hedgedAt,
  };
}

describe("toxicity of takers", () => {
  it("of a taker who knows that volatility will rise is what it rises by", () => {
    const trades = Array.from({ length: 40 }, (_, i) => traded(i * HOUR, i % 2 ? 3 : 1, 0, 0, 0.01));
    const found = toxicityOf(trades, HOUR);
    expect(found?.value).to.be.closeTo(0.01, 1e-4);
    expect(found?.samples).to.equal(40);
    expect(found?.charged).to.be.closeTo(0.01, 1e-4);
    expect(
      toxicityOf(
        trades.map((one) => ({ ...one, quantity: -one.quantity })),
        HOUR,
      )?.charged,
    ).to.equal(0);
  });

  it("counts what a taker knew of the next price, and not what follows a price that a hedge has seen", () => {
    const unseen = markOutOf(traded(0, 1, 20, 0));
    const seen = markOutOf(traded(0, 1, 20, 20));
    expect(markOutOf(traded(0, -1, 20, 0))).to.equal(-unseen);
    // With the hedge from the old forward on, only curvature is left; with it from the new one, delta stays as well.
    expect(unseen).to.be.greaterThan(0).and.lessThan(2);
    expect(seen).to.be.closeTo(20 * traded(0, 1).delta + unseen, 1e-9);
  });

  it("is nothing where chance explains it, for want of stretches, and the same however a trade is cut", () => {
    const random = seededRandom(3);
    const noise = Array.from({ length: 300 }, (_, i) =>
      traded(i * HOUR, random.uniform() < 0.5 ? 1 : -1, 0, 0, 0.02 * random.normal()),
    );
    const found = toxicityOf(noise, HOUR);
    expect(Math.abs(found?.value ?? 1)).to.be.lessThan(3 * (found?.standardError ?? 0));
    expect(found?.standardError).to.be.closeTo(0.02 / Math.sqrt(300), 3e-4);
    const nineteen = Array.from({ length: 38 }, (_, i) => traded((i >> 1) * HOUR, 1, 0, 0, 0.01));
    expect(toxicityOf(nineteen, HOUR)).to.equal(undefined);
    expect(toxicityOf([...nineteen, traded(19 * HOUR, 1)], HOUR)?.samples).to.equal(20);
    const halves = noise.flatMap((one) =>
      [one, one].map((half) => ({ ...half, quantity: half.quantity / 2 })),
    );
    const cut = toxicityOf(halves, HOUR);
    expect(cut?.value).to.be.closeTo(found?.value ?? 0, 1e-12);
    expect(cut?.standardError).to.be.closeTo(found?.standardError ?? 0, 1e-12);
  });
});

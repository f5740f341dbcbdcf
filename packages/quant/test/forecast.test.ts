import { expect } from "chai";
import {
  BadSampleError,
  evaluateForecast,
  fitHar,
  forecastVariance,
  forecastVolatility,
  latestRegime,
  readCandles,
  realisedDays,
  regimeOf,
  returnsOf,
  seededRandom,
} from "../src/index.ts";
import { recorded } from "./support/recorded.ts";

/** Daily variances that follow a known autoregression. */
function simulated(days: number, noise: number, seed = 4): number[] {
  const random = seededRandom(seed);
  const variances = Array.from({ length: 30 }, () => 0.001 * Math.exp(0.3 * random.normal()));
  while (variances.length < days) {
    const mean = (count: number) => variances.slice(-count).reduce((sum, x) => sum + x, 0) / count;
    const log =
      -0.7 +
      0.4 * Math.log(mean(1)) +
      0.3 * Math.log(mean(7)) +
      0.2 * Math.log(mean(30)) +
      noise * random.normal();
    variances.push(Math.exp(log));
  }
  return variances;
}

describe("quant: volatility forecast", () => {
  it("finds the autoregression that variances follow", () => {
    const { coefficients, residualVariance } = fitHar(simulated(20_000, 0.5));
    for (const [i, want] of [-0.7, 0.4, 0.3, 0.2].entries())
      expect(coefficients[i]).to.be.closeTo(want, i === 0 ? 0.2 : 0.03);
    expect(residualVariance).to.be.closeTo(0.25, 0.01);
  });

  it("forecasts the mean of the variance, not of its logarithm", () => {
    const variances = simulated(20_000, 0.5);
    const { qlike, logError } = evaluateForecast(variances, 0);
    expect(qlike.har).to.be.lessThan(Math.min(qlike.lastDay, qlike.lastMonth));
    expect(logError.har).to.be.lessThan(logError.lastDay);
    const model = fitHar(variances);
    expect(forecastVolatility(model, variances)).to.equal(
      Math.sqrt(365 * forecastVariance(model, variances)),
    );
    let ratio = 0;
    for (let day = 15_000; day < 20_000; day++)
      ratio += variances[day]! / forecastVariance(model, variances.slice(day - 30, day)) / 5_000;
    expect(ratio).to.be.closeTo(1, 0.03);
  });

  it("knows nothing of the day it forecasts", () => {
    const variances = simulated(400, 0.5);
    const shifted = [...variances.slice(0, 399), 1];
    const upTo = (list: number[]) => forecastVariance(fitHar(list.slice(0, 399)), list.slice(0, 399));
    expect(upTo(shifted)).to.equal(upTo(variances));
  });

  it("is better than yesterday or last month again, on ETH and BTC from 2018 to 2026", function () {
    for (const market of ["eth", "btc"]) {
      const prices = readCandles(recorded(this, `${market}usdt_binance_spot_1h.csv`));
      const days = realisedDays(returnsOf(prices, 3600));
      const from = days.findIndex(({ time }) => time > Date.UTC(2018, 0, 1) / 1000);
      const variances = days.map(({ variance }) => variance);
      for (const horizon of [1, 7]) {
        const { qlike, logError, days: count } = evaluateForecast(variances, from, horizon);
        expect(count).to.be.greaterThan(2_900);
        expect(qlike.har).to.be.lessThan(0.85 * Math.min(qlike.lastDay, qlike.lastMonth));
        expect(logError.har).to.be.lessThan(Math.min(logError.lastDay, logError.lastMonth));
      }
    }
  });

  it("sums hours into days, and leaves out days with too few", () => {
    const hours = (count: number, day: number) =>
      Array.from({ length: count }, (_, i) => ({ time: day * 86_400 + (i + 1) * 3600, value: 0.01 }));
    expect(realisedDays([...hours(24, 0), ...hours(12, 1), ...hours(20, 2)])).to.satisfy(
      (days: { time: number; variance: number }[]) =>
        days.length === 2 &&
        days[0]!.time === 86_400 &&
        days[1]!.time === 3 * 86_400 &&
        days.every(({ variance }) => Math.abs(variance - 24e-4) < 1e-15),
    );
    const still = realisedDays(hours(24, 0).map(({ time }) => ({ time, value: 0 })));
    expect(still[0]?.variance).to.be.closeTo(0.0001 / 365, 1e-12);
  });

  it("refuses too few days, and days that are all alike", () => {
    expect(() => fitHar(simulated(99, 0.5))).to.throw(BadSampleError, "99 days");
    expect(() => fitHar(Array(200).fill(0.001))).to.throw(BadSampleError, "alike");
    expect(() => evaluateForecast(simulated(200, 0.5), 200)).to.throw(BadSampleError, "No day");
  });
});

describe("quant: regimes", () => {
  const past = Array.from({ length: 999 }, (_, i) => (i + 1) / 1000);

  it("are named by where a forecast stands among those before", () => {
    const found = [0.1, 0.5, 0.8, 0.96].map((forecast) => regimeOf(forecast, past, "calm"));
    expect(found).to.deep.equal(["calm", "normal", "turbulent", "crisis"]);
  });

  it("rise at once and fall only once it is clear", () => {
    expect(regimeOf(0.96, past, "turbulent")).to.equal("crisis");
    expect(regimeOf(0.93, past, "crisis")).to.equal("crisis");
    expect(regimeOf(0.93, past, "turbulent")).to.equal("turbulent");
    expect(regimeOf(0.89, past, "crisis")).to.equal("turbulent");
    expect(regimeOf(0.22, past, "normal")).to.equal("normal");
    expect(regimeOf(0.1, past, "crisis")).to.equal("calm");
  });

  it("follow a walk through the days", () => {
    const quiet = simulated(400, 0.1);
    expect(latestRegime(quiet.slice(0, 120))).to.equal("normal");
    expect(latestRegime([...quiet, ...quiet.slice(-5).map((x) => 50 * x)])).to.equal("crisis");
    expect(latestRegime([...quiet, ...Array(40).fill(1e-7)])).to.equal("calm");
  });

  it("stay as they are while too little is known", () => {
    expect(regimeOf(9, past.slice(0, 89), "calm")).to.equal("calm");
  });
});

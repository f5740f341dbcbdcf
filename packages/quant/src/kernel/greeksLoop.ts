import { LARGEST_PRICE, LARGEST_TIME, SMALLEST_DEVIATION } from "./coefficients.ts";
import { density, logRatio, millsRatio } from "./elementary.ts";
import type { GreeksColumns } from "./greeksBatch.ts";

/**
 * Price and Greeks of the options from `first` to before `end`. With h = ln(F/K)/s and t = s/2 the option out of the money is worth
 * F phi(d1) times a difference of two Mills ratios, or the smaller of F and K less their sum where d1 and d2 lie on
 * either side of zero: F phi(d1) = K phi(d2), so that one exponential does for both terms.
 * @returns whether every option was one
 */
export function greeksLoop(columns: GreeksColumns, first: number, end: number): boolean {
  const { forward, strike, volatility, years, sign } = columns;
  let areGood = true;
  for (let i = first; i < end; i++) {
    const f = forward[i]!;
    const k = strike[i]!;
    const sigma = volatility[i]!;
    const tau = years[i]!;
    const w = sign[i]!;
    const low = f < k ? f : k;
    const time = sigma < tau ? tau : sigma;
    areGood =
      areGood &&
      low >= 1 / LARGEST_PRICE &&
      f + k + sigma + tau <= LARGEST_PRICE &&
      (sigma < tau ? sigma : tau) >= 0 &&
      time <= LARGEST_TIME &&
      w * w === 1;
    one(columns, i, f, k, sigma, tau, w);
  }
  return areGood;
}

function one(
  columns: GreeksColumns,
  i: number,
  f: number,
  k: number,
  sigma: number,
  tau: number,
  w: number,
): void {
  const rootTau = Math.sqrt(tau);
  const deviation = sigma * rootTau;
  const isAlive = deviation >= SMALLEST_DEVIATION;
  const s = deviation < SMALLEST_DEVIATION ? SMALLEST_DEVIATION : deviation;
  const inverseFs = 1 / (f * s);
  const inverseS = inverseFs * f;
  const h = logRatio(f, k) * inverseS;
  const t = s * 0.5;
  const d1 = h + t;
  const d2 = h - t;
  const phi = density(d1);
  const common = f * phi;
  const mills1 = millsRatio(Math.abs(d1));
  const a1 = common * mills1;
  const a2 = common * millsRatio(Math.abs(d2));
  const apart = (f < k ? f : k) - (a1 + a2);
  const beyond = d1 * d2 < 0 ? apart : Math.abs(a1 - a2);
  const inside = (f - k) * w;
  const price = (isAlive ? beyond : 0) + (inside < 0 ? 0 : inside);
  const tail = phi * mills1;
  const inverseRoot = sigma * inverseS;
  const inverseSigma = rootTau * inverseS;
  const vega = common * rootTau;
  const cross = phi * d2;
  columns.price[i] = price;
  columns.delta[i] = (d1 * w > 0 ? 1 - tail : tail) * w;
  columns.gamma[i] = isAlive ? phi * inverseFs : 0;
  columns.vega[i] = isAlive ? vega : 0;
  columns.theta[i] = isAlive ? common * sigma * inverseRoot * -0.5 : 0;
  columns.rho[i] = price * tau * -1;
  columns.vanna[i] = isAlive ? cross * inverseSigma * -1 : 0;
  columns.volga[i] = isAlive ? vega * d1 * d2 * inverseSigma : 0;
  columns.charm[i] = isAlive ? cross * inverseRoot * inverseRoot * 0.5 : 0;
}

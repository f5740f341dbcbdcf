/**
 * What the kernels are measured against: the formulas as textbooks give them, one function each, one option at a time,
 * in plain JavaScript and to the precision of a double. The normal distribution is Hart's.
 */
/** Forward, strike, volatility and years of a call or a put. */
export interface NaiveOption {
  readonly f: number;
  readonly k: number;
  readonly sigma: number;
  readonly t: number;
  readonly isCall: boolean;
}

/** Price and the five Greeks of a textbook. */
export interface NaiveGreeks {
  readonly price: number;
  readonly delta: number;
  readonly gamma: number;
  readonly vega: number;
  readonly theta: number;
  readonly rho: number;
}

const ROOT_TWO_PI = Math.sqrt(2 * Math.PI);

const normalPdf = (x: number): number => Math.exp(-0.5 * x * x) / ROOT_TWO_PI;

/** Hart (1968), algorithm 5666, as in West, "Better approximations to cumulative normal functions" (2005). */
function normalCdf(x: number): number {
  const tail = upperTail(Math.abs(x));
  return x > 0 ? 1 - tail : tail;
}

/** P(Z > z) for z >= 0. */
function upperTail(z: number): number {
  if (z > 38.5) return 0;
  const density = Math.exp(-0.5 * z * z);
  if (z >= 7.07106781186547) return density / (fraction(z) * ROOT_TWO_PI);
  let numerator = 3.52624965998911e-2 * z + 0.700383064443688;
  numerator = numerator * z + 6.37396220353165;
  numerator = numerator * z + 33.912866078383;
  numerator = numerator * z + 112.079291497871;
  numerator = numerator * z + 221.213596169931;
  numerator = numerator * z + 220.206867912376;
  let denominator = 8.83883476483184e-2 * z + 1.75566716318264;
  denominator = denominator * z + 16.064177579207;
  denominator = denominator * z + 86.7807322029461;
  denominator = denominator * z + 296.564248779674;
  denominator = denominator * z + 637.333633378831;
  denominator = denominator * z + 793.826512519948;
  denominator = denominator * z + 440.413735824752;
  return (density * numerator) / denominator;
}

/** Laplace's continued fraction of the inverse Mills ratio. */
function fraction(z: number): number {
  let value = z;
  for (let k = 24; k >= 1; k--) value = z + k / value;
  return value;
}

const d1 = ({ f, k, sigma, t }: NaiveOption): number =>
  (Math.log(f / k) + 0.5 * sigma * sigma * t) / (sigma * Math.sqrt(t));
const d2 = (o: NaiveOption): number => d1(o) - o.sigma * Math.sqrt(o.t);

/** Black (1976), undiscounted. */
export const naivePrice = (o: NaiveOption): number =>
  o.isCall
    ? o.f * normalCdf(d1(o)) - o.k * normalCdf(d2(o))
    : o.k * normalCdf(-d2(o)) - o.f * normalCdf(-d1(o));
const delta = (o: NaiveOption): number => (o.isCall ? normalCdf(d1(o)) : normalCdf(d1(o)) - 1);
const gamma = (o: NaiveOption): number => normalPdf(d1(o)) / (o.f * o.sigma * Math.sqrt(o.t));
const vega = (o: NaiveOption): number => o.f * normalPdf(d1(o)) * Math.sqrt(o.t);
const theta = (o: NaiveOption): number => (-o.f * normalPdf(d1(o)) * o.sigma) / (2 * Math.sqrt(o.t));
const rho = (o: NaiveOption): number => -o.t * naivePrice(o);

/** Each from its own formula. */
export const naiveGreeks = (o: NaiveOption): NaiveGreeks => ({
  price: naivePrice(o),
  delta: delta(o),
  gamma: gamma(o),
  vega: vega(o),
  theta: theta(o),
  rho: rho(o),
});

/** The same by someone who looks what the formulas share: no cumulative probability or density is computed twice. */
export function frugalGreeks({ f, k, sigma, t, isCall }: NaiveOption): NaiveGreeks {
  const root = Math.sqrt(t);
  const one = (Math.log(f / k) + 0.5 * sigma * sigma * t) / (sigma * root);
  const w = isCall ? 1 : -1;
  const below = normalCdf(w * one);
  const price = w * (f * below - k * normalCdf(w * (one - sigma * root)));
  const density = normalPdf(one);
  return {
    price,
    delta: w * below,
    gamma: density / (f * sigma * root),
    vega: f * density * root,
    theta: (-f * density * sigma) / (2 * root),
    rho: -t * price,
  };
}

/** Newton's method with a bracket to halve where a step leaves it, until the price is met or nothing moves any more. */
export function naiveImpliedVol(price: number, f: number, k: number, t: number, isCall: boolean): number {
  let [low, high] = [0, 1];
  while (naivePrice({ f, k, sigma: high, t, isCall }) < price && high < 1e6) high *= 2;
  let sigma = Math.min(high, Math.sqrt((2 * Math.abs(Math.log(f / k))) / t) || 0.5);
  for (let step = 0; step < 200; step++) {
    const option = { f, k, sigma, t, isCall };
    const error = naivePrice(option) - price;
    if (error === 0) return sigma;
    if (error > 0) high = sigma;
    else low = sigma;
    const newton = sigma - error / vega(option);
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    if (Math.abs(next - sigma) <= 1e-15 * sigma || next === low || next === high) return next;
    sigma = next;
  }
  return sigma;
}

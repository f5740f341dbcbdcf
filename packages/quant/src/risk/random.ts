/** A source of random numbers that gives the same sequence for the same seed on every machine. */
export interface Random {
  /** Uniform in [0, 1), 53 bits. */
  uniform(): number;
  /** Standard normal. */
  normal(): number;
  /** Gamma with mean and variance `shape`, shape >= 1. */
  gamma(shape: number): number;
  /** Poisson. */
  poisson(mean: number): number;
}

/** xoshiro128** of Blackman and Vigna (2018), its state filled by splitmix32 from `seed`. */
export function seededRandom(seed: number): Random {
  let filling = seed >>> 0;
  const fill = (): number => {
    filling = (filling + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(filling ^ (filling >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
  let [a, b, c, d] = [fill(), fill(), fill(), fill()];
  const rotate = (x: number, by: number) => (x << by) | (x >>> (32 - by));
  const next = (): number => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const kept = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= kept;
    d = rotate(d, 11);
    return result;
  };
  const uniform = () => ((next() >>> 5) * 67_108_864 + (next() >>> 6)) / 9_007_199_254_740_992;
  const normal = () => polarNormal(uniform);
  return {
    uniform,
    normal,
    gamma: (shape) => squeezedGamma(shape, uniform, normal),
    poisson: (mean) => countedPoisson(mean, uniform),
  };
}

/** Marsaglia and Bray (1964); the second of each pair is dropped, so that a draw depends on nothing before it. */
function polarNormal(uniform: () => number): number {
  for (;;) {
    const [x, y] = [2 * uniform() - 1, 2 * uniform() - 1];
    const square = x * x + y * y;
    if (square > 0 && square < 1) return x * Math.sqrt((-2 * Math.log(square)) / square);
  }
}

/** Marsaglia and Tsang, "A simple method for generating gamma variables" (2000). */
function squeezedGamma(shape: number, uniform: () => number, normal: () => number): number {
  if (!(shape >= 1)) throw new RangeError(`A gamma variable of shape ${shape} is not drawn here.`);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal();
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** Knuth's product of uniforms: for the small means that jumps have. */
function countedPoisson(mean: number, uniform: () => number): number {
  const bound = Math.exp(-mean);
  let product = uniform();
  let count = 0;
  while (product > bound) {
    product *= uniform();
    count++;
  }
  return count;
}

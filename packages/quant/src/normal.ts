const ROOT_TWO_PI = 2.5066282746310002;

/** Density of the standard normal distribution. */
export function normalPdf(x: number): number {
  return Math.exp(-0.5 * x * x) / ROOT_TWO_PI;
}

/**
 * Distribution function of the standard normal, to about 1e-15 absolute and relative in the lower tail.
 * Hart (1968), algorithm 5666, in the form of West, "Better approximations to cumulative normal functions" (2005),
 * with more terms of the continued fraction in the tail.
 */
export function normalCdf(x: number): number {
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

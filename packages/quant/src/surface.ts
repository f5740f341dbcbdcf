/** One expiry of an eSSVI surface (Hendriks and Martini, "The extended SSVI volatility surface", 2019). */
export interface EssviSlice {
  /** Time to expiry [years]. */
  readonly years: number;
  /** Forward [USD]. */
  readonly forward: number;
  /** Total variance at the money. */
  readonly theta: number;
  /** psi = theta * phi. */
  readonly psi: number;
  /** In (-1, 1). */
  readonly rho: number;
}

/** A condition that a surface breaks, in words that name the slices. */
export interface Violation {
  readonly kind: "domain" | "butterfly" | "calendar";
  /** Index of the slice, or of the later one of a pair. */
  readonly slice: number;
  readonly condition: string;
}

/** Total implied variance at log-moneyness k = ln(K / F). */
export function totalVariance(
  { theta, psi, rho }: Pick<EssviSlice, "theta" | "psi" | "rho">,
  k: number,
): number {
  const root = Math.sqrt((psi * k + theta * rho) ** 2 + theta * theta * (1 - rho * rho));
  return 0.5 * (theta + rho * psi * k + root);
}

/** Implied volatility of a strike [per year]. */
export function volatilityAt(slice: EssviSlice, strike: number): number {
  return Math.sqrt(totalVariance(slice, Math.log(strike / slice.forward)) / slice.years);
}

/** Largest psi free of butterfly arbitrage: psi (1 + |rho|) < 4 and psi^2 (1 + |rho|) <= 4 theta. */
export function maxPsi(theta: number, rho: number): number {
  const factor = 1 + Math.abs(rho);
  return Math.min(4 / factor, 2 * Math.sqrt(theta / factor));
}

/** Smallest psi that keeps the wings above those of an earlier slice (Mingone, 2022). */
export function minPsi(earlier: Pick<EssviSlice, "psi" | "rho">, rho: number): number {
  return earlier.psi * Math.max((1 + earlier.rho) / (1 + rho), (1 - earlier.rho) / (1 - rho));
}

/** Every condition of no static arbitrage that the slices, by increasing time, break. Empty is what a surface must be. */
export function violations(slices: readonly EssviSlice[]): Violation[] {
  const found: Violation[] = [];
  slices.forEach((slice, index) => {
    const { theta, psi, rho, years } = slice;
    const add = (kind: Violation["kind"], condition: string) => found.push({ kind, slice: index, condition });
    if (!(theta > 0) || !(psi > 0) || !(Math.abs(rho) < 1) || !(years > 0))
      add("domain", "theta, psi, T > 0 and |rho| < 1");
    const factor = 1 + Math.abs(rho);
    if (!(psi * factor < 4)) add("butterfly", "psi (1 + |rho|) < 4");
    if (!(psi * psi * factor <= 4 * theta)) add("butterfly", "psi^2 (1 + |rho|) <= 4 theta");
    const earlier = slices[index - 1];
    if (!earlier) return;
    if (!(years > earlier.years)) add("calendar", "expiries increase");
    if (!(theta >= earlier.theta)) add("calendar", "theta does not fall");
    if (!(psi >= minPsi(earlier, rho)))
      add("calendar", "psi2 >= psi1 max((1+rho1)/(1+rho2), (1-rho1)/(1-rho2))");
    if (!(psi * earlier.theta <= earlier.psi * theta)) add("calendar", "psi2 / theta2 <= psi1 / theta1");
  });
  return found;
}

/** Durrleman's g(k), which is negative exactly where the density is: for tests of the closed conditions. */
export function durrleman(slice: Pick<EssviSlice, "theta" | "psi" | "rho">, k: number): number {
  const step = 1e-4;
  const w = totalVariance(slice, k);
  const up = totalVariance(slice, k + step);
  const down = totalVariance(slice, k - step);
  const first = (up - down) / (2 * step);
  const second = (up - 2 * w + down) / (step * step);
  return (1 - (k * first) / (2 * w)) ** 2 - ((first * first) / 4) * (1 / w + 0.25) + second / 2;
}

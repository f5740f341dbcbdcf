import { maxPsi } from "@ballast/quant";

const YEAR_DAYS = 365;
const RHO_LIMIT = 0.95;
/** d1 of an option of a quarter delta. */
const QUARTER = 0.6744897501960817;
/** Smile where no option prices were recorded: psi = SLOPE * sqrt(theta), as the sandbox's market has it. */
const SLOPE = 0.9;
const RHO = -0.25;
/** Tenors at which a surface made from a term structure has its nodes [days]. */
const TENORS = [0.5, 1, 3, 7, 14, 30, 60, 90, 120] as const;

/** One tenor of a surface: parameters of an eSSVI slice (packages/quant/src/surface.ts). */
export interface Node {
  /** [years]. */
  readonly years: number;
  readonly theta: number;
  readonly psi: number;
  readonly rho: number;
}

/** Volatilities quoted for one tenor [per year]. */
export interface TenorQuote {
  readonly days: number;
  readonly atTheMoney: number;
  readonly put25: number;
  readonly call25: number;
}

/**
 * The slice through three volatilities: at the money and at a quarter delta on either side. The square root of eSSVI can
 * be isolated and squared; with phi = psi / theta the two wings then give one linear equation for rho * phi.
 * Wings that no arbitrage-free slice has are drawn to the nearest bound.
 */
export function nodeOf({ days, atTheMoney, put25, call25 }: TenorQuote): Node {
  const years = days / YEAR_DAYS;
  const theta = atTheMoney ** 2 * years;
  const wing = (volatility: number, side: number) => {
    const w = volatility ** 2 * years;
    const k = w / 2 + side * QUARTER * Math.sqrt(w);
    return { k, a: (2 * w) / theta - 1 };
  };
  const [put, call] = [wing(put25, -1), wing(call25, 1)];
  const part = ({ k, a }: typeof put) => (a * a - 1) / (k * k);
  const slope = ({ k, a }: typeof put) => (2 * (a + 1)) / k;
  const skew = (part(put) - part(call)) / (slope(put) - slope(call));
  const square = part(call) - slope(call) * skew + skew * skew;
  const phi = Math.sqrt(Math.max(square, skew * skew, 1e-4));
  const rho = Math.max(-RHO_LIMIT, Math.min(RHO_LIMIT, skew / phi));
  return { years, theta, psi: Math.min(phi * theta, maxPsi(theta, rho)), rho };
}

/** Nodes of a term structure of volatilities at the money, with the smile of the sandbox. */
export function nodesOf(volatilityAt: (days: number) => number): Node[] {
  let floor = 0;
  return TENORS.map((days) => {
    const years = days / YEAR_DAYS;
    floor = Math.max(volatilityAt(days) ** 2 * years, floor);
    return { years, theta: floor, psi: SLOPE * Math.sqrt(floor), rho: RHO };
  });
}

/** The slice of a tenor: between nodes linear in time, beyond them with the volatility and the skew of the nearest. */
export function sliceOf(nodes: readonly Node[], years: number): Node {
  const first = nodes[0];
  const last = nodes.at(-1);
  if (!first || !last) throw new RangeError("A surface needs a node.");
  const beyond = years <= first.years ? first : years >= last.years ? last : undefined;
  if (beyond) {
    const ratio = years / beyond.years;
    return { years, theta: beyond.theta * ratio, psi: beyond.psi * Math.sqrt(ratio), rho: beyond.rho };
  }
  const next = nodes.findIndex((node) => node.years > years);
  const [a, b] = [nodes[next - 1] ?? first, nodes[next] ?? last];
  const weight = (years - a.years) / (b.years - a.years);
  const mix = (x: number, y: number) => x + weight * (y - x);
  return { years, theta: mix(a.theta, b.theta), psi: mix(a.psi, b.psi), rho: mix(a.rho, b.rho) };
}

/** Inputs that no band has. */
export class BadBandError extends RangeError {
  override readonly name = "BadBandError";
}

/** What a hedging band depends on. */
export interface BandInputs {
  /** Price of the underlying [USD]. */
  readonly price: number;
  /** Net gamma of the book [1/USD]. */
  readonly gamma: number;
  /** Proportional cost of trading, share. */
  readonly costRatio: number;
  /** Absolute risk aversion [1/USD]. */
  readonly riskAversion: number;
  /** exp(-r T), 1 by default. */
  readonly discount?: number;
}

/**
 * Half-width of the no-trade band around the Black delta [units of the underlying]: Whalley and Wilmott,
 * "An asymptotic analysis of an optimal hedging model for option pricing with transaction costs" (1997).
 * @throws BadBandError unless price and risk aversion are positive and the cost is not negative
 */
export function whalleyWilmottBand(inputs: BandInputs): number {
  requireInputs(inputs);
  const { price, gamma, costRatio, riskAversion, discount = 1 } = inputs;
  return Math.cbrt((1.5 * discount * costRatio * price * gamma * gamma) / riskAversion);
}

/** What Zakamouline's band depends on besides. */
export interface ZakamoulineInputs extends BandInputs {
  /** Volatility per year. */
  readonly volatility: number;
  /** Time to expiry [years]. */
  readonly years: number;
}

/** A band round the delta of a volatility that is not the market's. */
export interface ZakamoulineBand {
  /** Half-width of the no-trade band [units of the underlying]. */
  readonly halfWidth: number;
  /** Volatility whose Black delta is the middle of the band [per year]; lower for a book that is long gamma. */
  readonly volatility: number;
}

/**
 * Zakamouline, "European option pricing and hedging with both fixed and proportional transaction costs" (2006): fits to
 * the numerically optimal strategy, closer to it than the asymptotic band at costs that are not small. Which side hedges by the higher volatility is as in
 * Leland, "Option pricing and replication with transactions costs" (1985).
 * @throws BadBandError as `whalleyWilmottBand`, and unless volatility and time are positive
 */
export function zakamoulineBand(inputs: ZakamoulineInputs): ZakamoulineBand {
  requireInputs(inputs);
  const { price, gamma, costRatio, riskAversion, discount = 1, volatility, years } = inputs;
  if (!(volatility > 0) || !(years > 0)) {
    throw new BadBandError(`No band has volatility ${volatility} and time ${years}.`);
  }
  const size = Math.abs(gamma);
  const scale = (discount / volatility) ** 0.25;
  const floor = costRatio / (riskAversion * price * volatility ** 2 * years);
  const width = 1.12 * costRatio ** 0.31 * years ** 0.05 * scale * Math.sqrt(size / riskAversion);
  const shift =
    -4.76 * (costRatio ** 0.78 / years ** 0.02) * scale * (riskAversion * price * price * size) ** 0.15;
  // Whoever is long gamma pays for each trade out of what gamma earns; whoever is short pays on top.
  const adjusted = volatility ** 2 * (1 + Math.sign(gamma) * Math.max(shift, -1));
  return { halfWidth: floor + width, volatility: Math.sqrt(Math.max(adjusted, 0)) };
}

/** A trade that a band asks for. */
export interface HedgeTrade {
  /** Units to buy; negative to sell; zero within the band. */
  readonly quantity: number;
  /** Units held after it. */
  readonly held: number;
}

/** Moves a hedge to the nearest edge of the band round `target`, and no further: trading less never costs more. */
export function tradeToBand(held: number, target: number, halfWidth: number): HedgeTrade {
  const edge = Math.min(Math.max(held, target - halfWidth), target + halfWidth);
  return { quantity: edge - held, held: edge };
}

function requireInputs({ price, gamma, costRatio, riskAversion }: BandInputs): void {
  if (!Number.isFinite(gamma)) throw new BadBandError(`No band has gamma ${gamma}.`);
  if (!(price > 0) || !(riskAversion > 0) || !(costRatio >= 0)) {
    throw new BadBandError(
      `No band has price ${price}, cost ${costRatio} and risk aversion ${riskAversion}.`,
    );
  }
}

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
 * @throws RangeError unless price and risk aversion are positive and the cost is not negative
 */
export function whalleyWilmottBand({
  price,
  gamma,
  costRatio,
  riskAversion,
  discount = 1,
}: BandInputs): number {
  if (!(price > 0) || !(riskAversion > 0) || !(costRatio >= 0)) {
    throw new RangeError(`No band has price ${price}, cost ${costRatio} and risk aversion ${riskAversion}.`);
  }
  return Math.cbrt((1.5 * discount * costRatio * price * gamma * gamma) / riskAversion);
}

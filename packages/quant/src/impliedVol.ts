import { BadOptionError } from "./black76.ts";
import { LARGEST_PRICE, UNSOLVED } from "./kernel/coefficients.ts";
import { carefulRow, impliedVolRow } from "./kernel/impliedVolLoop.ts";

/** A price that no volatility gives. */
export class NoImpliedVolError extends Error {
  override readonly name = "NoImpliedVolError";
}

/**
 * The volatility at which Black (1976) gives `price`, to machine precision: after Jaeckel, "Let's Be Rational" (2013),
 * with the kernel of the batch.
 * @param price undiscounted [USD]
 * @returns volatility per year; zero if the price is intrinsic
 * @throws NoImpliedVolError below intrinsic, at or above the bound (forward of a call, strike of a put), or at no time
 */
export function impliedVol(
  price: number,
  forward: number,
  strike: number,
  years: number,
  isCall: boolean,
): number {
  const isWithin =
    Math.min(forward, strike) >= 1 / LARGEST_PRICE && forward + strike + years <= LARGEST_PRICE;
  if (!isWithin || !(years >= 0) || Number.isNaN(price)) {
    throw new BadOptionError(
      `No option has forward ${forward}, strike ${strike}, time ${years} and price ${price}.`,
    );
  }
  const intrinsic = Math.max(isCall ? forward - strike : strike - forward, 0);
  const bound = isCall ? forward : strike;
  if (price < intrinsic) throw new NoImpliedVolError(`The price ${price} is below intrinsic ${intrinsic}.`);
  if (price >= bound) throw new NoImpliedVolError(`The price ${price} is not below the bound ${bound}.`);
  if (price === intrinsic) return 0;
  if (years === 0) throw new NoImpliedVolError("An expired option is worth exactly intrinsic.");
  const sign = isCall ? 1 : -1;
  const volatility = impliedVolRow(price, forward, strike, years, sign);
  return volatility === UNSOLVED ? carefulRow(price, forward, strike, years, sign) : volatility;
}

const Q192 = 1n << 192n;
const WAD = 10n ** 18n;
/** 0.05 % pools. */
export const POOL_FEE = 500;
const MAX_TICK = 887_272;
/** Ticks of pools by their fee. */
const SPACING: Readonly<Record<number, number>> = { 500: 10, 3000: 60, 10000: 200 };

/** Integer square root, rounded down. */
export function sqrtDown(value: bigint): bigint {
  if (value < 2n) return value;
  let guess = 1n << BigInt((value.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (guess + value / guess) >> 1n;
    if (next >= guess) return guess;
    guess = next;
  }
}

/**
 * Square root price of a pool [Q96] for an ether price [wad USD] against USDC (6 decimals).
 * @param usdcIsToken0 whether USDC has the lower address
 */
export function sqrtPriceX96(price: bigint, usdcIsToken0: boolean): bigint {
  // USDC units per wei = price / 1e18 (wad) * 1e6 / 1e18.
  const usdcUnits = price;
  const wei = 10n ** 12n * WAD;
  return usdcIsToken0 ? sqrtDown((wei * Q192) / usdcUnits) : sqrtDown((usdcUnits * Q192) / wei);
}

/** Ether price [wad USD] of a pool's square root price [Q96], rounded down. */
export function priceOf(sqrtX96: bigint, usdcIsToken0: boolean): bigint {
  const squared = sqrtX96 * sqrtX96;
  const wei = 10n ** 12n * WAD;
  return usdcIsToken0 ? (wei * Q192) / squared : (squared * wei) / Q192;
}

/** Distance of usable ticks in pools of a fee. */
export function spacingOf(fee: number): number {
  const spacing = SPACING[fee];
  if (spacing === undefined) throw new RangeError(`Uniswap v3 has no pools with a fee of ${fee}.`);
  return spacing;
}

/** The usable tick next to a square root price. Off-chain range choice only, so a float is good enough. */
export function usableTick(sqrtX96: bigint, spacing: number): number {
  const ratio = Number(sqrtX96) / 2 ** 96;
  const tick = Math.floor((2 * Math.log(ratio)) / Math.log(1.0001));
  return Math.round(tick / spacing) * spacing;
}

/** Ticks of a range of plus or minus `share` of the price round `tick`; the whole range for zero. */
export function rangeOf(tick: number, share: number, spacing: number): { lower: number; upper: number } {
  if (share === 0) {
    const end = Math.floor(MAX_TICK / spacing) * spacing;
    return { lower: -end, upper: end };
  }
  const half = Math.round(Math.log(1 + share) / Math.log(1.0001) / spacing) * spacing;
  return { lower: tick - half, upper: tick + half };
}

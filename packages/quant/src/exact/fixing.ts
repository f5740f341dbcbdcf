/** Bit-exact mirror of the average in `contracts/oracle/SettlementOracle.sol`. */
import { DomainError, max, min } from "./fixed-point.ts";

/** A round of the aggregator: its price [wad USD], in force from `updatedAt` [s] to the next round's. */
export interface FixingRound {
  readonly price: bigint;
  readonly updatedAt: bigint;
}

/** Seconds before expiry that are averaged. */
export const FIXING_WINDOW = 1_800n;
const MAX_ROUND_AGE = 86_400n;

/**
 * The fixing of `expiry` [wad USD], rounded down: the average of prices by the seconds that they were in force in the last
 * half hour. `rounds` are consecutive, from the one in force at its start to the first one after expiry.
 * @throws DomainError unless they are just that, and the first at most a day older than the window
 */
export function fixingOf(rounds: readonly FixingRound[], expiry: bigint): bigint {
  const start = expiry - FIXING_WINDOW;
  const [first, second] = rounds;
  if (!first || !second || first.updatedAt > start || second.updatedAt <= start) {
    throw new DomainError("the rounds do not start with the one in force at the window's start");
  }
  if (first.updatedAt + MAX_ROUND_AGE < start) throw new DomainError("the first round is too old");
  const last = rounds.length - 1;
  if (rounds.some(({ updatedAt }, i) => updatedAt > expiry !== (i === last))) {
    throw new DomainError("the rounds do not end with the first one after expiry");
  }
  let weighted = 0n;
  for (let i = 0; i < last; i++) {
    const [current, next] = [rounds[i]!, rounds[i + 1]!];
    const seconds = min(next.updatedAt, expiry) - max(current.updatedAt, start);
    weighted += current.price * max(seconds, 0n);
  }
  return weighted / FIXING_WINDOW;
}

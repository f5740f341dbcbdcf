/** Bit-exact mirror of `contracts/risk/BookMarking.sol`: what a book is worth and what moves that, from its legs. */
import { max, mulDivUp, signedDivDown, WAD } from "./fixed-point.ts";
import * as nodeGrid from "./node-grid.ts";
import { type ExactLeg, type ExactMarket, vectorOf } from "./risk-arrays.ts";

const UP = 2;
const DOWN = 17;

/** See BookMarks in `contracts/interfaces/IBooks.sol`. */
export interface ExactMarks {
  readonly value: bigint;
  readonly delta: bigint;
  readonly gamma: bigint;
  readonly volatilityUp: bigint;
  readonly volatilityDown: bigint;
  readonly grossVolatilityUp: bigint;
}

/** Marks of `legs`, all of one market and alive, at the market's spot. */
export function marksOf(market: ExactMarket, legs: readonly ExactLeg[]): ExactMarks {
  const vector = vectorOf({ ...market, collateral: 0n }, legs);
  const at = (node: number): bigint => vector.values[node] ?? 0n;
  const same = at(nodeGrid.FIRST_DENSE + 2);
  const { referenceSpot, driftLimit } = market.grid;
  const width = (referenceSpot * driftLimit * 10n ** 9n) / 10n ** 8n;
  const bend = at(nodeGrid.FIRST_DENSE) + at(nodeGrid.FIRST_DENSE + 4) - 2n * same;
  return {
    value: vector.mark,
    delta: vector.delta,
    gamma: signedDivDown(signedDivDown(bend * WAD, width) * WAD, width),
    volatilityUp: at(UP) - same,
    volatilityDown: at(DOWN) - same,
    grossVolatilityUp: mulDivUp(grossVega(market, legs), referenceSpot * 100n, 1n << nodeGrid.VALUE_BITS),
  };
}

/** Sum over strikes of |net quantity| times what the up state adds at an unmoved spot [lane units]. */
export function grossVega(market: ExactMarket, legs: readonly ExactLeg[]): bigint {
  const nets = new Map<string, { readonly leg: ExactLeg; readonly net: bigint }>();
  for (const leg of legs) {
    const key = `${leg.expiry}/${leg.strikeCents}`;
    nets.set(key, { leg, net: (nets.get(key)?.net ?? 0n) + leg.quantity });
  }
  let gross = 0n;
  for (const { leg, net } of nets.values()) {
    const expiry = market.expiry(leg.expiry);
    if (!expiry.alive) continue;
    const [a, b] = expiry.words(leg.strikeCents);
    const rise = nodeGrid.laneOf(a, UP) - nodeGrid.laneOf(b, nodeGrid.CENTRE_LANE);
    gross += max(net, -net) * max(rise, 0n);
  }
  return gross;
}

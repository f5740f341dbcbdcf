/** Bit-exact mirror of the sums that `contracts/risk/Books.sol` forms of the legs of one expiry. */
import { max } from "./fixed-point.ts";
import * as nodeGrid from "./node-grid.ts";
import type { ExactLeg } from "./risk-arrays.ts";

/** What a book and a total have in common. */
export interface BookParts {
  readonly cells: nodeGrid.LaneSums;
  /** Sum of quantity * strike over puts [1e-10 USD]. */
  putStrike: bigint;
  /** Mark of the long legs at the reference spot [wad USD]. */
  longMark: bigint;
  /** Sum over strikes of |net quantity| times what the up state adds at an unmoved spot [lane units]. */
  grossVega: bigint;
}

/** What the legs of one account in one expiry add up to; see Book in `contracts/risk/BookWords.sol`. */
export interface BookSums extends BookParts {
  quantity: bigint;
  putQuantity: bigint;
  /** At the reference spot [1e-8 USD]. */
  readonly forward: bigint;
}

/** The arrays that a book is summed from; spot and forward in 1e-8 USD. */
export interface BookArrays {
  readonly referenceSpot: bigint;
  readonly forward: bigint;
  words(strikeCents: bigint): readonly [bigint, bigint];
}

/** A book without legs. */
export const emptyBook = (forward: bigint): BookSums => ({
  cells: nodeGrid.emptySums(),
  quantity: 0n,
  putQuantity: 0n,
  putStrike: 0n,
  longMark: 0n,
  grossVega: 0n,
  forward,
});

/** What `legs`, all of one expiry, add up to; a strike's call and put are netted. */
export function bookOf(arrays: BookArrays, legs: readonly ExactLeg[]): BookSums {
  const book = emptyBook(arrays.forward);
  const nets = new Map<bigint, bigint>();
  for (const { strikeCents, isPut, quantity } of legs) {
    nets.set(strikeCents, (nets.get(strikeCents) ?? 0n) + quantity);
    book.quantity += quantity;
    if (isPut) {
      book.putQuantity += quantity;
      book.putStrike += quantity * strikeCents;
    }
    book.longMark += longMark(arrays, { strikeCents, isPut, quantity });
  }
  for (const [strikeCents, net] of nets) {
    const [wordA, wordB] = arrays.words(strikeCents);
    nodeGrid.add(book.cells, wordA, wordB, net);
    const rise = nodeGrid.laneOf(wordA, 2) - nodeGrid.laneOf(wordB, nodeGrid.CENTRE_LANE);
    book.grossVega += max(net, -net) * max(rise, 0n);
  }
  return book;
}

/** Mark of a long leg at the reference spot [wad USD], rounded down; nothing for a short one. */
export function longMark(
  arrays: BookArrays,
  { strikeCents, isPut, quantity }: Pick<ExactLeg, "strikeCents" | "isPut" | "quantity">,
): bigint {
  if (quantity <= 0n) return 0n;
  const [, wordB] = arrays.words(strikeCents);
  const base = arrays.referenceSpot * 10n ** 10n;
  const call = (nodeGrid.laneOf(wordB, nodeGrid.CENTRE_LANE) * base) >> nodeGrid.VALUE_BITS;
  const value = isPut ? max(call + strikeCents * 10n ** 16n - arrays.forward * 10n ** 10n, 0n) : call;
  return (quantity * value) / 10n ** 8n;
}

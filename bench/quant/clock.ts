/** What is measured, and how many things one call of it does. */
export interface Contender {
  readonly name: string;
  readonly run: () => void;
  readonly things: number;
}

/**
 * Things per second of each, at its best: they take turns for `seconds` in all, so that what else the machine does
 * falls on all of them alike, and the fastest call of each counts, which nothing else disturbed.
 */
export function race(contenders: readonly Contender[], seconds: number): Readonly<Record<string, number>> {
  const best = contenders.map(() => Number.POSITIVE_INFINITY);
  const end = process.hrtime.bigint() + BigInt(Math.round(seconds * 1e9));
  do {
    contenders.forEach(({ run }, i) => {
      const turn = process.hrtime.bigint() + 20_000_000n;
      do {
        const started = process.hrtime.bigint();
        run();
        best[i] = Math.min(best[i]!, Number(process.hrtime.bigint() - started) / 1e9);
      } while (process.hrtime.bigint() < turn);
    });
  } while (process.hrtime.bigint() < end);
  return Object.fromEntries(contenders.map(({ name, things }, i) => [name, things / best[i]!]));
}

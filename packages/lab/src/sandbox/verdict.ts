import type { Report } from "../report/model.ts";

const POSITIONS = "positions of instrument";

/** One thing that a session must show. */
export interface SessionCheck {
  readonly what: string;
  readonly passed: boolean;
  readonly detail: string;
}

/** What one session of the sandbox proves. */
export function sessionChecks(report: Report): SessionCheck[] {
  const { auctions, conditions, epochs, fixings, hedges, losses, orders, settled, trades, venues } =
    report.chronicle;
  const liquidated = auctions.filter(({ bids, parts }) => bids.length > 0 || parts > 0);
  const check = (what: string, passed: boolean, detail: string): SessionCheck => ({ what, passed, detail });
  return [
    check("traders trade with the vault", trades.length > 0, `${trades.length} trades`),
    check(
      "orders in two steps are filled",
      orders.filled > 0,
      `${orders.filled} of ${orders.committed} filled, ${orders.closed} closed`,
    ),
    check(
      "the vault hedges both ways",
      venues.spot > 0 && venues.short > 0,
      `${hedges.length} hedges: ${venues.spot} trades on Uniswap, ${venues.short} short on Aave`,
    ),
    check(
      "quotes are told how the market is",
      conditions.some(({ realised }) => realised > 0n),
      `${conditions.length} posts of realised volatility and toxicity`,
    ),
    check("an epoch is processed", epochs.length > 0, `${epochs.length} epochs`),
    check(
      "an expiry is fixed and settled",
      fixings.length > 0 && settled > 0,
      `${fixings.length} fixings, ${settled} accounts settled`,
    ),
    check(
      "an account is liquidated",
      liquidated.length > 0,
      `${liquidated.length} auctions with sales, ${losses.length} losses`,
    ),
    check(
      "every auction ends",
      auctions.every((auction) => auction.ended),
      `${auctions.length} auctions`,
    ),
    ...conservation(report),
  ];
}

/** Every equality but those of single instruments, which count as one. */
function conservation(report: Report): SessionCheck[] {
  const isInstrument = (name: string) => name.startsWith(POSITIONS);
  const instruments = report.checks.filter((one) => isInstrument(one.name));
  return [
    ...report.checks
      .filter((one) => !isInstrument(one.name))
      .map((one) => ({
        what: one.name,
        passed: one.holds,
        detail: one.holds ? "exactly" : `${one.left} against ${one.right}`,
      })),
    {
      what: "positions of every instrument sum to zero",
      passed: instruments.every((one) => one.holds),
      detail: `${instruments.length} instruments`,
    },
  ];
}

/** The checks as text, one line each. */
export function checksText(checks: readonly SessionCheck[]): string {
  return checks
    .map((check) => `${check.passed ? "ok  " : "FAIL"}  ${check.what} (${check.detail})`)
    .join("\n");
}

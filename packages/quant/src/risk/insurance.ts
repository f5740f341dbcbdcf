import type { PreparedPortfolio, Shock } from "./portfolio.ts";

/** How large an insurance fund should be, and why. */
export interface InsuranceTarget {
  /** What the two worst accounts together lack in the worst scenario [USD]. */
  readonly target: number;
  /** Index of that scenario; undefined if no account lacks anything in any. */
  readonly scenario: number | undefined;
  /** Indexes of the accounts, the worse first. */
  readonly accounts: readonly number[];
}

/**
 * "Cover 2": the fund bears the default of the two accounts with the largest shortfalls in the scenario where these two
 * together are largest (CPMI-IOSCO, Principles for financial market infrastructures, 2012, principle 4).
 * @param accounts with all they hold, cash and collateral included: a value below zero is a shortfall
 */
export function coverTwo(
  accounts: readonly PreparedPortfolio[],
  scenarios: readonly Shock[],
): InsuranceTarget {
  let worst: InsuranceTarget = { target: 0, scenario: undefined, accounts: [] };
  scenarios.forEach((shock, scenario) => {
    const shortfalls = accounts
      .map((account, index) => ({ index, lacks: Math.max(-account.valueUnder(shock), 0) }))
      .filter(({ lacks }) => lacks > 0)
      .sort((a, b) => b.lacks - a.lacks)
      .slice(0, 2);
    const target = shortfalls.reduce((sum, { lacks }) => sum + lacks, 0);
    if (target > worst.target) worst = { target, scenario, accounts: shortfalls.map(({ index }) => index) };
  });
  return worst;
}

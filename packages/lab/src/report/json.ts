import type { Report } from "./model.ts";

/**
 * The report as JSON text: amounts are decimal strings of whole units (wad unless the name says otherwise), accounts
 * are hex. No wall-clock, no paths: the same run gives the same bytes.
 */
export function reportJson(report: Report): string {
  const { names, refusals, session, ...rest } = report;
  const body = {
    format: 1,
    ...rest,
    conserved: report.checks.every((check) => check.holds),
    accounts: session.accounts.map((account) => ({
      account: accountHex(account),
      name: names.get(account) ?? "",
    })),
    refusals: Object.fromEntries(refusals),
    hours: session.snapshots,
  };
  return `${JSON.stringify(body, encode, 2)}\n`;
}

/** An account as people and JSON see it. */
export function accountHex(account: bigint): string {
  return `0x${account.toString(16).padStart(64, "0")}`;
}

const ACCOUNT_KEYS = new Set(["account", "bidder", "taker"]);

function encode(key: string, value: unknown): unknown {
  if (typeof value === "bigint") return ACCOUNT_KEYS.has(key) ? accountHex(value) : value.toString();
  if (key === "auctions" && Array.isArray(value) && typeof value[0] === "bigint")
    return value.map(accountHex);
  return value;
}

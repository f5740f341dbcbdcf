import { formatDecimal } from "@ballast/sdk";
import type { AtRisk, Snapshot } from "../session/snapshot.ts";

const CLEAR = "\u001b[H\u001b[2J";
const SHOWN = 5;
/** Accounts further from liquidation than this multiple of maintenance are not shown. */
const NEAR = 2n;

/** Where a view writes. */
export interface Screen {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** Shows snapshots: redraws on a terminal, writes one line each elsewhere. */
export function showSnapshot(
  screen: Screen,
  snapshot: Snapshot,
  names: ReadonlyMap<bigint, string>,
  footer: readonly string[],
): void {
  if (screen.isTTY) screen.write(`${CLEAR}${[...panel(snapshot, names), "", ...footer, ""].join("\n")}`);
  else screen.write(`${plainLine(snapshot)}\n`);
}

/** The whole view, line by line. */
export function panel(snapshot: Snapshot, names: ReadonlyMap<bigint, string>): string[] {
  const row = (label: string, text: string) => `${label.padEnd(16)} ${text}`;
  const near = nearLiquidation(snapshot);
  return [
    `Ballast sandbox   ${isoTime(snapshot.time)}   hour ${snapshot.hour}`,
    "",
    row(
      "Ether",
      `${formatDecimal(snapshot.spot)} USD   pool ${formatDecimal(snapshot.poolPrice)}   volatility ${(snapshot.volatility * 100).toFixed(0)} %`,
    ),
    row(
      "NAV",
      `bid ${formatDecimal(snapshot.navBid)}   mid ${formatDecimal(snapshot.navMid)}   ask ${formatDecimal(snapshot.navAsk)}   share ${formatDecimal(snapshot.sharePrice, 6)}`,
    ),
    row(
      "Greeks",
      `delta ${formatDecimal(snapshot.delta)}   gamma ${formatDecimal(snapshot.gamma, 4)}   vega ${formatDecimal(snapshot.vega)}   theta ${formatDecimal(snapshot.theta / 365n)} a day`,
    ),
    row(
      "Hedge",
      `${formatDecimal(snapshot.hedge)} ETH   net delta ${formatDecimal(snapshot.netDelta)} in a band of ±${formatDecimal(snapshot.band)}`,
    ),
    row("Fees", feesText(snapshot.fees)),
    row("Insurance fund", `${formatDecimal(snapshot.fund, 2, 6)} USDC   ${coverText(snapshot.cover)}`),
    "",
    near.length === 0
      ? "No account is near liquidation."
      : "Accounts near liquidation (equity / maintenance):",
    ...near
      .slice(0, SHOWN)
      .map(
        (one) =>
          `  ${nameOf(names, one.account).padEnd(14)} ${formatDecimal(one.equity)} / ${formatDecimal(one.maintenance)}`,
      ),
    snapshot.auctions.length === 0
      ? "No auction is running."
      : `Auctions: ${snapshot.auctions.map((account) => nameOf(names, account)).join(", ")}`,
  ];
}

/** What LPs pay, in words. */
export function feesText({ management, performance, highWater }: Snapshot["fees"]): string {
  const percent = (share: bigint) => `${formatDecimal(share * 100n, 2)} %`;
  return `${percent(management)} a year, ${percent(performance)} of gains above ${formatDecimal(highWater, 4)} a share`;
}

/** What a fund should hold, in words. */
export function coverText({ target, episode }: Snapshot["cover"]): string {
  if (episode === undefined) return "cover 2: no account would fail in any recorded crash";
  const dollars = target.toLocaleString("en", { maximumFractionDigits: 0 });
  return `cover 2 asks for ${dollars} USD, if ${episode} came again`;
}

/** The snapshot in one line, for logs. */
export function plainLine(snapshot: Snapshot): string {
  return [
    isoTime(snapshot.time),
    `ETH ${formatDecimal(snapshot.spot)}`,
    `NAV ${formatDecimal(snapshot.navMid, 0)}`,
    `share ${formatDecimal(snapshot.sharePrice, 4)}`,
    `net delta ${formatDecimal(snapshot.netDelta, 1)}`,
    `near ${nearLiquidation(snapshot).length}`,
    `auctions ${snapshot.auctions.length}`,
    `fund ${formatDecimal(snapshot.fund, 0, 6)}`,
  ].join("  ");
}

function nearLiquidation(snapshot: Snapshot): AtRisk[] {
  return snapshot.atRisk.filter((one) => one.equity < NEAR * one.maintenance);
}

function nameOf(names: ReadonlyMap<bigint, string>, account: bigint): string {
  return names.get(account) ?? `0x${(account >> 96n).toString(16).padStart(40, "0").slice(0, 8)}…`;
}

function isoTime(time: number): string {
  return new Date(time * 1000).toISOString().slice(0, 16).replace("T", " ");
}

import { formatDecimal, toNumber } from "@ballast/sdk";
import { type Attribution, PARTS } from "./attribution.ts";
import { accountHex } from "./json.ts";
import type { Report } from "./model.ts";
import { escapeHtml, type Line, linePlot, type Mark } from "./plots.ts";

/** Style of every report. */
export const REPORT_STYLE = `body{font:15px/1.5 system-ui,sans-serif;max-width:920px;margin:2rem auto;padding:0 1rem;color:#1c2430;background:#fff}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem}table{border-collapse:collapse;width:100%;font-size:.86rem}
th,td{text-align:right;padding:.2rem .5rem;border-bottom:1px solid #dde3ea}th:first-child,td:first-child{text-align:left}
figure{margin:1.2rem 0}figcaption{font-weight:600}small span{font-weight:400;margin-left:.8rem}small i{display:inline-block;width:.8em;height:.8em;margin-right:.3em}
svg{width:100%;height:auto}svg text{font:11px system-ui;fill:#5b6775}.grid{stroke:#e6eaef}.mark{stroke:#c0392b;stroke-dasharray:3 3}
.good{color:#1b7f4b}.bad{color:#b3261e;font-weight:600}
@media(prefers-color-scheme:dark){body{color:#dfe6ee;background:#12171e}th,td{border-color:#2a333f}.grid{stroke:#26303b}svg text{fill:#93a1b1}}`;

/** The report as one self-contained page. */
export function reportHtml(report: Report): string {
  const body = [
    `<h1>${escapeHtml(report.title)}</h1>`,
    `<p>Scenario ${escapeHtml(report.scenario)}, seed ${report.seed}, ${report.session.snapshots.length} hours through the real contracts.</p>`,
    verdict(report),
    plots(report),
    attributionTable(report.attributionTotal),
    auctionTable(report),
    lossTable(report),
    damageTable(report),
    checkTable(report),
    gasTable(report),
  ];
  return `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${escapeHtml(report.title)}</title><style>${REPORT_STYLE}</style></head><body>${body.join("\n")}</body></html>\n`;
}

function verdict(report: Report): string {
  if (report.faults.length === 0)
    return '<p class="good">The books balance to the wei, and every auction has ended.</p>';
  return `<ul class="bad">${report.faults.map((fault) => `<li>${escapeHtml(fault)}</li>`).join("")}</ul>`;
}

function plots(report: Report): string {
  const { snapshots } = report.session;
  const times = snapshots.map((one) => one.time);
  const line = (name: string, color: string, read: (one: (typeof snapshots)[number]) => number): Line => ({
    name,
    color,
    values: snapshots.map(read),
  });
  const marks: Mark[] = report.chronicle.auctions.map((auction) => ({
    at: Math.max(
      0,
      snapshots.findLastIndex((one) => one.time <= auction.started.time),
    ),
    title: `auction ${auction.id} of ${nameOf(report, auction.account)}`,
  }));
  const cumulative = (part: (typeof PARTS)[number]) => {
    let sum = 0n;
    const sums = report.attribution.map((hour) => {
      sum += hour[part];
      return toNumber(sum);
    });
    return [0, ...sums];
  };
  return [
    linePlot(
      "Price, auctions marked [USD]",
      times,
      [
        line("market", "#2f6fdb", (one) => toNumber(one.spot)),
        line("pool", "#e08a1e", (one) => toNumber(one.poolPrice)),
      ],
      marks,
    ),
    linePlot("At-the-money volatility", times, [line("asked", "#7d4cc2", (one) => one.volatility)]),
    linePlot("Net asset value of the vault [USD]", times, [
      line("bid", "#b3261e", (one) => toNumber(one.navBid)),
      line("mid", "#2f6fdb", (one) => toNumber(one.navMid)),
      line("ask", "#1b7f4b", (one) => toNumber(one.navAsk)),
    ]),
    linePlot("Share price, mid [USD]", times, [line("share", "#2f6fdb", (one) => toNumber(one.sharePrice))]),
    linePlot(
      "Change of NAV by source, summed up [USD]",
      times,
      PARTS.filter((part) => part !== "flows").map((part, index) => ({
        name: part,
        color: COLORS[index % COLORS.length] ?? "#000",
        values: cumulative(part),
      })),
    ),
    linePlot("Hedge error: net delta within its band [ETH]", times, [
      line("net delta", "#2f6fdb", (one) => toNumber(one.netDelta)),
      line("band", "#9aa5b1", (one) => toNumber(one.band)),
      line("-band", "#9aa5b1", (one) => -toNumber(one.band)),
    ]),
    linePlot("Insurance fund [USDC]", times, [line("fund", "#1b7f4b", (one) => toNumber(one.fund, 6))]),
  ].join("\n");
}

const COLORS = ["#1b7f4b", "#2f6fdb", "#7d4cc2", "#e08a1e", "#b3261e", "#5b6775", "#c2417b", "#9aa5b1"];

function attributionTable(total: Attribution): string {
  const rows = PARTS.map((part) => [part, formatDecimal(total[part])]);
  return table(
    "NAV attribution",
    ["source", "USD"],
    [...rows, ["change of NAV", formatDecimal(total.change)]],
  );
}

function auctionTable(report: Report): string {
  const rows = report.chronicle.auctions.map((auction) => [
    `${auction.id} ${nameOf(report, auction.account)}`,
    auction.turns.at(-1)?.kind ?? auction.kind,
    isoTime(auction.started.time),
    formatDecimal(auction.equityAtStart),
    formatDecimal(auction.maintenanceAtStart),
    auction.bids
      .map(
        (bid) =>
          `${formatDecimal(bid.fraction * 100n, 1)} % for ${formatDecimal(bid.paid)} by ${nameOf(report, bid.bidder)}`,
      )
      .join("; ") || "none",
    formatDecimal(auction.shortfall),
    auction.ended ? isoTime(auction.ended.time) : "open",
  ]);
  return table(
    "Auctions",
    ["auction", "kind", "started", "equity", "maintenance", "bids", "shortfall", "ended"],
    rows,
  );
}

function lossTable(report: Report): string {
  const rows = report.chronicle.losses.map((loss) => [
    nameOf(report, loss.account),
    isoTime(loss.time),
    ...[loss.shortfall, loss.insurance, loss.vault, loss.shared].map((amount) => formatDecimal(amount)),
    loss.steps.map((step) => `${step.payer} ${step.amount} wei, ${step.left} left`).join("; "),
  ]);
  return table(
    "Who paid each loss",
    ["account", "when", "shortfall", "insurance fund", "vault's slice", "shared by all", "steps"],
    rows,
  );
}

function damageTable({ damage }: Report): string {
  const { deepestDebt, deepestDebtHour } = damage;
  const when = deepestDebtHour === undefined ? "" : ` in hour ${deepestDebtHour}`;
  return table(
    "Damage",
    ["what", "size"],
    [
      ["all losses", `${formatDecimal(damage.shortfall)} USD`],
      ["of it by the insurance fund", `${formatDecimal(damage.insurance)} USD`],
      ["of it by the vault's slice", `${formatDecimal(damage.vault)} USD`],
      ["of it by all claims", `${formatDecimal(damage.shared)} USD`],
      ["deepest debt of all accounts together", `${formatDecimal(deepestDebt)} USD${when}`],
      ["hours that accounts ended below maintenance", String(damage.hoursBelowMaintenance)],
      ["change of the vault's share price", `${formatDecimal(damage.sharePriceChange * 100n)} %`],
    ],
  );
}

function checkTable(report: Report): string {
  const rows = report.checks.map((check) => [
    check.name,
    check.left.toString(),
    check.right.toString(),
    check.holds ? "yes" : "NO",
  ]);
  return table("Conservation of value", ["equality", "left", "right", "holds"], rows);
}

function gasTable(report: Report): string {
  const rows = report.gas.map((one) => [
    one.action,
    String(one.count),
    one.mean.toString(),
    one.most.toString(),
  ]);
  return table("Gas by action", ["action", "count", "mean", "most"], rows);
}

function table(title: string, head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return `<h2>${escapeHtml(title)}</h2><p>None.</p>`;
  const cells = (tag: string, row: readonly string[]) =>
    `<tr>${row.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join("")}</tr>`;
  return `<h2>${escapeHtml(title)}</h2><table><thead>${cells("th", head)}</thead><tbody>${rows.map((row) => cells("td", row)).join("")}</tbody></table>`;
}

function nameOf(report: Report, account: bigint): string {
  return report.names.get(account) ?? `${accountHex(account).slice(0, 10)}…`;
}

function isoTime(time: number): string {
  return new Date(time * 1000).toISOString().slice(0, 16).replace("T", " ");
}

/** The worked portfolio of docs/MARGIN.md: its numbers, computed, as Markdown. */
import {
  CASE_START,
  type CaseMarket,
  gridScenarios,
  judgeCase,
  type MarketTerms,
  marketNamed,
  mirrorCase,
  type PortfolioCase,
  parametersOf,
  type ReferenceParameters,
  Revaluation,
  referenceMarketOf,
  referenceParametersOf,
  type Scenario,
  secondsOf,
  shockFactors,
} from "../../packages/quant/src/reference/index.ts";
import { readCases } from "../../test/support/cases.ts";

const NAME = "worked-example";
const YEAR = 365 * 86_400;
const STATES = ["up", "same", "down"] as const;
const STATE_WORDS = { up: "up", same: "unshocked", down: "down" } as const;

const money = (x: number): string => {
  const text = Math.abs(x).toFixed(2);
  const grouped = text.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  return x < 0 && Number(text) !== 0 ? `−${grouped}` : grouped;
};
const percent = (x: number, digits = 2): string => `${(100 * x).toFixed(digits)} %`;
const plain = (x: number, digits: number): string => x.toFixed(digits).replace("-", "−");

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

interface Worked {
  readonly made: PortfolioCase;
  readonly market: CaseMarket;
  readonly p: ReferenceParameters;
  readonly terms: MarketTerms;
  readonly scenarios: readonly Scenario[];
  readonly revaluation: Revaluation;
}

/** The block between the markers. */
export function marginExample(): string {
  const { data, files } = readCases();
  const made = files.find((file) => file.made.name === NAME)!.made;
  const market = marketNamed(data, made.markets[0]!);
  const p = referenceParametersOf(parametersOf(data, made, market.market, "inForce"));
  const verdict = judgeCase(data, made);
  const terms = verdict.terms.markets[0]!;
  const reference = referenceMarketOf(market, CASE_START, 0);
  const worked: Worked = {
    made,
    market,
    p,
    terms,
    scenarios: gridScenarios(p.scanRange, p.driftLimit),
    revaluation: new Revaluation(reference, p),
  };
  const onChain = mirrorCase(data, made, BigInt(CASE_START));
  const chain = (amount: bigint): string => money(Number(amount) / 1e18);
  return [
    holdings(worked),
    surface(worked),
    legs(worked),
    nodes(worked),
    equity(worked, verdict.equity),
    requirement(worked, verdict.initial, verdict.maintenance),
    `The contracts, whose arrays round every value against the holder, say: equity **${chain(onChain.equity)}**, ` +
      `initial requirement **${chain(onChain.initialRequirement)}**, ` +
      `maintenance requirement **${chain(onChain.maintenanceRequirement)}**, ` +
      `worst node ${onChain.bindingNode}. The bid is rounded down as well, so that the requirement may come out a little ` +
      `lower; what is free, equity less requirement, never comes out higher.`,
  ].join("\n\n");
}

function holdings({ made, market, p }: Worked): string {
  const rows = made.legs.map((leg) => [
    leg.quantity.replace("-", "−"),
    leg.kind,
    money(Number(leg.strike)),
    `${leg.expiryDays} days`,
  ]);
  return (
    `Cash ${money(Number(made.cash))}, collateral ${made.collateral.ETH} ETH, and four legs. The arrays' reference spot ` +
    `is B = ${money(Number(market.referenceSpot))}; live spot has moved on to S = ${money(Number(market.spot))}. ` +
    `Scan range R = ${percent(p.scanRange, 0)}, drift limit ${percent(p.driftLimit, 0)}, so ` +
    `outer = ${plain((1 + p.scanRange) * (1 + p.driftLimit) - 1, 4)}.\n\n` +
    table(["contracts", "kind", "strike K", "expires in"], rows)
  );
}

const expiriesOf = (made: PortfolioCase): string[] => [
  ...new Set(made.legs.map(({ expiryDays }) => expiryDays)),
];

function surface({ made, market, p }: Worked): string {
  const rows = expiriesOf(made).map((days) => {
    const slice = market.surface.find(({ expiryDays }) => expiryDays === days)!;
    const { up, down } = shockFactors(secondsOf(days), p.volUp, p.volDown);
    return [
      `${days} days`,
      money(Number(slice.forward)),
      percent(Number(slice.volatility), 0),
      plain(Number(slice.psi), 6),
      plain(Number(slice.rho), 2),
      plain(up, 4),
      plain(down, 4),
    ];
  });
  const head = ["expiry", "forward at B", "volatility at the money", "ψ", "ρ", "up factor", "down factor"];
  return `The posted surface, and how far each expiry's volatility is shocked:\n\n${table(head, rows)}`;
}

function legs({ made, revaluation }: Worked): string {
  const rows = made.legs.map((leg) => {
    const expiry = CASE_START + secondsOf(leg.expiryDays);
    const [strike, quantity] = [Number(leg.strike), Number(leg.quantity)];
    const parity = leg.kind === "put" ? strike - revaluation.forward(expiry) : 0;
    const years = secondsOf(leg.expiryDays) / YEAR;
    const deviations = revaluation.deviations(expiry, strike);
    const values = STATES.map((state) => revaluation.call(expiry, strike, 1, state) + parity);
    return [
      `${leg.quantity.replace("-", "−")} × ${leg.expiryDays}d ${leg.strike} ${leg.kind}`,
      ...STATES.map((state) => percent(deviations[state] / Math.sqrt(years), 1)),
      ...values.map(money),
      money(quantity * values[1]!),
    ];
  });
  const head = ["leg", "vol up", "vol", "vol down", "value up", "value", "value down", "contracts × value"];
  return `Each leg at level 1.00, in the three states of volatility (values a contract):\n\n${table(head, rows)}`;
}

function nodes({ terms, scenarios, p }: Worked): string {
  const rows = scenarios.map(({ level, state, move }, node) => {
    const value = terms.vector.values[node]!;
    const raw = terms.bid - value;
    const weight = move === undefined ? "" : plain(Math.min(p.scanRange, move) / move, 4);
    const found = node === terms.node ? `**${money(terms.losses[node]!)}**` : money(terms.losses[node]!);
    return [`${node}`, plain(level, 4), STATE_WORDS[state], money(value), money(raw), weight, found];
  });
  const head = ["node", "level L", "volatility", "worth V", "bid − V", "tail weight", "loss"];
  return `What all of it, collateral included, is worth at each node, and what is lost against the bid:\n\n${table(head, rows)}`;
}

function equity({ made, terms, p }: Worked, total: number): string {
  const { vector, bid } = terms;
  const held = vector.collateral;
  return [
    "Equity:",
    "",
    table(
      ["", "USD"],
      [
        ["mark M: worth at the live spot, between the unshocked nodes around it", money(vector.mark)],
        [
          `bid spread: ${percent(p.bidSpread, 0)} of the longs, which are worth ${money(vector.longMark)} at level 1.00`,
          money(-p.bidSpread * vector.longMark),
        ],
        ["**bid**", `**${money(bid)}**`],
        [
          `haircut: ${percent(p.collateralHaircut, 0)} of collateral worth ${money(held)}`,
          money(-p.collateralHaircut * held),
        ],
        ["cash", money(Number(made.cash))],
        ["**equity**", `**${money(total)}**`],
      ],
    ),
  ].join("\n");
}

function requirement({ terms, p, made }: Worked, initial: number, maintenance: number): string {
  const { vector } = terms;
  const vega = vector.expiries.map(({ expiry, up, same, down }) => [
    `${(expiry - CASE_START) / 86_400} days`,
    money(up),
    money(same),
    money(down),
    money(same - up),
    money(same - down),
    money(Math.max(same - up, same - down, 0)),
  ]);
  const head = ["expiry", "W up", "W", "W down", "lost if up", "lost if down", "counted"];
  const either = vector.expiries.reduce(
    (sum, { up, same, down }) => sum + Math.max(same - up, same - down, 0),
    0,
  );
  const shorts = made.legs.filter(({ quantity }) => quantity.startsWith("-")).length;
  return [
    `Calendar: the options of each expiry at level 1.00 (${shorts} of the four legs are short).`,
    "",
    table(head, vega),
    "",
    "The requirement:",
    "",
    table(
      ["", "USD"],
      [
        [`scan: the largest loss, at node ${terms.node}`, money(terms.scan)],
        [
          `short option minimum: ${percent(p.shortOptionMinimum, 1)} of S for ${plain(vector.netShort, 0)} net short`,
          money(terms.minimum),
        ],
        [`calendar: ${percent(p.calendarCharge, 0)} of ${money(either)}`, money(terms.calendar)],
        ["**own**: the largest of the three", `**${money(terms.own)}**`],
        [
          `concentration: ${percent(p.concentration, 0)} of S × ${plain(vector.netShort, 0)} × ` +
            `${plain(vector.netShort, 0)} / ${p.liquidityLimit}`,
          money(terms.concentration),
        ],
        ["stale surface, broken peg: neither", money(terms.stale + terms.depeg)],
        ["**initial requirement**", `**${money(initial)}**`],
        [
          `**maintenance requirement**: ${percent(p.maintenanceFactor, 0)} of it`,
          `**${money(maintenance)}**`,
        ],
      ],
    ),
  ].join("\n");
}

import { expect } from "chai";
import { namesOf, worstHours } from "../src/replay.ts";
import { attribute, totalOf } from "../src/report/attribution.ts";
import type { Chronicle } from "../src/report/chronicle.ts";
import { equality } from "../src/report/conservation.ts";
import { measureDamage } from "../src/report/damage.ts";
import { reportHtml } from "../src/report/html.ts";
import { reportJson } from "../src/report/json.ts";
import { isGood, makeReport, type ReportInput } from "../src/report/model.ts";
import { escapeHtml, linePlot } from "../src/report/plots.ts";
import type { Snapshot } from "../src/session/snapshot.ts";

const WAD = 10n ** 18n;

const EMPTY: Chronicle = {
  auctions: [],
  losses: [],
  trades: [],
  hedges: [],
  epochs: [],
  fixings: [],
  settled: 0,
  conditions: [],
  venues: { spot: 0, short: 0, deleveraged: 0 },
  orders: { committed: 0, filled: 0, closed: 0 },
};

function snapshot(hour: number, changes: Partial<Snapshot> = {}): Snapshot {
  return {
    hour,
    time: 1_583_625_600 + hour * 3_600,
    spot: 200n * WAD,
    poolPrice: 200n * WAD,
    volatility: 0.8,
    navMid: 1_000_000n * WAD,
    navBid: 999_000n * WAD,
    navAsk: 1_001_000n * WAD,
    sharePrice: WAD,
    unreleased: 0n,
    fundDue: 0n,
    fundPaid: 0n,
    fees: { management: 0n, performance: 0n, highWater: WAD, recipient: "" },
    supply: 10n ** 12n,
    bookValue: 0n,
    delta: -10n * WAD,
    gamma: 0n,
    vega: -100n * WAD,
    theta: 8_760n * WAD,
    hedge: 4n * WAD,
    netDelta: -6n * WAD,
    band: WAD,
    fund: 10n ** 9n,
    cover: { target: 0, episode: undefined, accounts: [] },
    atRisk: [],
    auctions: [],
    ...changes,
  };
}

function input(changes: Partial<ReportInput> = {}): ReportInput {
  const snapshots = [snapshot(0), snapshot(1, { navMid: 1_000_100n * WAD, spot: 190n * WAD })];
  return {
    title: "A <test>",
    scenario: "test",
    seed: 1,
    session: { snapshots, accounts: [1n] },
    chronicle: {
      ...EMPTY,
      trades: [
        {
          block: 9,
          time: snapshots[1]?.time ?? 0,
          taker: 1n,
          series: "s",
          quantity: WAD,
          premium: 12n * WAD,
          fair: 10n * WAD,
        },
      ],
    },
    checks: [equality("a = a", 1n, 1n)],
    gas: [{ action: "trade", count: 1, mean: 5n, most: 5n }],
    refusals: new Map(),
    names: new Map([[1n, "somebody"]]),
    expectLiquidation: false,
    ...changes,
  };
}

describe("attribution", () => {
  it("sums exactly to the change of NAV", () => {
    const { session, chronicle } = input();
    const [hour] = attribute(session.snapshots, chronicle);
    expect(hour?.change).to.equal(100n * WAD);
    expect(hour?.delta).to.equal(60n * WAD);
    expect(hour?.spread).to.equal(2n * WAD);
    expect(hour?.theta).to.equal(WAD);
    expect(hour?.unexplained).to.equal(37n * WAD);
  });

  it("counts spread as it is released, not as it is paid", () => {
    const { session, chronicle } = input();
    const [before, after] = session.snapshots;
    if (!before || !after) throw new Error("There are too few snapshots.");
    const [hour] = attribute([before, { ...after, unreleased: 3n * WAD }], chronicle);
    expect(hour?.spread).to.equal(-WAD);
    expect(hour?.unexplained).to.equal(40n * WAD);
  });

  it("counts the insurance fund's share as it is owed, not as it is paid", () => {
    const { session, chronicle } = input();
    const [before, after] = session.snapshots;
    if (!before || !after) throw new Error("There are too few snapshots.");
    const owing = { ...after, unreleased: 3n * WAD, fundDue: 2n * WAD };
    const [hour] = attribute([before, owing], chronicle);
    expect([hour?.spread, hour?.insurance]).to.deep.equal([WAD, -2n * WAD]);
    const paid = { ...owing, navMid: owing.navMid, unreleased: WAD, fundDue: 0n, fundPaid: 2n * WAD };
    const [later] = attribute([before, paid], chronicle);
    expect([later?.spread, later?.insurance]).to.deep.equal([WAD, -2n * WAD]);
    expect(later?.unexplained).to.equal(hour?.unexplained);
  });

  it("adds hours up part by part", () => {
    const hours = attribute([snapshot(0), snapshot(1), snapshot(2, { navMid: 7n * WAD })], EMPTY);
    const total = totalOf(hours);
    expect(total.change).to.equal(7n * WAD - 1_000_000n * WAD);
    expect(total.theta).to.equal(2n * WAD);
    expect(total.hour).to.equal(2);
  });
});

describe("verdict", () => {
  it("is good when everything balances and nothing is open", () => {
    expect(isGood(makeReport(input()))).to.equal(true);
  });

  it("names every equality that fails, short or over", () => {
    expect(equality("x", 2n, 1n).holds).to.equal(false);
    expect(equality("x", 2n, 1n, 1n).holds).to.equal(true);
    expect(equality("x", 0n, 1n, 5n).holds).to.equal(false);
    const report = makeReport(input({ checks: [equality("cash = custody", 1n, 2n)] }));
    expect(report.faults).to.deep.equal(["The books do not balance: cash = custody."]);
    expect(isGood(report)).to.equal(false);
  });

  it("is bad without trades, with an open auction, an unpaid loss, or no liquidation where one must be", () => {
    const moment = { block: 1, time: 1 };
    const open = {
      account: 1n,
      id: 1n,
      kind: "Solvent",
      started: moment,
      equityAtStart: 0n,
      maintenanceAtStart: 0n,
      turns: [],
      bids: [],
      parts: 0,
      shortfall: 0n,
      ended: undefined,
    };
    const loss = { ...moment, account: 1n, shortfall: 10n, insurance: 4n, vault: 5n, shared: 0n, steps: [] };
    const report = makeReport(
      input({ chronicle: { ...EMPTY, auctions: [open], losses: [loss] }, expectLiquidation: true }),
    );
    expect(report.faults).to.deep.equal([
      "1 auctions have not ended.",
      "The loss at block 1 is not paid to the wei.",
      "The steps of the loss at block 1 do not add up to it.",
      "Nobody traded.",
      "No account was liquidated.",
    ]);
  });
});

describe("report files", () => {
  it("are the same bytes for the same run and escape what people typed", () => {
    const [one, two] = [makeReport(input()), makeReport(input())];
    expect(reportJson(one)).to.equal(reportJson(two));
    expect(reportHtml(one)).to.equal(reportHtml(two));
    expect(reportHtml(one)).to.contain("A &#60;test&#62;").and.not.contain("<test>");
  });

  it("carry every amount as a whole number in text", () => {
    const parsed = JSON.parse(reportJson(makeReport(input()))) as {
      hours: { navMid: string }[];
      conserved: boolean;
    };
    expect(parsed.hours[0]?.navMid).to.equal("1000000000000000000000000");
    expect(parsed.conserved).to.equal(true);
  });

  it("plot a line for each series, a mark for each event and a tick for each day", () => {
    const times = Array.from({ length: 25 }, (_, hour) => 1_583_625_600 + hour * 3_600);
    const svg = linePlot(
      "t",
      times,
      [{ name: "a&b", color: "red", values: times.map((_, index) => index) }],
      [{ at: 3, title: "x" }],
    );
    expect(svg.match(/<polyline/g)?.length).to.equal(1);
    expect(svg.match(/class="mark"/g)?.length).to.equal(1);
    expect(svg).to.contain("03-08").and.contain("03-09").and.contain("a&#38;b").and.not.contain("NaN");
    expect(linePlot("empty", [], [])).to.not.contain("NaN");
    expect(escapeHtml('<"&>')).to.equal("&#60;&#34;&#38;&#62;");
  });
});

describe("damage of a run", () => {
  it("sums losses by payer, and finds the hour in which accounts were deepest in debt", () => {
    const at = (equity: bigint, maintenance = 10n) => ({ account: 1n, equity, maintenance });
    const snapshots = [
      snapshot(0, { atRisk: [at(20n)] }),
      snapshot(1, { atRisk: [at(-3n), at(-4n), at(9n)] }),
      snapshot(2, { atRisk: [at(-5n)], sharePrice: (WAD * 9n) / 10n }),
    ];
    const loss = {
      block: 1,
      time: 1,
      account: 1n,
      shortfall: 10n,
      insurance: 4n,
      vault: 5n,
      shared: 1n,
      steps: [],
    };
    const damage = measureDamage(snapshots, { ...EMPTY, losses: [loss, loss] });
    expect(damage).to.deep.equal({
      shortfall: 20n,
      insurance: 8n,
      vault: 10n,
      shared: 2n,
      deepestDebt: 7n,
      deepestDebtHour: 1,
      hoursBelowMaintenance: 4,
      sharePriceChange: -WAD / 10n,
    });
    expect(measureDamage([], EMPTY).deepestDebtHour).to.equal(undefined);
  });
});

describe("incidents of a replay", () => {
  it("have the deepest fall in their hour before the last, and names", () => {
    const path = [100n, 99n, 98n, 97n, 80n, 79n].map((price, hour) => ({ time: hour, price: price * WAD }));
    expect(worstHours(path, 3)).to.deep.equal({ from: 3, to: 6 });
    expect(worstHours(path, 2)).to.deep.equal({ from: 4, to: 6 });
    expect(worstHours(path, 1)).to.deep.equal({ from: 4, to: 5 });
    expect(worstHours(path, 20)).to.deep.equal({ from: 0, to: 20 });
    expect(namesOf({})).to.deep.equal([]);
    expect(namesOf({ keepersDead: { from: 3, to: 9 }, feedFrozen: { from: 1, to: 3 } })).to.deep.equal([
      "keepers dead in hours 3 to 8",
      "feed frozen in hours 1 to 2",
    ]);
  });
});

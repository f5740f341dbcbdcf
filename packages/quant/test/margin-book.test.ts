import { expect } from "chai";
import { readCases } from "../../../test/support/cases.ts";
import { seeded } from "../../../test/support/random.ts";
import { assess, type ExactAssessment } from "../src/exact/margin.ts";
import { type ExactLeg, type ExactMarket, vectorOf } from "../src/exact/risk-arrays.ts";
import { type BookAccount, type BookConditions, MarginBook, UnknownMarketError } from "../src/index.ts";
import {
  exactLegsOf,
  exactMarketOf,
  exactParametersOf,
  MARKET_NAMES,
  marketIndex,
  marketNamed,
  mirrorCase,
  parametersOf,
  scaled,
  secondsOf,
} from "../src/reference/index.ts";

const WAD = 10n ** 18n;
const START = 1_800_000_000n;
/** Of what an account's positions are worth in all. */
const TOLERANCE = 1e-12;
const { data, files } = readCases();

/** The account's cash, collateral and every contract at its strike or spot, whichever is more [USD]. */
function sizeOf(account: BookAccount, markets: readonly ExactMarket[]): number {
  const spotOf = (market: number): bigint => markets.find((m) => m.market === market)?.spot ?? 0n;
  const legs = account.legs.map(({ market, strikeCents, quantity }) => {
    const strike = Number(strikeCents) / 100;
    return (Math.max(strike, Number(spotOf(market)) / 1e18) * Math.abs(Number(quantity))) / 1e8;
  });
  const held = [...account.collateral].map(
    ([market, amount]) => Number((spotOf(market) * amount) / WAD) / 1e18,
  );
  return [...legs, ...held, Math.abs(Number(account.cash)) / 1e18].reduce((sum, x) => sum + x, 1e-6);
}

function expectEqual(
  book: MarginBook,
  index: number,
  exact: ExactAssessment,
  size: number,
  name: string,
): void {
  const pairs = [
    [book.equity[index]!, exact.equity, "equity"],
    [book.initial[index]!, exact.initialRequirement, "initial"],
    [book.maintenance[index]!, exact.maintenanceRequirement, "maintenance"],
  ] as const;
  for (const [float, wad, what] of pairs) {
    expect(Math.abs(float - Number(wad) / 1e18) / size, `${name}: ${what}`).to.be.at.most(TOLERANCE);
  }
}

/** Markets of both currencies with their expiries, and random accounts in them. */
function randomBook(seed: number, count: number) {
  const next = seeded(seed);
  const whole = (below: number): number => Math.floor(next() * below);
  const made = files.map((file) => file.made).find(({ markets }) => markets.length === 2)!;
  const markets = made.markets.map((name) => exactMarketOf(data, made, name, START));
  const days = made.markets.map((name) => {
    const market = marketNamed(data, name);
    return [...market.surface, ...market.fixings].map(({ expiryDays }) => BigInt(secondsOf(expiryDays)));
  });
  const leg = (): ExactLeg => {
    const at = whole(markets.length);
    const { market, spot } = markets[at]!;
    const cents = Number(spot / 10n ** 16n);
    return {
      market,
      expiry: START + days[at]![whole(days[at]!.length)]!,
      strikeCents: BigInt(Math.round((cents * (0.7 + 0.1 * whole(7))) / 1_000) * 1_000),
      isPut: next() < 0.5,
      quantity: BigInt(whole(2e9) - 1e9),
    };
  };
  const accounts = Array.from(
    { length: count },
    (): BookAccount => ({
      cash: BigInt(whole(1e9)) * 10n ** 13n,
      collateral: new Map(
        markets.filter(() => next() < 0.3).map(({ market }) => [market, BigInt(whole(1e9)) * 10n ** 10n]),
      ),
      legs: Array.from({ length: whole(9) }, leg),
    }),
  );
  return { markets, accounts, made };
}

/** What the mirror says of an account. */
function mirrorOf(account: BookAccount, markets: readonly ExactMarket[], conditions: BookConditions) {
  const vectors = markets
    .filter(
      ({ market }) => account.collateral.has(market) || account.legs.some((leg) => leg.market === market),
    )
    .sort((a, b) => a.market - b.market)
    .map((market) =>
      vectorOf(
        { ...market, collateral: account.collateral.get(market.market) ?? 0n },
        account.legs.filter((leg) => leg.market === market.market),
      ),
    );
  return assess(account.cash, vectors, conditions.inForce, conditions);
}

describe("quant: margin of many accounts", () => {
  it("is the mirror's on every portfolio case", () => {
    for (const { made } of files) {
      const markets = made.markets.map((name) => exactMarketOf(data, made, name, START));
      const account: BookAccount = {
        cash: scaled(made.cash, 18),
        collateral: new Map(markets.map(({ market, collateral }) => [market, collateral])),
        legs: markets.flatMap(({ market }) => exactLegsOf(made, market, START)),
      };
      const by = (use: "inForce" | "newRisk") => (market: number) =>
        exactParametersOf(parametersOf(data, made, MARKET_NAMES[market]!, use));
      const staleness = new Map(
        made.markets
          .map((name) => marketNamed(data, name))
          .map(({ market, staleness: share }) => [marketIndex(market), scaled(share, 18)]),
      );
      const book = new MarginBook(markets, [account]);
      book.assess({
        inForce: by("inForce"),
        newRisk: by("newRisk"),
        staleShare: (market) => staleness.get(market) ?? 0n,
        depegShare: scaled(made.depegShare, 18),
      });
      expectEqual(book, 0, mirrorCase(data, made, START), sizeOf(account, markets), made.name);
    }
  });

  it("is the mirror's on random accounts, before and after a price move", () => {
    const { markets, accounts, made } = randomBook(11, 150);
    const inForce = (market: number) =>
      exactParametersOf(parametersOf(data, made, MARKET_NAMES[market]!, "inForce"));
    const newRisk = (market: number) => ({
      ...inForce(market),
      scanRange: (inForce(market).scanRange * 5n) / 4n,
      collateralHaircut: inForce(market).collateralHaircut + WAD / 50n,
    });
    const book = new MarginBook(markets, accounts);
    const conditions: readonly BookConditions[] = [
      { inForce },
      { inForce, newRisk, depegShare: WAD / 100n, staleShare: (market) => (market === 0 ? WAD / 3n : 0n) },
    ];
    for (const move of [1_000n, 993n, 1_011n, 800n]) {
      const moved = markets.map((market) => ({ ...market, spot: (market.spot * move) / 1_000n }));
      for (const { market, spot } of moved) book.setSpot(market, spot);
      for (const [i, condition] of conditions.entries()) {
        book.assess(condition);
        accounts.forEach((account, index) => {
          const exact = mirrorOf(account, moved, condition);
          expectEqual(book, index, exact, sizeOf(account, moved), `account ${index}, move ${move}, ${i}`);
        });
      }
    }
  });

  it("takes over new arrays, and a market without a price", () => {
    const { markets, accounts, made } = randomBook(12, 20);
    const inForce = (market: number) =>
      exactParametersOf(parametersOf(data, made, MARKET_NAMES[market]!, "inForce"));
    const book = new MarginBook(markets, accounts);
    const settled = markets.map((market) => ({
      ...market,
      spot: market.market === 0 ? 0n : market.spot,
      expiry: (expiry: bigint) =>
        market.market === 0
          ? { alive: false as const, settlementPrice: 2_718n * WAD }
          : market.expiry(expiry),
    }));
    for (const market of settled) book.setMarket(market);
    book.assess({ inForce });
    accounts.forEach((account, index) => {
      const exact = mirrorOf(account, settled, { inForce });
      expectEqual(book, index, exact, sizeOf(account, markets), `account ${index}`);
    });
  });

  it("names what it does not know", () => {
    const { markets, accounts } = randomBook(13, 1);
    const stranger = { ...markets[0]!, market: 7 };
    expect(() => new MarginBook(markets, accounts).setMarket(stranger)).to.throw(
      UnknownMarketError,
      "market 7",
    );
    expect(() => new MarginBook(markets, accounts).setSpot(7, 1n)).to.throw(UnknownMarketError, "market 7");
    const leg = { market: 7, expiry: START, strikeCents: 100n, isPut: false, quantity: 1n };
    const lost: BookAccount = { cash: 0n, collateral: new Map(), legs: [leg] };
    expect(() => new MarginBook(markets, [lost])).to.throw(UnknownMarketError, "Account 0");
    const foreign: BookAccount = { cash: 0n, collateral: new Map([[7, 1n]]), legs: [] };
    expect(() => new MarginBook(markets, [foreign])).to.throw(UnknownMarketError, "Account 0");
  });
});

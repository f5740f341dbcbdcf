import { expect } from "chai";
import { network } from "hardhat";
import { abs } from "../../packages/quant/src/exact/fixed-point.ts";
import * as margin from "../../packages/quant/src/exact/margin.ts";
import * as nodeGrid from "../../packages/quant/src/exact/node-grid.ts";
import { levelsOf, nodeCalls, vectorOf } from "../../packages/quant/src/exact/risk-arrays.ts";
import { seeded } from "../support/random.ts";
import {
  deployRisk,
  exactParametersOf,
  type Leg,
  mirrorMarket,
  packLegs,
  parametersOf,
  type Risk,
  WAD,
} from "../support/risk.ts";

const connection = await network.create();
const { networkHelpers } = connection;

const strikes = [
  [180_000n, 240_000n, 270_000n, 300_000n, 330_000n, 390_000n, 480_000n],
  [3_600_000n, 5_400_000n, 6_000_000n, 6_600_000n, 9_000_000n],
] as const;

function randomLegs(risk: Risk, next: () => number, count: number, markets: number): Leg[] {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!;
  const legs = new Map<string, Leg>();
  while (legs.size < count) {
    const market = Math.floor(next() * markets);
    const leg = {
      market,
      expiry: pick(risk.expiries),
      strikeCents: pick(strikes[market]!),
      isPut: next() < 0.5,
      quantity: BigInt(Math.round((next() - 0.5) * 10 ** (6 + 4 * next()))) || 1n,
    };
    legs.set([leg.market, leg.expiry, leg.strikeCents, leg.isPut].join("/"), leg);
  }
  return [...legs.values()];
}

type Parameters = margin.ExactParameters & margin.ExactScan;

/** A verdict of the contract in the form of the mirror's. */
const verdictOf = (got: {
  readonly equity: bigint;
  readonly initialRequirement: bigint;
  readonly maintenanceRequirement: bigint;
  readonly bindingNode: bigint;
  readonly bindingMarket: bigint;
}): margin.ExactAssessment => ({
  equity: got.equity,
  initialRequirement: got.initialRequirement,
  maintenanceRequirement: got.maintenanceRequirement,
  bindingNode: Number(got.bindingNode),
  bindingMarket: Number(got.bindingMarket),
});

describe("RiskEngine against its BigInt mirror", () => {
  it("gives the same words, vectors and verdict for random portfolios, to the last bit", async () => {
    const risk = await deployRisk(connection);
    const next = seeded(21);
    const computed = new Map<string, bigint>();
    for (const market of [0, 1]) {
      for (const expiry of risk.expiries) {
        await risk.riskArrays.refresh(
          market,
          expiry,
          strikes[market]!.map((cents) => cents * 10n ** 16n),
        );
        computed.set(`${market}/${expiry}`, BigInt(await networkHelpers.time.latest()));
      }
    }
    const now = BigInt(await networkHelpers.time.latest());
    const collateral = [1_234_567_890_123_456_789n, 50_000_000_000_000_000n];
    const markets = [0, 1].map((market) => {
      // Each expiry was refreshed in its own block.
      const byTime = (expiry: bigint) =>
        mirrorMarket(risk, market, {
          computedAt: computed.get(`${market}/${expiry}`)!,
          now,
          collateral: collateral[market]!,
        });
      return { ...byTime(risk.expiries[0]!), expiry: (expiry: bigint) => byTime(expiry).expiry(expiry) };
    });
    for (const market of [0, 1]) {
      for (const expiry of risk.expiries) {
        const cents = strikes[market]![1]!;
        const [a, b, current] = await risk.riskArrays.words(market, expiry, cents * 10n ** 16n);
        const side = markets[market]!.expiry(expiry);
        expect(current).to.equal(true);
        expect(side.alive && [a, b]).to.deep.equal(side.alive && side.words(cents));
      }
    }
    for (let i = 0; i < 60; i++) {
      const legs = randomLegs(risk, next, 1 + Math.floor(next() * 30), i % 3 === 0 ? 2 : 1);
      const cash = BigInt(Math.round((next() - 0.3) * 1e6)) * WAD;
      const held = i % 2 === 0 ? [] : collateral.map((amount, market) => ({ market, amount }));
      const vectors = [0, 1]
        .filter((market) => held.length > 0 || legs.some((leg) => leg.market === market))
        .map((market) =>
          vectorOf(
            { ...markets[market]!, collateral: held.length > 0 ? collateral[market]! : 0n },
            legs.filter((leg) => leg.market === market),
          ),
        );
      const got = await risk.riskEngine.assess({
        account: 1n,
        hasBook: false,
        cash,
        collateral: held,
        positionWords: packLegs(legs),
      });
      expect(verdictOf(got)).to.deep.equal(margin.assess(cash, vectors, exactParametersOf));
      const chain = await risk.riskEngine.nodeVectors(held, packLegs(legs), false);
      for (const vector of vectors) {
        const found = chain.find((candidate) => Number(candidate.market) === vector.market);
        expect(found?.nodeValues.slice()).to.deep.equal(vector.values);
        expect(found?.mark).to.equal(vector.mark);
        expect(found?.delta).to.equal(vector.delta);
        expect(found?.longMark).to.equal(vector.longMark);
        expect(found?.netShort).to.equal(vector.netShort);
        expect(found?.vegaUp).to.equal(vector.vegaUp);
        expect(found?.vegaEither).to.equal(vector.vegaEither);
      }
    }
  });

  it("never values a portfolio above full revaluation at its nodes, nor 2 bps of gross notional below", async () => {
    const risk = await deployRisk(connection);
    const next = seeded(22);
    const now = risk.start;
    const market = mirrorMarket(risk, 0, { computedAt: now, now });
    const levels = levelsOf(market.grid);
    for (let i = 0; i < 40; i++) {
      const legs = randomLegs(risk, next, 1 + Math.floor(next() * 25), 1);
      const full = new Array<bigint>(nodeGrid.NODES).fill(0n);
      let gross = 0n;
      for (const leg of legs) {
        const side = market.expiry(leg.expiry);
        if (!side.alive) throw new Error("every expiry is ahead");
        const slice = risk.slices.get(`0/${leg.expiry}`)!;
        const calls = nodeCalls(market.grid, side.header, slice, leg.expiry, leg.strikeCents);
        for (const [node, call] of calls.entries()) {
          const forward = side.header.forward * levels[node]!;
          const value = leg.isPut
            ? call * 10n ** 8n - forward + leg.strikeCents * 10n ** 24n
            : call * 10n ** 8n;
          full[node] = full[node]! + leg.quantity * value;
        }
        gross += abs(leg.quantity) * market.spot;
      }
      const limit = (gross * 2n) / 10_000n / 10n ** 8n;
      for (const [node, value] of vectorOf(market, legs).values.entries()) {
        const exact = full[node]! / 10n ** 16n;
        // A call is itself rounded down to a wad; a wei a contract and leg.
        expect(value <= exact + 1_000_000n).to.equal(true);
        expect(value >= exact - limit - 1_000_000n).to.equal(true);
      }
    }
  });

  it("gives the same verdict while parameters ramp and the surface is late, to the last bit", async () => {
    const risk = await deployRisk(connection);
    const next = seeded(23);
    const expiry = risk.expiries[2]!;
    await networkHelpers.time.increaseTo(risk.start + 3_600n);
    const tighter = (market: number, share: bigint) => {
      const p = parametersOf(market);
      const raised = (value: bigint): bigint => ((value * (10n + share)) / 10n / 10n ** 12n) * 10n ** 12n;
      return {
        ...p,
        scanRange: raised(p.scanRange),
        volUp: raised(p.volUp),
        shortOptionMinimum: raised(p.shortOptionMinimum),
        maintenanceFactor: (p.maintenanceFactor * 9n) / 8n,
        collateralHaircut: raised(p.collateralHaircut),
        bidSpread: raised(p.bidSpread),
        calendarCharge: raised(p.calendarCharge),
        crossMarketCredit: p.crossMarketCredit / (1n + share),
        liquidityLimit: p.liquidityLimit / (1n + share),
      };
    };
    const all = [0, 1].flatMap((market) =>
      strikes[market]!.map(
        (strikeCents): Leg => ({ market, expiry, strikeCents, isPut: false, quantity: 1n }),
      ),
    );
    await risk.riskArrays.refreshPositions(packLegs(all));
    const computedAt = BigInt(await networkHelpers.time.latest());
    for (let i = 0; i < 24; i++) {
      // The second market begins to ramp half-way, and new risk alone meets what it is ramping to.
      if (i === 0) await risk.riskParameters.setParameters(0, tighter(0, 1n));
      if (i === 12) await risk.riskParameters.setParameters(1, tighter(1, 2n));
      const late = [0, 1].map(() => (next() < 0.5 ? 0n : BigInt(Math.floor(next() * 1e9)) * 10n ** 9n));
      for (const market of [0, 1]) await risk.inputs.setStaleShare(market, late[market]!);
      const now = BigInt(await networkHelpers.time.latest());
      const legs = all
        .filter(() => next() < 0.6)
        .map((leg) => ({
          ...leg,
          isPut: next() < 0.5,
          quantity: BigInt(Math.round((next() - 0.5) * 1e10)) || 1n,
        }));
      const held = i % 2 === 0 ? [] : [{ market: 0, amount: 3n * WAD }];
      const vectors = [0, 1]
        .filter(
          (market) => legs.some((leg) => leg.market === market) || held.some((one) => one.market === market),
        )
        .map((market) => {
          const collateral = held.find((one) => one.market === market)?.amount ?? 0n;
          const side = mirrorMarket(risk, market, { computedAt, now, collateral });
          return vectorOf(
            side,
            legs.filter((leg) => leg.market === market),
          );
        });
      const [inForce, newRisk] = await Promise.all(
        (["parameters", "newRiskParameters"] as const).map(async (use) => {
          const both = await Promise.all([0, 1].map((market) => risk.riskParameters[use](market)));
          return (market: number) => both[market]! as Parameters;
        }),
      );
      const got = await risk.riskEngine.assess({
        account: 1n,
        hasBook: false,
        cash: 0n,
        collateral: held,
        positionWords: packLegs(legs),
      });
      expect(verdictOf(got), `portfolio ${i}`).to.deep.equal(
        margin.assess(0n, vectors, inForce!, { staleShare: (market) => late[market]!, newRisk: newRisk! }),
      );
    }
  });

  it("foretells the verdict under parameters that nobody proposed yet, to the last bit", async () => {
    const risk = await deployRisk(connection);
    const next = seeded(24);
    const ratio = (least: number, most: number): bigint =>
      BigInt(Math.round((least + (most - least) * next()) * 1e6)) * 10n ** 12n;
    for (let i = 0; i < 24; i++) {
      const legs = randomLegs(risk, next, 1 + Math.floor(next() * 12), 2);
      const market = i % 2;
      const proposal = {
        ...parametersOf(market),
        scanRange: ratio(0.05, 0.5),
        driftLimit: ratio(0.001, 0.02),
        volUp: ratio(0.1, 2),
        volDown: ratio(0.1, 0.9),
        shortOptionMinimum: ratio(0.001, 0.05),
        maintenanceFactor: ratio(0.5, 0.95),
        collateralHaircut: ratio(0.01, 0.5),
        crossMarketCredit: ratio(0, 0.6),
        bidSpread: ratio(0, 0.5),
        calendarCharge: ratio(0, 1),
        concentration: ratio(0, 1),
        liquidityLimit: BigInt(1 + Math.floor(next() * 1e5)),
      };
      const of = (each: number) => (each === market ? proposal : parametersOf(each));
      const now = BigInt(await networkHelpers.time.latest());
      const vectors = [0, 1]
        .filter((each) => legs.some((leg) => leg.market === each))
        .map((each) =>
          vectorOf(
            mirrorMarket(risk, each, { computedAt: now, now, parameters: of(each) }),
            legs.filter((leg) => leg.market === each),
          ),
        );
      const cash = BigInt(Math.floor(next() * 1e6)) * WAD;
      const portfolio = { account: 1n, hasBook: false, cash, collateral: [], positionWords: packLegs(legs) };
      const got = await risk.riskEngine.requirementUnder(portfolio, market, proposal);
      expect(verdictOf(got), `portfolio ${i}`).to.deep.equal(margin.assess(cash, vectors, of));
    }
  });
});

import { expect } from "chai";
import { network } from "hardhat";
import { abs } from "../../packages/quant/src/exact/fixed-point.ts";
import * as margin from "../../packages/quant/src/exact/margin.ts";
import * as nodeGrid from "../../packages/quant/src/exact/node-grid.ts";
import { nodeCalls, vectorOf } from "../../packages/quant/src/exact/risk-arrays.ts";
import { seeded } from "../support/random.ts";
import {
  deployRisk,
  exactParametersOf,
  type Leg,
  mirrorMarket,
  packLegs,
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
        cash,
        collateral: held,
        positionWords: packLegs(legs),
      });
      expect({
        equity: got.equity,
        initialRequirement: got.initialRequirement,
        maintenanceRequirement: got.maintenanceRequirement,
        bindingNode: Number(got.bindingNode),
        bindingMarket: Number(got.bindingMarket),
      }).to.deep.equal(margin.assess(cash, vectors, exactParametersOf));
      const chain = await risk.riskEngine.nodeVectors(held, packLegs(legs), false);
      for (const vector of vectors) {
        const found = chain.find((candidate) => Number(candidate.market) === vector.market);
        expect(found?.nodeValues.slice()).to.deep.equal(vector.values);
        expect(found?.mark).to.equal(vector.mark);
        expect(found?.longMark).to.equal(vector.longMark);
        expect(found?.netShort).to.equal(vector.netShort);
      }
    }
  });

  it("never values a portfolio above full revaluation at its nodes, nor 2 bps of gross notional below", async () => {
    const risk = await deployRisk(connection);
    const next = seeded(22);
    const now = risk.start;
    const market = mirrorMarket(risk, 0, { computedAt: now, now });
    const levels = nodeGrid.multipliers(market.grid.outer * 10n ** 9n);
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
});

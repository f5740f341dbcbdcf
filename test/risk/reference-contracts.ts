import { expect } from "chai";
import { network } from "hardhat";
import { gridScenarios } from "../../packages/quant/src/reference/index.ts";
import { seeded } from "../support/random.ts";
import { deployRisk, type Leg, packLegs, parametersOf, type Risk, WAD } from "../support/risk.ts";

const connection = await network.create();
const { ethers, networkHelpers } = connection;
const STRIKES = [1_500n, 2_000n, 2_400n, 2_700n, 2_900n, 3_000n, 3_100n, 3_300n, 3_600n, 4_200n, 6_000n];
const NODES = gridScenarios(0.2, 0.01);
const CONTRACT = 10n ** 8n;
const parameters = parametersOf(0);

/** The risk room with every strike of market 0 refreshed in one block, and the judge it is held against. */
async function ready(changes: Partial<typeof parameters> = {}) {
  const risk = await deployRisk(connection, changes);
  const full = await ethers.deployContract("FullRevaluation");
  const all = risk.expiries.flatMap((expiry) =>
    STRIKES.map(
      (strike): Leg => ({ market: 0, expiry, strikeCents: strike * 100n, isPut: false, quantity: 1n }),
    ),
  );
  await risk.riskArrays.refreshPositions(packLegs(all));
  const computedAt = BigInt(await networkHelpers.time.latest());
  return { ...risk, full, computedAt };
}

type Ready = Awaited<ReturnType<typeof ready>>;

function randomLegs(risk: Risk, next: () => number, count: number): Leg[] {
  const legs = new Map<string, Leg>();
  while (legs.size < count) {
    const expiry = risk.expiries[Math.floor(next() * risk.expiries.length)]!;
    const strikeCents = STRIKES[Math.floor(next() * STRIKES.length)]! * 100n;
    const isPut = next() < 0.5;
    const quantity = BigInt(Math.round((next() - 0.5) * 10 ** (7 + 4 * next()))) || 1n;
    legs.set(`${expiry}/${strikeCents}/${isPut}`, { market: 0, expiry, strikeCents, isPut, quantity });
  }
  return [...legs.values()];
}

async function revalue(
  room: Ready,
  legs: readonly Leg[],
  { spot, collateral, staleness }: { spot: bigint; collateral: bigint; staleness: bigint },
) {
  const market = {
    spot,
    referenceSpot: room.spots[0]!,
    computedAt: room.computedAt,
    collateral,
    staleness,
    depegShare: 0n,
  };
  return room.full.assess(
    market,
    legs.map((leg) => {
      const slice = room.slices.get(`0/${leg.expiry}`)!;
      return {
        expiry: leg.expiry,
        forward: BigInt.asUintN(64, slice >> 128n) * 10n ** 10n,
        slice,
        strike: leg.strikeCents * 10n ** 16n,
        isPut: leg.isPut,
        quantity: leg.quantity * 10n ** 10n,
      };
    }),
    parameters,
  );
}

const portfolioOf = (legs: readonly Leg[], collateral: bigint, cash = 0n) => ({
  account: 1n,
  hasBook: false,
  cash,
  collateral: collateral === 0n ? [] : [{ market: 0, amount: collateral }],
  positionWords: packLegs(legs),
});

describe("RiskEngine against full revaluation on chain", () => {
  it("invariant 15: asks within 2 bps of gross notional of what full revaluation asks, and never credits more", async () => {
    const room = await ready();
    const next = seeded(15);
    for (let i = 0; i < 36; i++) {
      const legs = randomLegs(room, next, 1 + Math.floor(next() * 18));
      const collateral = i % 3 === 0 ? BigInt(Math.floor(next() * 1e9)) * 10n ** 10n : 0n;
      // Anywhere within the drift that the grid allows.
      const spot = (room.spots[0]! * BigInt(Math.round(99_100 + 1_800 * next()))) / 100_000n;
      await room.inputs.setSpot(0, spot, 0);
      const staleness = i % 4 === 0 ? BigInt(Math.floor(next() * 1e9)) * 10n ** 9n : 0n;
      await room.inputs.setStaleShare(0, staleness);
      const exact = await revalue(room, legs, { spot, collateral, staleness });
      const got = await room.riskEngine.assess(portfolioOf(legs, collateral));
      const contracts = legs.reduce((sum, { quantity }) => sum + (quantity < 0n ? -quantity : quantity), 0n);
      const gross = (contracts * spot) / CONTRACT + (collateral * spot) / WAD;
      const limit = (gross * 2n) / 10_000n;
      expect(got.initialRequirement >= exact.initial - limit, "requirement from below").to.equal(true);
      expect(got.initialRequirement <= exact.initial + limit, "requirement from above").to.equal(true);
      expect(got.equity >= exact.equity - limit, "equity from below").to.equal(true);
      const [free, exactlyFree] = [got.equity - got.initialRequirement, exact.equity - exact.initial];
      expect(free <= exactlyFree + gross / 10n ** 9n + 1_000n, "credit").to.equal(true);
      expect(free >= exactlyFree - limit, "charge").to.equal(true);
    }
  });

  it("reads the same levels and states as the nodes of the arrays", async () => {
    const room = await ready();
    const outer = (await room.riskArrays.gridOf(0)).outer * 10n ** 9n;
    const { driftLimit } = parameters;
    const [vector] = await room.riskEngine.nodeVectors([{ market: 0, amount: WAD }], [], false);
    for (let node = 0; node < NODES.length; node++) {
      const [level] = await room.full.nodeAt(node, outer, driftLimit);
      expect(vector!.nodeValues[node]).to.equal((room.spots[0]! * level) / WAD);
    }
  });

  it("invariants 7, 10, 11, 12 and 13: hold for random portfolios on chain as in the mirror", async () => {
    // Concentration grows faster than the position: it alone is not subadditive.
    const room = await ready({ concentration: 0n });
    const next = seeded(7);
    const assess = (legs: readonly Leg[], collateral = 0n, cash = 0n) =>
      room.riskEngine.assess(portfolioOf(legs, collateral, cash));
    const free = (got: { equity: bigint; initialRequirement: bigint }) => got.equity - got.initialRequirement;
    for (let i = 0; i < 24; i++) {
      const legs = randomLegs(room, next, 2 + Math.floor(next() * 14));
      const collateral = i % 2 === 0 ? BigInt(Math.floor(next() * 1e9)) * 10n ** 10n : 0n;
      const whole = await assess(legs, collateral);
      expect(whole.maintenanceRequirement <= whole.initialRequirement, "invariant 7").to.equal(true);

      expect(free(await assess(legs, collateral, 7n * WAD)), "invariant 10").to.equal(free(whole) + 7n * WAD);
      const longs = legs.map((leg) => (leg.quantity > 0n ? { ...leg, quantity: 3n * leg.quantity } : leg));
      const bought = longs.reduce((sum, { quantity }, k) => sum + quantity - legs[k]!.quantity, 0n);
      const limit = (bought * 3_000n * WAD * 2n) / CONTRACT / 10_000n;
      expect(free(await assess(longs, collateral)) >= free(whole) - limit, "invariant 10").to.equal(true);

      const cut = Math.floor(next() * legs.length);
      const [a, b] = [await assess(legs.slice(0, cut), collateral), await assess(legs.slice(cut))];
      const sum = a.initialRequirement + b.initialRequirement;
      expect(whole.initialRequirement <= sum + 200n, "invariant 11").to.equal(true);

      const held = collateral === 0n ? [] : [{ market: 0, amount: collateral }];
      const [vector] = await room.riskEngine.nodeVectors(held, packLegs(legs), false);
      const scanned = [...vector!.nodeValues].filter((_, node) => NODES[node]!.move === undefined);
      const worst = scanned.reduce((least, value) => (value < least ? value : least));
      const bid = vector!.mark - (vector!.longMark * parameters.bidSpread) / WAD - 1n;
      expect(whole.initialRequirement >= bid - worst, "invariant 12").to.equal(true);
      expect(await assess([...legs].reverse(), collateral), "invariant 12").to.deep.equal(whole);

      expect(free(whole) <= worst + 2n, "invariant 13").to.equal(true);
    }
  });
});

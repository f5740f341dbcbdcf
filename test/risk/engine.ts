import { expect } from "chai";
import { encodeBytes32String } from "ethers";
import { network } from "hardhat";
import { seeded } from "../support/random.ts";
import { deployRisk, type Leg, packLegs, parametersOf, WAD } from "../support/risk.ts";

const connection = await network.create();
const { networkHelpers } = connection;
const CONTRACT = 10n ** 8n;

const portfolioOf = (
  cash: bigint,
  legs: readonly Leg[],
  collateral: readonly { market: number; amount: bigint }[] = [],
) => ({ account: 1n, hasBook: false, cash, collateral: [...collateral], positionWords: packLegs(legs) });

const leg = (expiry: bigint, strike: bigint, isPut: boolean, contracts: number, market = 0): Leg => ({
  market,
  expiry,
  strikeCents: strike * 100n,
  isPut,
  quantity: BigInt(Math.round(contracts * 1e8)),
});

async function ready() {
  // Concentration has its own test: it is what may grow faster than an account.
  const risk = await deployRisk(connection, { concentration: 0n });
  const strikes = [2_000n, 2_400n, 2_700n, 3_000n, 3_300n, 3_600n, 4_200n];
  for (const expiry of risk.expiries) {
    await risk.riskArrays.refresh(
      0,
      expiry,
      strikes.map((strike) => strike * WAD),
    );
    await risk.riskArrays.refresh(
      1,
      expiry,
      strikes.map((strike) => strike * 20n * WAD),
    );
  }
  return { ...risk, strikes };
}

function randomLegs(
  next: () => number,
  expiries: readonly bigint[],
  strikes: readonly bigint[],
  count: number,
): Leg[] {
  const legs = new Map<string, Leg>();
  while (legs.size < count) {
    const market = next() < 0.25 ? 1 : 0;
    const made = leg(
      expiries[Math.floor(next() * expiries.length)]!,
      strikes[Math.floor(next() * strikes.length)]! * (market === 1 ? 20n : 1n),
      next() < 0.5,
      Math.round((next() - 0.5) * 1_000) / 100 || 1,
      market,
    );
    legs.set([made.market, made.expiry, made.strikeCents, made.isPut].join("/"), made);
  }
  return [...legs.values()];
}

describe("RiskEngine", () => {
  it("asks nothing of cash alone, and counts it as equity", async () => {
    const { riskEngine } = await ready();
    const got = await riskEngine.assess(portfolioOf(1_000n * WAD, []));
    expect([got.equity, got.initialRequirement, got.status]).to.deep.equal([1_000n * WAD, 0n, 0n]);
  });

  it("counts collateral less its haircut, and asks for what the scan takes from it", async () => {
    const { riskEngine } = await ready();
    const got = await riskEngine.assess(portfolioOf(0n, [], [{ market: 0, amount: WAD }]));
    expect(got.equity).to.equal(2_700n * WAD);
    expect(got.initialRequirement).to.equal(636n * WAD);
    expect(got.maintenanceRequirement).to.equal((636n * WAD * 8n) / 10n);
  });

  it("asks almost nothing of a covered call, and far more of a naked one", async () => {
    const { riskEngine, expiries } = await ready();
    const short = [leg(expiries[2]!, 3_300n, false, -1)];
    const naked = await riskEngine.assess(portfolioOf(0n, short));
    const bare = await riskEngine.assess(portfolioOf(0n, [], [{ market: 0, amount: WAD }]));
    const covered = await riskEngine.assess(portfolioOf(0n, short, [{ market: 0, amount: WAD }]));
    expect(naked.initialRequirement > 500n * WAD).to.equal(true);
    expect(covered.initialRequirement < bare.initialRequirement).to.equal(true);
    expect(covered.equity > covered.initialRequirement).to.equal(true);
  });

  it("bounds a call spread by the width of its strikes", async () => {
    const { riskEngine, expiries } = await ready();
    const spread = [leg(expiries[1]!, 3_000n, false, -1), leg(expiries[1]!, 3_300n, false, 1)];
    const got = await riskEngine.assess(portfolioOf(0n, spread));
    expect(got.initialRequirement - got.equity <= 300n * WAD + WAD / 10n).to.equal(true);
  });

  it("values a box at what it pays, in every scenario", async () => {
    const { riskEngine, expiries } = await ready();
    const box = [
      leg(expiries[2]!, 2_700n, false, 1),
      leg(expiries[2]!, 3_300n, false, -1),
      leg(expiries[2]!, 2_700n, true, -1),
      leg(expiries[2]!, 3_300n, true, 1),
    ];
    const [vector] = await riskEngine.nodeVectors([], packLegs(box), false);
    for (const value of vector!.nodeValues) expect(value).to.equal(600n * WAD);
  });

  it("asks at least the short option minimum of a worthless short", async () => {
    const { riskEngine, riskArrays, expiries } = await ready();
    await networkHelpers.time.increaseTo(expiries[0]! - 3_600n);
    await riskArrays.refresh(0, expiries[0]!, [30_000n * WAD]);
    const got = await riskEngine.assess(portfolioOf(0n, [leg(expiries[0]!, 30_000n, false, -1)]));
    expect(got.initialRequirement).to.equal(15n * WAD);
  });

  it("keeps maintenance below initial, is free of order, subadditive, and never hurt by cash or a paid-up long", async () => {
    const { riskEngine, expiries, strikes } = await ready();
    const next = seeded(31);
    const excess = (got: { equity: bigint; initialRequirement: bigint }) =>
      got.equity - got.initialRequirement;
    for (let i = 0; i < 40; i++) {
      const legs = randomLegs(next, expiries, strikes, 2 + Math.floor(next() * 12));
      const whole = await riskEngine.assess(portfolioOf(0n, legs));
      expect(whole.maintenanceRequirement <= whole.initialRequirement).to.equal(true);

      const shuffled = [...legs].sort(() => next() - 0.5);
      expect(await riskEngine.assess(portfolioOf(0n, shuffled))).to.deep.equal(whole);

      const cut = Math.floor(legs.length / 2);
      const left = await riskEngine.assess(portfolioOf(0n, legs.slice(0, cut)));
      const right = await riskEngine.assess(portfolioOf(0n, legs.slice(cut)));
      // Each side's roundings are its own: some wei a node.
      expect(whole.initialRequirement <= left.initialRequirement + right.initialRequirement + 200n).to.equal(
        true,
      );

      const richer = await riskEngine.assess(portfolioOf(5n * WAD, legs));
      expect(excess(richer)).to.equal(excess(whole) + 5n * WAD);

      const held = legs.find((made) => made.market === 0 && made.quantity > 0n);
      if (!held) continue;
      const added = 10n * CONTRACT;
      const longer = legs.map((made) =>
        made === held ? { ...made, quantity: made.quantity + added } : made,
      );
      const after = excess(await riskEngine.assess(portfolioOf(0n, longer)));
      // A put's value at a node is its call's, rounded down by at most 4 / 2^16 of spot, plus parity.
      expect(after - excess(whole) >= -(3_000n * WAD * 10n * 4n) / 65_536n).to.equal(true);
    }
  });

  it("asks for at least the worst loss over the scanned nodes of one market", async () => {
    const { riskEngine, expiries, strikes } = await ready();
    const next = seeded(32);
    for (let i = 0; i < 15; i++) {
      const legs = randomLegs(next, expiries, strikes, 8).filter((made) => made.market === 0);
      const got = await riskEngine.assess(portfolioOf(0n, legs));
      const [vector] = await riskEngine.nodeVectors([], packLegs(legs), false);
      const scanned = [...vector!.nodeValues].filter((_, node) => node < 5 || node > 10);
      const worst = scanned.reduce((least, value) => (value < least ? value : least));
      expect(got.initialRequirement >= got.equity - worst).to.equal(true);
    }
  });

  it("gives credit across markets only for what offsets under joint moves", async () => {
    const { riskEngine, expiries } = await ready();
    const one = [leg(expiries[1]!, 3_000n, false, -1)];
    const same = [leg(expiries[1]!, 60_000n, false, -0.05, 1)];
    const opposite = [leg(expiries[1]!, 60_000n, false, 0.05, 1)];
    const requirement = async (legs: Leg[]) =>
      (await riskEngine.assess(portfolioOf(0n, legs))).initialRequirement;
    const [a, b, c] = [await requirement(one), await requirement(same), await requirement(opposite)];
    expect((await requirement([...one, ...same])) >= ((a + b) * 95n) / 100n).to.equal(true);
    expect((await requirement([...one, ...opposite])) < ((a + c) * 9n) / 10n).to.equal(true);
  });

  it("lets a market that asks for next to nothing change next to nothing, whatever its parameters", async () => {
    const { riskEngine, riskParameters, inputs, expiries } = await ready();
    await riskParameters.setParameters(2, {
      ...parametersOf(1),
      maintenanceFactor: (9n * WAD) / 10n,
      crossMarketCredit: 0n,
    });
    await inputs.setSpot(2, 100n * WAD, 0);
    const legs = [leg(expiries[1]!, 3_000n, false, -1), leg(expiries[1]!, 60_000n, false, 0.05, 1)];
    const before = await riskEngine.assess(portfolioOf(0n, legs));
    const after = await riskEngine.assess(portfolioOf(0n, legs, [{ market: 2, amount: 10n ** 10n }]));
    const dust = (10n ** 10n * 100n * WAD) / WAD;
    expect(after.maintenanceRequirement - before.maintenanceRequirement < 2n * dust).to.equal(true);
    expect(after.initialRequirement - before.initialRequirement < 2n * dust).to.equal(true);
  });

  it("takes a tighter haircut or bid spread from new risk at once, and from what is held in a line", async () => {
    for (const field of ["collateralHaircut", "bidSpread"] as const) {
      const { riskEngine, riskParameters, expiries } = await ready();
      const held = portfolioOf(0n, [leg(expiries[3]!, 3_000n, false, 2)], [{ market: 0, amount: WAD }]);
      const before = await riskEngine.assessAnyway(held);
      const p = { ...parametersOf(0), concentration: 0n };
      await riskParameters.setParameters(0, { ...p, [field]: 2n * p[field] });
      const after = await riskEngine.assessAnyway(held);
      // A second of the ramp and a block of time value; what is doubled is tens of dollars.
      expect(before.equity - after.equity < WAD / 10n, field).to.equal(true);
      // Losses are counted from what is credited, so a bid spread moves equity and requirement alike.
      const free = (got: typeof before) => got.equity - got.initialRequirement;
      if (field === "collateralHaircut") expect(free(before) - free(after) > 5n * WAD).to.equal(true);
      await networkHelpers.time.increase(25n * 3_600n);
      const ramped = await riskEngine.assessAnyway(held);
      expect(before.equity - ramped.equity > 5n * WAD, field).to.equal(true);
    }
  });

  it("values expired legs at their fixing, at intrinsic of live spot before it, and never blocks on them", async () => {
    const { riskEngine, inputs, expiries } = await ready();
    const legs = [leg(expiries[0]!, 2_700n, false, -1), leg(expiries[0]!, 3_300n, true, 2)];
    await networkHelpers.time.increaseTo(expiries[0]! + 10n);
    const before = await riskEngine.assess(portfolioOf(0n, legs));
    expect([before.equity, before.initialRequirement]).to.deep.equal([300n * WAD, 0n]);
    await inputs.setFixing(0, expiries[0]!, 2_900n * WAD);
    const after = await riskEngine.assess(portfolioOf(0n, legs));
    expect([after.equity, after.initialRequirement]).to.deep.equal([600n * WAD, 0n]);
  });

  it("reports how far its data may be trusted and still gives a verdict", async () => {
    const { riskEngine, inputs, expiries } = await ready();
    const held = portfolioOf(0n, [leg(expiries[1]!, 3_000n, true, 1)]);
    const status = async () => (await riskEngine.assessAnyway(held)).status;
    expect(await status()).to.equal(0n);
    await inputs.setStaleShare(0, 1n);
    expect(await status()).to.equal(1n);
    await inputs.setStaleShare(0, 0n);
    await inputs.setSpot(0, 3_000n * WAD, 1);
    expect(await status()).to.equal(1n);
    await inputs.setSpot(0, 3_000n * WAD, 3);
    expect(await status()).to.equal(2n);
    await inputs.setSpot(0, 0n, 3);
    expect(await status()).to.equal(2n);
  });

  it("reads the delta of a portfolio between the dense nodes, collateral included", async () => {
    const { riskEngine, riskArrays, expiries } = await ready();
    const series = await riskArrays.greeks(0, expiries[2]!, 3_000n * WAD);
    const call = packLegs([leg(expiries[2]!, 3_000n, false, 2)]);
    const [vector] = await riskEngine.nodeVectors([{ market: 0, amount: WAD }], call, false);
    // Against the forward the Greeks' delta; against spot it moves in proportion, and arrays count in steps.
    const expected = WAD + 2n * series.callDelta;
    const distance = vector!.delta - expected;
    expect(distance < WAD / 50n && distance > -WAD / 50n, `${vector!.delta} ${expected}`).to.equal(true);
  });

  it("asks for the strikes of what no price can value, so that it cannot grow unseen", async () => {
    const { riskEngine, inputs, expiries } = await ready();
    const short = (contracts: number) => portfolioOf(0n, [leg(expiries[1]!, 3_000n, false, -contracts)]);
    await inputs.setSpot(0, 0n, 3);
    const [one, two] = [await riskEngine.assessAnyway(short(1)), await riskEngine.assessAnyway(short(2))];
    expect([one.status, one.initialRequirement]).to.deep.equal([2n, 3_000n * WAD]);
    expect(two.initialRequirement).to.equal(6_000n * WAD);
    const long = portfolioOf(0n, [leg(expiries[1]!, 3_000n, false, 0.5)]);
    expect((await riskEngine.assessAnyway(long)).initialRequirement).to.equal(1_500n * WAD);
  });

  it("refuses to judge under parameters that could not be set", async () => {
    const { riskEngine, riskParameters, expiries } = await ready();
    const held = portfolioOf(0n, [leg(expiries[1]!, 3_000n, false, -1)]);
    await expect(riskEngine.requirementUnder(held, 0, { ...parametersOf(0), driftLimit: 0n }))
      .to.be.revertedWithCustomError(riskParameters, "RiskParameters_OutOfBounds")
      .withArgs(encodeBytes32String("driftLimit"), 0n, WAD / 1_000n, WAD / 50n);
  });

  it("explains a verdict by legs that add up to it", async () => {
    const { riskEngine, riskArrays, expiries } = await ready();
    const legs = [
      leg(expiries[1]!, 3_000n, false, -2),
      leg(expiries[1]!, 3_300n, false, 2),
      leg(expiries[2]!, 2_700n, true, -1),
    ];
    const portfolio = portfolioOf(500n * WAD, legs, [{ market: 0, amount: WAD }]);
    const [assessment, parts] = await riskEngine.explain(portfolio);
    expect(assessment).to.deep.equal(await riskEngine.assess(portfolio));
    expect(await riskEngine.arrays()).to.equal(riskArrays.target);
    const near = (a: bigint, b: bigint) => expect(a - b < 1_000n && b - a < 1_000n).to.equal(true);
    near(
      parts.reduce((sum, part) => sum + part.mark, 500n * WAD),
      assessment.equity,
    );
    near(-parts.reduce((sum, part) => sum + part.atBindingNode, 0n), assessment.initialRequirement);
  });

  it("refuses more positions than an account may hold", async () => {
    const { riskEngine } = await ready();
    await expect(
      riskEngine.assess({
        account: 1n,
        hasBook: false,
        cash: 0n,
        collateral: [],
        positionWords: new Array(65).fill(0n),
      }),
    )
      .to.be.revertedWithCustomError(riskEngine, "RiskEngine_TooManyPositions")
      .withArgs(130, 128);
  });
});

import { expect } from "chai";
import { network } from "hardhat";
import { vectorOf } from "../../packages/quant/src/exact/risk-arrays.ts";
import { deployRisk, type Leg, mirrorMarket, packLegs, parametersOf, WAD } from "../support/risk.ts";

const connection = await network.create();
const { networkHelpers } = connection;
const strike = 3_000n * WAD;
const hour = 3_600n;

const legOf = (expiry: bigint, quantity = 10n ** 8n, strikeCents = 300_000n): Leg => ({
  market: 0,
  expiry,
  strikeCents,
  isPut: false,
  quantity,
});

describe("RiskArrays", () => {
  it("computes a strike once and then only reads it", async () => {
    const { riskArrays, expiries } = await deployRisk(connection);
    const expiry = expiries[2]!;
    await expect(riskArrays.refresh(0, expiry, [strike]))
      .to.emit(riskArrays, "ArraysRebased")
      .and.to.emit(riskArrays, "PageWritten");
    await expect(riskArrays.refresh(0, expiry, [strike])).to.not.emit(riskArrays, "PageWritten");
    expect((await riskArrays.words(0, expiry, strike)).current).to.equal(true);
    const grid = await riskArrays.gridOf(0);
    expect(grid.referenceSpot).to.equal(3_000n * 10n ** 8n);
    expect(grid.outer).to.equal(212n * 10n ** 6n);
  });

  it("names the stale strike when it has no words, spot drifted, the arrays aged or the surface moved", async () => {
    const { riskArrays, riskEngine, inputs, expiries, slices } = await deployRisk(connection);
    const expiry = expiries[2]!;
    const words = packLegs([legOf(expiry)]);
    const portfolio = { account: 1n, hasBook: false, cash: 0n, collateral: [], positionWords: words };
    const stale = async () =>
      expect(riskEngine.assess(portfolio))
        .to.be.revertedWithCustomError(riskArrays, "RiskArrays_StaleStrike")
        .withArgs(0, expiry, strike);
    await stale();
    await riskArrays.refreshPositions(words);
    await riskEngine.assess(portfolio);

    await inputs.setSpot(0, 3_031n * WAD, 0);
    await stale();
    expect((await riskArrays.words(0, expiry, strike)).current).to.equal(false);
    await riskArrays.refreshPositions(words);
    expect((await riskArrays.gridOf(0)).version).to.equal(2n);
    await riskEngine.assess(portfolio);

    await networkHelpers.time.increase(hour + 1n);
    await stale();
    await riskArrays.refreshPositions(words);
    await riskEngine.assess(portfolio);

    const slice = slices.get(`0/${expiry}`)!;
    await inputs.setSlice(0, expiry, slice + (slice & 0xffffffffffffn) / 10n, 3_000n * WAD);
    await expect(riskArrays.refresh(0, expiry, [strike])).to.emit(riskArrays, "ArraysRebased");
  });

  it("lets arrays live an eighth of what is left to expiry", async () => {
    const { riskArrays, expiries } = await deployRisk(connection);
    const expiry = expiries[0]!;
    await networkHelpers.time.increaseTo(expiry - 4n * hour);
    await riskArrays.refresh(0, expiry, [strike]);
    await networkHelpers.time.increase(29n * 60n);
    expect((await riskArrays.words(0, expiry, strike)).current).to.equal(true);
    await networkHelpers.time.increase(2n * 60n);
    expect((await riskArrays.words(0, expiry, strike)).current).to.equal(false);
  });

  it("moves to new parameters once they have ramped far enough to count", async () => {
    const { riskArrays, riskParameters, expiries } = await deployRisk(connection);
    await riskArrays.refresh(0, expiries[3]!, [strike]);
    await riskParameters.setParameters(0, { ...parametersOf(0), scanRange: 3n * 10n ** 17n });
    await riskArrays.refresh(0, expiries[3]!, [strike]);
    const started = await riskArrays.gridOf(0);
    expect([started.version, started.outer]).to.deep.equal([2n, 213n * 10n ** 6n]);
    // A minute later the same grid still reaches far enough.
    await networkHelpers.time.increase(60n);
    await riskArrays.refresh(0, expiries[3]!, [strike]);
    expect((await riskArrays.gridOf(0)).version).to.equal(2n);
    await networkHelpers.time.increase(12n * hour);
    await riskArrays.refresh(0, expiries[3]!, [strike]);
    expect((await riskArrays.gridOf(0)).outer).to.equal(263n * 10n ** 6n);
    await networkHelpers.time.increase(13n * hour);
    await riskArrays.refresh(0, expiries[3]!, [strike]);
    expect((await riskArrays.gridOf(0)).outer).to.equal(313n * 10n ** 6n);
  });

  it("values stale strikes on the fly as a refresh in the same block would store them", async () => {
    const risk = await deployRisk(connection);
    const { riskArrays, riskEngine, inputs, expiries } = risk;
    await riskArrays.refresh(0, expiries[1]!, [strike]);
    await inputs.setSpot(0, 2_500n * WAD, 0);
    const legs = [legOf(expiries[1]!), legOf(expiries[3]!, -5n * 10n ** 7n, 280_000n)];
    const block = BigInt(await networkHelpers.time.latest());
    const [vector] = await riskEngine.nodeVectors([], packLegs(legs), true);
    const mirror = mirrorMarket(risk, 0, { computedAt: block, now: block, base: 2_500n * WAD });
    expect(vector?.nodeValues.slice()).to.deep.equal(vectorOf(mirror, legs).values);
  });

  it("refuses an expiry that passed, one without a surface, and a market without a usable price", async () => {
    const { riskArrays, inputs, expiries, start } = await deployRisk(connection);
    await expect(riskArrays.refresh(0, start - hour, [strike]))
      .to.be.revertedWithCustomError(riskArrays, "RiskArrays_ExpiryPassed")
      .withArgs(start - hour);
    await expect(riskArrays.refresh(0, start + 48n * hour, [strike]))
      .to.be.revertedWithCustomError(riskArrays, "RiskArrays_NoSurface")
      .withArgs(0, start + 48n * hour);
    await inputs.setSpot(0, 3_000n * WAD, 3);
    await expect(riskArrays.refresh(0, expiries[1]!, [strike]))
      .to.be.revertedWithCustomError(riskArrays, "RiskArrays_NoPrice")
      .withArgs(0);
  });

  it("refuses quantities that its lanes cannot hold", async () => {
    const { riskArrays, riskEngine, expiries } = await deployRisk(connection);
    const words = packLegs([legOf(expiries[2]!, 2n ** 62n)]);
    await riskArrays.refreshPositions(words);
    await expect(riskEngine.nodeVectors([], words, false)).to.be.revertedWithCustomError(
      riskArrays,
      "RiskArrays_QuantityTooLarge",
    );
  });

  it("keeps later strikes outside a large page and takes them in with the next move", async () => {
    const { riskArrays, riskEngine, inputs, expiries } = await deployRisk(connection);
    const expiry = expiries[2]!;
    const strikes = Array.from({ length: 12 }, (_, i) => (2_400n + 100n * BigInt(i)) * WAD);
    await riskArrays.refresh(0, expiry, strikes.slice(0, 10).reverse());
    const page = (await riskArrays.basisOf(0, expiry)).header.page;
    await expect(riskArrays.refresh(0, expiry, [strikes[10]!, strikes[10]!]))
      .to.emit(riskArrays, "StrikeRefreshed")
      .and.to.not.emit(riskArrays, "PageWritten");
    expect((await riskArrays.basisOf(0, expiry)).header.page).to.equal(page);
    expect((await riskArrays.words(0, expiry, strikes[10]!)).current).to.equal(true);
    expect((await riskArrays.words(0, expiry, strikes[11]!)).current).to.equal(false);
    const legs = [legOf(expiry, 10n ** 8n, 340_000n), legOf(expiry, -(10n ** 8n), 320_000n)];
    await riskEngine.nodeVectors([], packLegs(legs), false);

    await inputs.setSpot(0, 3_031n * WAD, 0);
    await riskArrays.refresh(0, expiry, strikes);
    const [vector] = await riskEngine.nodeVectors([], packLegs(legs), false);
    const [afresh] = await riskEngine.nodeVectors([], packLegs(legs.toReversed()), true);
    expect(vector?.nodeValues).to.deep.equal(afresh?.nodeValues);
  });

  it("reads the same from the page, from outside it and computed on the fly", async () => {
    const { riskArrays, expiries } = await deployRisk(connection);
    const expiry = expiries[2]!;
    const strikes = Array.from({ length: 10 }, (_, i) => (2_400n + 100n * BigInt(i)) * WAD);
    await riskArrays.refresh(0, expiry, strikes.slice(0, 8));
    await riskArrays.refresh(0, expiry, [strikes[8]!]);
    const grid = await riskArrays.gridOf(0);
    const group = expiry / hour;
    const { page } = await riskArrays.evaluate(
      {
        referenceSpot: grid.referenceSpot,
        version: grid.version,
        rebasedAt: grid.rebasedAt,
        outer: grid.outer,
        driftLimit: grid.driftLimit,
        ageLimit: grid.ageLimit,
        moves: grid.moves,
      },
      group,
      [strikes[3]!, strikes[8]!].map((one) => one / 10n ** 16n),
      0,
      0,
    );
    const word = (at: number) => BigInt(`0x${page.slice(2 + 2 * at, 2 + 2 * at + 64)}`);
    for (const [i, one] of [strikes[3]!, strikes[8]!].entries()) {
      const kept = await riskArrays.words(0, expiry, one);
      expect([kept.wordA, kept.wordB]).to.deep.equal([word(100 * i + 4), word(100 * i + 36)]);
    }
  });

  it("opens no risk on a slice that reports left out, and widens its shock, until a new one comes", async () => {
    const { riskArrays, riskEngine, inputs, expiries, slices } = await deployRisk(connection);
    const expiry = expiries[2]!;
    const words = packLegs([legOf(expiry, -(10n ** 8n))]);
    const portfolio = { account: 1n, hasBook: false, cash: 0n, collateral: [], positionWords: words };
    await riskArrays.refreshPositions(words);
    const before = await riskEngine.assess(portfolio);
    const shocks = (await riskArrays.basisOf(0, expiry)).shocks;
    expect(before.status).to.equal(0n);

    await inputs.setSliceStaleShare(0, WAD / 2n);
    const evaluated = await riskEngine.assessAnyway(portfolio);
    expect(evaluated.status).to.equal(0n);
    await networkHelpers.time.increase(hour + 1n);
    expect((await riskEngine.assessAnyway(portfolio)).status).to.equal(1n);
    await riskArrays.refreshPositions(words);
    const late = await riskEngine.assess(portfolio);
    expect(late.status).to.equal(1n);
    const widened = (await riskArrays.basisOf(0, expiry)).shocks;
    // Half stale with an add-on of a half: the up shock is a quarter wider.
    const up = (factor: bigint) => Number(factor - 1_000_000n);
    expect(Math.abs(up(widened.upFactor) / up(shocks.upFactor) - 1.25) < 0.001).to.equal(true);
    expect(late.initialRequirement > before.initialRequirement).to.equal(true);

    await inputs.setSliceStaleShare(0, 0n);
    await inputs.setSlice(0, expiry, slices.get(`0/${expiry}`)! + 1n, 3_000n * WAD);
    await riskArrays.refreshPositions(words);
    expect((await riskEngine.assess(portfolio)).status).to.equal(0n);
  });

  it("keeps Greeks beside the arrays", async () => {
    const { riskArrays, expiries, inputs } = await deployRisk(connection);
    const expiry = expiries[2]!;
    const strikes = Array.from({ length: 9 }, (_, i) => (2_400n + 100n * BigInt(i)) * WAD);
    await expect(riskArrays.greeks(0, expiry, strikes[0]!)).to.be.revertedWithCustomError(
      riskArrays,
      "RiskArrays_StaleStrike",
    );
    await riskArrays.refresh(0, expiry, strikes.slice(0, 8));
    const deltas: bigint[] = [];
    for (const one of strikes) {
      const greeks = await riskArrays.greeks(0, expiry, one);
      deltas.push(greeks.callDelta);
      expect(greeks.gamma > 0n && greeks.vega > 0n && greeks.theta > 0n).to.equal(true);
    }
    expect(deltas.toSorted((a, b) => (a > b ? -1 : 1))).to.deep.equal(deltas);
    expect(deltas[0]! < WAD && deltas[8]! > 0n).to.equal(true);
    // The last strike is on no page: its Greeks are computed from the same basis.
    await riskArrays.refresh(0, expiry, [strikes[8]!]);
    expect((await riskArrays.greeks(0, expiry, strikes[8]!)).callDelta).to.equal(deltas[8]);
    await inputs.setSpot(0, 3_031n * WAD, 0);
    await expect(riskArrays.greeks(0, expiry, strikes[0]!)).to.be.revertedWithCustomError(
      riskArrays,
      "RiskArrays_StaleStrike",
    );
  });
});

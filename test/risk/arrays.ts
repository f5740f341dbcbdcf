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
      .and.to.emit(riskArrays, "StrikeRefreshed");
    await expect(riskArrays.refresh(0, expiry, [strike])).to.not.emit(riskArrays, "StrikeRefreshed");
    expect((await riskArrays.words(0, expiry, strike)).current).to.equal(true);
    const grid = await riskArrays.grid(0);
    expect(grid.referenceSpot).to.equal(3_000n * WAD);
    expect(grid.outer).to.equal(212n * 10n ** 15n);
  });

  it("names the stale strike when it has no words, spot drifted, the arrays aged or the surface moved", async () => {
    const { riskArrays, riskEngine, inputs, expiries, slices } = await deployRisk(connection);
    const expiry = expiries[2]!;
    const words = packLegs([legOf(expiry)]);
    const portfolio = { account: 1n, cash: 0n, collateral: [], positionWords: words };
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
    expect((await riskArrays.grid(0)).version).to.equal(2n);
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

  it("moves to new parameters at the next refresh", async () => {
    const { riskArrays, riskParameters, expiries } = await deployRisk(connection);
    await riskArrays.refresh(0, expiries[1]!, [strike]);
    await riskParameters.setParameters(0, { ...parametersOf(0), scanRange: 3n * 10n ** 17n });
    await networkHelpers.time.increase(24n * hour);
    await riskArrays.refresh(0, expiries[1]!, [strike]);
    const grid = await riskArrays.grid(0);
    expect([grid.version, grid.outer]).to.deep.equal([2n, 313n * 10n ** 15n]);
  });

  it("values stale strikes on the fly as a refresh in the same block would store them", async () => {
    const risk = await deployRisk(connection);
    const { riskArrays, inputs, expiries } = risk;
    await riskArrays.refresh(0, expiries[1]!, [strike]);
    await inputs.setSpot(0, 2_500n * WAD, 0);
    const legs = [legOf(expiries[1]!), legOf(expiries[3]!, -5n * 10n ** 7n, 280_000n)];
    const block = BigInt(await networkHelpers.time.latest());
    const [vector] = await riskArrays.nodeVectors([], packLegs(legs), true);
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
    const { riskArrays, expiries } = await deployRisk(connection);
    const words = packLegs([legOf(expiries[2]!, 2n ** 62n)]);
    await riskArrays.refreshPositions(words);
    await expect(riskArrays.nodeVectors([], words, false)).to.be.revertedWithCustomError(
      riskArrays,
      "RiskArrays_QuantityTooLarge",
    );
  });

  it("does not accept posted arrays yet, and says so", async () => {
    const { riskArrays } = await deployRisk(connection);
    await expect(riskArrays.post("0x", [])).to.be.revertedWithCustomError(
      riskArrays,
      "RiskArrays_PostingNotAvailable",
    );
  });
});

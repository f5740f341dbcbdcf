import { expect } from "chai";
import { encodeBytes32String } from "ethers";
import { network } from "hardhat";
import { deployRisk, parameters, parametersOf } from "../support/risk.ts";

const connection = await network.create();
const { ethers, networkHelpers } = connection;

const HOUR = 3_600n;
const ratio = (millionths: number): bigint => BigInt(millionths) * 10n ** 12n;
const LOWER_IS_TIGHTER = new Set(["crossMarketCredit", "arrayAgeLimit", "liquidityLimit"]);

type Parameters = typeof parameters;
const names = Object.keys(parameters) as (keyof Parameters)[];

/** Every field moved to its tighter or looser side by about a tenth. */
function moved(direction: "tighter" | "looser"): Parameters {
  const entries = names.map((name) => {
    const up = (direction === "tighter") !== LOWER_IS_TIGHTER.has(name);
    const value = parameters[name];
    const step = value > 10n ** 12n ? (value / 10n / 10n ** 12n) * 10n ** 12n : value / 10n;
    return [name, up && name !== "crossMarketCredit" ? value + step : up ? value : value - step];
  });
  return Object.fromEntries(entries) as Parameters;
}

describe("RiskParameters", () => {
  it("applies a market's first setting at once, and reports old and new values", async () => {
    const { riskParameters } = await deployRisk(connection);
    expect([...(await riskParameters.parameters(1))]).to.deep.equal(Object.values(parametersOf(1)));
    await expect(riskParameters.setParameters(2, parameters))
      .to.emit(riskParameters, "ParametersSet")
      .withArgs(
        2,
        names.map(() => 0n),
        Object.values(parameters),
        await soon(),
      );
    for (const view of ["parameters", "newRiskParameters", "targetParameters"] as const) {
      expect([...(await riskParameters[view](2))]).to.deep.equal(Object.values(parameters));
    }
    const [terms, termsForNewRisk, widening, depegShare] = await riskParameters.termsForMargin(2);
    expect([terms === termsForNewRisk, widening, depegShare]).to.deep.equal([true, 10n ** 18n, 0n]);
  });

  it("asks for tighter values from new risk at once, and from existing positions in a line over a day", async () => {
    const { riskParameters } = await deployRisk(connection);
    await riskParameters.setParameters(3, parameters);
    const next = moved("tighter");
    const start = await soon();
    await expect(riskParameters.setParameters(3, next))
      .to.emit(riskParameters, "ParametersSet")
      .withArgs(3, Object.values(parameters), Object.values(next), start + 24n * HOUR);
    expect([...(await riskParameters.parameters(3))]).to.deep.equal(Object.values(parameters));
    expect([...(await riskParameters.newRiskParameters(3))]).to.deep.equal(Object.values(next));
    await networkHelpers.time.increaseTo(start + 12n * HOUR);
    const half = names.map((name) => (parameters[name] + next[name]) / 2n);
    expect([...(await riskParameters.parameters(3))]).to.deep.equal(half);
    const during = await riskParameters.termsForMargin(3);
    expect(during.terms).to.not.equal(during.termsForNewRisk);
    // Of the scan range and the two shocks, the one that widens most.
    const widest = (["scanRange", "volUp", "volDown"] as const)
      .map((name, i) => [next[name] * 10n ** 18n, half[names.indexOf(name)]!, i] as const)
      .map(([above, below]) => (above + below - 1n) / below)
      .reduce((a, b) => (a > b ? a : b));
    expect(during.widening).to.equal(widest);
    await networkHelpers.time.increaseTo(start + 24n * HOUR);
    expect([...(await riskParameters.parameters(3))]).to.deep.equal(Object.values(next));
    const afterwards = await riskParameters.termsForMargin(3);
    expect([afterwards.terms, afterwards.widening]).to.deep.equal([afterwards.termsForNewRisk, 10n ** 18n]);
  });

  it("holds looser values back for two days, then moves to them in a line over a day for everybody", async () => {
    const { riskParameters } = await deployRisk(connection);
    await riskParameters.setParameters(3, parameters);
    const next = moved("looser");
    const start = await soon();
    await riskParameters.setParameters(3, next);
    const half = names.map((name) => (parameters[name] + next[name]) / 2n);
    for (const [hours, values] of [
      [1n, Object.values(parameters)],
      [48n, Object.values(parameters)],
      [60n, half],
      [72n, Object.values(next)],
    ] as const) {
      await networkHelpers.time.increaseTo(start + hours * HOUR);
      expect([...(await riskParameters.parameters(3))], `${hours} h`).to.deep.equal(values);
      expect([...(await riskParameters.newRiskParameters(3))], `${hours} h`).to.deep.equal(values);
      const { terms, termsForNewRisk, widening } = await riskParameters.termsForMargin(3);
      expect([terms, widening]).to.deep.equal([termsForNewRisk, 10n ** 18n]);
    }
  });

  it("keeps new risk strict when a second proposal takes a tightening back", async () => {
    const { riskParameters } = await deployRisk(connection);
    await riskParameters.setParameters(3, parameters);
    const tight = { ...parameters, scanRange: ratio(300_000) };
    await riskParameters.setParameters(3, tight);
    await networkHelpers.time.increase(6n * HOUR - 1n);
    const start = await soon();
    await riskParameters.setParameters(3, parameters);
    const scanRange = async (view: "parameters" | "newRiskParameters") =>
      (await riskParameters[view](3)).scanRange;
    expect(await scanRange("parameters")).to.equal(ratio(225_000));
    expect(await scanRange("newRiskParameters")).to.equal(tight.scanRange);
    await networkHelpers.time.increaseTo(start + 48n * HOUR);
    expect(await scanRange("parameters")).to.equal(ratio(225_000));
    expect(await scanRange("newRiskParameters")).to.equal(tight.scanRange);
    await networkHelpers.time.increaseTo(start + 60n * HOUR);
    expect(await scanRange("parameters")).to.equal(ratio(212_500));
    expect(await scanRange("newRiskParameters")).to.equal(ratio(250_000));
    await networkHelpers.time.increaseTo(start + 72n * HOUR);
    expect(await scanRange("newRiskParameters")).to.equal(parameters.scanRange);
  });

  it("keeps new risk strict when a second proposal lies between what is in force and what new risk has", async () => {
    const { riskParameters } = await deployRisk(connection);
    await riskParameters.setParameters(3, parameters);
    await riskParameters.setParameters(3, { ...parameters, scanRange: ratio(300_000) });
    await networkHelpers.time.increase(6n * HOUR - 1n);
    const start = await soon();
    await riskParameters.setParameters(3, { ...parameters, scanRange: ratio(250_000) });
    expect((await riskParameters.change(3)).endsAt).to.equal(start + 72n * HOUR);
    for (const [hours, inForce, newRisk] of [
      [12n, 237_500, 300_000],
      [48n, 250_000, 300_000],
      [60n, 250_000, 275_000],
      [72n, 250_000, 250_000],
    ] as const) {
      await networkHelpers.time.increaseTo(start + hours * HOUR);
      const now = await riskParameters.parameters(3);
      const forNewRisk = await riskParameters.newRiskParameters(3);
      expect(now.scanRange, `${hours} h`).to.equal(ratio(inForce));
      expect(forNewRisk.scanRange, `${hours} h`).to.equal(ratio(newRisk));
    }
  });

  it("lets a looser proposal be taken back at once", async () => {
    const { riskParameters } = await deployRisk(connection);
    await riskParameters.setParameters(3, parameters);
    await riskParameters.setParameters(3, moved("looser"));
    const start = await soon();
    await riskParameters.setParameters(3, parameters);
    expect((await riskParameters.change(3)).endsAt).to.equal(start);
    await networkHelpers.time.increase(60n * HOUR);
    expect([...(await riskParameters.parameters(3))]).to.deep.equal(Object.values(parameters));
  });

  it("starts a looser field's wait anew with every proposal, so that asking twice is no shortcut", async () => {
    const { riskParameters } = await deployRisk(connection);
    await riskParameters.setParameters(3, parameters);
    await riskParameters.setParameters(3, { ...parameters, volUp: ratio(500_000) });
    await networkHelpers.time.increase(60n * HOUR - 1n);
    await riskParameters.setParameters(3, { ...parameters, volUp: ratio(450_000) });
    expect((await riskParameters.parameters(3)).volUp).to.equal(ratio(525_000));
    await networkHelpers.time.increase(48n * HOUR);
    expect((await riskParameters.parameters(3)).volUp).to.equal(ratio(525_000));
  });

  it("rounds to the tighter side while it ramps", async () => {
    const { riskParameters } = await deployRisk(connection);
    await riskParameters.setParameters(3, parameters);
    await riskParameters.setParameters(3, {
      ...parameters,
      scanRange: parameters.scanRange + ratio(1),
      liquidityLimit: parameters.liquidityLimit - 1n,
    });
    await networkHelpers.time.increase(1);
    const now = await riskParameters.parameters(3);
    expect(now.scanRange).to.equal(parameters.scanRange + ratio(1));
    expect(now.liquidityLimit).to.equal(parameters.liquidityLimit - 1n);
  });

  it("shows the change that is coming and when each direction arrives", async () => {
    const { riskParameters } = await deployRisk(connection);
    await riskParameters.setParameters(3, parameters);
    const tight = { ...parameters, scanRange: ratio(300_000) };
    await riskParameters.setParameters(3, tight);
    await networkHelpers.time.increase(6n * HOUR - 1n);
    const start = await soon();
    await riskParameters.setParameters(3, parameters);
    const change = await riskParameters.change(3);
    expect(change.from.scanRange).to.equal(ratio(225_000));
    expect(change.fromForNewRisk.scanRange).to.equal(tight.scanRange);
    expect([...change.to]).to.deep.equal(Object.values(parameters));
    expect(change.slice(3)).to.deep.equal([
      start,
      start + 24n * HOUR,
      start + 48n * HOUR,
      start + 72n * HOUR,
      start + 72n * HOUR,
    ]);
    await networkHelpers.time.increaseTo(start + 72n * HOUR);
    expect([...(await riskParameters.change(3)).from]).to.deep.equal(Object.values(parameters));
  });

  it("refuses a proposal that only sets the clocks back", async () => {
    const { riskParameters } = await deployRisk(connection);
    const next = { ...parametersOf(0), scanRange: ratio(250_000) };
    await riskParameters.setParameters(0, next);
    await expect(riskParameters.setParameters(0, next))
      .to.be.revertedWithCustomError(riskParameters, "RiskParameters_SameTarget")
      .withArgs(0);
  });

  it("refuses a market that was never set, in every view", async () => {
    const { riskParameters } = await deployRisk(connection);
    for (const view of [
      "parameters",
      "newRiskParameters",
      "targetParameters",
      "change",
      "termsForMargin",
    ] as const) {
      await expect(riskParameters[view](9))
        .to.be.revertedWithCustomError(riskParameters, "RiskParameters_UnknownMarket")
        .withArgs(9);
    }
  });

  it("refuses every value beyond its bounds or with more than six decimals", async () => {
    const { riskParameters } = await deployRisk(connection);
    const bad: Record<keyof Parameters, bigint[]> = {
      scanRange: [ratio(49_999), ratio(500_001), ratio(200_000) + 1n],
      driftLimit: [ratio(999), ratio(20_001), ratio(10_000) + 1n],
      volUp: [ratio(99_999), ratio(2_000_001), ratio(100_000) + 1n],
      volDown: [ratio(99_999), ratio(900_001), ratio(100_000) + 1n],
      shortOptionMinimum: [ratio(999), ratio(50_001), ratio(1_000) + 1n],
      maintenanceFactor: [ratio(499_999), ratio(950_001), ratio(500_000) + 1n],
      collateralHaircut: [ratio(9_999), ratio(500_001), ratio(10_000) + 1n],
      crossMarketCredit: [ratio(600_001), 1n],
      bidSpread: [ratio(500_001), 1n],
      arrayAgeLimit: [299n, 86_401n],
      calendarCharge: [ratio(1_000_001), 1n],
      staleAddOn: [ratio(2_000_001), 1n],
      concentration: [ratio(1_000_001), 1n],
      liquidityLimit: [0n, 1n << 24n],
    };
    for (const [name, values] of Object.entries(bad)) {
      for (const value of values) {
        await expect(riskParameters.setParameters(0, { ...parameters, [name]: value }))
          .to.be.revertedWithCustomError(riskParameters, "RiskParameters_OutOfBounds")
          .withArgs(
            encodeBytes32String(name),
            value,
            (low: bigint) => low >= 0n,
            (high: bigint) => high > 0n,
          );
      }
    }
  });

  it("lets only the curator set anything", async () => {
    const { riskParameters } = await deployRisk(connection);
    const [, stranger] = await ethers.getSigners();
    await expect(
      riskParameters.connect(stranger!).setParameters(0, parameters),
    ).to.be.revertedWithCustomError(riskParameters, "AccessManagedUnauthorized");
  });
});

/** The time of the next block, which is set so that the test knows it. */
async function soon(): Promise<bigint> {
  const next = BigInt(await networkHelpers.time.latest()) + 1n;
  await networkHelpers.time.setNextBlockTimestamp(next);
  return next;
}

import { expect } from "chai";
import { encodeBytes32String } from "ethers";
import { network } from "hardhat";
import { deployRisk, parameters, parametersOf } from "../support/risk.ts";

const connection = await network.create();
const { ethers } = connection;

describe("RiskParameters", () => {
  it("returns what was set, and reports old and new values", async () => {
    const { riskParameters } = await deployRisk(connection);
    const old = Object.values(await riskParameters.parameters(0));
    const next = { ...parameters, scanRange: 25n * 10n ** 16n, arrayAgeLimit: 600n };
    await expect(riskParameters.setParameters(0, next)).to.emit(riskParameters, "ParametersSet");
    const stored = await riskParameters.parameters(0);
    expect([...stored]).to.deep.equal(Object.values(next));
    expect(old).to.not.deep.equal(Object.values(stored));
    expect([...(await riskParameters.parameters(1))]).to.deep.equal(Object.values(parametersOf(1)));
  });

  it("refuses a market that was never set", async () => {
    const { riskParameters } = await deployRisk(connection);
    await expect(riskParameters.parameters(9))
      .to.be.revertedWithCustomError(riskParameters, "RiskParameters_UnknownMarket")
      .withArgs(9);
  });

  it("refuses every value beyond its bounds or with more than six decimals", async () => {
    const { riskParameters } = await deployRisk(connection);
    const bad = {
      scanRange: [0n, 6n * 10n ** 17n],
      driftLimit: [0n, 3n * 10n ** 16n],
      volUp: [0n, 3n * 10n ** 18n],
      volDown: [0n, 10n ** 18n],
      shortOptionMinimum: [0n, 10n ** 17n],
      maintenanceFactor: [0n, 10n ** 18n],
      collateralHaircut: [0n, 6n * 10n ** 17n],
      crossMarketCredit: [61n * 10n ** 16n, 1n],
      bidSpread: [6n * 10n ** 17n, 1n],
      arrayAgeLimit: [1n, 90_000n],
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

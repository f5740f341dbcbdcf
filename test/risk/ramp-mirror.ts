import { expect } from "chai";
import { network } from "hardhat";
import {
  type ParameterChange,
  type RampedName,
  type RampedParameters,
  valuesAt,
  widening,
} from "../../packages/quant/src/exact/ramp.ts";
import { seeded } from "../support/random.ts";
import { deployRisk, parameters } from "../support/risk.ts";

const UNIT = 10n ** 12n;
const NOT_ABOVE = new Set<RampedName>(["crossMarketCredit", "arrayAgeLimit"]);

describe("ParameterRamp: the mirror in BigInt", () => {
  it("has the values in force through overlapping random changes, for existing positions and new risk", async () => {
    const connection = await network.create();
    const { time } = connection.networkHelpers;
    const { riskParameters } = await deployRisk(connection);
    const next = seeded(91);
    const names = Object.keys(parameters) as RampedName[];
    const proposal = (): RampedParameters =>
      Object.fromEntries(
        names.map((name) => {
          const value = parameters[name];
          const unit = value > UNIT ? UNIT : 1n;
          const factor = BigInt(Math.floor(900_000 + next() * (NOT_ABOVE.has(name) ? 100_000 : 200_000)));
          const scaled = ((value / unit) * factor) / 1_000_000n;
          return [name, next() < 0.2 ? value : scaled * unit];
        }),
      ) as RampedParameters;
    const asList = (values: RampedParameters): bigint[] => names.map((name) => values[name]);
    await riskParameters.setParameters(3, parameters);
    let change: ParameterChange = {
      from: parameters,
      fromForNewRisk: parameters,
      to: parameters,
      startedAt: 0n,
    };
    let apart = 0;
    for (let round = 0; round < 12; round++) {
      const to = proposal();
      await riskParameters.setParameters(3, to);
      const startedAt = BigInt(await time.latest());
      const { existing, newRisk } = valuesAt(change, startedAt);
      change = { from: existing, fromForNewRisk: newRisk, to, startedAt };
      for (let look = 0; look < 5; look++) {
        await time.increase(1 + Math.floor(next() * (round % 3 === 0 ? 80_000 : 20_000)));
        const now = valuesAt(change, BigInt(await time.latest()));
        expect(asList(now.existing)).to.deep.equal([...(await riskParameters.parameters(3))]);
        expect(asList(now.newRisk)).to.deep.equal([...(await riskParameters.newRiskParameters(3))]);
        const terms = await riskParameters.termsForMargin(3);
        expect(widening(now.newRisk, now.existing)).to.equal(terms.widening);
        if (terms.widening > 10n ** 18n) apart++;
      }
    }
    expect(apart).to.be.greaterThan(10);
  });
});

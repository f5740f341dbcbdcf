import type { Toxicity } from "@ballast/quant";
import { expect } from "chai";
import {
  type ConditionEstimates,
  DEFAULT_LIMITS,
  type PostedConditions,
  planConditions,
} from "../src/index.ts";

const WAD = 10n ** 18n;
const POINT = WAD / 100n;
const DAY = 86_400;
const NOW = 1_893_456_000;

const NOTHING: ConditionEstimates = { realised: undefined, forecast: undefined, toxicity: undefined };
const realised = (value: number) => ({ value, standardError: value / 7, samples: 24 });
const toxic = (charged: number): Toxicity => ({ value: charged, standardError: 0, samples: 30, charged });
const plan = (posted: Partial<PostedConditions>, estimates: Partial<ConditionEstimates>) =>
  planConditions(
    { realised: 0n, toxicity: 0n, postedAt: NOW - 600, ...posted },
    { ...NOTHING, ...estimates },
    NOW,
    DEFAULT_LIMITS,
  );

describe("keeper: conditions of a market", () => {
  it("are posted at first, when they moved enough, and whatever moved once the last post is old", () => {
    expect(plan({ postedAt: 0 }, { realised: realised(0.5) }).why).to.equal("nothing was ever posted");
    expect(plan({ postedAt: 0 }, {}).why).to.equal(undefined);
    const posted = { realised: 50n * POINT };
    expect(plan(posted, { realised: realised(0.5499) }).why).to.equal(undefined);
    expect(plan(posted, { realised: realised(0.55) }).why).to.equal("realised volatility moved 5.00 %");
    expect(plan(posted, { realised: realised(0.5), toxicity: toxic(0.0024) }).why).to.equal(undefined);
    expect(plan(posted, { realised: realised(0.5), toxicity: toxic(0.0025) }).why).to.equal(
      "toxicity moved 0.25 %",
    );
    const old = { ...posted, postedAt: NOW - 21_600 };
    expect(plan(old, { realised: realised(0.51) }).why).to.contain("21600 s old");
    expect(plan(old, { realised: realised(0.5) }).why).to.equal(undefined);
  });

  it("take the higher of the last day and of the forecast, and keep what is posted while neither is known", () => {
    expect(plan({}, { realised: realised(0.6), forecast: 0.8 }).realised).to.equal(80n * POINT);
    expect(plan({}, { realised: realised(0.9), forecast: 0.8 }).realised).to.equal(90n * POINT);
    expect(plan({}, { forecast: 0.8 }).realised).to.equal(80n * POINT);
    expect(plan({ realised: 70n * POINT, postedAt: NOW - 2 * DAY }, {})).to.deep.equal({
      realised: 70n * POINT,
      toxicity: 0n,
      why: undefined,
    });
  });

  it("rise at once and fall no faster than the contract lets, within its bounds", () => {
    expect(plan({}, { realised: realised(9), toxicity: toxic(0.4) })).to.include({
      realised: 5n * WAD,
      toxicity: 25n * POINT,
    });
    const high = { realised: WAD, toxicity: 10n * POINT };
    const quarter = { ...high, postedAt: NOW - DAY / 4 };
    expect(plan(quarter, { realised: realised(0.2) })).to.include({
      realised: 75n * POINT,
      toxicity: (75n * POINT) / 10n,
    });
    expect(plan({ ...high, postedAt: NOW - DAY }, { realised: realised(0.2) })).to.include({
      realised: 20n * POINT,
      toxicity: 0n,
    });
    // A third of a second's fall is not there: rounded up, as the contract does.
    expect(plan({ toxicity: 10n, postedAt: NOW - 1 }, {}).toxicity).to.equal(10n);
  });
});

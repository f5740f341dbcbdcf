import { trade, WAD } from "@ballast/sdk";
import { expect } from "chai";
import {
  priced,
  type QuoterParameters,
  refusalOf,
  volatilityOf,
} from "../../packages/quant/src/exact/quotes.ts";
import { connection, curator, expiryOf, option, refusal, scene } from "../support/ballast.ts";
import { inputsOf, orderOf, quoterWith, refresh, type Series, type Wanted } from "../support/quotes.ts";
import { seeded } from "../support/random.ts";

const DAY = 86_400;

describe("Quoter: the mirror in BigInt", () => {
  it("quotes and refuses random orders to the wei, against a vault that is short and hedged", async () => {
    const stage = await connection.networkHelpers.loadFixture(scene);
    const { ballast, account } = stage.world.people.hedger;
    const { optionPricer } = ballast;
    const held = { expiry: expiryOf(stage, 2), dollars: 2_200n, kind: "call" as const };
    const leg = { instrument: option(held.expiry, held.dollars, held.kind), quantity: 300n * WAD };
    await (await trade(ballast, account, [leg])).wait();
    const all: Wanted[] = [];
    for (let index = 0; index < 5; index++) {
      for (let dollars = 1_500n; dollars <= 2_550n; dollars += 75n) {
        all.push({ expiry: expiryOf(stage, index), dollars, kind: "call", quantity: WAD });
      }
    }
    for (let from = 0; from < all.length; from += 5) {
      const some = orderOf(all.slice(from, from + 5));
      const words = some[0].map((instrument) => (instrument << 64n) | 1n);
      await (await ballast.riskArrays.refreshPositions(words)).wait();
    }
    await refresh(ballast, [{ ...held, quantity: WAD }]);
    const next = seeded(111);
    const share = (least: number, most: number): bigint =>
      BigInt(Math.floor((least + next() * (most - least)) * 1e9)) * 10n ** 9n + 7n;
    const pick = <T>(one: T, other: T): T => (next() < 0.5 ? one : other);
    const someParameters = (): QuoterParameters => ({
      halfSpreadVol: share(0.001, 0.05),
      volPerHour: pick(0n, share(0, 0.01)),
      realisedShare: share(0, 1),
      legShare: share(0.1, 0.99),
      spotSpread: share(0, 0.002),
      spotPerHour: share(0, 0.001),
      deviationThreshold: share(0, 0.006),
      vegaCharge: share(0.001, 0.9),
      gammaCharge: share(0, 0.9),
      deltaCharge: share(0, 0.09),
      maxNetVega: share(0.001, pick(0.02, 1.9)),
      maxExpiryVega: share(0.001, pick(0.02, 1.9)),
      maxNetGamma: share(0.001, pick(0.02, 1.9)),
      maxNetDelta: share(0.001, pick(0.05, 9)),
      maxStrandedDelta: share(0, pick(0.01, 9)),
      maxNotional: share(0.01, pick(0.3, 17)),
      minDelta: share(0, 0.1),
      maxDelta: share(0.9, 0.99),
      minVolatility: share(0.01, 0.5),
      maxVolatility: share(0.6, 3),
      minSize: share(0.0001, pick(0.001, 0.5)),
      strikeStep: pick(WAD / 20n, WAD / 200n),
      minTenor: BigInt(Math.floor(600 + next() * 4 * DAY)),
      maxTenor: BigInt(Math.floor((20 + next() * 60) * DAY)),
    });
    const reasons = new Map<string, number>();
    const seen = { quoted: 0, reducing: 0, together: 0, apart: 0 };
    const second = await connection.ethers.deployContract("StatusFeed", [stage.world.externals.feed.address]);
    const setSecond = async (price: bigint) =>
      (await second.set(price, await stage.clock.now(), pick(0n, BigInt(Math.floor(2 * next()))))).wait();
    await setSecond(2_000n * WAD);
    await (await (await curator(stage)).priceRouter.setSecondFeed(0, second.target, WAD / 50n)).wait();
    let quoter = ballast.quoter;
    let p = someParameters();
    for (let run = 0; run < 200; run++) {
      if (run % 10 === 0) {
        p = someParameters();
        quoter = await quoterWith(stage, p);
        await (await quoter.postConditions(0, share(0, 1.5), share(0, 0.02))).wait();
        await setSecond(share(1_965, 2_035));
      }
      const legs: Wanted[] = [];
      for (let count = 1 + Math.floor(next() * 3); legs.length < count; ) {
        const chosen = all[Math.floor(next() * all.length)];
        if (!chosen) throw new Error("There is no such series.");
        const series = next() < 0.2 ? held : { ...chosen, kind: pick("call", "put") as "call" | "put" };
        const size = BigInt(Math.floor(10 ** (6 + next() * 5))) * 10n ** 10n;
        if (!legs.some((one) => isSame(one, series))) legs.push({ ...series, quantity: pick(size, -size) });
      }
      const twoSteps = next() < 0.5;
      const inputs = await inputsOf(stage, ballast, legs, twoSteps, quoter);
      const refused = refusalOf(p, inputs);
      const asked = quoter.quoteLegs(...orderOf(legs), twoSteps);
      if (refused !== undefined) {
        expect(await refusal(asked)).to.equal(`Quoter_${refused}`);
        reasons.set(refused, (reasons.get(refused) ?? 0) + 1);
        continue;
      }
      const quote = await asked;
      const volatilities = inputs.legs.map((one) => volatilityOf(p, inputs.conditions, one));
      const values = await Promise.all(
        orderOf(legs)[0].map((instrument, i) =>
          optionPricer.priceOf(instrument, inputs.legs[i]?.mid.forward ?? 0n, volatilities[i]?.priced ?? 0n),
        ),
      );
      const { premium, fair, charge, reducesRisk } = quote;
      expect(priced(p, inputs, values)).to.deep.equal({ premium, fair, charge, reducesRisk });
      expect([...quote.volatilities]).to.deep.equal(volatilities.map(({ told }) => told));
      if (legs.length === 1 && !twoSteps) {
        const single = await quoter.quote(orderOf(legs)[0][0] ?? 0n, legs[0]?.quantity ?? 0n);
        expect(single.premium).to.equal(premium);
      }
      seen.quoted++;
      if (inputs.bid !== inputs.ask) seen.apart++;
      if (reducesRisk) seen.reducing++;
      if (legs.length > 1) seen.together++;
    }
    for (const [what, count] of Object.entries(seen)) expect(count, what).to.be.greaterThan(3);
    expect([...reasons.keys()].sort()).to.include.members(["DeltaOutOfRange", "OffGrid", "TenorOutOfRange"]);
  });
});

function isSame(one: Series, other: Series): boolean {
  return one.expiry === other.expiry && one.dollars === other.dollars && one.kind === other.kind;
}

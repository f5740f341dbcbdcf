import { trade, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { judge, priced, type QuoterParameters } from "../../packages/quant/src/exact/quotes.ts";
import { connection, curator, expiryOf, option, refusal, scene } from "../support/ballast.ts";
import { seeded } from "../support/random.ts";

describe("Quoter: the mirror in BigInt", () => {
  it("quotes and refuses random trades to the wei, against a vault that is short and hedged", async () => {
    const stage = await connection.networkHelpers.loadFixture(scene);
    const { ballast, account } = stage.world.people.hedger;
    const { quoter, vault, clearinghouse, optionPricer, surfaceFeed } = ballast;
    const leg = { instrument: option(expiryOf(stage, 2), 2_200n, "call"), quantity: 300n * WAD };
    await (await trade(ballast, account, [leg])).wait();
    const own = await vault.account();
    const weth = await stage.world.externals.weth.getAddress();
    const steered = (await curator(stage)).quoter;
    const next = seeded(111);
    const share = (most: number): bigint => BigInt(Math.floor(next() * most * 1e9)) * 10n ** 9n + 7n;
    const someParameters = (): QuoterParameters => ({
      halfSpreadVol: share(0.05),
      spotSpread: share(0.002),
      vegaCharge: share(1),
      minDelta: share(0.1),
      maxDelta: WAD - share(0.1),
      maxNetVega: share(next() < 0.5 ? 0.05 : 2),
      maxNetDelta: share(next() < 0.5 ? 0.05 : 2),
      minTenor: BigInt(Math.floor(next() * 4 * 86_400)),
      maxTenor: BigInt(Math.floor((20 + next() * 60) * 86_400)),
    });
    let p = someParameters();
    const reasons = new Map<string, number>();
    const seen = { quoted: 0, reducing: 0 };
    for (let run = 0; run < 150; run++) {
      if (run % 10 === 0) {
        p = someParameters();
        await (await steered.setParameters(p)).wait();
      }
      const latest = await connection.ethers.provider.getBlock("latest");
      const expiry = expiryOf(stage, Math.floor(next() * 5));
      const strike = BigInt(1_500 + 50 * Math.floor(next() * 21));
      const isSame = next() < 0.2;
      const instrument = isSame ? leg.instrument : option(expiry, strike, next() < 0.5 ? "call" : "put");
      const size = BigInt(Math.floor(10 ** (6 + next() * 5))) * 10n ** 10n;
      const quantity = next() < 0.5 ? size : -size;
      const mid = await optionPricer.value(instrument, 0n);
      const book = await optionPricer.bookValue(0, [...(await clearinghouse.positionWords(own))]);
      const expiresAt = isSame ? expiryOf(stage, 2) : expiry;
      const inputs = {
        quantity,
        held: await clearinghouse.positionOf(own, instrument),
        nav: (await vault.nav()).mid,
        tenor: BigInt(expiresAt - (latest?.timestamp ?? 0)),
        isSliceStale: await surfaceFeed.isSliceStale(0, expiresAt),
        mid,
        book: { delta: book.delta, vega: book.vega, hedge: await clearinghouse.collateralOf(own, weth) },
      };
      const judged = judge(p, inputs);
      if (judged.refusal !== undefined) {
        expect(await refusal(quoter.quote(instrument, quantity))).to.equal(`Quoter_${judged.refusal}`);
        reasons.set(judged.refusal, (reasons.get(judged.refusal) ?? 0) + 1);
        continue;
      }
      const quote = await quoter.quote(instrument, quantity);
      const shifted = await optionPricer.value(instrument, judged.shift);
      const mirrored = priced(p, inputs, shifted.value);
      expect(mirrored).to.deep.equal({ premium: quote.premium, fair: quote.fair, price: quote.price });
      expect([judged.reducesRisk, shifted.volatility]).to.deep.equal([quote.reducesRisk, quote.volatility]);
      seen.quoted++;
      if (judged.reducesRisk) seen.reducing++;
    }
    for (const [what, count] of Object.entries(seen)) expect(count, what).to.be.greaterThan(3);
    const expected = ["DeltaLimit", "DeltaOutOfRange", "TenorOutOfRange", "VegaLimit"];
    expect([...reasons.keys()].sort()).to.deep.equal(expected);
  });
});

import { trade, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { connection, curator, moveTo, option, refusal } from "../support/ballast.ts";
import { done, parametersOf, quoted } from "../support/quotes.ts";

const { networkHelpers } = connection;
const HOUR = 3_600;
/** FLAW_NOT_FIXED of IValuation. */
const NOT_FIXED = 8n;

const proposing = async () => quoted();
const expiring = async () => quoted();

describe("Quoter: what may be pending", () => {
  it("is no looser proposal once parameters are set that are not looser", async () => {
    const stage = await networkHelpers.loadFixture(proposing);
    const { quoter } = await curator(stage);
    const now = await parametersOf(stage.ballast);
    await done(quoter.setParameters({ ...now, maxNetDelta: 2n * now.maxNetDelta }));
    expect((await quoter.proposedParameters()).effectiveAt).to.be.greaterThan(0n);
    await done(quoter.setParameters({ ...now }));
    expect((await quoter.proposedParameters()).effectiveAt).to.equal(0n);
    await stage.clock.advanceTo((await networkHelpers.time.latest()) + 48 * HOUR);
    expect(await refusal(quoter.applyParameters())).to.equal("Quoter_NothingProposed");
    expect(await parametersOf(stage.ballast)).to.deep.equal(now);
  });

  it("is the fixing of an expiry that is over: capital is marked meanwhile", async () => {
    const stage = await networkHelpers.loadFixture(expiring);
    const { ballast, account } = stage;
    await done(
      trade(ballast, account, [{ instrument: option(stage.near, 2_000n, "call"), quantity: 5n * WAD }]),
    );
    await moveTo(stage, stage.near + HOUR, 2_000n);
    expect((await ballast.vault.reading()).flaws).to.equal(NOT_FIXED);
    const before = await ballast.quoter.capitalMarkedAt();
    await done(ballast.quoter.markCapital());
    expect(await ballast.quoter.capitalMarkedAt()).to.be.greaterThan(before);
    expect(await ballast.quoter.capital()).to.equal((await ballast.vault.reading()).mid);
  });
});

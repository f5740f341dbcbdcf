import {
  arrayReportHash,
  arraysDomain,
  buildArrayReport,
  instrumentId,
  packPosition,
  signArrayReport,
  WAD,
} from "@ballast/sdk";
import { expect } from "chai";
import { mintUsdc } from "../../packages/lab/src/externals/index.ts";
import { connection, expiryOf, refusal, scene } from "../support/ballast.ts";

const { ethers, networkHelpers } = connection;

describe("posted arrays on a whole deployment", () => {
  const strikes = Array.from({ length: 24 }, (_, i) => (1_400n + 50n * BigInt(i)) * WAD);

  async function posted() {
    const stage = await scene();
    const { world } = stage;
    const { keeper, deployer } = world.people;
    const { arrayPosts, riskArrays, usdc } = keeper.ballast;
    const at = world.deployment.contracts.arrayPosts;
    const bond = await arrayPosts.bond();
    await mintUsdc(world.externals.usdc, keeper.address, bond, deployer.signer);
    await (await usdc.approve(at, bond)).wait();
    await (await arrayPosts.deposit(bond)).wait();
    const expiry = expiryOf(stage, 2);
    await (await riskArrays.refresh(0, expiry, [])).wait();
    const report = await buildArrayReport(riskArrays, 0, expiry, strikes);
    const domain = arraysDomain(world.deployment.chainId, at);
    const signatures = await signArrayReport(domain, report, world.surfaceSigners);
    await (await arrayPosts.commit(0, expiry, report.version, arrayReportHash(report))).wait();
    await (await arrayPosts.post(report, signatures)).wait();
    return { ...stage, expiry, report };
  }

  it("are current for everybody, and leave nothing to refresh", async () => {
    const { world, expiry } = await networkHelpers.loadFixture(posted);
    const { riskArrays, arrayPosts } = world.people.keeper.ballast;
    const words = strikes.map((strike) =>
      packPosition(instrumentId({ market: 0, expiry, strike, kind: "put" }), WAD),
    );
    expect(await riskArrays.refreshPositions.staticCall(words)).to.equal(0n);
    const [poster] = await arrayPosts.postOf(1);
    expect(poster).to.equal(world.people.keeper.address);
    expect((await arrayPosts.bondsOf(poster)).locked).to.equal(await arrayPosts.bond());
  });

  it("come through the room that checks them, and through nobody else", async () => {
    const { world, expiry, report } = await networkHelpers.loadFixture(posted);
    const curator = (await ethers.getSigners())[18];
    for (const caller of [world.people.deployer.signer, world.people.keeper.signer, curator ?? null]) {
      const arrays = world.people.keeper.ballast.riskArrays.connect(caller);
      const attempts = [
        arrays.install.staticCall(0, expiry, report.version, report.page),
        arrays.withdrawPage.staticCall(0, expiry, world.people.keeper.address),
      ];
      for (const attempt of attempts) expect(await refusal(attempt)).to.equal("AccessManagedUnauthorized");
    }
  });
});

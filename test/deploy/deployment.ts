import { expect } from "chai";
import { ZeroAddress } from "ethers";
import { network } from "hardhat";
import { localConfig } from "../../deploy/config/local.ts";
import { deployBallast } from "../../deploy/deploy.ts";
import { assertHandedOver, NotHandedOverError, readRoles } from "../../deploy/status.ts";
import { deployExternals } from "../../packages/lab/src/externals/index.ts";
import { IPriceFeed__factory } from "../../typechain-types/index.js";

const connection = await network.create();
const { ethers } = connection;

describe("deployment", () => {
  async function deployed(withMoreFeeds = false) {
    const signers = await ethers.getSigners();
    const [deployer, one, two, curator, guardian] = signers;
    if (!deployer || !one || !two || !curator || !guardian)
      throw new Error("The network has too few accounts.");
    const externals = await deployExternals(deployer, { ethPrice: 2_000n * 10n ** 18n });
    const local = await localConfig(externals, {
      curators: [curator.address],
      guardians: [guardian.address],
      surfaceSigners: [one.address, two.address],
      surfaceThreshold: 2,
    });
    const pegFeed = { ...local.markets[0]!.feed, aggregator: externals.feed.address };
    const secondFeed = { feed: pegFeed, band: 10n ** 16n };
    const markets = local.markets.map((market) => ({ ...market, secondFeed }));
    const config = withMoreFeeds ? { ...local, pegFeed, markets } : local;
    const { deployment, ballast } = await deployBallast(connection, config);
    return { deployment, ballast, config, deployer, curator, guardian };
  }

  it("puts code at every address it names", async () => {
    const { deployment } = await deployed();
    for (const [name, address] of Object.entries(deployment.contracts)) {
      expect(await ethers.provider.getCode(address), name).to.not.equal("0x");
    }
  });

  it("leaves no owner: nobody administers roles, and the deployer holds none", async () => {
    const { deployment, deployer, curator, guardian } = await deployed();
    const roles = new Map(
      (await readRoles(deployment, ethers.provider)).map(({ role, holders }) => [role, holders]),
    );
    expect(roles.get("ADMIN")).to.deep.equal([]);
    expect(roles.get("CURATOR")).to.deep.equal([curator.address]);
    expect(roles.get("GUARDIAN")).to.deep.equal([guardian.address]);
    expect(roles.get("SETTLER")).to.deep.equal([deployment.contracts.settler]);
    expect(roles.get("INSTALLER")).to.deep.equal([deployment.contracts.arrayPosts]);
    expect([...roles.values()].flat()).to.not.include(deployer.address);
  });

  it("reports a holder who should not be there", async () => {
    const { deployment, config, curator } = await deployed();
    let caught: unknown;
    await assertHandedOver(deployment, config, curator.address, ethers.provider);
    const strict = { ...config, roles: { ...config.roles, curators: [] } };
    await assertHandedOver(deployment, strict, curator.address, ethers.provider).catch((error: unknown) => {
      caught = error;
    });
    expect(caught).to.be.instanceOf(NotHandedOverError);
  });

  it("refuses the deployer what only the curator may do", async () => {
    const { ballast, deployment, deployer, curator } = await deployed();
    const feed = deployment.contracts.guardian;
    await expect(ballast.priceRouter.connect(deployer).setFeed(9, feed)).to.be.revert(ethers);
    await ballast.priceRouter.connect(curator).setFeed(9, feed);
    expect(await ballast.priceRouter.feedOf(9)).to.equal(feed);
  });

  it("takes the fees that its configuration says, within the caps of the code", async () => {
    const { ballast, config } = await deployed();
    const { terms } = await ballast.epochAccounts.feesOf(await ballast.vault.account());
    const { management, performance, recipient } = config.vaultFees;
    expect([terms.management, terms.performance, terms.recipient]).to.deep.equal([
      management,
      performance,
      recipient,
    ]);
    expect([management, performance]).to.deep.equal([10n ** 16n, 10n ** 17n]);
  });

  it("deploys the second source of a market that has one", async () => {
    const { ballast, deployment } = await deployed(true);
    const [feed, band] = await ballast.priceRouter.secondFeedOf(0);
    expect(band).to.equal(10n ** 16n);
    expect(feed).to.not.equal(await ballast.priceRouter.feedOf(0));
    const second = IPriceFeed__factory.connect(feed, ethers.provider);
    const first = IPriceFeed__factory.connect(await ballast.priceRouter.feedOf(0), ethers.provider);
    expect(await second.aggregator()).to.equal(await first.aggregator());
    expect((await ballast.priceRouter.spot(0)).status).to.equal(0n);
    expect(deployment.contracts.priceRouter).to.equal(await ballast.priceRouter.getAddress());
  });

  it("lets nobody bring dust into somebody else's account", async () => {
    const { ballast, config } = await deployed();
    const [{ underlying, minimumDeposit }] = config.markets as [(typeof config.markets)[number]];
    const { minimum } = await ballast.clearinghouse.collateralTotals(underlying);
    expect(minimum).to.equal(minimumDeposit);
    expect(minimum).to.be.within(10n ** 14n, 10n ** 16n);
  });

  it("gives risk parameters to the curator, who changes them only by a ramp", async () => {
    const { ballast, config, deployer, curator } = await deployed();
    const next = { ...config.markets[0]!.risk, scanRange: 25n * 10n ** 16n };
    const { riskParameters } = ballast;
    await expect(riskParameters.connect(deployer).setParameters(0, next)).to.be.revert(ethers);
    await riskParameters.connect(curator).setParameters(0, next);
    const inForce = await riskParameters.parameters(0);
    const newRisk = await riskParameters.newRiskParameters(0);
    expect([inForce.scanRange, newRisk.scanRange]).to.deep.equal([20n * 10n ** 16n, next.scanRange]);
    expect(await riskParameters.pegFeed()).to.equal(ZeroAddress);
  });

  it("reads the cash token's peg from a feed of its own where one is configured", async () => {
    const { ballast, config } = await deployed(true);
    const feed = IPriceFeed__factory.connect(await ballast.riskParameters.pegFeed(), ethers.provider);
    expect(await feed.aggregator()).to.equal(config.pegFeed?.aggregator);
    await ballast.riskParameters.updatePeg();
    expect(await ballast.riskParameters.depegShare()).to.equal(5n * 10n ** 17n);
  });
});

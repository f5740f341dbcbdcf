import { accountId, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { ZeroAddress } from "ethers";
import { connection, curator, refusal, type Scene, scene } from "../support/ballast.ts";

const { ethers, networkHelpers } = connection;
const DAY = 86_400;
const USDC = 10n ** 6n;
const ANY = 2n ** 100n;

/** The waterfall's own key, for what only it may ask of the fund. */
async function asWaterfall(stage: Scene) {
  const at = stage.world.deployment.contracts.lossWaterfall;
  await networkHelpers.impersonateAccount(at);
  await networkHelpers.setBalance(at, WAD);
  return stage.world.people.insurer.ballast.insuranceFund.connect(await ethers.getSigner(at));
}

describe("insurance fund", () => {
  it("lets depositors go after their cooldown, with what they cooled, until it expires", async () => {
    const stage = await networkHelpers.loadFixture(scene);
    const { insurer } = stage.world.people;
    const { fundShares, insuranceFund, usdc } = insurer.ballast;
    const shares = await fundShares.balanceOf(insurer.address);
    const leave = (amount: bigint) => refusal(fundShares.redeem(amount, insurer.address, insurer.address));
    expect(await leave(shares)).to.equal("InsuranceFund_NoCooldown");
    expect(await refusal(insuranceFund.startCooldown.staticCall(0n))).to.equal("InsuranceFund_ZeroAmount");
    expect(await refusal(insuranceFund.startCooldown.staticCall(shares + 1n))).to.equal(
      "InsuranceFund_ExceedsCooldown",
    );
    expect(await insuranceFund.cooldownOf(insurer.address)).to.deep.equal([0n, 0n, 0n]);
    await (await insuranceFund.startCooldown(shares / 2n)).wait();
    const [cooled, endsAt, expiresAt] = await insuranceFund.cooldownOf(insurer.address);
    expect(cooled).to.equal(shares / 2n);
    expect(expiresAt - endsAt).to.equal(2n * BigInt(DAY));
    expect(await leave(shares / 2n)).to.equal("InsuranceFund_CoolingDown");
    expect(await fundShares.maxRedeem(insurer.address)).to.equal(0n);
    await stage.clock.advanceTo(Number(endsAt));
    expect(await leave(shares)).to.equal("InsuranceFund_ExceedsCooldown");
    expect(await fundShares.maxRedeem(insurer.address)).to.equal(shares / 2n);
    await (await fundShares.redeem(shares / 4n, insurer.address, insurer.address)).wait();
    expect(await usdc.balanceOf(insurer.address)).to.be.within(37_500n * USDC - 1n, 37_500n * USDC);
    expect(await insuranceFund.assetsHeld()).to.be.within(112_500n * USDC, 112_500n * USDC + 1n);
    await stage.clock.advanceTo(Number(expiresAt));
    expect(await fundShares.maxRedeem(insurer.address)).to.equal(0n);
    expect(await leave(shares / 4n)).to.equal("InsuranceFund_CooldownExpired");
  });

  it("keeps everybody in while a shortfall is open, and shows it in what may be withdrawn", async () => {
    const stage = await networkHelpers.loadFixture(scene);
    const { insurer } = stage.world.people;
    const { insuranceFund } = insurer.ballast;
    const fundShares = (
      await ethers.getContractAt("InsuranceFund", stage.world.deployment.contracts.insuranceFund)
    ).connect(insurer.signer);
    const waterfall = await asWaterfall(stage);
    await (await insuranceFund.startCooldown(WAD)).wait();
    await stage.clock.advanceTo((await stage.clock.now()) + 3 * DAY);
    expect(await fundShares.maxWithdraw(insurer.address)).to.equal(USDC);
    await (await waterfall.setOpenShortfalls(2n)).wait();
    expect(await insuranceFund.openShortfalls()).to.equal(2n);
    expect(await fundShares.maxWithdraw(insurer.address)).to.equal(0n);
    const leave = () => refusal(fundShares.withdraw.staticCall(1n, insurer.address, insurer.address));
    expect(await leave()).to.equal("InsuranceFund_ShortfallOpen");
    await (await waterfall.setOpenShortfalls(0n)).wait();
    expect(await leave()).to.equal("nothing was refused");
  });

  it("is left, fed and charged while new risk is paused", async () => {
    const stage = await networkHelpers.loadFixture(scene);
    const { insurer, hedger, putSeller } = stage.world.people;
    const { fundShares, insuranceFund, clearinghouse } = insurer.ballast;
    const at = stage.world.deployment.contracts;
    await (await insuranceFund.startCooldown(WAD)).wait();
    await stage.clock.advanceTo((await stage.clock.now()) + 3 * DAY);
    const own = await curator(stage);
    await (await own.clearinghouse.setRiskPaused(true)).wait();
    expect(await clearinghouse.riskPaused()).to.equal(true);
    await (await fundShares.redeem(WAD, insurer.address, insurer.address)).wait();
    await (await stage.world.externals.usdc.mint(hedger.address, 200n * USDC)).wait();
    await (await hedger.ballast.usdc.approve(at.clearinghouse, 200n * USDC)).wait();
    const account = await insuranceFund.feeAccount();
    await (await hedger.ballast.clearinghouse.deposit(account, at.usdc, 200n * USDC)).wait();
    await (await hedger.ballast.insuranceFund.collectFees()).wait();
    expect(await insuranceFund.assetsHeld()).to.equal(150_199n * USDC);
    await networkHelpers.impersonateAccount(at.auctionHouse);
    await networkHelpers.setBalance(at.auctionHouse, WAD);
    const house = insurer.ballast.lossWaterfall.connect(await ethers.getSigner(at.auctionHouse));
    await (await house.absorb(putSeller.account, 99n * WAD)).wait();
    expect(await insuranceFund.assetsHeld()).to.equal(150_100n * USDC);
  });

  it("pays the waterfall only, never more than it has, and ignores donations", async () => {
    const stage = await networkHelpers.loadFixture(scene);
    const { insurer } = stage.world.people;
    const { insuranceFund, fundShares, usdc } = insurer.ballast;
    const at = stage.world.deployment.contracts;
    expect(await refusal(insuranceFund.cover.staticCall(1n, insurer.address))).to.equal(
      "InsuranceFund_NotWaterfall",
    );
    expect(await refusal(insuranceFund.setOpenShortfalls.staticCall(1n))).to.equal(
      "InsuranceFund_NotWaterfall",
    );
    await (await stage.world.externals.usdc.mint(at.insuranceFund, USDC)).wait();
    expect(await fundShares.totalAssets()).to.equal(150_000n * USDC);
    const waterfall = await asWaterfall(stage);
    await (await waterfall.cover(ANY, at.lossWaterfall)).wait();
    expect(await usdc.balanceOf(at.lossWaterfall)).to.equal(150_000n * USDC);
    expect(await insuranceFund.assetsHeld()).to.equal(0n);
    const factory = await ethers.getContractFactory("InsuranceFund");
    for (const addresses of [
      [ZeroAddress, at.lossWaterfall, at.clearinghouse],
      [at.usdc, ZeroAddress, at.clearinghouse],
      [at.usdc, at.lossWaterfall, ZeroAddress],
    ] as const) {
      expect(await refusal(factory.deploy(...addresses))).to.equal("InsuranceFund_ZeroAddress");
    }
  });

  it("earns what is contributed and what its account in the clearinghouse has, for its depositors alike", async () => {
    const stage = await networkHelpers.loadFixture(scene);
    const { insurer, hedger } = stage.world.people;
    const { insuranceFund, usdc } = insurer.ballast;
    const at = stage.world.deployment.contracts;
    const fundShares = await ethers.getContractAt("InsuranceFund", at.insuranceFund);
    const shares = await fundShares.balanceOf(insurer.address);
    const before = await fundShares.previewRedeem(shares);
    expect(await refusal(insuranceFund.contribute.staticCall(0n))).to.equal("InsuranceFund_ZeroAmount");
    expect(await refusal(insuranceFund.collectFees.staticCall())).to.equal("InsuranceFund_ZeroAmount");
    await (await stage.world.externals.usdc.mint(insurer.address, 300n * USDC)).wait();
    await (await usdc.approve(at.insuranceFund, 300n * USDC)).wait();
    await (await insuranceFund.contribute(300n * USDC)).wait();
    const account = await insuranceFund.feeAccount();
    expect(account).to.equal(accountId(at.insuranceFund));
    await (await stage.world.externals.usdc.mint(hedger.address, 200n * USDC)).wait();
    await (await hedger.ballast.usdc.approve(at.clearinghouse, 200n * USDC)).wait();
    await (await hedger.ballast.clearinghouse.deposit(account, at.usdc, 200n * USDC)).wait();
    await (await hedger.ballast.insuranceFund.collectFees()).wait();
    expect(await insuranceFund.assetsHeld()).to.equal(150_500n * USDC);
    expect(await fundShares.balanceOf(insurer.address)).to.equal(shares);
    expect((await fundShares.previewRedeem(shares)) - before).to.be.within(500n * USDC - 1n, 500n * USDC);
  });
});

import { expect } from "chai";
import { ZeroAddress } from "ethers";
import { network } from "hardhat";
import { deployUsdc } from "../../packages/lab/src/externals/usdc.ts";
import { BOND, commit, DAY, deployPosts, post, postedBy, reportOf, strikesOf } from "../support/posts.ts";
import { WAD } from "../support/risk.ts";

const connection = await network.create();
const { ethers, networkHelpers } = connection;
const room = () => networkHelpers.loadFixture(fixture);
async function fixture() {
  return deployPosts(connection);
}

describe("ArrayPosts: bonds", () => {
  it("locks a bond for every commitment and post, which cannot leave", async () => {
    const stage = await room();
    const { posts, cash, poster, expiries } = stage;
    const report = await reportOf(stage, expiries[2]!, strikesOf(2));
    await commit(stage, report);
    expect((await posts.bondsOf(poster.address)).locked).to.equal(BOND);
    const mine = posts.connect(poster);
    await expect(mine.requestWithdrawal(9n * BOND + 1n))
      .to.be.revertedWithCustomError(posts, "ArrayPosts_BondTooSmall")
      .withArgs(9n * BOND, 9n * BOND + 1n);
    const { postId } = await postedBy(stage, await post(stage, report));
    await expect(mine.requestWithdrawal(10n * BOND)).to.be.revertedWithCustomError(
      posts,
      "ArrayPosts_BondTooSmall",
    );
    await mine.requestWithdrawal(9n * BOND);
    await expect(commit(stage, { ...report, page: "0x" }))
      .to.be.revertedWithCustomError(posts, "ArrayPosts_BondTooSmall")
      .withArgs(0, BOND);
    await networkHelpers.time.increase(8n * DAY);
    await mine.withdraw(poster.address);
    expect(await cash.balanceOf(posts)).to.equal(11n * BOND);
    await posts.release(postId);
    await mine.requestWithdrawal(BOND);
    await networkHelpers.time.increase(8n * DAY);
    await mine.withdraw(poster.address);
    expect(await cash.balanceOf(poster.address)).to.equal(10n * BOND);
  });

  it("pays a withdrawal after eight days, to whom the poster says", async () => {
    const { posts, cash, poster, anyone } = await room();
    const mine = posts.connect(poster);
    await expect(mine.withdraw(anyone.address))
      .to.be.revertedWithCustomError(posts, "ArrayPosts_NothingRequested")
      .withArgs(poster.address);
    await mine.requestWithdrawal(BOND);
    const { availableAt } = await posts.bondsOf(poster.address);
    expect(availableAt).to.equal(BigInt(await networkHelpers.time.latest()) + 8n * DAY);
    await networkHelpers.time.increaseTo(availableAt - 2n);
    await expect(mine.withdraw(anyone.address))
      .to.be.revertedWithCustomError(posts, "ArrayPosts_Unbonding")
      .withArgs(availableAt);
    await networkHelpers.time.increaseTo(availableAt - 1n);
    await expect(mine.withdraw(ZeroAddress)).to.be.revertedWithCustomError(posts, "ArrayPosts_ZeroAddress");
    await mine.withdraw(anyone.address);
    expect(await cash.balanceOf(anyone.address)).to.equal(BOND);
    await expect(mine.withdraw(anyone.address)).to.be.revertedWithCustomError(
      posts,
      "ArrayPosts_NothingRequested",
    );
  });

  it("replaces a request by the next, and cancels it by zero", async () => {
    const { posts, poster } = await room();
    const mine = posts.connect(poster);
    await mine.requestWithdrawal(10n * BOND);
    await networkHelpers.time.increase(4n * DAY);
    await mine.requestWithdrawal(4n * BOND);
    const { free, leaving, availableAt } = await posts.bondsOf(poster.address);
    expect([free, leaving]).to.deep.equal([6n * BOND, 4n * BOND]);
    expect(availableAt).to.equal(BigInt(await networkHelpers.time.latest()) + 8n * DAY);
    await mine.requestWithdrawal(0);
    expect((await posts.bondsOf(poster.address)).free).to.equal(10n * BOND);
  });

  it("takes no deposit of nothing, nor one that does not arrive whole", async () => {
    const { posts, cash, poster } = await room();
    await expect(posts.connect(poster).deposit(0)).to.be.revertedWithCustomError(
      posts,
      "ArrayPosts_ZeroAmount",
    );
    await cash.mint(poster.address, BOND);
    await cash.connect(poster).approve(posts, BOND);
    await cash.setFee(1);
    await expect(posts.connect(poster).deposit(BOND))
      .to.be.revertedWithCustomError(posts, "ArrayPosts_ReceivedLess")
      .withArgs(BOND, BOND - 1n);
  });

  it("is deployed with all its parts and a bond, or not at all", async () => {
    const { posts, cash, inputs, riskArrays, treasury } = await room();
    const parts = [riskArrays.target, inputs.target, cash.target, treasury.address];
    for (const [index] of parts.entries()) {
      const missing = parts.map((part, i) => (i === index ? ZeroAddress : part));
      await expect(
        ethers.deployContract("ArrayPosts", [...missing, BOND] as never),
      ).to.be.revertedWithCustomError(posts, "ArrayPosts_ZeroAddress");
    }
    await expect(ethers.deployContract("ArrayPosts", [...parts, 0n] as never)).to.be.revertedWithCustomError(
      posts,
      "ArrayPosts_ZeroAmount",
    );
  });

  it("works with the real USDC", async () => {
    const { riskArrays, inputs, poster, treasury, deployer } = await room();
    const usdc = await deployUsdc(deployer);
    const at = await usdc.getAddress();
    const posts = await ethers.deployContract("ArrayPosts", [
      riskArrays.target,
      inputs.target,
      at,
      treasury.address,
      BOND,
    ]);
    await (await usdc.mint(poster.address, BOND)).wait();
    const token = await ethers.getContractAt("TestToken", at, poster);
    await token.approve(posts, BOND);
    await posts.connect(poster).deposit(BOND);
    await posts.connect(poster).requestWithdrawal(BOND);
    await networkHelpers.time.increase(8n * DAY);
    await posts.connect(poster).withdraw(poster.address);
    expect(await usdc.balanceOf(poster.address)).to.equal(BOND);
  });
});

describe("ArrayPosts: commitments that are not posted", () => {
  it("cost a fifth of the bond while their version is the current one, a quarter of it for who says so", async () => {
    const stage = await room();
    const { posts, cash, poster, anyone, treasury, expiries } = stage;
    const report = await reportOf(stage, expiries[2]!, strikesOf(2));
    const hash = await commit(stage, report);
    const last = (await posts.committedAt(poster.address, hash)) + 255n;
    const expire = () => posts.connect(anyone).expire(poster.address, hash);
    await networkHelpers.mine(254);
    await expect(expire()).to.be.revertedWithCustomError(posts, "ArrayPosts_StillOpen").withArgs(last);
    await networkHelpers.mine();
    await expect(expire())
      .to.emit(posts, "CommitmentExpired")
      .withArgs(poster.address, hash, anyone.address, BOND / 5n);
    expect((await posts.bondsOf(poster.address)).free).to.equal((98n * BOND) / 10n);
    expect((await posts.bondsOf(poster.address)).locked).to.equal(0n);
    expect(await cash.balanceOf(anyone.address)).to.equal(BOND / 20n);
    await posts.collect();
    expect(await cash.balanceOf(treasury.address)).to.equal((3n * BOND) / 20n);
    await expect(expire())
      .to.be.revertedWithCustomError(posts, "ArrayPosts_NoCommitment")
      .withArgs(poster.address, hash);
  });

  it("are released at once, free of charge, when the version has moved on", async () => {
    const stage = await room();
    const { posts, cash, poster, anyone, inputs, riskArrays, expiries } = stage;
    const report = await reportOf(stage, expiries[2]!, strikesOf(2));
    const hash = await commit(stage, report);
    await inputs.setSpot(0, 3_031n * WAD, 0);
    await expect(posts.expire(poster.address, hash)).to.be.revertedWithCustomError(
      posts,
      "ArrayPosts_StillOpen",
    );
    await riskArrays.refresh(0, expiries[2]!, []);
    await posts.connect(anyone).expire(poster.address, hash);
    expect((await posts.bondsOf(poster.address)).free).to.equal(10n * BOND);
    expect(await cash.balanceOf(anyone.address)).to.equal(0n);
  });

  it("do not pay twice through the cash token", async () => {
    const stage = await room();
    const { posts, cash, poster, expiries } = stage;
    const hash = await commit(stage, await reportOf(stage, expiries[2]!, strikesOf(2)));
    await networkHelpers.mine(256);
    await cash.setHook(posts, posts.interface.encodeFunctionData("expire", [poster.address, hash]));
    await expect(posts.expire(poster.address, hash)).to.be.revertedWithCustomError(
      posts,
      "ArrayPosts_NoCommitment",
    );
  });
});

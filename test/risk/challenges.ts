import { type BasisParts, challengeable } from "@ballast/sdk";
import { expect } from "chai";
import { ZeroAddress } from "ethers";
import { network } from "hardhat";
import { BOND, DAY, deployPosts, reportOf, smuggle, spoilt, strikesOf } from "../support/posts.ts";
import { WAD } from "../support/risk.ts";

const connection = await network.create();
const { networkHelpers } = connection;
const CENT = 10n ** 16n;

const room = () => networkHelpers.loadFixture(fixture);
async function fixture() {
  return deployPosts(connection);
}

describe("ArrayPosts: challenges", () => {
  const WRONG = 5;

  async function smuggled() {
    const stage = await room();
    const expiry = stage.expiries[2]!;
    const report = spoilt(await reportOf(stage, expiry), [WRONG]);
    const posted = await smuggle(stage, report, WRONG);
    const challenge = (index = WRONG, changes: { readonly page?: string; readonly slice?: bigint } = {}) =>
      stage.posts
        .connect(stage.anyone)
        .challenge(
          posted.postId,
          { ...posted.basis, ...(changes.slice === undefined ? {} : { slice: changes.slice }) } as never,
          changes.page ?? posted.page,
          index,
        );
    return { ...stage, ...posted, stage, expiry, report, challenge };
  }

  it("pays who proves a wrong entry, takes the page back, and leaves the rest to the treasury", async () => {
    const { posts, cash, riskArrays, expiry, postId, poster, anyone, treasury, challenge } = await smuggled();
    const strike = strikesOf(16)[WRONG]! * CENT;
    expect((await riskArrays.words(0, expiry, strike)).current).to.equal(true);
    await expect(challenge())
      .to.emit(posts, "PostChallenged")
      .withArgs(postId, poster.address, anyone.address, strike);
    expect(await cash.balanceOf(anyone.address)).to.equal(BOND / 2n);
    expect((await posts.bondsOf(poster.address)).locked).to.equal(0n);
    expect((await posts.bondsOf(poster.address)).free).to.equal(9n * BOND);
    expect((await riskArrays.words(0, expiry, strike)).current).to.equal(false);
    expect((await riskArrays.basisOf(0, expiry)).header.page).to.equal(ZeroAddress);
    await riskArrays.refresh(0, expiry, [strike]);
    expect((await riskArrays.words(0, expiry, strike)).current).to.equal(true);
    await posts.collect();
    expect(await cash.balanceOf(treasury.address)).to.equal(BOND / 2n);
    await expect(posts.collect()).to.be.revertedWithCustomError(posts, "ArrayPosts_NothingToCollect");
  });

  it("can be prepared by anyone from the event of the post alone", async () => {
    const { basis, page, stage, expiry, riskArrays } = await smuggled();
    const parts = basis as unknown as BasisParts;
    expect(challengeable(parts, page)).to.deep.equal([WRONG]);
    await stage.inputs.setSpot(0, 3_031n * WAD, 0);
    await riskArrays.refresh(0, expiry, []);
    expect(challengeable(parts, page)).to.deep.equal([WRONG]);
    expect(challengeable({ ...parts, slice: 0n }, page).length).to.equal(16);
  });

  it("takes a wrong entry back that a later refresh has carried to another page", async () => {
    const { riskArrays, expiry, installed, challenge } = await smuggled();
    const more = Array.from({ length: 24 }, (_, i) => (4_000n + 10n * BigInt(i)) * WAD);
    await riskArrays.refresh(0, expiry, more);
    expect((await riskArrays.basisOf(0, expiry)).header.page).to.not.equal(installed);
    await (await challenge()).wait();
    const { current } = await riskArrays.words(0, expiry, strikesOf(16)[WRONG]! * CENT);
    expect(current).to.equal(false);
  });

  it("leaves a newer version alone, though the poster still pays", async () => {
    const { posts, poster, inputs, riskArrays, expiry, challenge } = await smuggled();
    await inputs.setSpot(0, 3_031n * WAD, 0);
    await riskArrays.refresh(0, expiry, [3_000n * WAD]);
    const { page } = (await riskArrays.basisOf(0, expiry)).header;
    await (await challenge()).wait();
    expect((await riskArrays.basisOf(0, expiry)).header.page).to.equal(page);
    expect((await posts.bondsOf(poster.address)).free).to.equal(9n * BOND);
  });

  it("refuses a challenge that is wrong, of another page or basis, or of no entry", async () => {
    const { posts, postId, report, challenge } = await smuggled();
    await expect(challenge(0))
      .to.be.revertedWithCustomError(posts, "ArrayPosts_RightEntry")
      .withArgs(strikesOf(16)[0]! * CENT);
    await expect(challenge(16))
      .to.be.revertedWithCustomError(posts, "ArrayPosts_NoSuchEntry")
      .withArgs(16, 16);
    await expect(challenge(0, { page: spoilt(report, [0]).page }))
      .to.be.revertedWithCustomError(posts, "ArrayPosts_NotAsPosted")
      .withArgs(postId);
    await expect(challenge(0, { slice: 0n })).to.be.revertedWithCustomError(posts, "ArrayPosts_NotAsPosted");
  });

  it("pays once", async () => {
    const { posts, postId, challenge } = await smuggled();
    await (await challenge()).wait();
    await expect(challenge()).to.be.revertedWithCustomError(posts, "ArrayPosts_UnknownPost").withArgs(postId);
    await expect(posts.release(postId)).to.be.revertedWithCustomError(posts, "ArrayPosts_UnknownPost");
  });

  it("hears a challenge to the last second of the window, and gives the bond back only then", async () => {
    const { posts, postId, poster, challenge } = await smuggled();
    const closesAt = (await posts.postOf(postId)).postedAt + 7n * DAY;
    await networkHelpers.time.increaseTo(closesAt - 1n);
    await expect(posts.release(postId))
      .to.be.revertedWithCustomError(posts, "ArrayPosts_WindowOpen")
      .withArgs(postId, closesAt);
    const snapshot = await networkHelpers.takeSnapshot();
    await (await challenge()).wait();
    await snapshot.restore();
    await networkHelpers.time.increaseTo(closesAt);
    await expect(challenge())
      .to.be.revertedWithCustomError(posts, "ArrayPosts_WindowClosed")
      .withArgs(postId, closesAt);
    await expect(posts.release(postId)).to.emit(posts, "PostReleased").withArgs(postId, poster.address);
    expect((await posts.bondsOf(poster.address)).free).to.equal(10n * BOND);
  });

  it("is not re-entered by the cash token", async () => {
    const { posts, cash, postId, basis, report, challenge } = await smuggled();
    await cash.setHook(
      posts,
      posts.interface.encodeFunctionData("challenge", [postId, basis as never, report.page, WRONG]),
    );
    await expect(challenge()).to.be.revertedWithCustomError(posts, "ArrayPosts_UnknownPost");
    await cash.setHook(ZeroAddress, "0x");
    await (await challenge()).wait();
    await cash.setHook(posts, posts.interface.encodeFunctionData("collect"));
    await expect(posts.collect()).to.be.revertedWithCustomError(posts, "ArrayPosts_NothingToCollect");
  });
});

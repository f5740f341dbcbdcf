import { expect } from "chai";
import { network } from "hardhat";
import { commit, deployPosts, post, reportOf, strikesOf } from "../support/posts.ts";
import { WAD } from "../support/risk.ts";

const connection = await network.create();

describe("A page that a stranger filled with strikes nobody uses", () => {
  it("does not keep an honest poster, whose bond is at stake, from posting", async () => {
    const stage = await deployPosts(connection);
    const { riskArrays, anyone, expiries, posts } = stage;
    const expiry = expiries[1]!;
    const report = await reportOf(stage, expiry);
    await commit(stage, report);
    const junk = Array.from({ length: 239 }, (_, i) => BigInt(7_001 + 7 * i) * WAD);
    for (let from = 0; from < junk.length; from += 120) {
      await riskArrays.connect(anyone).refresh(0, expiry, junk.slice(from, from + 120));
    }
    await expect(post(stage, report)).to.emit(posts, "ArraysPosted");
    for (const cents of strikesOf(16)) {
      expect((await riskArrays.words(0, expiry, cents * 10n ** 16n))[2]).to.equal(true);
    }
  });
});

import { expect } from "chai";
import { ZeroAddress } from "ethers";
import { type KeeperContext, peg } from "../src/index.ts";

const WAD = 10n ** 18n;

/** A context whose risk parameters keep `kept` while their feed says `next`. */
function contextWith(kept: bigint, next: bigint, feed = `0x${"11".repeat(20)}`): KeeperContext {
  const updatePeg = Object.assign(async () => "sent", { staticCall: async () => next });
  const riskParameters = {
    connect: () => riskParameters,
    pegFeed: async () => feed,
    depegShare: async () => kept,
    updatePeg,
  };
  return { ballast: { riskParameters } } as unknown as KeeperContext;
}

describe("keeper: peg", () => {
  it("has nothing to do without a feed, or while the feed says what is kept", async () => {
    expect(await peg(contextWith(0n, WAD / 10n, ZeroAddress))).to.deep.equal([]);
    expect(await peg(contextWith(WAD / 10n, WAD / 10n))).to.deep.equal([]);
  });

  it("updates the deviation when it would change, to either side, and says by how much", async () => {
    const [worse] = await peg(contextWith(0n, WAD / 40n));
    expect(worse?.why).to.equal("it is 2.50 % beyond the tolerance, and 0.00 % are kept");
    expect(await worse?.simulate()).to.equal(WAD / 40n);
    expect(await worse?.send()).to.equal("sent");
    expect((await peg(contextWith(WAD / 40n, 0n))).map(({ task }) => task)).to.deep.equal(["peg"]);
  });
});

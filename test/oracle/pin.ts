import { expect } from "chai";
import { surfaceRoom } from "../support/surfaces.ts";

const E8 = 10n ** 8n;
const E18 = 10n ** 18n;

describe("A pinned price", () => {
  it("holds for the rest of its transaction and no longer", async () => {
    const { ethers, feed, aggregator, setSpot } = await surfaceRoom();
    const router = await ethers.getContractAt("PriceRouter", await feed.priceRouter());
    const probe = await ethers.deployContract("PinProbe");
    await setSpot(2_000n);
    const args = [router.target, 0, aggregator.target, 2_100n * E8] as const;
    const [pinned, afterwards] = await probe.observe.staticCall(...args);
    expect([pinned.price, afterwards.price]).to.deep.equal([2_000n * E18, 2_000n * E18]);
    expect([afterwards.updatedAt, afterwards.status]).to.deep.equal([pinned.updatedAt, 0n]);
    await probe.observe(...args);
    expect((await router.spot(0)).price).to.equal(2_100n * E18);
  });

  it("is let go of by a change of feeds", async () => {
    const { ethers, feed, setSpot } = await surfaceRoom();
    const router = await ethers.getContractAt("PriceRouter", await feed.priceRouter());
    const probe = await ethers.deployContract("PinProbe");
    const manager = await ethers.getContractAt("AccessManager", await router.authority());
    await manager.grantRole(0, probe.target, 0);
    await setSpot(2_000n);
    const other = await ethers.deployContract("FaultyAggregator");
    const now = (await ethers.provider.getBlock("latest"))?.timestamp ?? 0;
    await other.push(1, 2_010n * E8, now, 1);
    const newer = await ethers.deployContract("ChainlinkPriceFeed", [
      {
        aggregator: other.target,
        sequencerFeed: ethers.ZeroAddress,
        tradingAge: 3_600,
        liquidationAge: 7_200,
        sequencerGrace: 0,
        minimum: 1n,
        maximum: 10n ** 30n,
        jumpLimit: 0,
      },
    ]);
    const [pinned, afterwards] = await probe.change.staticCall(router.target, 0, newer.target);
    expect([pinned.price, afterwards.price]).to.deep.equal([2_000n * E18, 2_010n * E18]);
  });

  it("is none while the second source is not good", async () => {
    const { ethers, feed, aggregator, setSpot } = await surfaceRoom();
    const router = await ethers.getContractAt("PriceRouter", await feed.priceRouter());
    const probe = await ethers.deployContract("PinProbe");
    await setSpot(2_000n);
    const second = await ethers.deployContract("StatusFeed", [aggregator.target]);
    await router.setSecondFeed(0, second.target, E18 / 5n);
    const args = [router.target, 0, aggregator.target, 2_010n * E8] as const;
    const now = (await ethers.provider.getBlock("latest"))?.timestamp ?? 0;
    const seen: bigint[] = [];
    for (const status of [0, 1, 2, 4]) {
      await second.set(2_001n * E18, now, status);
      const [pinned, afterwards] = await probe.observe.staticCall(...args);
      expect([pinned.price, pinned.status], `status ${status}`).to.deep.equal([2_000n * E18, 0n]);
      seen.push(afterwards.price / E18);
    }
    await second.kill();
    seen.push((await probe.observe.staticCall(...args))[1].price / E18);
    expect(seen).to.deep.equal([2_000n, 2_010n, 2_010n, 2_010n, 2_010n]);
  });

  it("is none that a second source was kept from contradicting by little gas", async () => {
    const { ethers, feed, setSpot } = await surfaceRoom();
    const router = await ethers.getContractAt("PriceRouter", await feed.priceRouter());
    const probe = await ethers.deployContract("PinProbe");
    await setSpot(2_000n);
    const second = await ethers.deployContract("DearFeed");
    await second.setPrice(3_000n * E18);
    await router.setSecondFeed(0, second.target, E18 / 50n);
    const seen = { done: 0, refused: 0 };
    for (let allowance = 20_000; allowance < 600_000; allowance += 2_000) {
      const [done, { status }] = await probe.starve.staticCall(router.target, 0, allowance);
      expect(status, `with ${allowance}`).to.not.equal(0n);
      seen[done ? "done" : "refused"]++;
    }
    expect(Math.min(seen.done, seen.refused)).to.be.greaterThan(20);
    await second.setPrice(2_001n * E18);
    const [done, { status }] = await probe.starve.staticCall(router.target, 0, 2_000_000);
    expect([done, status]).to.deep.equal([true, 0n]);
  });

  it("is only ever a good one", async () => {
    const { ethers, feed, aggregator } = await surfaceRoom();
    const router = await ethers.getContractAt("PriceRouter", await feed.priceRouter());
    const probe = await ethers.deployContract("PinProbe");
    const latest = await aggregator.latest();
    await aggregator.push(latest + 1n, -1n, 1n, latest + 1n);
    const [pinned, afterwards] = await probe.observe.staticCall(
      router.target,
      0,
      aggregator.target,
      2_000n * E8,
    );
    expect(pinned.status).to.not.equal(0n);
    expect([afterwards.price, afterwards.status]).to.deep.equal([2_000n * E18, 0n]);
  });
});

import { WAD } from "@ballast/sdk";
import { expect } from "chai";
import { network } from "hardhat";
import * as mirror from "../../packages/quant/src/exact/feeds.ts";
import * as surface from "../../packages/quant/src/exact/vol-surface.ts";
import { seeded } from "../support/random.ts";
import { refusedBy } from "../support/refused.ts";
import { stepped, surfaceRoom } from "../support/surfaces.ts";

const ZERO = "0x0000000000000000000000000000000000000000";
const STATUSES = [
  "Ok",
  "StaleForTrading",
  "Stale",
  "Reverted",
  "NonPositive",
  "Incomplete",
  "Future",
  "OutOfBounds",
  "Jump",
];

describe("Prices: the mirror in BigInt", () => {
  it("judges random rounds as the feed does, with its price, in any decimals", async () => {
    const { ethers, networkHelpers } = await network.create();
    const next = seeded(801);
    const below = (limit: bigint): bigint => (limit * BigInt(Math.floor(next() * 2 ** 50))) >> 50n;
    const seen = new Map<string, number>();
    for (const decimals of [0, 8, 18]) {
      const aggregator = await ethers.deployContract("FaultyAggregator");
      await aggregator.setDecimals(decimals);
      const bounds = {
        decimals,
        tradingAge: 3_600n,
        liquidationAge: 10_000n,
        minimum: 100n * WAD,
        maximum: 9_000n * WAD,
        jumpLimit: next() < 0.7 ? WAD / 3n : WAD,
      };
      const { tradingAge, liquidationAge, minimum, maximum, jumpLimit } = bounds;
      const configuration = { tradingAge, liquidationAge, minimum, maximum, jumpLimit };
      const feed = await ethers.deployContract("ChainlinkPriceFeed", [
        { ...configuration, aggregator: aggregator.target, sequencerFeed: ZERO, sequencerGrace: 0n },
      ]);
      let previous: mirror.PriceRound | undefined;
      for (let id = 1n; id <= 80n; id++) {
        const unit = 10n ** BigInt(decimals);
        const usual = 1_000n * unit + below(1_500n * unit);
        const odd = [-usual, 0n, 2n ** 130n, 9_000n * unit, 9_000n * unit + 1n, below(10_000n * unit)];
        const answer = next() < 0.75 ? usual : (odd[Math.floor(next() * odd.length)] ?? usual);
        const now = BigInt(await networkHelpers.time.latest());
        const ages = [0n, 3_599n, 3_600n, 3_601n, 10_001n, -500n, now, below(14_000n)];
        const updatedAt = now - (ages[Math.floor(next() * ages.length)] ?? 0n);
        const round = { answer, updatedAt };
        await aggregator.push(id, answer, updatedAt, id);
        const block = BigInt(await networkHelpers.time.latest());
        const verdict = mirror.verdictOf(round, previous, bounds, block);
        const found = await feed.read({ blockTag: "latest" });
        expect(STATUSES[Number(found.status)], `${answer} of ${updatedAt} at ${block}`).to.equal(verdict);
        const isPlausible = ["Ok", "StaleForTrading", "Stale"].includes(verdict);
        expect(found.price).to.equal(isPlausible ? mirror.priceOf(answer, decimals) : 0n);
        seen.set(verdict, (seen.get(verdict) ?? 0) + 1);
        previous = round;
      }
    }
    for (const status of STATUSES) {
      if (status !== "Reverted") expect(seen.get(status) ?? 0, status).to.be.greaterThan(2);
    }
  });

  it("finds two sources apart where the router does, at the edge of the band too", async () => {
    const { ethers, feed, aggregator, setSpot } = await surfaceRoom();
    const router = await ethers.getContractAt("PriceRouter", await feed.priceRouter());
    const second = await ethers.deployContract("FaultyAggregator");
    const secondFeed = await ethers.deployContract("ChainlinkPriceFeed", [
      {
        aggregator: second.target,
        sequencerFeed: ZERO,
        tradingAge: 2 ** 31,
        liquidationAge: 2 ** 31,
        sequencerGrace: 0,
        minimum: 1n,
        maximum: 10n ** 30n,
        jumpLimit: 0,
      },
    ]);
    const band = WAD / 50n;
    await router.setSecondFeed(0, secondFeed.target, band);
    await setSpot(2_000n);
    const { answer, updatedAt } = await aggregator
      .latestRoundData()
      .then((round) => ({ answer: round[1], updatedAt: round[3] }));
    const outcomes = new Set<boolean>();
    for (const distance of [
      0n,
      1n,
      39n * 10n ** 8n,
      40n * 10n ** 8n,
      40n * 10n ** 8n + 1n,
      90n * 10n ** 8n,
    ]) {
      for (const sign of [1n, -1n]) {
        await second.push(1, answer + sign * distance, updatedAt, 1);
        const apart = mirror.isApart(
          mirror.priceOf(answer, 8),
          mirror.priceOf(answer + sign * distance, 8),
          band,
        );
        expect((await router.spot(0)).status).to.equal(apart ? 12n : 0n);
        outcomes.add(apart);
      }
    }
    expect(outcomes.size).to.equal(2);
  });
});

describe("Limits of surfaces: the mirror in BigInt", () => {
  it("refuses random steps for the feed's reason, keeps its anchors, and moves its forwards", async () => {
    const room = await surfaceRoom();
    const { feed, send, reportOf, days, time, setSpot } = room;
    const next = seeded(811);
    const expiry = days(40);
    let at = room.start;
    let anchor: mirror.StepAnchor | undefined;
    let last: { readonly word: bigint; readonly spot: bigint } | undefined;
    let [volatility, basis] = [0.6, 1];
    const seen = new Map<string, number>();
    for (let run = 0; run < 90; run++) {
      at += 60 + Math.floor(next() * (next() < 0.8 ? 900 : 4_000));
      const live = BigInt(1_700 + Math.floor(next() * 600));
      await setSpot(live);
      const spot = (live * WAD * BigInt(Math.floor((0.965 + next() * 0.07) * 1e6))) / 1_000_000n;
      const next_ = { volatility: volatility * (0.7 + next() * 0.75), basis: basis * (0.96 + next() * 0.08) };
      if (next() < 0.08) next_.basis = 1.3;
      const theta = stepped((next_.volatility ** 2 * (Number(expiry) - at)) / 31_536_000, 10n ** 6n);
      const slice = {
        expiry,
        forward: stepped((Number(spot) / 1e18) * next_.basis, 10n ** 10n),
        theta,
        psi: stepped(0.5 * Math.sqrt(Number(theta) / 1e18), 10n ** 6n),
        rho: 0n,
      };
      const report = { ...reportOf(at, []), spot, slices: [slice] };
      const word = surface.packSlice({ ...slice, timestamp: BigInt(at) });
      // What a window is over for is measured from what was posted last.
      const isOver = anchor !== undefined && BigInt(at) - anchor.since >= mirror.STEP_WINDOW;
      const from =
        isOver && last ? mirror.anchorOf(last.word, BigInt(expiry), last.spot, BigInt(at)) : anchor;
      const terms = { expiry: BigInt(expiry), spot, live: live * WAD, now: BigInt(at), anchor: from };
      const expected = mirror.stepRefusal(word, terms);
      const refusal = await refusedBy(send(report));
      expect(refusal).to.equal(expected === undefined ? "nothing" : `SurfaceFeed_${expected}`);
      seen.set(expected ?? "posted", (seen.get(expected ?? "posted") ?? 0) + 1);
      if (expected !== undefined) continue;
      last = { word, spot };
      anchor = from ?? mirror.anchorOf(word, BigInt(expiry), spot, BigInt(at));
      [volatility, basis] = [next_.volatility, next_.basis];
      const [anchored, anchoredBasis] = await feed.stepAnchor(0, expiry);
      expect([anchored, anchoredBasis]).to.deep.equal([anchor.volatility, anchor.basis]);
      const other = (live * WAD * 97n) / 100n;
      expect(await feed.liveForward(0, expiry, other)).to.equal(mirror.liveForward(word, other, spot));
    }
    for (const name of ["posted", "SpotTooFar", "ForwardTooFar", "StepTooLarge", "ForwardStepTooLarge"]) {
      expect(seen.get(name) ?? 0, name).to.be.greaterThan(2);
    }
    const seenShares = new Set<bigint>();
    for (const wait of [1, 7_000, 300, 3_600, 3_500, 500, 9_000]) {
      await time.increase(wait);
      const age = await feed.staleness(0);
      expect(await feed.staleShare(0)).to.equal(mirror.staleShare(age));
      seenShares.add(mirror.staleShare(age));
    }
    expect(seenShares.size).to.be.greaterThan(3);
  });
});

import { WAD } from "@ballast/sdk";
import { expect } from "chai";
import * as surface from "../../packages/quant/src/exact/vol-surface.ts";
import { seeded } from "../support/random.ts";
import { sliceOf, stepped, surfaceRoom } from "../support/surfaces.ts";

const MINUTE = 60;
const HOUR = 3_600;

describe("SurfaceFeed: steps within an anchored window", () => {
  it("lets no number of small posts move volatility further than one may", async () => {
    const { send, reportOf, refuses, start, days } = await surfaceRoom();
    const at = (minutes: number, volatility: number) =>
      send(reportOf(start + minutes * MINUTE, [{ expiry: days(7), volatility }]));
    await at(0, 0.6);
    await at(8, 0.75);
    await at(16, 0.89);
    await refuses(at(24, 0.92), "SurfaceFeed_StepTooLarge");
    await refuses(at(29, 0.29), "SurfaceFeed_StepTooLarge");
    await at(29.5, 0.31);
    // A new window is measured from the last post of the one before.
    await refuses(at(30, 0.48), "SurfaceFeed_StepTooLarge");
    await at(31, 0.46);
    await refuses(at(60.5, 0.6), "SurfaceFeed_StepTooLarge");
    await at(61.5, 0.6);
  });

  it("lets no number of small posts move a forward further than one may, whatever spot does", async () => {
    const { send, reportOf, refuses, setSpot, start, days } = await surfaceRoom();
    const at = (minutes: number, basis: number, dollars = 2_000n) => {
      const timestamp = start + minutes * MINUTE;
      const slices = [sliceOf({ expiry: days(90), volatility: 0.6, basis }, timestamp, dollars)];
      return send(reportOf(timestamp, [], { spot: dollars * WAD, slices }));
    };
    await at(0, 1.02);
    await at(8, 1.05);
    await at(16, 1.07);
    await refuses(at(24, 1.072), "SurfaceFeed_ForwardStepTooLarge");
    await refuses(at(25, 0.968), "SurfaceFeed_ForwardStepTooLarge");
    // A market that falls by a fifth moves spot and forward alike, and is no step of the forward.
    await setSpot(1_600n);
    await at(26, 1.03, 1_600n);
    await refuses(at(27, 0.968, 1_600n), "SurfaceFeed_ForwardStepTooLarge");
    await at(31, 1.08, 1_600n);
    await refuses(at(32, 1.082, 1_600n), "SurfaceFeed_ForwardStepTooLarge");
  });

  it("measures volatility at a report's own time, so that holding it back moves nothing", async () => {
    const { send, reportOf, refuses, start } = await surfaceRoom();
    const expiry = start + HOUR;
    await send(reportOf(start, [{ expiry, volatility: 0.6 }]));
    // Posted nine minutes later with 12 minutes to go: at the time of the block it would look like 0.78.
    const early = reportOf(start + 39 * MINUTE, [{ expiry, volatility: 0.6 }]);
    await send(early, 9 * MINUTE);
    await refuses(
      send(reportOf(start + 49 * MINUTE, [{ expiry, volatility: 0.91 }]), 5 * MINUTE),
      "SurfaceFeed_StepTooLarge",
    );
    await send(reportOf(start + 50 * MINUTE, [{ expiry, volatility: 0.88 }]), 7 * MINUTE);
  });

  it("tells what the next post is measured from, and takes a step as far as it may go", async () => {
    const { feed, send, reportOf, refuses, start, days } = await surfaceRoom();
    const anchor = async () => {
      const [volatility, basis, since] = await feed.stepAnchor(0, days(7));
      return [Math.round(Number(volatility) / 1e12) / 1e6, Number(basis) / 1e18, Number(since) - start];
    };
    const at = (minutes: number, volatility: number, basis: number) =>
      send(reportOf(start + minutes * MINUTE, [{ expiry: days(7), volatility, basis }]));
    expect(await feed.stepAnchor(0, days(7))).to.deep.equal([0n, 0n, 0n]);
    await at(0, 0.6, 1);
    expect(await anchor()).to.deep.equal([0.6, 1, 0]);
    await at(10, 0.8999999, 1.05);
    expect(await anchor()).to.deep.equal([0.6, 1, 0]);
    await refuses(at(31, 1.35001, 1.05), "SurfaceFeed_StepTooLarge");
    // The refused post started no window; one that would be made now starts one.
    expect((await anchor()).slice(0, 2)).to.deep.equal([0.9, 1.05]);
    await at(32, 1.3499, 1.1);
    expect(await anchor()).to.deep.equal([0.9, 1.05, 32 * MINUTE]);
  });

  it("keeps the anchor of an expiry that was left out for a while", async () => {
    const { send, reportOf, refuses, start, days } = await surfaceRoom();
    await send(
      reportOf(start, [
        { expiry: days(7), volatility: 0.6 },
        { expiry: days(14), volatility: 0.6 },
      ]),
    );
    await send(reportOf(start + 3 * HOUR, [{ expiry: days(7), volatility: 0.6 }]));
    const again = (minutes: number, volatility: number) =>
      send(
        reportOf(start + 3 * HOUR + minutes * MINUTE, [
          { expiry: days(7), volatility: 0.6 },
          { expiry: days(14), volatility },
        ]),
      );
    await refuses(again(1, 0.91), "SurfaceFeed_StepTooLarge");
    await again(2, 0.89);
  });
});

describe("SurfaceFeed: distance from the live price", () => {
  it("measures each forward from the reported spot and from the live one", async () => {
    const { send, reportOf, refuses, start, days } = await surfaceRoom();
    const at = (minutes: number, dollars: bigint, basis: number) => {
      const timestamp = start + minutes * MINUTE;
      const slices = [sliceOf({ expiry: days(90), volatility: 0.6, basis }, timestamp, dollars)];
      return send(reportOf(timestamp, [], { spot: dollars * WAD, slices }));
    };
    await refuses(at(1, 2_061n, 1), "SurfaceFeed_SpotTooFar");
    await refuses(at(2, 1_939n, 1), "SurfaceFeed_SpotTooFar");
    // 1.18 * 2,050 is within a fifth of the reported spot, but not of the live 2,000.
    await refuses(at(3, 2_050n, 1.18), "SurfaceFeed_ForwardTooFar");
    await refuses(at(4, 1_950n, 0.815), "SurfaceFeed_ForwardTooFar");
    // And the other way round.
    await refuses(at(5, 1_950n, 1.21), "SurfaceFeed_ForwardTooFar");
    await refuses(at(6, 2_050n, 0.79), "SurfaceFeed_ForwardTooFar");
    await at(7, 2_050n, 1.17);
  });

  it("takes no report while there is no price to compare it with", async () => {
    const { send, reportOf, refuses, aggregator, start, days } = await surfaceRoom();
    const smiles = [{ expiry: days(7), volatility: 0.6 }];
    await aggregator.setBroken(true, false);
    await refuses(send(reportOf(start, smiles)), "SurfaceFeed_SpotTooFar");
    await aggregator.setBroken(false, false);
    await send(reportOf(start + MINUTE, smiles));
  });
});

describe("SurfaceFeed: expiries that a report leaves out", () => {
  /** Three expiries at flat 60 %, and a way to post the outer two alone. */
  async function leftOut() {
    const room = await surfaceRoom();
    const [first, second, third] = [room.days(7), room.days(14), room.days(30)] as const;
    await room.send(
      room.reportOf(
        room.start,
        [first, second, third].map((expiry) => ({ expiry, volatility: 0.6 })),
      ),
    );
    const outer = (seconds: number, near: number, far: number) =>
      room.send(
        room.reportOf(room.start + seconds, [
          { expiry: first, volatility: near },
          { expiry: third, volatility: far },
        ]),
      );
    return { ...room, first, second, third, outer };
  }

  it("stay listed, keep their slice and grow old by themselves", async () => {
    const { feed, outer, first, second, third, time } = await leftOut();
    const before = await feed.slice(0, second);
    await outer(HOUR, 0.62, 0.6);
    expect((await feed.expiries(0)).map(Number)).to.deep.equal([first, second, third]);
    expect(await feed.slice(0, second)).to.equal(before);
    expect(await feed.sliceAt(0, second)).to.equal(before);
    const now = await time.latest();
    expect(await feed.staleness(0)).to.equal(BigInt(now) - (await feed.lastReport(0)).timestamp);
    expect(await feed.sliceAge(0, first)).to.equal(await feed.staleness(0));
    expect((await feed.sliceAge(0, second)) - (await feed.sliceAge(0, first))).to.equal(BigInt(HOUR));
  });

  it("are stale by themselves a second after the heartbeat, and the market with its last report", async () => {
    const { feed, outer, first, second, start, time } = await leftOut();
    await outer(HOUR, 0.6, 0.6);
    await time.increaseTo(start + 2 * HOUR);
    expect(await feed.isSliceStale(0, second)).to.equal(false);
    await time.increaseTo(start + 2 * HOUR + 1);
    expect(await feed.isSliceStale(0, second)).to.equal(true);
    expect(await feed.isSliceStale(0, first)).to.equal(false);
    await time.increaseTo(start + 3 * HOUR);
    expect([await feed.isStale(0), await feed.staleness(0)]).to.deep.equal([false, 7_200n]);
    const shares = async () => [await feed.staleShare(0), await feed.sliceStaleShare(0, second)];
    expect(await shares()).to.deep.equal([0n, WAD / 2n]);
    await time.increaseTo(start + 3 * HOUR + 1);
    expect([await feed.isStale(0), await feed.staleness(0)]).to.deep.equal([true, 7_201n]);
    expect(await feed.isSliceStale(0, first)).to.equal(true);
    await time.increaseTo(start + 4 * HOUR);
    expect(await shares()).to.deep.equal([WAD / 2n, WAD]);
    await time.increaseTo(start + 9 * HOUR);
    expect(await shares()).to.deep.equal([WAD, WAD]);
  });

  it("may not be crossed by what is posted around them, until they are stale", async () => {
    const { outer, refuses, feed, first, third } = await leftOut();
    // Total variance of 14 days at 60 % exceeds that of 30 days at 40 %, and is exceeded by 7 days at 86 %.
    await refuses(outer(HOUR, 0.6, 0.4), "SurfaceFeed_Calendar");
    await refuses(outer(HOUR + 1, 0.86, 0.6), "SurfaceFeed_Calendar");
    await outer(2 * HOUR, 0.6, 0.6);
    expect((await feed.expiries(0)).length).to.equal(3);
    // A second later what was left out is stale, and no longer in the way.
    await outer(2 * HOUR + 1, 0.86, 0.6);
    expect((await feed.expiries(0)).map(Number)).to.deep.equal([first, third]);
    await outer(2 * HOUR + 2, 0.6, 0.4);
  });

  it("are compared as they stand at the new report's time, to the unit", async () => {
    const { send, reportOf, refuses, feed, start, days, takeSnapshot } = await surfaceRoom();
    const [first, second] = [start + 3 * HOUR, days(1)];
    const unit = 10n ** 6n;
    const shape = { forward: 2_000n * WAD, rho: -WAD / 4n };
    const slice = { ...shape, expiry: first, theta: 120_000_000n * unit, psi: 9_000_000_000n * unit };
    await send(reportOf(start, [], { slices: [slice] }));
    // Two of the first expiry's three hours are left, so two thirds of its theta and psi.
    const left = { ...shape, expiry: second, theta: (slice.theta / 3n) * 2n, psi: (slice.psi / 3n) * 2n };
    const later = (seconds: number, changes: object) =>
      send(reportOf(start + HOUR + seconds, [], { slices: [{ ...left, ...changes }] }));
    await refuses(later(-1, {}), "SurfaceFeed_Calendar");
    // At the hour itself the two are equal, which is allowed; one unit less is not.
    const refusedAtTheHour = async (changes: object) => {
      const snapshot = await takeSnapshot();
      await refuses(later(0, changes), "SurfaceFeed_Calendar");
      await snapshot.restore();
    };
    await refusedAtTheHour({ theta: left.theta - unit });
    await refusedAtTheHour({ psi: left.psi - unit });
    await refusedAtTheHour({ psi: left.psi + unit });
    await refusedAtTheHour({ rho: left.rho + 10n ** 9n });
    await refusedAtTheHour({ rho: left.rho - 10n ** 9n });
    await later(0, {});
    expect((await feed.expiries(0)).map(Number)).to.deep.equal([first, second]);
  });

  it("are forgotten once they are over", async () => {
    const { send, reportOf, feed, start, days } = await surfaceRoom();
    const soon = start + HOUR;
    await send(
      reportOf(
        start,
        [soon, days(7)].map((expiry) => ({ expiry, volatility: 0.6 })),
      ),
    );
    await send(reportOf(soon - 1, [{ expiry: days(7), volatility: 0.6 }]));
    expect((await feed.expiries(0)).length).to.equal(2);
    await send(reportOf(soon, [{ expiry: days(7), volatility: 0.6 }]));
    expect((await feed.expiries(0)).map(Number)).to.deep.equal([days(7)]);
    expect(await feed.sliceAge(0, soon)).to.equal(BigInt(HOUR));
  });

  it("cannot be piled up beyond what a post can carry", async () => {
    const { send, reportOf, refuses, start } = await surfaceRoom();
    const smiles = (from: number, count: number) =>
      Array.from({ length: count }, (_, i) => ({ expiry: start + (from + i) * HOUR, volatility: 0.6 }));
    await send(reportOf(start, smiles(10, 40)));
    await send(reportOf(start + 1, smiles(50, 24)));
    await refuses(send(reportOf(start + 2, smiles(74, 1))), "SurfaceFeed_TooManyExpiries");
    await refuses(send(reportOf(start + 3, smiles(10, 65))), "SurfaceFeed_TooManyExpiries");
    await send(reportOf(start + 2 * HOUR + 2, smiles(74, 1)));
  });
});

describe("SurfaceFeed: absence of arbitrage", () => {
  it("refuses by name whatever random slices and pairs break a condition, and takes all others", async () => {
    const { feed, sign, refuses, start, days, time } = await surfaceRoom();
    const next = seeded(71);
    const seen = { butterfly: 0, calendar: 0, sound: 0 };
    await time.increaseTo(start);
    for (let i = 0; i < 300; i++) {
      const theta = 10 ** (-4 + 3 * next());
      const psi = 2 * Math.sqrt(theta) * (0.6 + 0.35 * next());
      const rho = 0.6 * next() - 0.3;
      const sliceAt = (expiry: number, thetaGrowth: number, psiGrowth: number, turn: number) => ({
        expiry,
        forward: 2_000n * WAD,
        theta: stepped(theta * thetaGrowth, 10n ** 6n),
        psi: stepped(psi * psiGrowth, 10n ** 6n),
        rho: stepped(rho + turn, 10n ** 9n),
      });
      const slices = [
        sliceAt(days(7), 1, 1, 0),
        sliceAt(days(14), 0.9 + 0.6 * next(), 0.95 + 0.3 * next(), 0.1 * (next() - 0.5)),
      ];
      const report = { market: 0, timestamp: start, spot: 2_000n * WAD, slices };
      const post = feed.post.staticCall(report, await sign(report));
      const words = slices.map((slice) => surface.packSlice({ ...slice, timestamp: BigInt(start) }));
      if (words.some((word) => surface.butterflyViolation(word) !== "None")) {
        seen.butterfly += 1;
        await refuses(post, "SurfaceFeed_Butterfly");
      } else if (surface.calendarViolation(words[0]!, words[1]!) !== "None") {
        seen.calendar += 1;
        await refuses(post, "SurfaceFeed_Calendar");
      } else {
        seen.sound += 1;
        await post;
      }
    }
    expect(Object.values(seen).every((count) => count >= 20)).to.equal(true, JSON.stringify(seen));
  });
});

import { WAD } from "@ballast/sdk";
import { expect } from "chai";
import * as surface from "../../packages/quant/src/exact/vol-surface.ts";
import { sliceOf, stepped, surfaceRoom } from "../support/surfaces.ts";

const HOUR = 3_600;
const YEAR = 365n * 86_400n;

describe("SurfaceFeed: between listed expiries", () => {
  it("interpolates a slice that its neighbours leave room for, with its forward", async () => {
    const { feed, send, reportOf, start, days } = await surfaceRoom();
    await send(
      reportOf(start, [
        { expiry: days(7), volatility: 0.7, basis: 1.01 },
        { expiry: days(14), volatility: 0.6, basis: 1.03, rho: -0.2 },
      ]),
    );
    const [near, far] = [await feed.slice(0, days(7)), await feed.slice(0, days(14))];
    for (const expiry of [days(7) + HOUR, days(9), days(14) - HOUR]) {
      const packed = await feed.sliceAt(0, expiry);
      expect(packed).to.equal(
        surface.interpolate(near, BigInt(days(7)), far, BigInt(days(14)), BigInt(expiry)),
      );
      expect(surface.butterflyViolation(packed)).to.equal("None");
      expect(surface.calendarViolation(near, packed)).to.equal("None");
      expect(surface.calendarViolation(packed, far)).to.equal("None");
      const forward = await feed.liveForward(0, expiry, 1_000n * WAD);
      expect(forward).to.equal(surface.unpackSlice(packed).forward / 2n);
    }
    expect(await feed.liveForward(0, days(7), 1_000n * WAD)).to.equal(1_010n * WAD);
  });

  it("brings neighbours of different reports to the newer one's time, and tells the older one's age", async () => {
    const { feed, send, setSpot, reportOf, start, days, time } = await surfaceRoom();
    const [first, second, third] = [days(1), days(7), days(14)];
    await send(
      reportOf(
        start,
        [first, second, third].map((expiry) => ({ expiry, volatility: 0.6, basis: 1.1 })),
      ),
    );
    await setSpot(1_000n);
    const later = start + HOUR;
    const slices = [first, third].map((expiry) => sliceOf({ expiry, volatility: 0.6 }, later, 1_000n));
    const tall = slices.map((slice) => ({ ...slice, forward: stepped(1_080, 10n ** 10n) }));
    await send(reportOf(later, [], { spot: 1_000n * WAD, slices: tall }));
    const expiry = days(10);
    const packed = surface.unpackSlice(await feed.sliceAt(0, expiry));
    expect(packed.timestamp).to.equal(BigInt(later));
    const volatility = surface.volatilityOf(packed.theta, BigInt(expiry - later));
    expect(Math.abs(Number(volatility) / 1e18 - 0.6)).to.be.lessThan(1e-9);
    // 1.10 at seven days and 1.08 at fourteen, of a spot that halved.
    const basis = 1.1 - (0.02 * 3) / 7;
    expect(Math.abs(Number(packed.forward) / 1e21 - basis)).to.be.lessThan(1e-9);
    expect(Math.abs(Number(await feed.liveForward(0, expiry, 500n * WAD)) / 5e20 - basis)).to.be.lessThan(
      1e-9,
    );
    expect(await feed.sliceAge(0, expiry)).to.equal(BigInt((await time.latest()) - start));
    expect(await feed.sliceAge(0, days(3))).to.equal(BigInt((await time.latest()) - start));
    for (const time of [later, later + HOUR, first - 1]) {
      const order = [first, days(3), second, expiry, third];
      const words = await Promise.all(order.map((one) => feed.sliceAt(0, one)));
      for (const k of [-1n, 0n, 1n]) {
        const variances = words.map((word, i) =>
          surface.varianceAt(
            word,
            surface.totalVariance(word, (k << 96n) / 2n),
            BigInt(order[i]!),
            BigInt(time),
          ),
        );
        for (let i = 1; i < order.length; i++)
          expect(variances[i]! - variances[i - 1]! >= -10_000_000n).to.equal(true);
      }
    }
  });

  it("knows nothing outside of them, and calls it older than anything", async () => {
    const { feed, send, reportOf, refuses, start, days } = await surfaceRoom();
    await refuses(feed.sliceAt(0, days(7)), "SurfaceFeed_UnknownExpiry");
    await send(reportOf(start, [{ expiry: days(7), volatility: 0.6 }]));
    await refuses(feed.sliceAt(0, days(6)), "SurfaceFeed_UnknownExpiry");
    await refuses(feed.sliceAt(0, days(8)), "SurfaceFeed_UnknownExpiry");
    await send(
      reportOf(
        start + 1,
        [days(7), days(9)].map((expiry) => ({ expiry, volatility: 0.6 })),
      ),
    );
    expect(await feed.sliceAt(0, days(8))).to.not.equal(0n);
    for (const [market, expiry] of [
      [0, days(6)],
      [0, days(10)],
      [1, days(8)],
    ] as const) {
      await refuses(feed.sliceAt(market, expiry), "SurfaceFeed_UnknownExpiry");
      await refuses(feed.slice(market, expiry), "SurfaceFeed_UnknownExpiry");
      await refuses(feed.liveForward(market, expiry, WAD), "SurfaceFeed_UnknownExpiry");
      expect((await feed.sliceAge(market, expiry)) > 50n * YEAR).to.equal(true);
      expect(await feed.isSliceStale(market, expiry)).to.equal(true);
    }
  });

  it("reads on for ever when no report follows", async () => {
    const { feed, send, reportOf, time, start, days } = await surfaceRoom();
    await send(
      reportOf(
        start,
        [days(1), days(7), days(14)].map((expiry) => ({ expiry, volatility: 0.6 })),
      ),
    );
    const reads = () =>
      Promise.all([days(1), days(4), days(7), days(9), days(14)].map((expiry) => feed.sliceAt(0, expiry)));
    const before = await reads();
    await time.increaseTo(days(10));
    expect(await reads()).to.deep.equal(before);
    expect(await feed.staleness(0)).to.equal(BigInt(days(10) - start));
    // The neighbours of a slice may have expired: it was interpolated at a time when they had not.
    expect(await feed.liveForward(0, days(9), 1_000n * WAD)).to.equal(1_000n * WAD);
  });
});

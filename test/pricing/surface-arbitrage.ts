import { expect } from "chai";
import { network } from "hardhat";
import * as surface from "../../packages/quant/src/exact/vol-surface.ts";
import { seeded } from "../support/random.ts";

const WAD = 10n ** 18n;
const RHO = 10n ** 9n;
const POSTED = 1_900_000_000n;
const HOUR = 3_600n;
/** Log-moneyness from -5 to 5, denser at the money. */
const MONEYNESS = Array.from({ length: 61 }, (_, i) => 5 * ((i - 30) / 30) ** 3);

/** A slice in the units of its storage word. */
interface Fields {
  readonly theta: bigint;
  readonly psi: bigint;
  readonly rho: bigint;
}

const abs = (x: bigint): bigint => (x < 0n ? -x : x);
const pack = ({ theta, psi, rho }: Fields, timestamp = POSTED): bigint =>
  surface.packSlice({
    theta: theta * 10n ** 6n,
    psi: psi * 10n ** 6n,
    rho: rho * RHO,
    forward: 3_000n * WAD,
    timestamp,
  });
const whole = (x: number): bigint => BigInt(Math.floor(x));

/** The largest psi that the butterfly bounds allow. */
function steepest({ theta, rho }: Omit<Fields, "psi">): bigint {
  const factor = 1 + Math.abs(Number(rho)) / 1e9;
  let psi = whole(Math.min(4 / factor, 2 * Math.sqrt(Number(theta) / 1e12 / factor)) * 1e12);
  while (surface.butterflyViolation(pack({ theta, psi, rho })) !== "None") psi -= 1n;
  return psi;
}

/** A slice free of butterflies: from minutes to years, from flat to extreme; one in four on the bound itself. */
function slice(next: () => number): Fields {
  const theta = whole(10 ** (12 - 6 + 6.5 * next()));
  const rho = whole((1.998 * next() - 0.999) * 1e9);
  const bound = steepest({ theta, rho });
  return { theta, rho, psi: next() < 0.25 ? bound : 1n + whole(Number(bound) * next()) };
}

const ceil = (a: bigint, b: bigint): bigint => (a + b - 1n) / b;

/** A slice and a later one that does not cross it; `tight` ones touch in a wing or in psi / theta. */
function pair(next: () => number, tight: boolean): readonly [Fields, Fields] {
  for (;;) {
    const earlier = slice(next);
    const growth = (next() < 0.5 ? 1 : 0.02) * next();
    const theta = earlier.theta + whole(Number(earlier.theta) * growth);
    // A skew can turn only as far as the wings rise.
    const rho = earlier.rho + whole((next() - 0.5) * growth * Number(RHO - abs(earlier.rho)));
    const least = [-1n, 1n].map((side) => ceil(earlier.psi * (RHO + side * earlier.rho), RHO + side * rho));
    const low = least[0]! > least[1]! ? least[0]! : least[1]!;
    const top = (earlier.psi * theta) / earlier.theta;
    if (low > top) continue;
    const between = low + whole(Number(top - low) * (0.05 + 0.9 * next()));
    const psi = tight ? (next() < 0.7 ? low : top) : between;
    const later = { theta, psi, rho };
    if (surface.butterflyViolation(pack(later)) !== "None") continue;
    if (surface.calendarViolation(pack(earlier), pack(later)) === "None") return [earlier, later];
  }
}

/** Least density factor g(k) of Durrleman over the grid: negative where there is butterfly arbitrage. */
function leastDensity(fields: Fields): number {
  const [theta, psi, rho] = [
    Number(fields.theta) / 1e12,
    Number(fields.psi) / 1e12,
    Number(fields.rho) / 1e9,
  ];
  let least = Number.POSITIVE_INFINITY;
  // Where the smile of a short expiry turns is a matter of theta / psi.
  for (const k of [...MONEYNESS, ...MONEYNESS.map((x) => Math.max(-5, Math.min(5, (x * theta) / psi)))]) {
    const shifted = psi * k + theta * rho;
    const root = Math.sqrt(shifted * shifted + theta * theta * (1 - rho * rho));
    const w = (theta + rho * psi * k + root) / 2;
    const first = (rho * psi + (psi * shifted) / root) / 2;
    const second = (psi ** 2 * theta ** 2 * (1 - rho * rho)) / root ** 3 / 2;
    const g = (1 - (k * first) / (2 * w)) ** 2 - (first ** 2 / 4) * (1 / w + 1 / 4) + second / 2;
    least = Math.min(least, g);
  }
  return least;
}

const toQ96 = (k: number): bigint => BigInt(Math.round(k * 2 ** 40)) << 56n;

/** Least rise of total variance from one packed slice to a later one over the grid [wad]. */
function leastRise(earlier: bigint, later: bigint): bigint {
  let least = 1n << 200n;
  for (const k of MONEYNESS) {
    const rise = surface.totalVariance(later, toQ96(k)) - surface.totalVariance(earlier, toQ96(k));
    if (rise < least) least = rise;
  }
  return least;
}

const fieldsOf = (word: bigint): Fields => {
  const { theta, psi, rho } = surface.unpackSlice(word);
  return { theta: theta / 10n ** 6n, psi: psi / 10n ** 6n, rho: rho / RHO };
};

describe("closed conditions against what they stand for", () => {
  it("leave no negative density in 12,000 random slices that meet the butterfly conditions", () => {
    const next = seeded(31);
    let violations = 0;
    for (let i = 0; i < 12_000; i++) if (leastDensity(slice(next)) < -1e-9) violations += 1;
    expect(violations).to.equal(0);
  });

  it("are needed: slices well beyond them have negative densities", () => {
    const next = seeded(32);
    let negative = 0;
    for (let i = 0; i < 1_000; i++) {
      const { theta, rho } = slice(next);
      const beyond = { theta, rho, psi: 3n * steepest({ theta, rho }) };
      expect(surface.butterflyViolation(pack(beyond))).to.not.equal("None");
      if (leastDensity(beyond) < -1e-6) negative += 1;
    }
    expect(negative).to.be.greaterThan(900);
  });

  it("leave no total variance that falls with expiry in 4,000 random pairs that meet the calendar conditions", () => {
    const next = seeded(33);
    let violations = 0;
    for (let i = 0; i < 4_000; i++) {
      const [earlier, later] = pair(next, i % 2 === 0);
      // The values are rounded down a millionth of a field's unit at a time.
      if (leastRise(pack(earlier), pack(later)) < -1_000n) violations += 1;
    }
    expect(violations).to.equal(0);
  });

  it("are needed: a step beyond each calendar condition lets total variance fall somewhere", () => {
    const next = seeded(34);
    const falls = (earlier: Fields, later: Fields): boolean => {
      expect(surface.calendarViolation(pack(earlier), pack(later))).to.not.equal("None");
      return leastRise(pack(earlier), pack(later)) < 0n;
    };
    let wings = 0;
    for (let i = 0; i < 500; i++) {
      const earlier = slice(next);
      expect(falls(earlier, { ...earlier, theta: (earlier.theta * 99n) / 100n })).to.equal(true);
      const flatter = { ...earlier, theta: earlier.theta + 1n, psi: (earlier.psi * 9n) / 10n };
      if (falls(earlier, flatter)) wings += 1;
    }
    expect(wings).to.be.greaterThan(450);
  });
});

describe("interpolated slices", () => {
  const [earlierTime, laterTime] = [1_000n * HOUR, 1_240n * HOUR];

  it("are free of butterflies to the unit and, between slices with room, of every crossing as well", () => {
    const next = seeded(35);
    let [butterflies, crossings, densities] = [0, 0, 0];
    for (let i = 0; i < 2_500; i++) {
      const [earlier, later] = pair(next, false);
      const [a, b] = [pack(earlier), pack(later)];
      const time = earlierTime + HOUR * (1n + whole(239 * next()));
      const middle = surface.interpolate(a, earlierTime, b, laterTime, time);
      if (surface.butterflyViolation(middle) !== "None") butterflies += 1;
      if (leastDensity(fieldsOf(middle)) < -1e-9) densities += 1;
      const free = [surface.calendarViolation(a, middle), surface.calendarViolation(middle, b)];
      // A psi of a few units leaves no room.
      if (earlier.psi > 10n ** 6n && free.some((violation) => violation !== "None")) crossings += 1;
    }
    expect([butterflies, densities, crossings]).to.deep.equal([0, 0, 0]);
  });

  it("miss what their neighbours meet with equality by no more than a unit of a field", () => {
    const next = seeded(36);
    let [butterflies, missed] = [0, 0];
    let worst = 0n;
    for (let i = 0; i < 2_500; i++) {
      const [earlier, later] = pair(next, true);
      const [a, b] = [pack(earlier), pack(later)];
      const words = [1n, 60n, 120n, 239n].map((hours) =>
        surface.interpolate(a, earlierTime, b, laterTime, earlierTime + hours * HOUR),
      );
      for (const word of words) {
        if (surface.butterflyViolation(word) !== "None") butterflies += 1;
        const crossed = surface.calendarViolation(a, word) !== "None";
        if (crossed || surface.calendarViolation(word, b) !== "None") missed += 1;
      }
      const chain = [a, ...words, b];
      for (let t = 1; t < chain.length; t++) {
        const rise = leastRise(chain[t - 1]!, chain[t]!);
        if (rise < worst) worst = rise;
      }
    }
    expect(butterflies).to.equal(0);
    // Such pairs leave a unit no room, so most are missed, by less than 1e-9 of total variance over the whole grid.
    expect(missed).to.be.greaterThan(5_000);
    expect(worst > -(10n ** 9n)).to.equal(true);
  });

  it("rise with expiry at any later time, the posted ones between them", () => {
    const next = seeded(37);
    let violations = 0;
    for (let i = 0; i < 1_000; i++) {
      const [earlier, later] = pair(next, i % 2 === 0);
      const [a, b] = [pack(earlier), pack(later)];
      const [first, last] = [POSTED + 10n * HOUR, POSTED + 300n * HOUR];
      const between = first + HOUR * (1n + whole(288 * next()));
      const middle = surface.interpolate(a, first, b, last, between);
      const time = POSTED + whole(36_000 * next());
      for (const k of MONEYNESS) {
        const at = (word: bigint, expiry: bigint) =>
          surface.varianceAt(word, surface.totalVariance(word, toQ96(k)), expiry, time);
        const [low, mid, high] = [at(a, first), at(middle, between), at(b, last)];
        if (mid - low < -(10n ** 9n) || high - mid < -(10n ** 9n) || high - low < -1_000n) violations += 1;
      }
    }
    expect(violations).to.equal(0);
  });
});

describe("slices that run off", () => {
  it("keep apart once they are, exactly, whenever each was posted", () => {
    const next = seeded(38);
    let compared = 0;
    for (let i = 0; i < 4_000; i++) {
      const [earlier, later] = pair(next, i % 2 === 0);
      const [first, last] = [POSTED + 10n * HOUR, POSTED + (11n + whole(100 * next())) * HOUR];
      // Either may be the older one; the conditions are judged at the newer one's time.
      const lag = whole(7_200 * next());
      const [a, b] =
        next() < 0.5
          ? [pack(earlier, POSTED - lag), pack(later)]
          : [pack(earlier), pack(later, POSTED - lag)];
      if (surface.calendarViolationAt(a, first, b, last, POSTED) !== "None") continue;
      compared += 1;
      for (const time of [POSTED + 1n, POSTED + HOUR, POSTED + 9n * HOUR, first - 1n])
        expect(surface.calendarViolationAt(a, first, b, last, time)).to.equal("None");
    }
    expect(compared).to.be.greaterThan(1_500);
  });

  it("stay free of butterflies in their packed form", () => {
    const next = seeded(39);
    for (let i = 0; i < 3_000; i++) {
      const word = pack(slice(next));
      const expiry = POSTED + 1n + whole(10 ** (7 * next()));
      const time = POSTED + whole(Number(expiry - POSTED) * next());
      expect(surface.butterflyViolation(surface.rolled(word, expiry, time, WAD))).to.equal("None");
    }
  });

  it("are the same on chain, to the last bit", async () => {
    const { ethers } = await network.create();
    const harness = await ethers.deployContract("PricingHarness");
    const next = seeded(40);
    for (let i = 0; i < 150; i++) {
      const [earlier, later] = pair(next, i % 2 === 0);
      const lags = [whole(7_200 * next()), whole(7_200 * next())];
      const [a, b] = [pack(earlier, POSTED - lags[0]!), pack(later, POSTED - lags[1]!)];
      const [first, last] = [POSTED + 10n * HOUR, POSTED + (11n + whole(100 * next())) * HOUR];
      const time = POSTED + whole(35_999 * next());
      const violation = await harness.calendarViolationAt(a, first, b, last, time);
      expect(surface.VIOLATIONS[Number(violation)]).to.equal(
        surface.calendarViolationAt(a, first, b, last, time),
      );
      expect(await harness.rolled(a, first, time, 2_000n * WAD)).to.equal(
        surface.rolled(a, first, time, 2_000n * WAD),
      );
      const between = first + whole(Number(last - first) * next());
      expect(await harness.interpolate(a, first, b, last, between)).to.equal(
        surface.interpolate(a, first, b, last, between),
      );
      const variance = surface.totalVariance(a, toQ96(next() - 0.5));
      expect(await harness.varianceAt(a, variance, first, time)).to.equal(
        surface.varianceAt(a, variance, first, time),
      );
    }
  });
});

describe("a surface rounded to its units", () => {
  it("is one that the contract takes, however tight its conditions were met", () => {
    const next = seeded(41);
    const rounded = (x: bigint) => x * 10n ** 6n + whole((next() - 0.5) * 4e6);
    let moved = 0n;
    for (let i = 0; i < 3_000; i++) {
      const fields = pair(next, i % 4 !== 0);
      const wanted = fields.map(({ theta, psi, rho }) => ({
        theta: rounded(theta),
        psi: rounded(psi),
        rho: rho * RHO + whole((next() - 0.5) * 4e9),
      }));
      const result = surface.roundSurface(wanted);
      const words = result.map((one) => surface.packSlice({ ...one, forward: WAD, timestamp: POSTED }));
      expect(words.map(surface.butterflyViolation)).to.deep.equal(["None", "None"]);
      expect(surface.calendarViolation(words[0]!, words[1]!)).to.equal("None");
      result.forEach(({ theta, psi, rho }, j) => {
        expect([theta % 10n ** 6n, psi % 10n ** 6n, rho % RHO]).to.deep.equal([0n, 0n, 0n]);
        const { theta: t, psi: p } = wanted[j]!;
        const share = (abs(theta - t) * WAD) / t + (abs(psi - p) * WAD) / p;
        if (t > WAD / 10_000n && p > WAD / 100n && share > moved) moved = share;
      });
    }
    expect(moved < WAD / 1_000_000n).to.equal(true);
  });

  it("needs no slice that is far from its own, even where the one before leaves no room", () => {
    const steep = { theta: 4n * WAD, psi: 4n * WAD - 10n ** 6n, rho: 0n };
    const [first, second] = surface.roundSurface([steep, { theta: 3n * WAD, psi: 5n * WAD, rho: WAD / 2n }]);
    expect(second).to.deep.equal(first);
  });
});

import { WAD } from "@ballast/sdk";
import { expect } from "chai";
import { connection, type Person } from "../support/ballast.ts";
import {
  costAtOnce,
  costInTwoSteps,
  cut,
  drawOrder,
  moveAnywhere,
  type OwnersScene,
  ownersScene,
  type Piece,
  tradeFor,
} from "../support/owners.ts";
import { deskWith, personAt, quoterWith, UNGUARDED } from "../support/quotes.ts";
import { seeded } from "../support/random.ts";

const { networkHelpers } = connection;
const SEEDS = [24, 1_987, 40_320];
const PLACES = 5;

/** An order whose legs are undone in pieces over all accounts, a stranger's trade somewhere between. */
function loopOf(next: () => number, stage: OwnersScene, series: readonly bigint[]): Piece[] {
  const order = drawOrder(next, series);
  const back = new Map([...order].map(([instrument, quantity]) => [instrument, -quantity]));
  const pieces = [...cut(next, stage, order, series), ...cut(next, stage, back, series)];
  const between = Math.floor(next() * pieces.length);
  const other = { by: stage.stranger, legs: drawOrder(next, series) };
  return [...pieces.slice(0, between), other, ...pieces.slice(between)];
}

/** Whole and pieces in one step, or both in two. */
async function compare(
  stage: OwnersScene,
  whole: readonly Piece[],
  pieces: readonly Piece[],
  time: number,
  price: bigint | undefined,
): Promise<[bigint, bigint] | undefined> {
  const cost = (parts: readonly Piece[]) =>
    price === undefined ? costAtOnce(stage, parts, time) : costInTwoSteps(stage, parts, time, price);
  const once = await cost(whole);
  const apart = once === undefined ? undefined : await cost(pieces);
  return once === undefined || apart === undefined ? undefined : [once, apart];
}

describe("a random walk of orders at the desk", () => {
  for (const seed of SEEDS) {
    it(`is never cheaper in pieces, over strikes or accounts, nor gains by a way round (seed ${seed})`, async () => {
      // A scene of its own: a walk moves the market, which no fixture takes back.
      const stage = await ownersScene();
      const next = seeded(seed);
      const seen = { quick: 0, patient: 0, loops: 0, dearer: 0, kept: 0 };
      let place = { time: stage.start, spot: 2_000, volatility: 0.7, series: [] as bigint[] };
      for (let i = 0; i < PLACES; i++) {
        place = { ...place, ...(await moveAnywhere(stage, next, place)) };
        for (let run = 0; run < 6; run++) {
          const time = (await networkHelpers.time.latest()) + 30;
          const order = drawOrder(next, place.series);
          const pieces = cut(next, stage, order, place.series);
          const whole = [{ by: stage.accounts[0] as Person, legs: order }];
          const patient = run % 2 === 1;
          const price = patient ? (BigInt(place.spot) * WAD * BigInt(997 + run)) / 1_000n : undefined;
          const costs = await compare(stage, whole, pieces, time, price);
          if (costs !== undefined) {
            const [once, apart] = costs;
            expect(apart >= once, `place ${i}, run ${run}: ${apart} in pieces, ${once} at once`).to.equal(
              true,
            );
            if (apart > once + WAD / 100n) seen.dearer++;
            if (patient) seen.patient++;
            else seen.quick++;
          }
          const lost = await costAtOnce(stage, loopOf(next, stage, place.series), time);
          if (lost !== undefined) {
            expect(lost > 0n, `place ${i}, way round ${run}: ${lost}`).to.equal(true);
            seen.loops++;
          }
        }
        // What stays in the vault's book is another book for the next place.
        const order = { by: stage.accounts[i % stage.accounts.length] as Person };
        if (await tradeFor({ ...order, legs: drawOrder(next, place.series) })) seen.kept++;
      }
      expect(seen.quick, JSON.stringify(seen)).to.be.greaterThan(2 * PLACES);
      expect(seen.patient, JSON.stringify(seen)).to.be.greaterThan(2 * PLACES);
      expect(seen.loops, JSON.stringify(seen)).to.be.greaterThan(4 * PLACES);
      expect(Math.min(seen.dearer, seen.kept), JSON.stringify(seen)).to.be.greaterThan(PLACES / 2);
    });
  }

  it("finds pieces that are cheaper where a charge forgets what the book holds", async () => {
    const stage = await ownersScene();
    const next = seeded(7);
    const place = await moveAnywhere(stage, next, { time: stage.start, spot: 2_000, volatility: 0.7 });
    const quoter = await quoterWith(stage, {}, undefined, UNGUARDED.book);
    const deployment = await deskWith(stage, quoter);
    const accounts = stage.accounts.map((person) => personAt(person, deployment));
    const own = { ...stage, accounts };
    let cheaper = 0;
    for (let run = 0; run < 12; run++) {
      const time = (await networkHelpers.time.latest()) + 30;
      const order = drawOrder(next, place.series);
      const whole = [{ by: accounts[0] as Person, legs: order }];
      const pieces = cut(next, own, order, place.series);
      const costs = await compare(own, whole, pieces, time, undefined);
      if (costs !== undefined && costs[1] < costs[0]) cheaper++;
    }
    expect(cheaper).to.be.greaterThan(0);
  });
});

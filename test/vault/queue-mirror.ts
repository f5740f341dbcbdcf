import { WAD } from "@ballast/sdk";
import { expect } from "chai";
import { network } from "hardhat";
import { DomainError } from "../../packages/quant/src/exact/fixed-point.ts";
import * as mirror from "../../packages/quant/src/exact/queue.ts";
import { seeded } from "../support/random.ts";
import { refusedBy } from "../support/refused.ts";

const SIDES = [0, 1] as const;
const PEOPLE = 5;

/** A silo whose vault is a token that the test speaks for, and the mirror of both of its sides. */
async function walk(seed: number) {
  const { ethers, networkHelpers } = await network.create();
  const asset = await ethers.deployContract("TestToken", [6]);
  const vault = await ethers.deployContract("TestToken", [18]);
  const silo = await ethers.deployContract("Silo", [vault.target, asset.target]);
  await networkHelpers.impersonateAccount(String(vault.target));
  await networkHelpers.setBalance(String(vault.target), 10_000n * WAD);
  for (const token of [asset, vault]) await token.mint(silo.target, 10n ** 40n);
  const people = (await ethers.getSigners()).slice(0, PEOPLE).map(({ address }) => address);
  const next = seeded(seed);
  return {
    silo: silo.connect(await ethers.getSigner(String(vault.target))),
    queues: SIDES.map(mirror.emptyQueue) as [mirror.Queue, mirror.Queue],
    tokens: [asset, vault] as const,
    people,
    time: networkHelpers.time,
    next,
    /** Time of the last mark. */
    markedAt: 0n,
    below: (limit: bigint): bigint => (limit * BigInt(Math.floor(next() * 2 ** 50))) >> 50n,
  };
}

type Walk = Awaited<ReturnType<typeof walk>>;

async function expectSame({ silo, queues, people, time }: Walk): Promise<void> {
  const now = BigInt(await time.latest());
  for (const side of SIDES) {
    const queue = queues[side];
    expect(await silo.waiting(side)).to.equal(queue.waiting);
    expect(await silo.waitingSince(side)).to.equal(mirror.waitingSince(queue, now));
    for (const person of people) {
      const { claim, pending, isLeaving } = await silo.standingOf(side, person);
      const { filled, out, returned } = claim;
      expect({ claim: { filled, out, returned }, pending, isLeaving }).to.deep.equal(
        mirror.standingOf(queue, person, now),
      );
    }
  }
  expect(await silo.markAfter()).to.equal(mirror.markAfter(...queues));
}

/** Sends an act, does the same in the mirror, and expects both or neither to refuse, with the same reason. */
async function both(sent: Promise<unknown>, mirrored: () => unknown, name: string): Promise<string> {
  const refusal = await refusedBy(sent);
  if (refusal === "nothing") {
    mirrored();
    return name;
  }
  const reason = refusal.replace("Silo_", "");
  expect(mirrored).to.throw(DomainError, reason);
  return reason;
}

/** One random act on the silo and on the mirror, and what it was or why it was refused. */
async function act(stage: Walk): Promise<string> {
  const { silo, queues, people, time, next, below, tokens } = stage;
  const side = next() < 0.5 ? 0 : 1;
  const queue = queues[side];
  const person = people[Math.floor(next() * PEOPLE)] ?? "";
  const pause = below(next() < 0.6 ? 200n : next() < 0.9 ? 2_000n : 90_000n);
  const now = BigInt(await time.latest()) + 1n + pause;
  await time.setNextBlockTimestamp(now);
  const dice = next();
  if (dice < 0.36) {
    const amount = 1n + below(10n ** BigInt(Math.floor(next() * 28)));
    const isStranger = next() < 0.2;
    const terms = { mark: stage.markedAt, isStranger, now };
    return both(
      silo.join(side, person, amount, stage.markedAt, isStranger),
      () => mirror.join(queue, person, amount, terms),
      "join",
    );
  }
  if (dice < 0.5) {
    const isFree = next() < 0.1;
    return both(silo.cancel(side, person, isFree), () => mirror.cancel(queue, person, isFree, now), "cancel");
  }
  if (dice < 0.75) {
    stage.markedAt = now - (next() < 0.3 ? 0n : below(400n));
    const waits = queue.waiting;
    const capacity = next() < 0.5 ? waits + below(10n ** 20n) : below(waits + 1n);
    const price = { numerator: below(10n ** 30n), denominator: 10n ** 29n + below(10n ** 30n) };
    await silo.fill(side, stage.markedAt, capacity, price.numerator, price.denominator);
    const { isShort } = mirror.fill(queue, stage.markedAt, capacity, price, now);
    expect(await silo.waiting(side)).to.equal(queue.waiting);
    return isShort ? "fill a part" : "fill";
  }
  const { claim } = mirror.standingOf(queue, person, now);
  const beyond = next() < 0.2 ? 10n ** 30n : 1n;
  const balances = () => Promise.all(tokens.map((token) => token.balanceOf(person)));
  const [before, claimed] = [await balances(), { paid: 0n }];
  const { name, isOther } = await claiming();
  const paid = (await balances()).map((balance, i) => balance - (before[i] ?? 0n));
  expect(paid).to.deep.equal(isOther === (side === 1) ? [claimed.paid, 0n] : [0n, claimed.paid]);
  return name;

  async function claiming(): Promise<{ readonly name: string; readonly isOther: boolean }> {
    if (dice < 0.84) {
      const taken = below(claim.filled + beyond);
      const run = () => {
        claimed.paid = mirror.claimIn(queue, person, taken, now);
      };
      return { name: await both(silo.claimIn(side, person, person, taken), run, "claimIn"), isOther: true };
    }
    if (dice < 0.92) {
      const wanted = below(claim.out + beyond);
      const run = () => {
        mirror.claimOut(queue, person, wanted, now);
        claimed.paid = wanted;
      };
      return {
        name: await both(silo.claimOut(side, person, person, wanted), run, "claimOut"),
        isOther: true,
      };
    }
    const run = () => {
      claimed.paid = mirror.claimReturned(queue, person, now);
    };
    return {
      name: await both(silo.claimReturned(side, person, person), run, "claimReturned"),
      isOther: false,
    };
  }
}

describe("Silo: the mirror in BigInt", () => {
  it("stands as the contract after every act of two random walks, and refuses what it refuses", async () => {
    const seen = new Map<string, number>();
    for (const seed of [701, 702]) {
      const stage = await walk(seed);
      for (let step = 0; step < 350; step++) {
        const name = await act(stage);
        seen.set(name, (seen.get(name) ?? 0) + 1);
        if (step % 5 === 0) await expectSame(stage);
      }
      await expectSame(stage);
    }
    const usual = ["join", "cancel", "fill", "fill a part", "claimIn", "claimOut", "claimReturned"];
    const refused = ["CancellationPending", "NothingToCancel", "NothingToClaim", "ExceedsClaimable"];
    for (const name of [...usual, ...refused]) expect(seen.get(name) ?? 0, name).to.be.greaterThan(2);
  });

  it("refuses the ninth cohort of a controller, and the fifth of one whom strangers serve", async () => {
    const stage = await walk(703);
    const { silo, queues, people, time } = stage;
    const [own = "", served = ""] = people;
    const outcomes: string[] = [];
    for (let round = 0; round < 10; round++) {
      for (const [person, isStranger] of [
        [own, false],
        [served, true],
      ] as const) {
        const now = BigInt(await time.latest()) + 400n;
        await time.setNextBlockTimestamp(now);
        const sent = silo.join(0, person, 10n ** 30n, now - 1n, isStranger);
        const terms = { mark: now - 1n, isStranger, now };
        outcomes.push(await both(sent, () => mirror.join(queues[0], person, 10n ** 30n, terms), "join"));
      }
    }
    await expectSame(stage);
    expect(outcomes.filter((outcome) => outcome === "join").length).to.equal(12);
    expect(outcomes.filter((outcome) => outcome === "TooManyRequests").length).to.equal(8);
  });
});

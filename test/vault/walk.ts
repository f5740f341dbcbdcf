import { expect } from "chai";
import { replace } from "../support/mutants.ts";
import { connection, done, type Room } from "../support/queue.ts";
import { startWalk, takeStep, walkScene } from "../support/walk.ts";
import type { Walk } from "../support/walk-rules.ts";

const { ethers } = connection;
/** Seeds and steps, of the vault as it is and of each mutant until one of them finds it out. */
const WALKS = [
  [2_021, 70],
  [2_031, 150],
  [2_034, 150],
] as const;
/** Of test/harness/mutants/QueueMutants.sol. */
const FORESIGHT = 2;

/** A scene of its own for each walk: the market's mind is not restored with the chain. */
async function walked(seed: number, steps: number, change?: (stage: Room) => Promise<void>, until = 0) {
  const stage = await walkScene();
  await change?.(stage);
  const walk = startWalk(stage, seed);
  const isOver = ({ broken }: Walk) => broken.some(({ invariant }) => invariant === until);
  for (let i = 0; i < steps && !isOver(walk); i++) await takeStep(walk);
  return walk;
}

const silo =
  (mutant: string, guard?: number) =>
  async ({ world }: Room): Promise<void> => {
    const at = world.deployment.contracts;
    await replace(connection as never, at.silo, mutant, [at.vault, at.usdc]);
    if (guard === undefined) return;
    const changed = await ethers.getContractAt("SiloMutant", at.silo);
    await done(changed.lack(guard));
  };

const valuation =
  (mutant: string) =>
  async ({ world }: Room): Promise<void> => {
    const at = world.deployment.contracts;
    await replace(connection as never, at.valuation, mutant, [
      ...[at.accessManager, at.clearinghouse, at.books, at.optionPricer],
      ...[at.priceRouter, at.surfaceFeed, at.settlementOracle],
    ]);
  };

/** What the walk has to find out, and by which invariant. */
const MUTANTS = [
  { name: "gives entries more than their due", invariant: 20, change: silo("BargainSilo") },
  { name: "fills requests by a mark that they knew", invariant: 21, change: silo("SiloMutant", FORESIGHT) },
  { name: "counts what is merely sent", invariant: 21, change: valuation("BalanceValuation") },
  {
    name: "forgets options that stand apart from the book",
    invariant: 22,
    change: valuation("ForgetfulValuation"),
  },
  { name: "serves half of the exits", invariant: 23, change: silo("StarvingSilo") },
  { name: "attributes without what entered and left", invariant: 25, change: valuation("FlowlessValuation") },
] as const;

/** A walk on which one of these never happened would prove less than it says. */
const HAPPENED = [
  ...[
    "askToEnter",
    "askToLeave",
    "run",
    "absorb",
    "cancel",
    "claim",
    "handOver",
    "give",
    "payIn",
    "tradeSome",
    "mark",
    "pass",
  ],
  ...[
    "setLimits",
    "hedge",
    "processOne",
    "entries",
    "exits with options held",
    "epochs with options apart from the book",
    "exits beyond the flow limit",
  ],
  ...["exits short of cash", "NAV fell", "part hedgeCost", "part losses"],
  ...["part delta", "part gamma", "part vega", "part theta", "part spread", "part fees"],
];

describe("a random walk of the vault with everybody in it", () => {
  it("keeps invariants 20 to 23 and 25 at every step", async () => {
    const seen = new Map<string, number>();
    for (const [seed, steps] of WALKS) {
      const walk = await walked(seed, steps);
      expect(walk.broken, `seed ${seed}`).to.deep.equal([]);
      for (const [what, times] of walk.seen) seen.set(what, (seen.get(what) ?? 0) + times);
    }
    expect(HAPPENED.filter((what) => !seen.has(what))).to.deep.equal([]);
    expect(seen.get("processOne")).to.be.greaterThan(5 * WALKS.length);
  }).timeout(600_000);

  for (const { name, invariant, change } of MUTANTS) {
    it(`finds out by invariant ${invariant} a vault that ${name}`, async () => {
      const broken = new Set<number>();
      for (const [seed, steps] of [...WALKS].reverse()) {
        if (broken.has(invariant)) break;
        const walk = await walked(seed, steps, change, invariant);
        for (const one of walk.broken) broken.add(one.invariant);
      }
      expect(broken).to.include(invariant);
    }).timeout(600_000);
  }
});

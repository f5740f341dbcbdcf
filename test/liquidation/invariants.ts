import { accountId, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { GAS } from "../support/acts.ts";
import { auctionRoom } from "../support/auctions.ts";
import { USDC } from "../support/ledger.ts";
import { seeded } from "../support/random.ts";

const SEEDS = [11, 12, 13];
const STEPS = 70;
const NAME = /custom error '([A-Za-z]+_[A-Za-z]+)/;

interface Standing {
  readonly equity: bigint;
  readonly initialRequirement: bigint;
  readonly maintenanceRequirement: bigint;
  readonly kind: bigint;
  readonly cash: bigint;
}

/** What a step did: who acted, for which account it may change what others own, and its receipt. */
interface Act {
  readonly name: string;
  readonly seller: bigint;
  readonly owns: readonly bigint[];
  readonly send: () => Promise<{ wait(): Promise<unknown> }>;
}

/** Three owners' accounts that sold options, two that bid, and everybody's clock in one hand. */
async function stage(seed: number) {
  const room = await auctionRoom(undefined, { allowBlocksWithSameTimestamp: true });
  const { ledger, risk, alice, bob, carol, usdc, seller, bidder, maker, payer, series, give, house } = room;
  const second = accountId(bob.address, 1n);
  const sellers = [seller, accountId(alice.address, 2n), accountId(carol.address)];
  await ledger.connect(bob).deposit(second, usdc.target, 200_000n * USDC);
  const strikes = [2_800, 3_000, 3_200];
  for (const expiry of [1, 2]) {
    await risk.riskArrays.refresh(
      0,
      risk.expiries[expiry]!,
      strikes.map((strike) => BigInt(strike) * WAD),
    );
  }
  const next = seeded(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T;
  const all = [1, 2].flatMap((expiry) =>
    strikes.flatMap((strike) => [series(expiry, strike, "call"), series(expiry, strike, "put")]),
  );
  for (const account of sellers) {
    for (let i = 0; i < 3; i++) await give(account, pick(all), -BigInt(Math.ceil(next() * 20)) * WAD);
    const { initialRequirement, equity } = await ledger.assess(account);
    const missing = initialRequirement + 500n * WAD - equity;
    if (missing > 0n) await ledger.connect(room.venue).moveCash(maker, account, missing);
  }
  await house.setBackstop({
    solventShare: (WAD * 7n) / 10n,
    insolventShare: WAD / 2n,
    perBid: WAD / 20n,
    perDay: WAD / 5n,
  });
  const accounts = [...sellers, bidder, second, maker, payer];
  return { ...room, sellers, second, next, pick, all, accounts };
}

type Stage = Awaited<ReturnType<typeof stage>>;

async function look({ accounts, ledger, house }: Stage): Promise<Map<bigint, Standing>> {
  const seen = await Promise.all(
    accounts.map(async (account) => {
      const [equity, initialRequirement, maintenanceRequirement] = await ledger.assess(account);
      const { kind } = await house.auctionOf(account);
      const cash = await ledger.cashOf(account);
      return [account, { equity, initialRequirement, maintenanceRequirement, kind, cash }] as const;
    }),
  );
  return new Map(seen);
}

/** One random act of anybody's. */
async function actOf(on: Stage): Promise<Act> {
  const { house, ledger, bob, carol, next, pick, sellers, bidder, second, usdc, all } = on;
  const account = pick(sellers);
  const buyer = pick([bidder, second]);
  const { id, kind } = await house.auctionOf(account);
  const any = house.connect(carol);
  const fraction = next() < 0.1 ? WAD : BigInt(Math.ceil(next() * 300)) * (WAD / 1_000n);
  const terms = { id, kind, bidder: buyer, priceLimit: 2n ** 100n };
  const nobody = { seller: account, owns: [] as bigint[] };
  const buying = { seller: account, owns: [buyer] };
  const part = async () => {
    const quantities = await Promise.all(all.map((one) => ledger.positionOf(account, one)));
    const instrument = pick(all.filter((_, i) => quantities[i] !== 0n)) ?? pick(all);
    const held = quantities[all.indexOf(instrument)] ?? 0n;
    const legs = [{ instrument, quantity: ((held * fraction) / WAD / 10n ** 10n) * 10n ** 10n }];
    return house.connect(bob).bidPart(account, { ...terms, legs }, "0x", GAS);
  };
  const acts: readonly Act[] = [
    { name: "start", ...nobody, send: () => any.start(account, GAS) },
    { name: "update", ...nobody, send: () => any.update(account, GAS) },
    { name: "end", ...nobody, send: () => any.end(account, GAS) },
    { name: "backstop", ...nobody, send: () => any.backstop(account, GAS) },
    { name: "backstop", ...nobody, send: () => any.backstop(account, GAS) },
    {
      name: "bid",
      ...buying,
      send: () => house.connect(bob).bid(account, { ...terms, fraction }, "0x", GAS),
    },
    {
      name: "bid",
      ...buying,
      send: () => house.connect(bob).bid(account, { ...terms, fraction }, "0x", GAS),
    },
    { name: "part", ...buying, send: part },
    { name: "part", ...buying, send: part },
    { name: "part", ...buying, send: part },
    { name: "gift", ...nobody, send: () => ledger.connect(bob).deposit(account, usdc.target, USDC, GAS) },
  ];
  // Most acts mean something; some are tried where they have none.
  const useful = kind === 0n ? acts.filter(({ name }) => name === "start" || name === "gift") : acts.slice(1);
  return pick(next() < 0.15 ? acts : useful);
}

/** Time passes and the price moves; nobody acts. */
async function weather({ next, time, risk }: Stage): Promise<void> {
  await time.increase(Math.floor(next() * 1_700) + 1);
  await risk.inputs.setSpot(0, BigInt(Math.floor(2_400 + next() * 1_200)) * WAD, 0);
}

/** Shortfalls reported and fees paid to starters in the last block. */
async function lastBlock({ house, ethers }: Stage): Promise<{ reported: boolean; fee: bigint }> {
  const block = await ethers.provider.getBlockNumber();
  const shortfalls = await house.queryFilter(house.filters.ShortfallReported(), block);
  const fees = await house.queryFilter(house.filters.StarterPaid(), block);
  return { reported: shortfalls.length > 0, fee: fees[0]?.args.fee ?? 0n };
}

async function judge(
  on: Stage,
  act: Act,
  before: ReadonlyMap<bigint, Standing>,
  after: ReadonlyMap<bigint, Standing>,
): Promise<void> {
  const { payer, accounts, bidder, second } = on;
  const total = (of: ReadonlyMap<bigint, Standing>) =>
    [...of.values()].reduce((sum, one) => sum + one.cash, 0n);
  if (act.name !== "gift") expect(total(after), "3: cash is conserved").to.equal(total(before));
  for (const account of accounts) {
    const [was, is] = [before.get(account)!, after.get(account)!];
    const isParty = account === payer || account === act.seller || act.owns.includes(account);
    if (!isParty)
      expect(is.equity >= was.equity, `14: ${act.name} lowers a stranger's equity`).to.equal(true);
    if (was.kind === 0n && is.kind !== 0n) {
      expect(was.equity < was.maintenanceRequirement, "26: starts below maintenance").to.equal(true);
    }
    if (account === act.seller && was.kind === 0n && act.name !== "gift") {
      expect(is.equity, "14: an account that is not in auction keeps its equity").to.equal(was.equity);
    }
  }
  if (!["bid", "part", "backstop"].includes(act.name)) return;
  const [was, is] = [before.get(act.seller)!, after.get(act.seller)!];
  const { reported, fee } = await lastBlock(on);
  const better = is.equity + fee - is.maintenanceRequirement > was.equity - was.maintenanceRequirement;
  expect(better || reported, `27: ${act.name} raises health or reports a shortfall`).to.equal(true);
  for (const account of [bidder, second].filter((one) => act.owns.includes(one))) {
    const { equity, initialRequirement } = after.get(account)!;
    expect(equity >= initialRequirement, "a bidder keeps its initial requirement").to.equal(true);
  }
}

/** Runs what is left to its end: prices hold still, and somebody always bids. */
async function finish(on: Stage): Promise<void> {
  const { ledger, house, sellers, bob, bidder, usdc, time, alice } = on;
  await ledger.connect(alice).deposit(bidder, usdc.target, 90_000n * USDC);
  for (let round = 0; round < 20; round++) {
    await time.increase(1_500);
    for (const account of sellers) {
      const { id, kind } = await house.auctionOf(account);
      if (kind === 0n) continue;
      const terms = { id, kind, bidder, fraction: WAD, priceLimit: 2n ** 100n };
      await house
        .connect(bob)
        .bid(account, terms, "0x", GAS)
        .catch(() => house.update(account, GAS));
    }
  }
  for (const account of sellers) expect((await house.auctionOf(account)).kind, "26: terminates").to.equal(0n);
}

describe("invariants of auctions, whoever acts in whatever order", () => {
  it("13: profit that is not cash cannot be withdrawn, before a bid or after", async () => {
    const on = await stage(SEEDS[0]!);
    const { ledger, bob, alice, usdc, give, series, seller, maker } = on;
    await give(seller, series(1, 2_800, "call"), 100n * WAD);
    await on.risk.inputs.setSpot(0, 3_400n * WAD, 0);
    for (const [account, owner] of [
      [seller, alice],
      [on.bidder, bob],
      [maker, alice],
    ] as const) {
      const cash = await ledger.cashOf(account);
      const more = (cash > 0n ? cash : 0n) / 10n ** 12n + 1n;
      await expect(
        ledger.connect(owner).withdraw(account, usdc.target, more, owner.address),
      ).to.be.revertedWithCustomError(ledger, "Clearinghouse_InsufficientCash");
    }
  });

  it("3, 14, 26, 27: auctions start below maintenance, help, harm no stranger, and terminate", async () => {
    const done = new Map<string, number>();
    for (const seed of SEEDS) {
      const on = await stage(seed);
      for (let step = 0; step < STEPS; step++) {
        if (step % 4 === 0) await weather(on);
        const act = await actOf(on);
        const now = BigInt(await on.time.latest());
        const before = await look(on);
        await on.time.setNextBlockTimestamp(now);
        try {
          await (await act.send()).wait();
        } catch (refusal) {
          expect(NAME.exec(String(refusal))?.[1] ?? String(refusal)).to.match(
            /^(AuctionHouse|Clearinghouse)_/,
          );
          continue;
        }
        done.set(act.name, (done.get(act.name) ?? 0) + 1);
        await judge(on, act, before, await look(on));
      }
      await finish(on);
    }
    for (const name of ["start", "update", "bid", "part", "backstop", "gift"]) {
      expect(done.get(name) ?? 0, name).to.be.greaterThan(0);
    }
  });
});

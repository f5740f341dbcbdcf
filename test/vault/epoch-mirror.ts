import { WAD } from "@ballast/sdk";
import accessManager from "@openzeppelin/contracts/build/contracts/AccessManager.json" with { type: "json" };
import { expect } from "chai";
import { network } from "hardhat";
import * as mirror from "../../packages/quant/src/exact/epochs.ts";
import * as queue from "../../packages/quant/src/exact/queue.ts";
import { seeded } from "../support/random.ts";

const SCALE = 10n ** 12n;
const USDC = 10n ** 6n;
const PEOPLE = 4;
const STATUS = { good: 0, unusable: 2 };

/** The real queue and epochs over a NAV, a margin and cash that the test sets, beside their mirror. */
async function vaultRoom(seed: number) {
  const { ethers, networkHelpers } = await network.create();
  const [deployer, ...others] = await ethers.getSigners();
  if (!deployer) throw new Error("There is nobody.");
  const token = await ethers.deployContract("TestToken", [6]);
  const ledger = await ethers.deployContract("OneAccountLedger", [token.target]);
  const manager = await new ethers.ContractFactory(
    accessManager.abi,
    accessManager.bytecode,
    deployer,
  ).deploy(deployer.address);
  const vault = await ethers.deployContract("QueueVault", [manager.target, ledger.target]);
  const people = others.slice(0, PEOPLE);
  for (const person of [deployer, ...people]) {
    await token.mint(person.address, 10n ** 16n);
    await token.connect(person).approve(vault.target, 2n ** 255n);
  }
  await vault.seed(1_000_000n * USDC);
  const next = seeded(seed);
  return {
    ledger,
    vault,
    people,
    time: networkHelpers.time,
    deposits: queue.emptyQueue(),
    redemptions: queue.emptyQueue(),
    shortEpochs: 0,
    next,
    below: (limit: bigint): bigint => (limit * BigInt(Math.floor(next() * 2 ** 50))) >> 50n,
  };
}

type VaultRoom = Awaited<ReturnType<typeof vaultRoom>>;

/** Requests of some people at their own time, and the same in the mirror. */
async function ask(room: VaultRoom): Promise<void> {
  const { vault, people, next, below, time } = room;
  for (const person of people) {
    if (next() < 0.4) continue;
    const own = vault.connect(person);
    const isDeposit = next() < 0.5 && !(await vault.isWindingDown());
    const held = await vault.balanceOf(person.address);
    if (!isDeposit && held < WAD) continue;
    const amount = isDeposit
      ? 10n * USDC + below(10n ** BigInt(8 + Math.floor(next() * 5)))
      : WAD + below(held - WAD);
    const mark = await vault.markedAt();
    const sent = isDeposit
      ? own.requestDeposit(amount, person.address, person.address)
      : own.requestRedeem(amount, person.address, person.address);
    await sent;
    const now = BigInt(await time.latest());
    const side = isDeposit ? room.deposits : room.redemptions;
    queue.join(side, person.address, amount, { mark, isStranger: false, now });
  }
}

/** Pays out what everybody may claim. */
async function claim({ vault, people, deposits, redemptions, time }: VaultRoom): Promise<void> {
  for (const person of people) {
    const own = vault.connect(person);
    const assets = await vault.maxDeposit(person.address);
    if (assets !== 0n) {
      await own["deposit(uint256,address)"](assets, person.address);
      queue.claimIn(deposits, person.address, assets, BigInt(await time.latest()));
    }
    const shares = await vault.maxRedeem(person.address);
    if (shares !== 0n) {
      await own.redeem(shares, person.address, person.address);
      queue.claimIn(redemptions, person.address, shares, BigInt(await time.latest()));
    }
  }
}

describe("Epochs: the mirror in BigInt", () => {
  it("mints, burns and pays what the vault does, through random flows, limits, losses and shortages", async () => {
    const room = await vaultRoom(711);
    const { ledger, vault, time, next, below, people } = room;
    const account = await vault.account();
    const token = await ledger.cash();
    const seen = { entries: 0, exits: 0, shortEntries: 0, shortExits: 0, waiting: 0, freed: 0, bad: 0 };
    let isWindingDown = false;
    for (let run = 0; run < 90; run++) {
      await ask(room);
      const limits = {
        depositPerEpoch: below(10n ** BigInt(9 + Math.floor(next() * 5))),
        capacity: below(10n ** BigInt(12 + Math.floor(next() * 3))),
        redeemPerEpoch: WAD / 20n + below((19n * WAD) / 20n),
      };
      await vault.setFlowLimits(limits);
      if (next() < 0.1) isWindingDown = !isWindingDown;
      await vault.setWindDown(isWindingDown);
      const cash = await ledger.cashOf(account);
      await ledger.setPositions(below(cash / 2n) - cash / 4n);
      await ledger.setRequirement(next() < 0.5 ? 0n : below(cash));
      await ledger.setLent(next() < 0.7 ? 0n : below(cash / SCALE));
      const isGood = next() < 0.9;
      await ledger.setStatus(isGood ? STATUS.good : STATUS.unusable);
      await time.increase(next() < 0.25 ? 700_000n : 310n + below(20_000n));
      await vault.post();
      const nav = await vault.nav();
      const supply = await vault.totalSupply();
      for (const person of people) {
        const waits = await vault.estimateRequests(person.address);
        expect(waits.sharesForAssets).to.equal(mirror.toShares(waits.assetsPending, nav.ask, supply, SCALE));
        expect(waits.assetsForShares).to.equal(mirror.toAssets(waits.sharesPending, nav.bid, supply, SCALE));
      }
      const some = below(supply);
      expect(await vault.convertToAssets(some)).to.equal(mirror.toAssets(some, nav.mid, supply, SCALE));
      expect(await vault.convertToShares(some)).to.equal(mirror.toShares(some, nav.mid, supply, SCALE));
      if (room.deposits.waiting === 0n && room.redemptions.waiting === 0n) continue;
      if (queue.markAfter(room.deposits, room.redemptions) >= nav.markTime) continue;
      const verdict = await ledger.assess(account);
      const standing = {
        cash: await ledger.cashOf(account),
        equity: verdict.equity,
        initialRequirement: verdict.initialRequirement,
        isGood,
        withdrawable: await ledger.withdrawable(account, token),
      };
      await vault.processEpoch();
      const now = BigInt(await time.latest());
      const { bid, ask: asked, markTime } = nav;
      const { shortEpochs } = room;
      const inputs = {
        bid,
        ask: asked,
        markTime,
        supply,
        scale: SCALE,
        limits,
        isWindingDown,
        standing,
        shortEpochs,
        now,
      };
      const freed = mirror.roomOut(inputs, queue.waitingSince(room.redemptions, now)) === supply;
      const { entries, exits, ...after } = mirror.fulfil(room.deposits, room.redemptions, inputs);
      room.shortEpochs = after.shortEpochs;
      const done = await vault.epoch((await vault.currentEpoch()) - 1n);
      expect([done.assetsIn, done.sharesOut, done.sharesIn, done.assetsOut]).to.deep.equal([
        entries.amountIn,
        entries.amountOut,
        exits.amountIn,
        exits.amountOut,
      ]);
      expect(await vault.exitsWaiting()).to.equal(isWindingDown || room.shortEpochs >= mirror.PATIENCE);
      if (entries.amountIn > 0n) seen.entries++;
      if (exits.amountIn > 0n) seen.exits++;
      if (entries.isShort) seen.shortEntries++;
      if (exits.isShort) seen.shortExits++;
      if (room.shortEpochs > 0) seen.waiting++;
      if (freed && !isWindingDown && exits.amountIn > 0n) seen.freed++;
      if (!isGood) seen.bad++;
      await claim(room);
    }
    for (const [what, count] of Object.entries(seen)) expect(count, what).to.be.greaterThan(1);
  });

  it("takes nothing beyond its capacity or in wind-down, and no cash that is not there", () => {
    const limits = { depositPerEpoch: 50n * USDC, capacity: 100n * USDC, redeemPerEpoch: WAD / 20n };
    const terms = { scale: SCALE, limits, isWindingDown: false };
    expect(mirror.roomIn({ ...terms, ask: 100n * WAD })).to.equal(0n);
    expect(mirror.roomIn({ ...terms, ask: 99n * WAD + 1n })).to.equal(USDC - 1n);
    expect(mirror.roomIn({ ...terms, ask: 0n })).to.equal(50n * USDC);
    expect(mirror.roomIn({ ...terms, ask: 0n, isWindingDown: true })).to.equal(0n);
    const standing = {
      cash: 5n * WAD,
      equity: 9n * WAD,
      initialRequirement: 5n * WAD,
      isGood: true,
      withdrawable: 10n ** 9n,
    };
    expect(mirror.freeCash(standing, SCALE)).to.equal(4n * USDC);
    expect(mirror.freeCash({ ...standing, equity: 20n * WAD }, SCALE)).to.equal(5n * USDC);
    expect(mirror.freeCash({ ...standing, equity: WAD }, SCALE)).to.equal(0n);
    expect(mirror.freeCash({ ...standing, isGood: false }, SCALE)).to.equal(0n);
    expect(mirror.freeCash({ ...standing, withdrawable: 3n }, SCALE)).to.equal(3n);
    expect(mirror.toAssets(WAD, -1n, WAD, SCALE)).to.equal(0n);
    expect(mirror.toShares(USDC, 0n, WAD, SCALE)).to.equal(0n);
  });
});

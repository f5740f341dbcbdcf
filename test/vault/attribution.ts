import { claimShares, requestDeposit, requestRedeem, token, trade, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { signedDivDown } from "../../packages/quant/src/exact/fixed-point.ts";
import { connection, curator, expiryOf, moveTo, option, scene } from "../support/ballast.ts";
import { seeded } from "../support/random.ts";

const { ethers, networkHelpers } = connection;
const HOUR = 3_600;
const USDC = 10n ** 6n;
const PARTS = [
  "delta",
  "gamma",
  "vega",
  "theta",
  "spread",
  "fees",
  "hedgeCost",
  "losses",
  "insurance",
] as const;

async function done(sent: Promise<{ wait(): Promise<unknown> }>): Promise<void> {
  await (await sent).wait();
}

async function charging() {
  const stage = await scene();
  const own = await curator(stage);
  const { vault } = own;
  const terms = {
    management: WAD / 50n,
    performance: WAD / 5n,
    recipient: stage.world.people.keeper.address,
  };
  await done(own.epochAccounts.setFeeTerms(await vault.account(), terms));
  await done(own.lossWaterfall.setVaultSlice(WAD / 100n, WAD / 10n));
  const lp = stage.world.people.lps[1];
  if (!lp) throw new Error("There is no second LP.");
  return { ...stage, own, lp };
}

type Stage = Awaited<ReturnType<typeof charging>>;

/** Processes an epoch and tells what its events say. */
async function epochOf({ lp }: Stage) {
  const { vault, shares, epochAccounts } = lp.ballast;
  const id = await vault.currentEpoch();
  const sent = await (await vault.processEpoch()).wait();
  const block = sent?.blockNumber ?? 0;
  const [attributed] = await epochAccounts.queryFilter(
    epochAccounts.filters.EpochAttributed(undefined, id),
    block,
    block,
  );
  const epoch = await vault.epoch(id);
  const mark = await epochAccounts.lastEpochMark(await vault.account());
  return { parts: attributed?.args.parts, epoch, mark, supply: await shares.totalSupply() };
}

describe("attribution of the vault's NAV", () => {
  it("sums to the change between epochs to the wei, and nothing else moves the price of a share", async () => {
    const stage = await networkHelpers.loadFixture(charging);
    const { world, lp, own } = stage;
    const { hedger } = world.people;
    const next = seeded(2_501);
    const some = (most: bigint): bigint => (most * BigInt(Math.floor(next() * 2 ** 40))) >> 40n;
    const account = await own.vault.account();
    const house = world.deployment.contracts.auctionHouse;
    await networkHelpers.impersonateAccount(house);
    await networkHelpers.setBalance(house, WAD);
    const waterfall = own.lossWaterfall.connect(await ethers.getSigner(house));
    let last: Awaited<ReturnType<typeof epochOf>> | undefined;
    let price = 2_000;
    const seen = new Set<string>();
    for (let hour = 1; hour <= 12; hour++) {
      const legs = [0, 1, 2].map(() => ({
        instrument: option(
          expiryOf(stage, 2 + Math.floor(next() * 2)),
          BigInt(10 * Math.round(price / 10) + 50 * (Math.floor(next() * 3) - 1)),
          next() < 0.5 ? "call" : "put",
        ),
        quantity: (next() < 0.7 ? 1n : -1n) * (WAD / 10n) * (10n + some(80n)),
      }));
      await done(own.books.refreshAll(account));
      const positions = await hedger.ballast.clearinghouse.positionWords(hedger.account);
      await done(hedger.ballast.riskArrays.refreshPositions([...positions]));
      await done(trade(hedger.ballast, hedger.account, legs, { slippage: WAD }));
      if (next() < 0.6) await done(requestDeposit(lp.ballast, lp.address, (10n + some(50_000n)) * USDC));
      const held = await lp.ballast.shares.balanceOf(lp.address);
      if (held > WAD && next() < 0.6)
        await done(requestRedeem(lp.ballast, lp.address, WAD + some(held - WAD)));
      const { assets, shares } = await lp.ballast.vault.pendingTotals();
      if (assets === 0n && shares === 0n) await done(requestDeposit(lp.ballast, lp.address, 10n * USDC));
      if (hour === 6) await done(waterfall.absorb(world.people.putSeller.account, 250_000n * WAD));
      price += Math.floor(next() * 120) - 60;
      await moveTo(stage, stage.start + hour * HOUR, BigInt(price));
      await done(own.books.refreshAll(account));
      const now = await epochOf(stage);
      const { parts, epoch } = now;
      if (last) {
        if (!parts) throw new Error("Nothing was attributed.");
        const sum = PARTS.reduce((total, name) => total + parts[name], 0n);
        expect(sum).to.equal(parts.change);
        for (const name of PARTS) if (parts[name] !== 0n) seen.add(name);
        // Entries and exits apart, and what fees are worth, NAV is what it was after the last epoch and the change.
        expect(last.mark.mid + parts.change - parts.fees).to.equal(epoch.nav.mid);
        const move = now.mark.spot - last.mark.spot;
        expect(parts.delta).to.equal(signedDivDown(last.mark.delta * move, WAD));
        // 21: between epochs a share moves by its part of the change, and by nothing else.
        const before = (last.mark.mid * WAD) / last.supply;
        const after = (epoch.nav.mid * WAD) / epoch.supplyBefore;
        expect(after - before).to.be.closeTo((parts.change * WAD) / last.supply, 2n);
        if (parts.change >= 0n) expect(after + 2n >= before).to.equal(true);
        if (hour === 6) expect(parts.losses).to.equal(-(await own.lossWaterfall.slicesPaid()));
      }
      // An epoch's entries and exits leave those who stay no worse off, at bid, mid and ask alike.
      const flow = (epoch.assetsIn - epoch.assetsOut) * 10n ** 12n;
      expect(now.mark.mid).to.equal(epoch.nav.mid + flow);
      for (const nav of [epoch.nav.bid, epoch.nav.mid]) {
        expect((nav + flow) * epoch.supplyBefore >= nav * now.supply).to.equal(true);
      }
      if ((await lp.ballast.shares.maxDeposit(lp.address)) > 0n) await claimShares(lp.ballast, lp.address);
      last = now;
    }
    expect([...seen]).to.include.members(["delta", "fees", "gamma", "insurance", "losses", "theta", "vega"]);
    expect(
      await token(world.deployment.contracts.vault, lp.signer).balanceOf(world.people.keeper.address),
    ).to.be.greaterThan(0n);
  });
});

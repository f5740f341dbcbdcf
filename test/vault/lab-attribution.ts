import { packPosition, requestDeposit, trade, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { attribute } from "../../packages/lab/src/report/attribution.ts";
import { readChronicle } from "../../packages/lab/src/report/chronicle.ts";
import { type Snapshot, takeSnapshot } from "../../packages/lab/src/session/snapshot.ts";
import { option } from "../support/ballast.ts";
import { connection, curator, done, expiryOf, room, USDC } from "../support/queue.ts";

const { ethers, networkHelpers } = connection;
const SCALE = 10n ** 12n;

async function measured() {
  return room();
}

const gap = (a: bigint, b: bigint) => (a > b ? a - b : b - a);

describe("the report's attribution beside the vault's own", () => {
  it("finds what the events of epochs say, each part but what only the chain has no name for", async () => {
    const stage = await networkHelpers.loadFixture(measured);
    const { world, player, bob } = stage;
    const { ballast, account } = world.people.hedger;
    const { vault, epochAccounts, books, riskArrays, hedgeController } = ballast;
    const own = await vault.account();
    const house = world.deployment.contracts.auctionHouse;
    await networkHelpers.impersonateAccount(house);
    await networkHelpers.setBalance(house, WAD);
    const waterfall = ballast.lossWaterfall.connect(await ethers.getSigner(house));
    await done((await curator(stage)).lossWaterfall.setVaultSlice(WAD / 100n, WAD / 10n));
    const fromBlock = await ethers.provider.getBlockNumber();
    const snapshots: Snapshot[] = [];
    const seen = { spread: 0, hedgeCost: 0, losses: 0, delta: 0, gamma: 0, theta: 0, insurance: 0 };
    const calls = [1_900n, 2_000n, 2_100n].map((strike) => option(expiryOf(stage, 2), strike, "call"));
    let dollars = 2_000n;
    for (let hour = 1; hour <= 6; hour++) {
      const from = (await stage.clock.now()) + 1;
      if (hour > 1) {
        await done(riskArrays.refreshPositions(calls.map((call) => packPosition(call, WAD))));
        await done(books.refreshAll(own));
        const instrument = calls[hour % 3] ?? 0n;
        await done(trade(ballast, account, [{ instrument, quantity: 30n * WAD }], { slippage: WAD }));
        await done(books.refreshAll(own));
        if (hour === 3) await done(hedgeController.rebalance(0));
        if (hour === 5) await done(waterfall.absorb(world.people.putSeller.account, 250_000n * WAD));
      }
      await done(requestDeposit(bob.ballast, bob.address, BigInt(100 + hour) * USDC));
      dollars += hour % 2 === 0 ? 15n : -9n;
      // The report looks an hour ahead: the epoch has to be within it.
      await stage.mark(hour * 0.9, dollars);
      await done(books.refreshAll(own));
      const id = await vault.currentEpoch();
      const receipt = await (await vault.processEpoch()).wait();
      const block = receipt?.blockNumber ?? 0;
      const at = { hour, time: await stage.clock.now(), spot: dollars * WAD };
      const snapshot = await takeSnapshot(world, player, [], at);
      const before = snapshots.at(-1);
      snapshots.push(snapshot);
      if (!before) continue;
      const [event] = await epochAccounts.queryFilter(
        epochAccounts.filters.EpochAttributed(own, id),
        block,
        block,
      );
      const parts = event?.args.parts;
      if (!parts) throw new Error("The epoch was not attributed.");
      const chronicle = await readChronicle(ballast, fromBlock);
      // The report's hour is what happened since its snapshot's time; here, since the epoch before.
      const [one] = attribute([before, { ...snapshot, time: from }], chronicle);
      // Theta goes by the time between the snapshots.
      const [timed] = attribute([before, snapshot], chronicle);
      if (!one || !timed) throw new Error("The hour was not attributed.");
      const epoch = await vault.epoch(id);
      expect(one.flows).to.equal((epoch.assetsIn - epoch.assetsOut) * SCALE);
      // To what a second or two are worth, which lie between an epoch and the snapshot after it.
      // Gamma is a second difference on the chain, of values rounded to a lane: four lanes are a hundredth of it. Theta is
      // told by gamma there, as it is for an option at the money.
      for (const name of Object.keys(seen) as (keyof typeof seen)[]) {
        const [said, part] = [name === "theta" ? timed.theta : one[name], parts[name]];
        const share = gap(part, 0n) / (name === "theta" ? 10n : name === "gamma" ? 33n : 50n);
        expect(gap(said, part), `hour ${hour}, ${name}: ${said} and ${part}`).to.be.lessThan(
          WAD / 10n + share,
        );
        if (part !== 0n) seen[name]++;
      }
      expect(gap(one.change - one.flows, parts.change - parts.fees), `hour ${hour}, change`).to.be.lessThan(
        WAD,
      );
      // What the chain leaves to vega, the report splits into vega and what it cannot explain.
      const unnamed = one.vega + one.unexplained + one.theta - timed.theta;
      expect(gap(unnamed, parts.vega), `hour ${hour}, vega: ${unnamed} and ${parts.vega}`).to.be.lessThan(
        3n * WAD + gap(parts.vega, 0n) / 20n,
      );
    }
    expect(Math.min(...Object.values(seen)), JSON.stringify(seen)).to.be.greaterThan(0);
  });
});

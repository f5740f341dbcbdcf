import { WAD } from "@ballast/sdk";
import { expect } from "chai";
import { type AuctionRoom, auctionRoom, type Guard } from "../support/auctions.ts";
import { seeded } from "../support/random.ts";

const TRIALS = 24;
/** Rounding of positions to 1e-8 and of marks [wad USD]. */
const DUST = WAD / 100n;

/**
 * Gives the pair random portfolios, makes the seller insolvent by a random amount, and has the bidder take slices or
 * parts at random times. Returns by how much the most profitable bid beat the risk that it absorbed [wad USD].
 */
async function search(missing?: Guard): Promise<bigint> {
  const room = await auctionRoom(missing);
  const { risk, series, connection } = room;
  const strikes = [2_500, 2_800, 3_000, 3_200, 3_500];
  for (const expiry of [1, 2]) {
    await risk.riskArrays.refresh(
      0,
      risk.expiries[expiry]!,
      strikes.map((strike) => BigInt(strike) * WAD),
    );
  }
  const all = [1, 2].flatMap((expiry) =>
    strikes.flatMap((strike) => [series(expiry, strike, "call"), series(expiry, strike, "put")]),
  );
  const snapshot = await connection.networkHelpers.takeSnapshot();
  let worst = -(2n ** 200n);
  for (let trial = 0; trial < TRIALS; trial++) {
    const surplus = await collude(room, all, seeded(7_000 + trial));
    if (surplus > worst) worst = surplus;
    await snapshot.restore();
  }
  return worst;
}

async function collude(room: AuctionRoom, all: readonly bigint[], next: () => number): Promise<bigint> {
  const { ledger, house, bob, seller, bidder, give, setEquity, wait } = room;
  const sold = new Map<bigint, bigint>();
  for (let i = 0; i < 3; i++) {
    const instrument = all[Math.floor(next() * all.length)]!;
    const quantity = -(BigInt(Math.floor(next() * 4_000) + 100) * WAD) / 100n;
    sold.set(instrument, (sold.get(instrument) ?? 0n) + quantity);
  }
  const mirror = BigInt(Math.floor(next() * 3)) * 50n;
  for (const [instrument, quantity] of sold) {
    await give(seller, instrument, quantity);
    if (mirror > 0n) await give(bidder, instrument, (-quantity * mirror) / 100n);
  }
  const { maintenanceRequirement } = await ledger.assess(seller);
  await setEquity(-(maintenanceRequirement * BigInt(Math.floor(next() * 50))) / 100n - WAD);
  await house.start(seller);
  await wait(Math.floor(next() * 5_000));
  let worst = -(2n ** 200n);
  for (let bids = 0; bids < 3; bids++) {
    const { id, kind } = await house.auctionOf(seller);
    if (kind !== 2n) break;
    const before = await ledger.assess(bidder);
    const fraction = bids === 2 ? WAD : BigInt(Math.floor(next() * 900) + 50) * (WAD / 1_000n);
    const terms = { id, kind, bidder, priceLimit: 2n ** 100n };
    if (next() < 0.5) await house.connect(bob).bid(seller, { ...terms, fraction }, "0x");
    else {
      const held = await Promise.all([...sold.keys()].map((one) => ledger.positionOf(seller, one)));
      const index = held.findIndex((quantity) => quantity !== 0n);
      const part = ((held[index]! * fraction) / WAD / 10n ** 10n) * 10n ** 10n;
      const legs = [{ instrument: [...sold.keys()][index]!, quantity: part }];
      const attempt = house.connect(bob).bidPart(seller, { ...terms, legs }, "0x");
      if (
        !(await attempt.then(
          () => true,
          () => false,
        ))
      )
        continue;
    }
    const after = await ledger.assess(bidder);
    const absorbed = after.maintenanceRequirement - before.maintenanceRequirement;
    const surplus = after.equity - before.equity - (absorbed > 0n ? absorbed : 0n);
    if (surplus > worst) worst = surplus;
  }
  return worst;
}

describe("strangers who collude on an insolvency", () => {
  it("take no more out of it than the risk that they absorb is worth, whatever they hold and whenever they bid", async () => {
    const worst = await search();
    expect(worst > -(2n ** 200n)).to.equal(true);
    expect(worst <= DUST, `a bid beat its risk by ${worst}`).to.equal(true);
  });

  it("would, if only the price of the slice bounded the payment", async () => {
    expect((await search("draw")) > 100n * WAD).to.equal(true);
  });
});

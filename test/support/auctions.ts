import { accountId, instrumentId, WAD } from "@ballast/sdk";
import { funded, USDC } from "./ledger.ts";

/** Guards of the auction house that a mutant lacks. */
export interface Missing {
  readonly anyBidder?: boolean;
  readonly anyDraw?: boolean;
}

/**
 * An auction house on the real ledger and risk engine. Shortfalls are paid from one rich account, which also is the
 * vault's; `mutant` leaves a guard out.
 */
export async function auctionRoom(mutant?: Missing) {
  const all = await funded();
  const { ethers, ledger, risk, usdc, alice, bob, carol, deployer, venue, weth } = all;
  const counterparts = await ethers.deployContract("AuctionCounterparts", [ledger.target]);
  const parts = [
    risk.manager.target,
    ledger.target,
    risk.riskEngine.target,
    counterparts.target,
    counterparts.target,
  ] as const;
  const house = mutant
    ? await ethers.deployContract("AuctionMutant", [...parts, !!mutant.anyBidder, !!mutant.anyDraw])
    : await ethers.deployContract("AuctionHouse", [...parts]);
  await ledger.setVenue(house.target, true);
  await ledger.setVenue(counterparts.target, true);
  const payer = await counterparts.account();
  const [seller, bidder] = [accountId(alice.address), accountId(bob.address)];
  const maker = accountId(alice.address, 9n);
  await ledger.connect(alice).deposit(payer, usdc.target, 300_000n * USDC);
  await ledger.connect(alice).deposit(maker, usdc.target, 600_000n * USDC);
  await ledger.connect(bob).deposit(bidder, usdc.target, 500_000n * USDC);
  const series = (expiry: number, dollars: number, kind: "call" | "put", market = 0) =>
    instrumentId({
      market,
      expiry: Number(risk.expiries[expiry]),
      strike: BigInt(dollars) * WAD,
      kind,
    });
  /** Brings the seller's equity to `target` with cash of the maker. */
  const setEquity = async (target: bigint) => {
    const missing = target - (await ledger.assess(seller)).equity;
    const [from, to] = missing > 0n ? [maker, seller] : [seller, maker];
    await ledger.connect(venue).moveCash(from, to, missing > 0n ? missing : -missing);
  };
  /** Gives an account a position; the maker is on the other side. */
  const give = (account: bigint, instrument: bigint, quantity: bigint) =>
    ledger.connect(venue).movePosition(maker, account, instrument, quantity);
  /** Lets the auction's clock run, with looks often enough. */
  const wait = async (seconds: number) => {
    for (let left = seconds; left > 0; left -= 1_500) {
      await all.time.increase(Math.min(left, 1_500));
      await house.update(seller);
    }
  };
  return {
    ...all,
    house,
    counterparts,
    payer,
    seller,
    bidder,
    maker,
    series,
    setEquity,
    give,
    wait,
    carol,
    deployer,
    weth,
  };
}

export type AuctionRoom = Awaited<ReturnType<typeof auctionRoom>>;

import { accountId, instrumentId, WAD } from "@ballast/sdk";
import { funded, USDC } from "./ledger.ts";

/** Guards of the auction house that a mutant may lack, in the order of test/harness/mutants/AuctionMutants.sol. */
const GUARDS = ["bidder", "draw", "alone", "cut", "remainder", "room", "clock", "debt"] as const;
export type Guard = (typeof GUARDS)[number];

/**
 * An auction house on the real ledger and risk engine. Shortfalls are paid from one rich account, which also is the
 * vault's; the mutant of `missing` leaves that guard out.
 */
export async function auctionRoom(
  missing?: Guard,
  override: Parameters<typeof funded>[0] = {},
  ledgerParts: Parameters<typeof funded>[1] = {},
) {
  const all = await funded(override, ledgerParts);
  const { ethers, ledger, risk, usdc, alice, bob, carol, deployer, venue, weth } = all;
  const counterparts = await ethers.deployContract("AuctionCounterparts", [ledger.target]);
  const parts = [
    risk.manager.target,
    ledger.target,
    risk.riskEngine.target,
    counterparts.target,
    counterparts.target,
  ] as const;
  const house = missing
    ? await ethers.deployContract("AuctionMutant", [...parts, 1n << BigInt(GUARDS.indexOf(missing))])
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
  /** How an account stands by what has a price. */
  const judged = async (account: bigint) => {
    const [, hasBook, cash, collateral, words] = await ledger.portfolio(account);
    const held = [...collateral].map(({ market, amount }) => ({ market, amount }));
    const portfolio = { account, hasBook, cash, collateral: held, positionWords: [...words] };
    return risk.riskEngine.assessPriced(portfolio);
  };
  return {
    ...all,
    judged,
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

/** Name of the custom error that an attempt is refused with; "nothing" if it is not. */
export async function refusedWith(room: AuctionRoom, attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt;
  } catch (error) {
    const named = /custom error '([A-Za-z]+_[A-Za-z]+)/.exec(String(error))?.[1];
    if (named !== "Clearinghouse_CallFailed") return named ?? String(error);
    const reason = /0x[0-9a-f]{8}/.exec(String(error).split("CallFailed")[1] ?? "")?.[0] ?? "";
    return room.house.interface.getError(reason)?.name ?? reason;
  }
  return "nothing";
}

/** The seller is short ether puts, and its equity is the given share of its maintenance requirement [percent]. */
export async function shortSeller(
  percent: bigint,
  missing?: Guard,
  ledgerParts: Parameters<typeof funded>[1] = {},
): Promise<AuctionRoom> {
  const all = await auctionRoom(missing, {}, ledgerParts);
  await all.give(all.seller, all.series(1, 3_000, "put"), -50n * WAD);
  const { maintenanceRequirement } = await all.ledger.assess(all.seller);
  await all.setEquity((maintenanceRequirement * percent) / 100n);
  return all;
}

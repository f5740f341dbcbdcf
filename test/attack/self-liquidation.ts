import { WAD } from "@ballast/sdk";
import { expect } from "chai";
import { auctionRoom, refusedWith } from "../support/auctions.ts";
import { USDC } from "../support/ledger.ts";
import { mutate } from "../support/mutants.ts";

/**
 * An owner takes all cash out of an account that was well above its requirement, and a friend bids for what is left once
 * the insurance pays for it. Returns the first refusal, and what the insurance paid [USD].
 */
async function desert(mutant?: string) {
  const room = await auctionRoom();
  const { house, ledger, alice, bob, usdc, seller, bidder, payer, series, give, setEquity, wait } = room;
  await give(seller, series(1, 3_000, "put"), -50n * WAD);
  await setEquity(3n * (await ledger.assess(seller)).maintenanceRequirement);
  await room.risk.riskArrays.refresh(0, room.risk.expiries[1] ?? 0n, [3_000n * WAD]);
  if (mutant) await mutate(room, mutant);
  const before = await ledger.cashOf(payer);
  const cash = (await ledger.cashOf(seller)) / (WAD / USDC);
  const steps = [
    () => ledger.connect(alice).withdraw(seller, usdc.target, cash, alice.address),
    () => house.start(seller),
    () => wait(3_000),
    async () => {
      const { id, kind } = await house.auctionOf(seller);
      const terms = { id, kind, bidder, fraction: WAD, priceLimit: 0n };
      return house.connect(bob).bid(seller, terms, "0x");
    },
  ];
  let said = "nothing";
  for (const step of steps) if (said === "nothing") said = await refusedWith(room, step());
  return [said, (before - (await ledger.cashOf(payer))) / WAD] as const;
}

describe("an account that its own owner makes insolvent", () => {
  it("is not: nothing may be taken out below the initial requirement", async () => {
    expect(await desert()).to.deep.equal(["Clearinghouse_BelowInitial", 0n]);
  });

  it("makes the insurance pay a friend, if withdrawals are not judged", async () => {
    const [said, paid] = await desert("BlindRegistrar");
    expect(said).to.equal("nothing");
    expect(paid > 1_000n).to.equal(true);
  });
});

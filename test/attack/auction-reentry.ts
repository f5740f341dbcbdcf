import { accountId, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { mintUsdc } from "../../packages/lab/src/externals/index.ts";
import { type AuctionRoom, refusedWith, shortSeller } from "../support/auctions.ts";
import { USDC } from "../support/ledger.ts";

/** Half-way through a batch a healthy account is poor for a moment; its auction is started then. */
async function startWithinBatch(room: AuctionRoom): Promise<string> {
  const { house, ledger, alice, seller, maker, encode, through, risk, setEquity } = room;
  await risk.riskArrays.refresh(0, risk.expiries[1]!, [3_000n * WAD]);
  await setEquity(300_000n * WAD);
  const calls = [
    through(encode("moveCash", [seller, maker, 290_000n * WAD])),
    { target: house.target, data: house.interface.encodeFunctionData("start", [seller]) },
    through(encode("moveCash", [maker, seller, 290_000n * WAD])),
  ];
  return refusedWith(room, ledger.connect(alice).batch(seller, calls));
}

/** Within its own bid, before it has paid in, the bidder's account is poor for a moment; its auction is started then. */
async function startWithinBid(room: AuctionRoom): Promise<string> {
  const { ethers, house, ledger, usdc, seller, wait, encode } = room;
  const contract = await ethers.deployContract("FlashBidder");
  const steps = await ethers.deployContract("OneTransaction");
  const own = accountId(contract.target as string);
  await mintUsdc(usdc, steps.target as string, 90_000n * USDC);
  const approve = usdc.interface.encodeFunctionData("approve", [ledger.target, 2n ** 200n]);
  await steps.run([usdc.target], [approve]);
  await house.start(seller);
  await wait(600);
  const { id, kind } = await house.auctionOf(seller);
  const terms = { id, kind, bidder: own, fraction: WAD, priceLimit: 2n ** 100n };
  const start = house.interface.encodeFunctionData("start", [own]);
  const pay = encode("deposit", [own, usdc.target, 90_000n * USDC]);
  const data = steps.interface.encodeFunctionData("run", [
    [house.target, ledger.target],
    [start, pay],
  ]);
  return refusedWith(room, contract.bid(house.target, seller, terms, { target: steps.target, data }));
}

describe("starting auctions while accounts are not what they will be", () => {
  for (const [name, attack, refused] of [
    ["half-way through a batch", startWithinBatch, "AuctionHouse_InBatch"],
    ["within a bid", startWithinBid, "AuctionHouse_Reentered"],
  ] as const) {
    it(`is refused ${name}`, async () => {
      expect(await attack(await shortSeller(50n))).to.equal(refused);
    });
    it(`puts a healthy account up for sale ${name}, if the house does not mind where it is called from`, async () => {
      const room = await shortSeller(50n, "alone");
      expect(await attack(room)).to.equal("nothing");
      const started = await room.house.queryFilter(room.house.filters.AuctionStarted());
      const { account } = started.at(-1)!.args;
      const { equity, maintenanceRequirement } = await room.ledger.assess(account);
      expect(equity >= maintenanceRequirement).to.equal(true);
    });
  }
});

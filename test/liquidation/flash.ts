import { accountId, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { Interface } from "ethers";
import { connection, refusal } from "../support/ballast.ts";
import { balanced, bidOn, forSale } from "../support/distress.ts";

const { ethers } = connection;
const USDC = 10n ** 6n;
const ANY = 2n ** 100n;

describe("bid with a callback", () => {
  /** A contract without an account of its own yet, and its bid for a slice. */
  async function flash() {
    const stage = await forSale();
    const { bidder, putSeller } = stage.world.people;
    const contract = await ethers.deployContract("FlashBidder");
    const address = await contract.getAddress();
    const account = accountId(address);
    const { auctionHouse: house } = bidder.ballast;
    const { largestFraction } = await house.price(putSeller.account, WAD);
    const terms = await bidOn(house, putSeller.account, { bidder: account, fraction: largestFraction });
    const { clearinghouse, usdc, auctionHouse } = stage.world.deployment.contracts;
    await (await stage.world.externals.usdc.mint(address, 200_000n * USDC)).wait();
    const approval = new Interface(["function approve(address,uint256)"]).encodeFunctionData("approve", [
      clearinghouse,
      ANY,
    ]);
    await (await contract.run(usdc, approval)).wait();
    const bid = (target: string, data: string) =>
      contract.bid.staticCall(auctionHouse, putSeller.account, terms, { target, data });
    return { stage, contract, account, terms, bid };
  }

  it("lets the bidder pay only after it has what it bought", async () => {
    const { stage, contract, account, terms, bid } = await flash();
    const { bidder, putSeller } = stage.world.people;
    const { clearinghouse: ledger } = bidder.ballast;
    const { clearinghouse, usdc, auctionHouse } = stage.world.deployment.contracts;
    const nothing = ledger.interface.encodeFunctionData("cashOf", [account]);
    expect(await refusal(bid(clearinghouse, nothing))).to.equal("Clearinghouse_BelowInitial");
    const data = ledger.interface.encodeFunctionData("deposit", [account, usdc, 200_000n * USDC]);
    const errand = { target: clearinghouse, data };
    await (await contract.bid(auctionHouse, putSeller.account, terms, errand)).wait();
    const [called] = await contract.queryFilter(contract.filters.Called());
    const [sold] = await bidder.ballast.auctionHouse.queryFilter(
      bidder.ballast.auctionHouse.filters.BidAccepted(),
    );
    expect(called!.args.paid).to.equal(sold!.args.paid);
    expect((await ledger.positionWords(account)).length).to.equal(1);
    await balanced(stage);
  });

  it("lets nobody into the house meanwhile", async () => {
    const { stage, bid } = await flash();
    const { keeper, putSeller } = stage.world.people;
    const { auctionHouse } = stage.world.deployment.contracts;
    const house = keeper.ballast.auctionHouse.interface;
    for (const name of ["start", "update", "end", "backstop"] as const) {
      const data = house.encodeFunctionData(name as "start", [putSeller.account]);
      expect(await refusal(bid(auctionHouse, data))).to.equal("AuctionHouse_Reentered");
    }
  });
});

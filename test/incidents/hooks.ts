import { accountId, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { mintUsdc } from "../../packages/lab/src/externals/index.ts";
import { shortSeller } from "../support/auctions.ts";
import type { LedgerParts } from "../support/clearinghouse.ts";
import { room, USDC, ZERO } from "../support/ledger.ts";
import { refusedBy } from "../support/refused.ts";

/** A ledger whose collateral is a token that calls out in the middle of a transfer, and a thief who owns a contract. */
async function hooked(parts: LedgerParts = {}) {
  const all = await room({}, parts);
  const { ethers, ledger, alice, a, usdc, encode } = all;
  const token = await ethers.deployContract("TestToken", [18]);
  await ledger.setCollateralAsset(token.target, 0, 1_000_000n * WAD, true);
  const thief = await ethers.deployContract("OneTransaction");
  const own = accountId(thief.target as string);
  await token.mint(alice.address, 1_000n * WAD);
  await token.connect(alice).approve(ledger.target, 2n ** 255n);
  await ledger.connect(alice).deposit(a, token.target, 1_000n * WAD);
  await token.mint(thief.target, 200n * WAD);
  await mintUsdc(usdc, thief.target as string, 3_000n * USDC);
  const approve = token.interface.encodeFunctionData("approve", [ledger.target, 2n ** 255n]);
  await thief.run([token.target, usdc.target], [approve, approve]);
  /** The thief makes one call to the ledger, and another from within the token's transfer in it. */
  const within = (outer: string, inner: string) => {
    const silence = token.interface.encodeFunctionData("setHook", [ZERO, "0x"]);
    const again = thief.interface.encodeFunctionData("run", [
      [token.target, ledger.target],
      [silence, inner],
    ]);
    const hook = token.interface.encodeFunctionData("setHook", [thief.target, again]);
    return thief.run([token.target, ledger.target], [hook, outer]);
  };
  const withdraw = (asset: string, amount: bigint) =>
    encode("withdraw", [own, asset, amount, thief.target as string]);
  const deposit = (asset: string, amount: bigint) => encode("deposit", [own, asset, amount]);
  const say = (...calls: string[]) =>
    thief.run(
      calls.map(() => ledger.target),
      calls,
    );
  return { ...all, token, thief, own, within, withdraw, deposit, say, at: token.target as string };
}

describe("incidents: a token that calls out half-way", () => {
  describe("Lendf.Me, 2020: withdrawing within a deposit, whose stale balance was then written back", () => {
    const attack = async (parts?: LedgerParts) => {
      const on = await hooked(parts);
      await on.say(on.deposit(on.at, 100n * WAD));
      const refused = await refusedBy(on.within(on.deposit(on.at, WAD), on.withdraw(on.at, 100n * WAD)));
      const claimed = await on.ledger.collateralOf(on.own, on.at);
      return { refused, made: claimed + (await on.token.balanceOf(on.thief.target)) - 200n * WAD };
    };
    it("is refused", async () => {
      expect(await attack()).to.deep.equal({ refused: "Clearinghouse_Reentered", made: 0n });
    });
    it("doubles the balance, if deposits have no lock and believe what they read before", async () => {
      expect(await attack({ registrar: "StaleRegistrar" })).to.deep.equal({
        refused: "nothing",
        made: 100n * WAD,
      });
    });
  });

  describe("Siren, 2021: withdrawing within a withdrawal that was paid and not yet booked", () => {
    const attack = async (parts?: LedgerParts) => {
      const on = await hooked(parts);
      await on.say(on.deposit(on.at, 100n * WAD));
      const again = on.withdraw(on.at, 100n * WAD);
      const refused = await refusedBy(on.within(again, again));
      const claimed = await on.ledger.collateralOf(on.own, on.at);
      return { refused, made: claimed + (await on.token.balanceOf(on.thief.target)) - 200n * WAD };
    };
    it("is refused", async () => {
      expect(await attack()).to.deep.equal({ refused: "Clearinghouse_Reentered", made: 0n });
    });
    it("takes what others deposited, if payment comes before the books", async () => {
      expect(await attack({ registrar: "PayFirstRegistrar" })).to.deep.equal({
        refused: "nothing",
        made: 100n * WAD,
      });
    });
  });

  describe("Cream, 2021: borrowing in one market within a loan of another that was not yet recorded", () => {
    const attack = async (parts?: LedgerParts) => {
      const on = await hooked(parts);
      const { ledger, venue, risk, usdc, own, b, call, expiry } = on;
      await on.say(on.deposit(on.at, WAD), on.deposit(usdc.target as string, 3_000n * USDC));
      await risk.riskArrays.refresh(0, expiry, [3_000n * WAD]);
      await ledger.connect(venue).movePosition(own, b, call, 2n * WAD);
      const refused = await refusedBy(
        on.within(on.withdraw(on.at, WAD), on.withdraw(usdc.target as string, 3_000n * USDC)),
      );
      const { equity, maintenanceRequirement } = await ledger.assess(own);
      return { refused, isHealthy: equity >= maintenanceRequirement };
    };
    it("is refused, so that margin is not counted twice", async () => {
      expect(await attack()).to.deep.equal({ refused: "Clearinghouse_Reentered", isHealthy: true });
    });
    it("leaves the risk without its margin, if payment comes before the books", async () => {
      const after = await attack({ registrar: "PayFirstRegistrar" });
      expect(after).to.deep.equal({ refused: "nothing", isHealthy: false });
    });
  });

  describe("Sentiment, 2023: a view that others price by, read half-way through a change", () => {
    const attack = async (name: "InsuranceFund" | "HalfCountedFund") => {
      const { ethers, ledger, token, venue, alice } = await hooked();
      const deployed = await ethers.deployContract(name, [token.target, venue.address, ledger.target]);
      const fund = await ethers.getContractAt("InsuranceFund", deployed.target as string);
      const witness = await ethers.deployContract("Witness");
      await token.mint(alice.address, 2_000n * WAD);
      await token.connect(alice).approve(fund.target, 2n ** 255n);
      const share = 10n ** 30n;
      const question = fund.interface.encodeFunctionData("convertToAssets", [share]);
      await fund.connect(alice).deposit(1_000n * WAD, alice.address);
      const look = witness.interface.encodeFunctionData("look", [fund.target, question]);
      await token.setHook(witness.target, look);
      const before = await fund.convertToAssets(share);
      await fund.connect(alice).deposit(1_000n * WAD, alice.address);
      return { before, seen: BigInt(await witness.seen()), after: await fund.convertToAssets(share) };
    };
    it("sees the share price that there was before", async () => {
      const { before, seen, after } = await attack("InsuranceFund");
      expect(before).to.be.greaterThan(0n);
      expect([seen, after]).to.deep.equal([before, before]);
    });
    it("sees a share price that nobody ever had, if assets are counted before shares", async () => {
      const { before, seen, after } = await attack("HalfCountedFund");
      expect(after).to.equal(before);
      expect(seen > (before * 19n) / 10n).to.equal(true);
    });
    it("sees no more than is left, of an account that is just being paid", async () => {
      const on = await hooked();
      const witness = await on.ethers.deployContract("Witness");
      await on.say(on.deposit(on.at, 100n * WAD));
      const question = on.encode("collateralOf", [on.own, on.at]);
      const look = witness.interface.encodeFunctionData("look", [on.ledger.target, question]);
      await on.token.setHook(witness.target, look);
      await on.say(on.withdraw(on.at, 60n * WAD));
      expect(BigInt(await witness.seen())).to.equal(40n * WAD);
    });
  });

  describe("GMX v1, 2025: coming back from within the execution of one's own order", () => {
    const attack = async (missing?: "alone") => {
      const on = await shortSeller(50n, missing);
      const { ethers, house, ledger, bob, usdc, seller, wait } = on;
      const contract = await ethers.deployContract("FlashBidder");
      const own = accountId(contract.target as string);
      await ledger.connect(bob).deposit(own, usdc.target, 300_000n * USDC);
      await house.start(seller);
      await wait(600);
      const { id, kind } = await house.auctionOf(seller);
      const terms = { id, kind, bidder: own, fraction: WAD / 10n, priceLimit: 2n ** 100n };
      const again = house.interface.encodeFunctionData("bid", [seller, terms, "0x"]);
      const refused = await refusedBy(
        contract.bid(house.target, seller, terms, { target: house.target, data: again }),
      );
      return { refused, sold: (await house.queryFilter(house.filters.BidAccepted())).length };
    };
    it("is refused by the house", async () => {
      expect(await attack()).to.deep.equal({ refused: "AuctionHouse_Reentered", sold: 0 });
    });
    it("buys a second slice before the first was paid for and judged, if the house has no lock", async () => {
      expect(await attack("alone")).to.deep.equal({ refused: "nothing", sold: 2 });
    });
  });
});

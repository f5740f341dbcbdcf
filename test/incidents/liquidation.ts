import { accountId, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { network } from "hardhat";
import { type AuctionRoom, auctionRoom, shortSeller } from "../support/auctions.ts";
import type { LedgerParts } from "../support/clearinghouse.ts";
import { funded } from "../support/ledger.ts";
import { refusedBy } from "../support/refused.ts";
import { deployRisk, packLegs, parametersOf } from "../support/risk.ts";

const HOUR = 3_600;

describe("incidents: margin, liquidation and who pays", () => {
  describe("Maker, 2020-03-12: auctions won for nothing, because nobody else could bid", () => {
    /** No keeper lives for half a day; then one bidder comes, alone. Returns the share of equity that it pays [wad]. */
    const attack = async (missing?: "clock") => {
      const { house, ledger, bob, seller, bidder, time } = await shortSeller(50n, missing);
      await house.start(seller);
      await time.increase(13 * HOUR);
      const { equity } = await ledger.assess(seller);
      const { id, kind } = await house.auctionOf(seller);
      await house
        .connect(bob)
        .bid(seller, { id, kind, bidder, fraction: WAD / 4n, priceLimit: 2n ** 100n }, "0x");
      const [sold] = await house.queryFilter(house.filters.BidAccepted());
      return (sold!.args.paid * WAD * WAD) / (equity * sold!.args.fraction);
    };
    it("costs the lone bidder what half an hour of bidding would have left of the price", async () => {
      expect(await attack()).to.be.within((66n * WAD) / 100n, (72n * WAD) / 100n);
    });
    it("costs it nothing, if time counts that nobody could use", async () => {
      expect(await attack("clock")).to.be.lessThan(WAD / 100n);
    });
  });

  /** The owner takes all cash out from under its short puts. */
  async function walkOut(parts?: LedgerParts): Promise<readonly [AuctionRoom, string]> {
    const on = await shortSeller(300n, undefined, parts);
    const { ledger, risk, usdc, alice, seller, encode } = on;
    await risk.riskArrays.refresh(0, risk.expiries[1]!, [3_000n * WAD]);
    const out = (await ledger.cashOf(seller)) / 10n ** 12n;
    const data = encode("withdraw", [seller, usdc.target, out, alice.address]);
    return [on, await refusedBy(ledger.connect(alice).batch(seller, [{ target: ledger.target, data }]))];
  }

  describe("Euler, 2023: making oneself insolvent, to be liquidated by oneself at a discount", () => {
    const attack = async (parts?: LedgerParts) => {
      const on = await shortSeller(300n, undefined, parts);
      const { ledger, risk, house, usdc, alice, bob, seller, bidder, encode, wait } = on;
      await risk.riskArrays.refresh(0, risk.expiries[1]!, [3_000n * WAD]);
      const wealth = async () =>
        (await usdc.balanceOf(alice.address)) * 10n ** 12n +
        (await ledger.assess(seller)).equity +
        (await ledger.assess(bidder)).equity;
      const before = await wealth();
      const out = (await ledger.cashOf(seller)) / 10n ** 12n;
      const data = encode("withdraw", [seller, usdc.target, out, alice.address]);
      const refused = await refusedBy(ledger.connect(alice).batch(seller, [{ target: ledger.target, data }]));
      if (refused === "nothing") {
        await house.start(seller);
        await wait(HOUR + 60);
        const { id, kind } = await house.auctionOf(seller);
        const terms = { id, kind, bidder, fraction: WAD, priceLimit: 2n ** 100n };
        await house.connect(bob).bid(seller, terms, "0x");
      }
      return { refused, gain: (await wealth()) - before };
    };
    it("is refused where it begins: nothing leaves an account that needs it", async () => {
      expect(await attack()).to.deep.equal({ refused: "Clearinghouse_BelowInitial", gain: 0n });
    });
    it("is paid for by the insurance, if a batch is not judged after it", async () => {
      const { refused, gain } = await attack({ ledger: "UnjudgedLedger" });
      expect(refused).to.equal("nothing");
      expect(gain).to.be.greaterThan(1_000n * WAD);
    });
  });

  describe("Hyperliquid JELLY, 2025: withdrawing the margin, and leaving the vault with the position", () => {
    const handOver = async (parts?: LedgerParts) => {
      const [{ house, ledger, seller, payer, series, wait }, refused] = await walkOut(parts);
      const terms = { solventShare: WAD / 2n, insolventShare: WAD / 2n, perBid: WAD / 10n, perDay: WAD / 4n };
      await house.setBackstop(terms);
      const started = await refusedBy(house.start(seller));
      if (started === "nothing") {
        await wait(HOUR + 60);
        await house.backstop(seller);
      }
      return { refused, started, taken: await ledger.positionOf(payer, series(1, 3_000, "put")) };
    };
    it("is refused: an account keeps its initial requirement, and cannot be handed over before", async () => {
      expect(await handOver()).to.deep.equal({
        refused: "Clearinghouse_BelowInitial",
        started: "AuctionHouse_Healthy",
        taken: 0n,
      });
    });
    it("leaves the vault with it, if a batch is not judged after it", async () => {
      const { refused, taken } = await handOver({ ledger: "UnjudgedLedger" });
      expect(refused).to.equal("nothing");
      expect(taken).to.be.lessThan(-WAD);
    });
  });

  describe("Sharwa, 2025 and 2026: an account judged before a swap at a bad price, and not after it", () => {
    const attack = async (parts?: LedgerParts) => {
      const { ledger, risk, alice, a, b, call, expiry, through, encode } = await funded({}, parts);
      await risk.riskArrays.refresh(0, expiry, [3_000n * WAD]);
      // Next to nothing for all of the cash: what a sandwiched swap comes to.
      const swap = [
        through(encode("movePosition", [a, b, call, 3n * WAD])),
        through(encode("moveCash", [a, b, 9_999n * WAD])),
      ];
      const refused = await refusedBy(ledger.connect(alice).batch(a, swap));
      return { refused, isSolvent: (await ledger.assess(a)).equity >= 0n };
    };
    it("is refused: what counts is how it ends", async () => {
      expect(await attack()).to.deep.equal({ refused: "Clearinghouse_BelowInitial", isSolvent: true });
    });
    it("leaves a loss that nobody answers for, if a batch is not judged after it", async () => {
      expect(await attack({ ledger: "UnjudgedLedger" })).to.deep.equal({
        refused: "nothing",
        isSolvent: false,
      });
    });
  });

  describe("Deri, 2022: far strikes at next to no margin, and a liquidation that moves its own mark", () => {
    it("asks a floor for every option sold, however far its strike, and no curator can lower it to nothing", async () => {
      const { ledger, risk, seller, give, series } = await auctionRoom();
      await give(seller, series(0, 9_000, "call"), -1_000n * WAD);
      const { initialRequirement } = await ledger.assess(seller);
      const floor = (3_000n * 1_000n * parametersOf(0).shortOptionMinimum) / 1n;
      expect(initialRequirement).to.be.at.least(floor);
      const none = { ...parametersOf(0), shortOptionMinimum: 0n };
      expect(await refusedBy(risk.riskParameters.setParameters(0, none))).to.match(/^RiskParameters_/);
    });
    it("leaves the accomplice on the other side with the mark that it had, to the wei", async () => {
      const { ledger, risk, house, bob, venue, seller, bidder, maker, give, series, setEquity, wait } =
        await auctionRoom();
      const far = series(1, 6_000, "call");
      await risk.riskArrays.refresh(0, risk.expiries[1]!, [6_000n * WAD]);
      const accomplice = accountId(bob.address, 5n);
      await give(seller, far, -500n * WAD);
      await ledger.connect(venue).movePosition(maker, accomplice, far, 500n * WAD);
      const { maintenanceRequirement } = await ledger.assess(seller);
      await setEquity(maintenanceRequirement / 2n);
      await house.start(seller);
      await wait(600);
      const before = (await ledger.assess(accomplice)).equity;
      const { id, kind } = await house.auctionOf(seller);
      await house.connect(bob).bid(seller, { id, kind, bidder, fraction: WAD, priceLimit: 2n ** 100n }, "0x");
      expect((await ledger.positionOf(seller, far)) > -500n * WAD).to.equal(true);
      expect((await ledger.assess(accomplice)).equity).to.equal(before);
      expect(before).to.be.at.least(0n);
    });
  });

  describe("dYdX, 2023: one position so large that closing it empties the insurance fund", () => {
    /** What one contract more asks for [wad USD], of an account short so many. */
    const askedPerContract = async (contracts: bigint, overrides: { concentration?: bigint } = {}) => {
      const risk = await deployRisk(await network.create(), overrides);
      const expiry = risk.expiries[1]!;
      await risk.riskArrays.refresh(0, expiry, [3_000n * WAD]);
      const leg = { market: 0, expiry, strikeCents: 300_000n, isPut: true, quantity: -contracts * 10n ** 8n };
      const held = { account: 0n, cash: 0n, hasBook: false, positionWords: packLegs([leg]), collateral: [] };
      return (await risk.riskEngine.assessAnyway(held)).initialRequirement / contracts;
    };
    it("asks more of each contract, the more of them one account is short", async () => {
      const [few, many] = [await askedPerContract(100n), await askedPerContract(150_000n)];
      expect(many * 100n).to.be.greaterThan(few * 120n);
    });
    it("asks the same of the last contract as of the first, if size costs nothing", async () => {
      const free = { concentration: 0n };
      const [few, many] = [await askedPerContract(100n, free), await askedPerContract(150_000n, free)];
      expect(many * 1_000n).to.be.within(few * 999n, few * 1_001n);
    });
  });
});

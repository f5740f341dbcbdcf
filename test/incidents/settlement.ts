import { accountId, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { network } from "hardhat";
import { shortSeller } from "../support/auctions.ts";
import type { LedgerParts } from "../support/clearinghouse.ts";
import { funded, USDC } from "../support/ledger.ts";
import { refusedBy } from "../support/refused.ts";

/** Alice has written a call that Bob holds; it has expired, and its fixing is set [dollars]. */
async function expired(fixing: bigint, parts: LedgerParts = {}) {
  const all = await funded({}, parts);
  const { ledger, venue, risk, time, a, b, call, expiry } = all;
  await risk.riskArrays.refresh(0, expiry, [3_000n * WAD]);
  await ledger.connect(venue).movePosition(a, b, call, 2n * WAD);
  await time.increaseTo(expiry + 60n);
  await risk.inputs.setFixing(0, expiry, fixing * WAD);
  return all;
}

describe("incidents: what expires", () => {
  describe("Opyn, 2020: one payment counted for several exercises", () => {
    const attack = async (parts?: LedgerParts) => {
      const { ethers, ledger, settler, b } = await expired(3_500n, parts);
      const before = await ledger.cashOf(b);
      const steps = await ethers.deployContract("OneTransaction");
      const settle = settler.interface.encodeFunctionData("settle", [b, 8n]);
      const refused = await refusedBy(steps.run([settler.target, settler.target], [settle, settle]));
      if (refused !== "nothing") await settler.settle(b, 8n);
      return { refused, paid: (await ledger.cashOf(b)) - before };
    };
    it("is paid once, however often the position is settled in a transaction", async () => {
      expect(await attack()).to.deep.equal({ refused: "Settler_NothingToSettle", paid: 1_000n * WAD });
    });
    it("is paid twice, if settling leaves the position where it is", async () => {
      expect(await attack({ ledger: "RepeatingLedger" })).to.deep.equal({
        refused: "nothing",
        paid: 2_000n * WAD,
      });
    });
  });

  describe("Hegic, 2020: the margin of expired options could never be unlocked", () => {
    it("is free, though the feed is dead, risk is paused and a stranger settles", async () => {
      const { ledger, settler, risk, usdc, alice, carol, a } = await expired(2_900n);
      await risk.inputs.setSpot(0, 0n, 8);
      await ledger.setRiskPaused(true);
      await settler.connect(carol).settle(a, 8n);
      await ledger.connect(alice).withdraw(a, usdc.target, 10_000n * USDC, alice.address);
      expect(await ledger.cashOf(a)).to.equal(0n);
    });
    it("is free even if nobody may settle at all", async () => {
      const { ethers, ledger, settler, risk, usdc, alice, a } = await expired(2_900n);
      const manager = await ethers.getContractAt("AccessManager", risk.manager.target as string);
      await manager.revokeRole(6, settler.target);
      expect(await refusedBy(settler.settle(a, 8n))).to.equal("AccessManagedUnauthorized");
      await ledger.connect(alice).withdraw(a, usdc.target, 10_000n * USDC, alice.address);
      expect(await ledger.cashOf(a)).to.equal(0n);
    });
  });

  describe("Hegic, 2025: one claim withdrawn again and again", () => {
    const attack = async (parts?: LedgerParts) => {
      const { ledger, weth, alice, bob, a, b } = await funded({}, parts);
      await ledger.connect(alice).deposit(a, weth.target, WAD);
      await ledger.connect(bob).deposit(b, weth.target, WAD);
      const before = await weth.balanceOf(alice.address);
      const claim = () => ledger.connect(alice).withdraw(a, weth.target, WAD, alice.address);
      await claim();
      return { refused: await refusedBy(claim()), taken: (await weth.balanceOf(alice.address)) - before };
    };
    it("is refused the second time", async () => {
      expect(await attack()).to.deep.equal({
        refused: "Clearinghouse_InsufficientCollateral",
        taken: WAD,
      });
    });
    it("takes what is another's, if paying does not lower the claim", async () => {
      expect(await attack({ registrar: "ForgetfulRegistrar" })).to.deep.equal({
        refused: "nothing",
        taken: 2n * WAD,
      });
    });
  });

  describe("Balancer, 2025: a rounding in the wrong direction, compounded in tiny steps", () => {
    const WRITERS = 30;
    const attack = async (name?: "TruncatingSettler") => {
      const all = await funded();
      const { ethers, ledger, venue, risk, time, alice, b, call, expiry } = all;
      const settler = name
        ? await ethers.deployContract(name, [ledger.target, risk.inputs.target])
        : all.settler;
      // Interest would hide a wei.
      await ledger.setInterestTerms({ base: 0, slope: 0, steepSlope: 0, kink: WAD / 2n });
      const manager = await ethers.getContractAt("AccessManager", risk.manager.target as string);
      await manager.grantRole(6, settler.target, 0);
      const writers = Array.from({ length: WRITERS }, (_, i) => accountId(alice.address, BigInt(i + 1)));
      for (const writer of writers) await ledger.connect(venue).movePosition(writer, b, call, 10n ** 10n);
      await time.increaseTo(expiry + 60n);
      await risk.inputs.setFixing(0, expiry, 3_500n * WAD + 123_456_789n);
      const before = await ledger.cashOf(b);
      await settler.settle(b, 1n);
      for (const writer of writers) await settler.settle(writer, 1n);
      const owed = await Promise.all(writers.map((writer) => ledger.cashOf(writer)));
      return owed.reduce((sum, cash) => sum + cash, (await ledger.cashOf(b)) - before);
    };
    it("makes no wei out of any number of the smallest positions", async () => {
      const made = await attack();
      expect(made).to.be.within(-2n * BigInt(WRITERS), 0n);
    });
    it("makes money out of nothing, if debts round like gains", async () => {
      expect(await attack("TruncatingSettler")).to.be.greaterThan(0n);
    });
  });

  describe("Ribbon and Aevo, 2025: an upgraded oracle, and an expiry price that anybody could set", () => {
    it("offers nobody, the curator included, a way to say a price", async () => {
      const { ethers } = await network.create();
      const { interface: oracle } = await ethers.getContractFactory("SettlementOracle");
      const writing = oracle.fragments.flatMap((one) =>
        one.type === "function" && "stateMutability" in one && one.stateMutability !== "view"
          ? [one.format()]
          : [],
      );
      expect(writing).to.deep.equal([
        "fix(uint8,uint256,uint80[])",
        "fixWithLastRound(uint8,uint256,uint80)",
      ]);
    });
  });

  describe("Panoptic, 2025: a forged list of positions with the fingerprint of the true one", () => {
    it("is nowhere believed: margin is asked for what the ledger holds", async () => {
      const { ledger, venue, risk, usdc, alice, a, b, call, expiry } = await funded();
      await risk.riskArrays.refresh(0, expiry, [3_000n * WAD]);
      await ledger.connect(venue).movePosition(a, b, call, 2n * WAD);
      const attempt = ledger.connect(alice).withdraw(a, usdc.target, 10_000n * USDC, alice.address);
      expect(await refusedBy(attempt)).to.equal("Clearinghouse_BelowInitial");
      // Ids that differ in bits that mean nothing would be two names for one position.
      for (const forged of [call + 2n, call + 15n, call & ~(0xffffffffn << 4n), call & ~(0xfffffn << 36n)]) {
        const move = ledger.connect(venue).movePosition(a, b, forged, WAD);
        expect(await refusedBy(move)).to.equal("Clearinghouse_BadInstrument");
      }
    });
    it("is refused where a caller does name legs, if they are not there or named twice", async () => {
      const { house, bob, seller, bidder, series, wait } = await shortSeller(50n);
      await house.start(seller);
      await wait(600);
      const { id, kind } = await house.auctionOf(seller);
      const put = series(1, 3_000, "put");
      const bid = (legs: { instrument: bigint; quantity: bigint }[]) =>
        refusedBy(
          house.connect(bob).bidPart(seller, { id, kind, bidder, priceLimit: 2n ** 100n, legs }, "0x"),
        );
      const leg = { instrument: put, quantity: -30n * WAD };
      expect(await bid([leg, leg])).to.equal("AuctionHouse_NotReducing");
      expect(await bid([{ instrument: put + 1n, quantity: WAD }])).to.equal("AuctionHouse_NotReducing");
      expect(await bid([{ instrument: put, quantity: -WAD }])).to.equal("nothing");
    });
  });
});

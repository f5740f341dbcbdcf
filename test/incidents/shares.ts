import { accountId, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { mintUsdc } from "../../packages/lab/src/externals/index.ts";
import { connection, moveTo, scene } from "../support/ballast.ts";
import { funded } from "../support/ledger.ts";

const { ethers, networkHelpers } = connection;
const HOUR = 3_600;
const USDC = 10n ** 6n;

/** A fund without any depositor yet, and the token that it holds. */
async function emptyFund(name: "InsuranceFund" | "DonatedFund" | "LowSupplyFund") {
  const all = await funded();
  const { ethers, ledger, venue, alice, bob } = all;
  const token = await ethers.deployContract("TestToken", [6]);
  const deployed = await ethers.deployContract(name, [token.target, venue.address, ledger.target]);
  const fund = await ethers.getContractAt("InsuranceFund", deployed.target as string);
  for (const person of [alice, bob]) {
    await token.mint(person.address, 1_000_000n * USDC);
    await token.connect(person).approve(fund.target, 2n ** 255n);
  }
  const worth = async (owner: string) => fund.convertToAssets(await fund.balanceOf(owner));
  return { ...all, token, fund, worth };
}

describe("incidents: the price of a share", () => {
  describe("Hundred, 2023: an empty market, a donation, and a share price that makes deposits round to nothing", () => {
    const attack = async (name: "InsuranceFund" | "DonatedFund") => {
      const { token, fund, alice, bob, worth } = await emptyFund(name);
      await fund.connect(alice).deposit(1n, alice.address);
      await token.connect(alice).transfer(fund.target, 1_000n * USDC);
      await fund.connect(bob).deposit(1_500n * USDC, bob.address);
      return worth(bob.address);
    };
    it("takes nothing from whoever comes next", async () => {
      expect(await attack("InsuranceFund")).to.be.within(1_500n * USDC - 1n, 1_500n * USDC);
    });
    it("takes a part of it, if what is sent to the fund counts", async () => {
      expect(await attack("DonatedFund")).to.be.lessThan(1_350n * USDC);
    });
  });

  describe("Thetanuts, 2026: a supply near zero, and a price in assets that truncates", () => {
    /** Fees came in while nobody held a share; what the first depositor makes of one unit. */
    const first = async (name: "InsuranceFund" | "LowSupplyFund") => {
      const { fund, alice, bob, worth } = await emptyFund(name);
      await fund.connect(alice).contribute(150_000n * USDC);
      await fund.connect(bob).deposit(1n, bob.address);
      return worth(bob.address);
    };
    /** The supply is one share unit and a half of many; what an attacker mints next to it costs too little. */
    const minted = async (name: "InsuranceFund" | "LowSupplyFund") => {
      const { fund, alice, bob, worth } = await emptyFund(name);
      await fund.connect(alice).deposit(3n, alice.address);
      await fund.connect(alice).contribute(1_000n * USDC);
      const before = await worth(alice.address);
      const unit = (await fund.totalSupply()) / 3n;
      for (let i = 0; i < 10; i++) await fund.connect(bob).mint(unit, bob.address);
      return (await worth(alice.address)) - before;
    };
    it("gives whoever comes first no more than it brought", async () => {
      expect(await first("InsuranceFund")).to.be.within(0n, 1n);
    });
    it("lets nobody mint at another's cost", async () => {
      expect(await minted("InsuranceFund")).to.be.at.least(0n);
    });
    it("gives whoever comes first everything, if no shares are virtual", async () => {
      expect(await first("LowSupplyFund")).to.be.greaterThan(149_000n * USDC);
    });
    it("mints at the others' cost, if the price of shares rounds down", async () => {
      expect(await minted("LowSupplyFund")).to.be.lessThan(0n);
    });
  });

  describe("Sonne, 2024: gifts to a market that has just been opened", () => {
    it("change no share price of the vault, wherever they are sent", async () => {
      const { world } = await networkHelpers.loadFixture(scene);
      const { vault, shares } = world.people.keeper.ballast;
      const { arbitrageur } = world.people;
      const price = async () => (await vault.nav()).mid;
      const before = [await price(), await shares.totalSupply()];
      await mintUsdc(world.externals.usdc, arbitrageur.address, 10_000_000n * USDC);
      const { contracts } = world.deployment;
      const silo = await (await ethers.getContractAt("OptionsVault", contracts.vault)).silo();
      for (const place of [contracts.vault, contracts.clearinghouse, contracts.insuranceFund, silo]) {
        await (await arbitrageur.ballast.usdc.transfer(place, 1_000_000n * USDC)).wait();
      }
      expect([await price(), await shares.totalSupply()]).to.deep.equal(before);
    });
    it("made within the ledger are the LPs', and round nobody's deposit away", async () => {
      const stage = await networkHelpers.loadFixture(scene);
      const { usdc, clearinghouse, vault } = stage.world.deployment.contracts;
      const { arbitrageur, lps } = stage.world.people;
      const victim = lps[1];
      if (!victim) throw new Error("There is no second LP.");
      await mintUsdc(stage.world.externals.usdc, arbitrageur.address, 5_000_000n * USDC);
      await (await arbitrageur.ballast.usdc.approve(clearinghouse, 2n ** 100n)).wait();
      await (
        await arbitrageur.ballast.clearinghouse.deposit(accountId(vault), usdc, 5_000_000n * USDC)
      ).wait();
      await (await victim.ballast.usdc.approve(vault, 2n ** 100n)).wait();
      await (await victim.ballast.vault.requestDeposit(10n * USDC, victim.address, victim.address)).wait();
      await moveTo(stage, stage.start + HOUR, 2_000n);
      await (await victim.ballast.vault.processEpoch()).wait();
      const epoch = (await victim.ballast.vault.currentEpoch()) - 1n;
      const { sharesOut, nav, supplyBefore } = await victim.ballast.vault.epoch(epoch);
      const worth = (sharesOut * nav.ask) / supplyBefore;
      expect(worth).to.be.within(10n * WAD - WAD / 1_000_000n, 10n * WAD);
    });
  });
});

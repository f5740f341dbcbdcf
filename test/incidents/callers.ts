import { accountId, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { AbiCoder } from "ethers";
import { mintUsdc } from "../../packages/lab/src/externals/index.ts";
import { connection, expiryOf, option, scene } from "../support/ballast.ts";
import { refusedBy } from "../support/refused.ts";

const { ethers, networkHelpers } = connection;
const USDC = 10n ** 6n;
const LEGS = "tuple(uint64 instrument, int256 quantity)[]";

describe("incidents: Cork, 2025: a hook that anybody may call, and a market of one's own", () => {
  it("finds no entrance meant for another contract that does not ask who calls", async () => {
    const { world, ...stage } = await networkHelpers.loadFixture(scene);
    const { ballast, account } = world.people.arbitrageur;
    const { contracts } = world.deployment;
    const call = option(expiryOf({ world, ...stage }, 1), 2_000n, "call");
    const vault = await ethers.getContractAt("OptionsVault", contracts.vault);
    const signer = world.people.arbitrageur.signer;
    const at = async <T extends string>(name: T, address: string) => {
      const contract = await ethers.getContractAt(name as "Silo", address);
      return contract.connect(signer);
    };
    const silo = await at("Silo", await vault.silo());
    const closer = ballast.vaultCloser;
    const victim = world.people.putSeller.account;
    const attempts: readonly (readonly [string, () => Promise<unknown>])[] = [
      [
        "TradeDesk_OnlyInBatch",
        () => ballast.tradeDesk.trade.staticCall(account, call, WAD, 2n ** 90n, 2n ** 60n),
      ],
      [
        "VaultCloser_NotHouse",
        () => closer.onAuctionBid.staticCall(victim, accountId(contracts.vaultCloser), 0n, "0x"),
      ],
      ["Silo_NotVault", () => silo.release.staticCall(1n)],
      ["InsuranceFund_NotWaterfall", () => ballast.insuranceFund.cover.staticCall(1n, signer)],
      ["LossWaterfall_NotAuctionHouse", () => ballast.lossWaterfall.absorb.staticCall(account, WAD)],
      ["Clearinghouse_NotVenue", () => ballast.clearinghouse.moveCash.staticCall(victim, account, WAD)],
      [
        "Clearinghouse_NotVenue",
        () => ballast.clearinghouse.movePosition.staticCall(victim, account, call, WAD),
      ],
      [
        "AccessManagedUnauthorized",
        () => ballast.clearinghouse.settlePosition.staticCall(account, call, WAD),
      ],
      ["AccessManagedUnauthorized", () => ballast.clearinghouse.shareLoss.staticCall(account, WAD)],
    ];
    for (const [expected, attempt] of attempts) expect(await refusedBy(attempt())).to.equal(expected);
  });

  it("lets nobody trade in a market, or through a venue, of their own making", async () => {
    const stage = await networkHelpers.loadFixture(scene);
    const { ballast, account, signer } = stage.world.people.arbitrageur;
    const { contracts } = stage.world.deployment;
    const own = option(expiryOf(stage, 1), 2_000n, "call") | (7n << 56n);
    const trade = ballast.tradeDesk.interface.encodeFunctionData("trade", [
      account,
      own,
      WAD,
      2n ** 90n,
      2n ** 60n,
    ]);
    const batch = (target: string, data: string) =>
      refusedBy(ballast.clearinghouse.batch.staticCall(account, [{ target, data }]));
    expect(await batch(contracts.tradeDesk, trade)).to.equal("TradeDesk_MarkUnusable");
    const venue = await ethers.deployContract("VenueProbe", signer);
    const run = venue.interface.encodeFunctionData("run", [contracts.usdc, "0x"]);
    expect(await batch(venue.target as string, run)).to.equal("Clearinghouse_BadTarget");
  });

  /** The closer's account still has money of whoever called last; a stranger tells it of a bid that there was not. */
  const spend = async (name: "VaultCloser" | "OpenCloser") => {
    const stage = await networkHelpers.loadFixture(scene);
    const { world } = stage;
    const { clearinghouse, auctionHouse, tradeDesk, usdc } = world.deployment.contracts;
    const parts = [clearinghouse, auctionHouse, tradeDesk];
    const closer = await ethers.getContractAt(
      "VaultCloser",
      (await ethers.deployContract(name, parts)).target as string,
    );
    const own = accountId(closer.target as string);
    const { arbitrageur } = world.people;
    await mintUsdc(world.externals.usdc, arbitrageur.address, 5_000n * USDC);
    await (await arbitrageur.ballast.usdc.approve(clearinghouse, 2n ** 100n)).wait();
    await (await arbitrageur.ballast.clearinghouse.deposit(own, usdc, 5_000n * USDC)).wait();
    const instrument = option(expiryOf(stage, 1), 2_000n, "call");
    await (await arbitrageur.ballast.riskArrays.refreshPositions([(instrument << 64n) | 1n])).wait();
    const data = AbiCoder.defaultAbiCoder().encode([LEGS], [[{ instrument, quantity: -WAD }]]);
    const refused = await refusedBy(closer.connect(arbitrageur.signer).onAuctionBid(own, own, 0n, data));
    return { refused, spent: (await arbitrageur.ballast.clearinghouse.cashOf(own)) < 5_000n * WAD };
  };

  it("spends nothing of the closer's on a bid that the house knows nothing of", async () => {
    expect(await spend("VaultCloser")).to.deep.equal({ refused: "VaultCloser_NotHouse", spent: false });
  });

  it("spends it, if anybody may say that there was a bid", async () => {
    expect(await spend("OpenCloser")).to.deep.equal({ refused: "nothing", spent: true });
  });
});

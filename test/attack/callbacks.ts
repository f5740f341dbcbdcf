import { accountId, token, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { AbiCoder, type Interface } from "ethers";
import { artifacts } from "hardhat";
import { connection, expiryOf, option, refusal, scene } from "../support/ballast.ts";
import { replace } from "../support/mutants.ts";
import { refreshAll } from "../support/system.ts";

const { ethers } = connection;
const USDC = 10n ** 6n;

/** The closer's account keeps some cash; a stranger calls it back as the house would, to have it spend that. */
async function unsolicited(mutant?: string) {
  const stage = await scene();
  const at = stage.world.deployment.contracts;
  const { keeper, hedger } = stage.world.people;
  const own = accountId(at.vaultCloser);
  await (await stage.world.externals.usdc.mint(keeper.address, 5_000n * USDC)).wait();
  await (await token(at.usdc, keeper.signer).approve(at.clearinghouse, 5_000n * USDC)).wait();
  await (await keeper.ballast.clearinghouse.deposit(own, at.usdc, 5_000n * USDC)).wait();
  const call = option(expiryOf(stage, 2), 2_000n, "call");
  await refreshAll(stage.world, [call], [await keeper.ballast.vault.account()]);
  if (mutant)
    await replace(connection, at.vaultCloser, mutant, [at.clearinghouse, at.auctionHouse, at.tradeDesk]);
  const legs = AbiCoder.defaultAbiCoder().encode(["tuple(uint256,int256)[]"], [[[call, -WAD]]]);
  const attempt = hedger.ballast.vaultCloser.onAuctionBid(0n, own, 0n, legs);
  const said = await refusal(attempt);
  const cash = await keeper.ballast.clearinghouse.cashOf(own);
  return [said, cash < 5_000n * WAD] as const;
}

describe("callbacks that nobody asked for", () => {
  it("spend nothing of who would answer them", async () => {
    expect(await unsolicited()).to.deep.equal(["VaultCloser_NotHouse", false]);
  });

  it("trade with the closer's cash, if it answers anybody", async () => {
    expect(await unsolicited("CallableCloser")).to.deep.equal(["nothing was refused", true]);
  });

  it("are refused by whatever is called back or called by another room only, with arguments that mean nothing", async () => {
    const { world } = await scene();
    const at = world.deployment.contracts;
    const stranger = world.people.hedger.signer;
    for (const [name, address, callback, refused] of [
      ["HedgeController", at.hedgeController, "fill", "HedgeController_OnlyClearinghouse"],
      ["TradeDesk", at.tradeDesk, "trade", "TradeDesk_OnlyInBatch"],
      ["InsuranceFund", at.insuranceFund, "cover", "InsuranceFund_NotWaterfall"],
      ["LossWaterfall", at.lossWaterfall, "absorb", "LossWaterfall_NotAuctionHouse"],
      ["Books", at.books, "record", "Books_NotClearinghouse"],
    ] as const) {
      const contract = await ethers.getContractAt(name as "Books", address);
      const abi = contract.interface as Interface;
      const fragment = abi.getFunction(callback);
      const blank = AbiCoder.defaultAbiCoder().getDefaultValue(fragment?.inputs ?? []);
      const data = abi.encodeFunctionData(callback, blank);
      const attempt = stranger.call({ to: address, data, from: stranger });
      expect(await refusal(attempt), `${name}.${callback}`).to.equal(refused);
    }
  });

  it("of pools, flash lenders and receivers of tokens are not known to any contract", async () => {
    const names = [...(await artifacts.getAllFullyQualifiedNames())].filter((name) =>
      /^contracts\//.test(name),
    );
    const abis = await Promise.all(names.map((name) => artifacts.readArtifact(name)));
    const called = abis.flatMap(({ abi }) =>
      (abi as readonly { readonly type: string; readonly name?: string }[])
        .filter(
          ({ type, name = "" }) =>
            type === "fallback" || /callback|^on[A-Z]|^executeOp|Received$/i.test(name),
        )
        .filter(({ type }) => type === "function" || type === "fallback")
        .map(({ name = "fallback" }) => name),
    );
    expect([...new Set(called)]).to.deep.equal(["onAuctionBid"]);
  });
});

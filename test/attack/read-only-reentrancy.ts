import { accountId, token as erc20, trade, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { type Interface, ZeroHash } from "ethers";
import { connection, curator, expiryOf, option, refusal, type Scene, scene } from "../support/ballast.ts";
import { bidOn, forSale } from "../support/distress.ts";
import { replace } from "../support/mutants.ts";

const { ethers } = connection;
const USDC = 10n ** 6n;
const CAP = 10n ** 30n;

/** A probe for views of every room, with an account and a token of special interest. */
async function probeOf({ world, expiries }: Scene, account: bigint, asset: string) {
  const probe = await ethers.deployContract("ViewProbe");
  const { ballast } = world.people.keeper;
  const vault = await ballast.vault.account();
  const call = option(expiries[2] ?? 0, 2_000n, "call");
  const names: string[] = [];
  const add = async (
    of: { readonly target: unknown; readonly interface: unknown },
    name: string,
    ...args: unknown[]
  ) => {
    names.push(name);
    const abi = of.interface as Interface;
    await probe.add(of.target as string, abi.encodeFunctionData(name, args));
  };
  await add(ballast.clearinghouse, "cashOf", account);
  await add(ballast.clearinghouse, "collateralOf", account, asset);
  await add(ballast.clearinghouse, "assess", account);
  await add(ballast.clearinghouse, "positionWords", account);
  await add(ballast.clearinghouse, "totalClaims");
  await add(ballast.clearinghouse, "collateralTotals", asset);
  await add(ballast.clearinghouse, "withdrawable", account, asset);
  await add(ballast.clearinghouse, "assess", vault);
  await add(ballast.auctionHouse, "auctionOf", account);
  await add(ballast.insuranceFund, "assetsHeld");
  await add(ballast.lossWaterfall, "exposures");
  await add(ballast.lossWaterfall, "heldShare");
  await add(ballast.lossWaterfall, "sliceLeft");
  await add(ballast.vault, "nav");
  await add(ballast.shares as unknown as Parameters<typeof add>[0], "totalSupply");
  await add(ballast.quoter, "quote", call, WAD);
  await add(ballast.hedgeController, "state", 0);
  await add(ballast.books, "read", vault);
  await add(ballast.riskArrays, "gridOf", 0);
  await add(ballast.riskParameters, "parameters", 0);
  await add(ballast.priceRouter, "spot", 0);
  await add(ballast.surfaceFeed, "isStale", 0);
  const look = probe.interface.encodeFunctionData("look");
  /** Names of the views that told something else at one look than at the other. */
  const differing = async (one: number, other: number): Promise<string[]> => {
    const looks = await probe.looks();
    const [left = [], right = []] = [looks[one], looks[other]];
    expect(left.length).to.equal(names.length);
    expect(left.filter((hash) => hash === ZeroHash)).to.deep.equal([]);
    return names.filter((_, i) => left[i] !== right[i]);
  };
  return { probe, look, differing };
}

/** A token that calls back is collateral; its holder moves 40 of it one way, and looks before, meanwhile and after. */
async function moving(way: "deposit" | "withdraw", mutant?: string) {
  const stage = await scene();
  const { world } = stage;
  const at = world.deployment.contracts;
  const token = await ethers.deployContract("TestToken", [18]);
  const own = await curator(stage);
  await (await own.clearinghouse.setCollateralAsset(token.target, 0, CAP, true)).wait();
  const holder = await ethers.deployContract("OneTransaction");
  const account = accountId(holder.target as string);
  const { clearinghouse, riskEngine } = own;
  const encode = clearinghouse.interface.encodeFunctionData.bind(clearinghouse.interface);
  await token.mint(holder.target, 100n * WAD);
  await holder.run(
    [token.target, at.clearinghouse],
    [
      token.interface.encodeFunctionData("approve", [at.clearinghouse, CAP]),
      encode("deposit", [account, token.target as string, 50n * WAD]),
    ],
  );
  const { hedger } = world.people;
  const leg = { instrument: option(expiryOf(stage, 2), 2_000n, "call"), quantity: WAD };
  await (await trade(hedger.ballast, hedger.account, [leg])).wait();
  if (mutant) {
    const ledger = await ethers.getContractAt("Clearinghouse", at.clearinghouse);
    const parts = [await ledger.authority(), at.usdc, await riskEngine.getAddress()];
    await replace(connection, await ledger.registrar(), mutant, parts);
  }
  const { probe, look, differing } = await probeOf(stage, account, token.target as string);
  await token.setHook(probe.target, look);
  const act =
    way === "deposit"
      ? encode("deposit", [account, token.target as string, 40n * WAD])
      : encode("withdraw", [account, token.target as string, 40n * WAD, holder.target as string]);
  await holder.run([probe.target, at.clearinghouse, probe.target], [look, act, look]);
  return { before: await differing(0, 1), after: await differing(1, 2), changed: await differing(0, 2) };
}

const CHANGED = ["collateralOf", "assess", "collateralTotals", "withdrawable"];

describe("views that are read while something is under way", () => {
  it("say on the way in what was, until what comes is there", async () => {
    const { before, after, changed } = await moving("deposit");
    expect(changed).to.deep.equal(CHANGED);
    expect(before).to.deep.equal([]);
    expect(after).to.deep.equal(CHANGED);
  });

  it("say on the way out what is left, in every room", async () => {
    const { before, after, changed } = await moving("withdraw");
    expect(changed).to.deep.equal(CHANGED);
    expect(before).to.deep.equal(CHANGED);
    expect(after).to.deep.equal([]);
  });

  it("would say on the way out that what has left is there, if it were written down late", async () => {
    const { after } = await moving("withdraw", "LateRegistrar");
    expect(after).to.include.members(["collateralOf", "assess"]);
  });

  it("say within a bid what they say after it", async () => {
    const stage = await forSale();
    const { bidder, putSeller, keeper } = stage.world.people;
    const at = stage.world.deployment.contracts;
    const contract = await ethers.deployContract("FlashBidder");
    const account = accountId(contract.target as string);
    const { auctionHouse: house, clearinghouse } = bidder.ballast;
    await (await stage.world.externals.usdc.mint(keeper.address, 200_000n * USDC)).wait();
    await (await erc20(at.usdc, keeper.signer).approve(at.clearinghouse, CAP)).wait();
    await (await keeper.ballast.clearinghouse.deposit(account, at.usdc, 200_000n * USDC)).wait();
    // The fall went beyond the drift limit of the arrays that the probe's series is quoted from.
    const { quoter } = keeper.ballast;
    const quoted = option(expiryOf(stage, 2), 2_000n, "call");
    expect(await refusal(quoter.quote(quoted, WAD))).to.equal("Books_BeyondDrift");
    await (await quoter.refreshAndQuote([quoted], [WAD], false)).wait();
    const { probe, look, differing } = await probeOf(stage, putSeller.account, at.weth);
    const terms = await bidOn(house, putSeller.account, { bidder: account, fraction: WAD / 10n });
    const errand = { target: probe.target, data: look };
    const bid = contract.interface.encodeFunctionData("bid", [
      at.auctionHouse,
      putSeller.account,
      terms,
      errand,
    ]);
    const steps = await ethers.deployContract("OneTransaction");
    await steps.run([probe.target, contract.target, probe.target], [look, bid, look]);
    expect(await differing(0, 2)).to.include.members(["cashOf", "positionWords", "assess"]);
    expect(await differing(1, 2)).to.deep.equal([]);
    expect((await clearinghouse.positionWords(account)).length).to.equal(1);
  });
});

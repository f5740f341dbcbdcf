import { accountId, instrumentId, token, WAD } from "@ballast/sdk";
import { network } from "hardhat";
import { deployUsdc, deployWeth, mintUsdc, wrapWeth } from "../../packages/lab/src/externals/index.ts";
import { deployLedger, type LedgerParts } from "./clearinghouse.ts";
import { deployRisk } from "./risk.ts";

export const USDC = 10n ** 6n;
export const ZERO = "0x0000000000000000000000000000000000000000";
/** A time that never comes. */
export const FOREVER = 2n ** 63n;

type NetworkOverride = { readonly allowBlocksWithSameTimestamp?: boolean };

/** The real USDC, WETH and risk engine; the deployer is curator, `venue` a plain key that is a registered venue. */
export async function room(override: NetworkOverride = {}, parts: LedgerParts = {}) {
  const connection = await network.create({ override });
  const { ethers, networkHelpers } = connection;
  const [deployer, venue, alice, bob, carol] = await ethers.getSigners();
  if (!deployer || !venue || !alice || !bob || !carol) throw new Error("Too few accounts.");
  const usdc = await deployUsdc(deployer);
  const weth = await deployWeth(deployer);
  const risk = await deployRisk(connection);
  const ledger = await deployLedger(ethers, risk.manager.target, usdc.target, risk.riskEngine.target, parts);
  const settler = await ethers.deployContract("Settler", [ledger.target, risk.inputs.target]);
  const guardian = await ethers.deployContract("Guardian", [risk.manager.target, ledger.target]);
  const probe = await ethers.deployContract("VenueProbe");
  const manager = await ethers.getContractAt("AccessManager", risk.manager.target as string);
  const duty = (name: string) => ledger.interface.getFunction(name as "shareLoss").selector;
  await manager.setTargetFunctionRole(ledger.target, [duty("settlePosition")], 6);
  await manager.grantRole(6, settler.target, 0);
  await manager.setTargetFunctionRole(ledger.target, [duty("setRiskPaused")], 8);
  await manager.grantRole(8, guardian.target, 0);
  await manager.grantRole(8, deployer.address, 0);
  await ledger.setVenue(venue.address, true);
  await ledger.setVenue(probe.target, true);
  await ledger.setCollateralAsset(weth.target, 0, 1_000n * WAD, true);
  for (const person of [alice, bob]) {
    await mintUsdc(usdc, person.address, 1_000_000n * USDC);
    await token(usdc.target as string, person).approve(ledger.target as string, 2n ** 255n);
    await wrapWeth(weth, person, 100n * WAD);
    await token(weth.target as string, person).approve(ledger.target as string, 2n ** 255n);
  }
  const [a, b] = [accountId(alice.address), accountId(bob.address)];
  const [expiry = 0n] = risk.expiries;
  const call = instrumentId({ market: 0, expiry: Number(expiry), strike: 3_000n * WAD, kind: "call" });
  const encode = ledger.interface.encodeFunctionData.bind(ledger.interface);
  /** A batch's call that makes the probe, a venue, call the ledger. */
  const through = (data: string) => ({
    target: probe.target,
    data: probe.interface.encodeFunctionData("run", [ledger.target, data]),
  });
  return {
    connection,
    ethers,
    time: networkHelpers.time,
    deployer,
    venue,
    alice,
    bob,
    carol,
    usdc,
    weth,
    risk,
    ledger,
    settler,
    guardian,
    probe,
    a,
    b,
    expiry,
    call,
    encode,
    through,
  };
}

export async function funded(override: NetworkOverride = {}, parts: LedgerParts = {}) {
  const all = await room(override, parts);
  const { ledger, usdc, alice, bob, a, b } = all;
  await ledger.connect(alice).deposit(a, usdc.target, 10_000n * USDC);
  await ledger.connect(bob).deposit(b, usdc.target, 10_000n * USDC);
  return all;
}

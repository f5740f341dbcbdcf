import type { Signer } from "ethers";
import { deployArtifact, loadArtifact } from "./artifacts.ts";
import { ensureEther } from "./chain.ts";
import { as, type Erc20, mined, type Sent } from "./token.ts";

/** WETH9. */
export interface Weth extends Erc20 {
  deposit(overrides: { value: bigint }): Sent;
  withdraw(amount: bigint): Sent;
}

/** Ether left for gas beyond what is wrapped [wei]. */
const GAS_MONEY = 100n * 10n ** 18n;

/** Deploys the canonical WETH9. */
export async function deployWeth(signer: Signer): Promise<Weth> {
  return deployArtifact<Weth>(signer, loadArtifact("canonical-weth/build/contracts/WETH9.json"));
}

/** Gives `holder` WETH [wei] by wrapping ether, which a development chain grants where it is short. */
export async function wrapWeth(weth: Weth, holder: Signer, amount: bigint): Promise<void> {
  if (amount === 0n) return;
  const address = await holder.getAddress();
  await ensureEther(holder, address, amount + GAS_MONEY);
  await mined(as(weth, holder).deposit({ value: amount }));
}

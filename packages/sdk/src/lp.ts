import type { ContractTransactionResponse } from "ethers";
import { type Ballast, type Token, token } from "./ballast.ts";

/** Deposits `units` of `asset` into an account, approving first when the allowance is short. */
export async function deposit(
  ballast: Ballast,
  owner: string,
  account: bigint,
  asset: string,
  units: bigint,
): Promise<ContractTransactionResponse> {
  await approveIfShort(
    token(asset, ballast.runner),
    owner,
    ballast.deployment.contracts.clearinghouse,
    units,
  );
  return ballast.clearinghouse.deposit(account, asset, units);
}

/** Requests a deposit of USDC units into the vault, approving first when the allowance is short. */
export async function requestDeposit(
  ballast: Ballast,
  owner: string,
  assets: bigint,
): Promise<ContractTransactionResponse> {
  await approveIfShort(ballast.usdc, owner, ballast.deployment.contracts.vault, assets);
  return ballast.vault.requestDeposit(assets, owner, owner);
}

/** Requests the redemption of shares. */
export async function requestRedeem(
  ballast: Ballast,
  owner: string,
  shares: bigint,
): Promise<ContractTransactionResponse> {
  return ballast.vault.requestRedeem(shares, owner, owner);
}

/** Claims all shares of fulfilled deposits; undefined if there are none. */
export async function claimShares(
  ballast: Ballast,
  owner: string,
): Promise<ContractTransactionResponse | undefined> {
  const assets = await ballast.shares.maxDeposit(owner);
  if (assets === 0n) return undefined;
  return ballast.vault.deposit(assets, owner, owner);
}

/** Claims all USDC of fulfilled redemptions; undefined if there is none. */
export async function claimAssets(
  ballast: Ballast,
  owner: string,
): Promise<ContractTransactionResponse | undefined> {
  const shares = await ballast.shares.maxRedeem(owner);
  if (shares === 0n) return undefined;
  return ballast.shares.redeem(shares, owner, owner);
}

/** Approves exactly what is missing nothing of: `amount`, if the present allowance is smaller. */
export async function approveIfShort(
  asset: Token,
  owner: string,
  spender: string,
  amount: bigint,
): Promise<void> {
  if ((await asset.allowance(owner, spender)) >= amount) return;
  const sent = await asset.approve(spender, amount);
  await sent.wait();
}

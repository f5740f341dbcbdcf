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

/** Cancels all that waits of an owner's deposits: at once, or with the next epoch once a mark may be known. */
export async function cancelDeposit(ballast: Ballast, owner: string): Promise<ContractTransactionResponse> {
  return ballast.vault.cancelDepositRequest(0n, owner);
}

/** Cancels all that waits of an owner's redemptions: at once, or with the next epoch once a mark may be known. */
export async function cancelRedeem(ballast: Ballast, owner: string): Promise<ContractTransactionResponse> {
  return ballast.vault.cancelRedeemRequest(0n, owner);
}

/** Claims the USDC of cancelled deposits; undefined if there is none. */
export async function claimCancelledAssets(
  ballast: Ballast,
  owner: string,
): Promise<ContractTransactionResponse | undefined> {
  const assets = await ballast.vault.claimableCancelDepositRequest(0n, owner);
  if (assets === 0n) return undefined;
  return ballast.vault.claimCancelDepositRequest(0n, owner, owner);
}

/** Claims the shares of cancelled redemptions; undefined if there are none. */
export async function claimCancelledShares(
  ballast: Ballast,
  owner: string,
): Promise<ContractTransactionResponse | undefined> {
  const shares = await ballast.vault.claimableCancelRedeemRequest(0n, owner);
  if (shares === 0n) return undefined;
  return ballast.vault.claimCancelRedeemRequest(0n, owner, owner);
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

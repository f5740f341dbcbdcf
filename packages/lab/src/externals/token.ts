import type { BaseContract, ContractRunner, ContractTransactionResponse } from "ethers";

/** A transaction sent. */
export type Sent = Promise<ContractTransactionResponse>;

/** The ERC-20 calls that the lab makes, typed. */
export interface Erc20 extends BaseContract {
  decimals(): Promise<bigint>;
  totalSupply(): Promise<bigint>;
  balanceOf(owner: string): Promise<bigint>;
  allowance(owner: string, spender: string): Promise<bigint>;
  approve(spender: string, amount: bigint): Sent;
  transfer(receiver: string, amount: bigint): Sent;
}

/** Waits until a transaction is mined. */
export async function mined(sent: Sent): Promise<void> {
  const response = await sent;
  await response.wait();
}

/** The same contract on another runner. */
export function as<T extends BaseContract>(contract: T, runner: ContractRunner): T {
  return contract.connect(runner) as T;
}

/** Approves `spender` for everything, once. */
export async function approveMax(token: Erc20, owner: string, spender: string): Promise<void> {
  const most = (1n << 256n) - 1n;
  if ((await token.allowance(owner, spender)) < most / 2n) await mined(token.approve(spender, most));
}

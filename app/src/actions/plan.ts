import { type Ballast, decodeError, explainError, innermostOf } from "@ballast/sdk";
import type { BaseContract, ContractTransactionResponse } from "ethers";

/** One transaction of a plan. */
export interface Step {
  readonly label: string;
  /** Runs it against the present state without sending; throws what the chain would. */
  simulate(): Promise<void>;
  send(): Promise<ContractTransactionResponse>;
}

/** What an action will do, in the order of its transactions. */
export interface Plan {
  readonly title: string;
  readonly facts: readonly (readonly [label: string, value: string])[];
  readonly steps: readonly Step[];
}

/** A refusal that the page itself knows the words for. */
export class RefusedError extends Error {
  override readonly name = "RefusedError";
}

/** One sentence for whatever an action threw. */
export function explain(error: unknown): string {
  const code = (error as { code?: unknown; error?: { code?: unknown } } | null)?.code;
  if (code === 4001) return "The wallet rejected the request.";
  return explainError(error);
}

function calling(contract: unknown, name: string) {
  return (contract as BaseContract).getFunction(name);
}

/** Steps of a deposit request: an approval if the allowance is short, then the request. */
export async function depositSteps(ballast: Ballast, owner: string, assets: bigint): Promise<Step[]> {
  const spender = ballast.deployment.contracts.vault;
  const isShort = (await ballast.usdc.allowance(owner, spender)) < assets;
  const request: Step = {
    label: "Request the deposit",
    simulate: async () => {
      await ballast.vault.requestDeposit.staticCall(assets, owner, owner);
    },
    send: () => ballast.vault.requestDeposit(assets, owner, owner),
  };
  if (!isShort) return [request];
  const approve: Step = {
    label: "Approve",
    simulate: async () => {
      await calling(ballast.usdc, "approve").staticCall(spender, assets);
      await request.simulate().catch((error: unknown) => {
        // The approval itself cures a short allowance; anything else would refuse the request after it too.
        if (!isAllowanceError(error)) throw error;
      });
    },
    send: () => ballast.usdc.approve(spender, assets),
  };
  return [approve, request];
}

/** The step of a redemption request. */
export function redeemSteps(ballast: Ballast, owner: string, shares: bigint): Step[] {
  const { vault } = ballast;
  return [
    {
      label: "Request the redemption",
      simulate: async () => {
        await vault.requestRedeem.staticCall(shares, owner, owner);
      },
      send: () => vault.requestRedeem(shares, owner, owner),
    },
  ];
}

/** The step that turns fulfilled deposits into shares. */
export function claimSharesSteps(ballast: Ballast, owner: string, assets: bigint): Step[] {
  const { vault } = ballast;
  return [
    {
      label: "Claim shares",
      simulate: async () => {
        await vault.deposit.staticCall(assets, owner, owner);
      },
      send: () => vault.deposit(assets, owner, owner),
    },
  ];
}

/** The step that pays fulfilled redemptions out. */
export function claimCashSteps(ballast: Ballast, owner: string, shares: bigint): Step[] {
  return [
    {
      label: "Claim USDC",
      simulate: async () => {
        await calling(ballast.shares, "redeem").staticCall(shares, owner, owner);
      },
      send: () => ballast.shares.redeem(shares, owner, owner),
    },
  ];
}

/** The step that cancels what waits of deposits or redemptions. */
export function cancelSteps(ballast: Ballast, owner: string, side: "deposit" | "redeem"): Step[] {
  const { vault } = ballast;
  const call = side === "deposit" ? vault.cancelDepositRequest : vault.cancelRedeemRequest;
  return [
    {
      label: side === "deposit" ? "Cancel the deposit" : "Cancel the redemption",
      simulate: async () => {
        await call.staticCall(0n, owner);
      },
      send: () => call(0n, owner),
    },
  ];
}

/** The step that takes back what came of cancelled deposits or redemptions. */
export function claimCancelledSteps(ballast: Ballast, owner: string, side: "deposit" | "redeem"): Step[] {
  const { vault } = ballast;
  const call = side === "deposit" ? vault.claimCancelDepositRequest : vault.claimCancelRedeemRequest;
  return [
    {
      label: side === "deposit" ? "Take the cash back" : "Take the shares back",
      simulate: async () => {
        await call.staticCall(0n, owner, owner);
      },
      send: () => call(0n, owner, owner),
    },
  ];
}

function isAllowanceError(error: unknown): boolean {
  const decoded = decodeError(error);
  if (!decoded) return false;
  const { name, args } = innermostOf(decoded);
  return (
    name === "ERC20InsufficientAllowance" || (name === "Error" && /allowance/i.test(String(args["reason"])))
  );
}

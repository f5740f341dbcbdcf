import type { ContractFuture, StepContext } from "./context.ts";

/** 01: the AccessManager, administered by the deployer until the last step. */
export function deployAccess({ m }: StepContext): ContractFuture {
  return m.contract("AccessManager", [m.getAccount(0)], { id: "accessManager" });
}

import type { Deployment } from "@ballast/sdk";
import { Contract, type ContractRunner, EventLog } from "ethers";
import type { BallastConfig } from "./config/config.ts";
import { ROLES, type RoleName } from "./roles.ts";

const ACCESS_ABI = [
  "event RoleGranted(uint64 indexed roleId, address indexed account, uint32 delay, uint48 since, bool newMember)",
  "event RoleRevoked(uint64 indexed roleId, address indexed account)",
  "function hasRole(uint64 roleId, address account) view returns (bool isMember, uint32 executionDelay)",
] as const;

/** Who holds a role. */
export interface RoleHolders {
  readonly role: RoleName;
  readonly holders: readonly string[];
}

/** A deployment that somebody still owns who should not. */
export class NotHandedOverError extends Error {
  override readonly name = "NotHandedOverError";
}

/** Reads every role's holders from the AccessManager's events. Writes nothing. */
export async function readRoles(deployment: Deployment, runner: ContractRunner): Promise<RoleHolders[]> {
  const access = new Contract(deployment.contracts.accessManager, ACCESS_ABI, runner);
  const holders = new Map<bigint, Set<string>>();
  const logs = [
    ...(await access.queryFilter("RoleGranted", deployment.fromBlock)),
    ...(await access.queryFilter("RoleRevoked", deployment.fromBlock)),
  ].filter((log): log is EventLog => log instanceof EventLog);
  logs.sort((a, b) => a.blockNumber - b.blockNumber || a.index - b.index);
  for (const log of logs) {
    const role = BigInt(log.args[0]);
    const members = holders.get(role) ?? new Set<string>();
    if (log.eventName === "RoleGranted") members.add(String(log.args[1]));
    else members.delete(String(log.args[1]));
    holders.set(role, members);
  }
  return (Object.keys(ROLES) as RoleName[]).map((role) => ({
    role,
    holders: [...(holders.get(ROLES[role]) ?? [])],
  }));
}

/**
 * The last step, `status`: proves that nobody but the configured holder has the admin role, and that the deployer has
 * no role at all unless the configuration names it.
 * @throws NotHandedOverError naming the role and who holds it
 */
export async function assertHandedOver(
  deployment: Deployment,
  config: BallastConfig,
  deployer: string,
  runner: ContractRunner,
): Promise<void> {
  const code = await runner.provider?.getCode(deployment.contracts.accessManager);
  if (code === undefined || code === "0x")
    throw new NotHandedOverError("There is no AccessManager at its address.");
  const { admin, curators, guardians, publishers = [] } = config.roles;
  const allowed: Partial<Record<RoleName, readonly string[]>> = {
    ADMIN: admin === undefined ? [] : [admin],
    CURATOR: curators,
    GUARDIAN: guardians,
    PAUSER: curators,
    PUBLISHER: publishers,
  };
  for (const { role, holders } of await readRoles(deployment, runner)) {
    for (const holder of holders) {
      const named = (allowed[role] ?? []).some((one) => one.toLowerCase() === holder.toLowerCase());
      if (role === "ADMIN" && !named) throw new NotHandedOverError(`${holder} still holds the admin role.`);
      if (holder.toLowerCase() === deployer.toLowerCase() && !named) {
        throw new NotHandedOverError(`The deployer ${holder} still holds the role ${role}.`);
      }
    }
  }
}

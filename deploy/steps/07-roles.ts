import type { ArgumentType } from "@nomicfoundation/ignition-core";
import { id as keccakOfText } from "ethers";
import { RESTRICTIONS, ROLES, type RoleName } from "../roles.ts";
import type { ContractFuture, SetUpCall, StepContext } from "./context.ts";

/** Contracts by their key in the deployment's results. */
export type Rooms = Readonly<Record<string, ContractFuture>>;

/**
 * 07: duties. Restricted functions get their roles, the deployer configures as a temporary curator, the duties are
 * handed to their holders, and the deployer gives up everything, the admin role last.
 */
export function handOver(
  context: StepContext,
  access: ContractFuture,
  rooms: Rooms,
  setUp: readonly SetUpCall[],
): void {
  const { m, config } = context;
  const deployer = m.getAccount(0);
  const chain = chained(context);
  for (const { target, role, signatures } of grouped()) {
    const contract = rooms[target];
    if (!contract) continue;
    const selectors = signatures.map((signature) => keccakOfText(signature).slice(0, 10));
    chain(`restrict_${target}_${role}`, access, "setTargetFunctionRole", [contract, selectors, ROLES[role]]);
  }
  chain("lendCurator", access, "grantRole", [ROLES.CURATOR, deployer, 0]);
  for (const call of setUp) chain(call.id, call.contract, call.method, call.args);

  const grant = (role: RoleName, name: string, holder: string | ContractFuture) =>
    chain(`grant_${role}_${name}`, access, "grantRole", [ROLES[role], holder, 0]);
  for (const [index, curator] of config.roles.curators.entries()) {
    grant("CURATOR", String(index), curator);
    grant("PAUSER", String(index), curator);
  }
  for (const [index, guardian] of config.roles.guardians.entries())
    grant("GUARDIAN", String(index), guardian);
  for (const [index, publisher] of (config.roles.publishers ?? []).entries())
    grant("PUBLISHER", String(index), publisher);
  for (const [role, key] of HELD_BY_CONTRACTS) {
    const holder = rooms[key];
    if (holder) grant(role, key, holder);
  }
  if (config.roles.admin !== undefined) grant("ADMIN", "holder", config.roles.admin);
  chain("returnCurator", access, "renounceRole", [ROLES.CURATOR, deployer]);
  chain("renounceAdmin", access, "renounceRole", [ROLES.ADMIN, deployer]);
}

/** Roles that only contracts hold. */
const HELD_BY_CONTRACTS: readonly (readonly [RoleName, string])[] = [
  ["SETTLER", "settler"],
  ["WATERFALL", "lossWaterfall"],
  ["PAUSER", "guardian"],
  ["INSTALLER", "arrayPosts"],
];

/** One call of AccessManager for each target and role. */
function grouped(): { target: string; role: RoleName; signatures: string[] }[] {
  const groups = new Map<string, { target: string; role: RoleName; signatures: string[] }>();
  for (const { target, role, signature } of RESTRICTIONS) {
    const key = `${target}/${role}`;
    const group = groups.get(key) ?? { target, role, signatures: [] };
    group.signatures.push(signature);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** Calls one after the other, each after everything that was deployed or called before it. */
function chained({ m }: StepContext) {
  let previous: ReturnType<typeof m.call> | undefined;
  return (id: string, contract: ContractFuture, method: string, args: readonly ArgumentType[]) => {
    previous = m.call(contract, method, [...args], {
      id,
      ...(previous === undefined ? {} : { after: [previous] }),
    });
  };
}

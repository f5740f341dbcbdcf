import { Interface, isError } from "ethers";
import * as contracts from "../../../typechain-types/index.js";
import { ERROR_CODEX } from "./errorCodex.ts";

/** A contract error in words. */
export interface DecodedError {
  /** Custom error name, for example "TradeDesk_DeadlinePassed". */
  readonly name: string;
  /** Arguments by name. */
  readonly args: Readonly<Record<string, unknown>>;
  /** One sentence: what happened. */
  readonly cause: string;
  /** One sentence: what to do. */
  readonly fix: string;
  /** The error inside, for a failed call of a batch. */
  readonly inner?: DecodedError;
}

interface WithInterface {
  readonly abi: ConstructorParameters<typeof Interface>[0];
}

const EXTERNAL_ERRORS = [
  "error AccessManagedUnauthorized(address caller)",
  "error AccessManagedInvalidAuthority(address authority)",
  "error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed)",
  "error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed)",
  "error SafeERC20FailedOperation(address token)",
  "error ERC4626ExceededMaxWithdraw(address owner, uint256 assets, uint256 max)",
  "error ERC4626ExceededMaxRedeem(address owner, uint256 shares, uint256 max)",
  "error Error(string reason)",
  "error Panic(uint256 code)",
];

const errorInterface = collectErrors();

function collectErrors(): Interface {
  const fragments = new Map<string, string>();
  for (const value of Object.values(contracts)) {
    if (typeof value !== "function" || !("abi" in value)) continue;
    new Interface((value as unknown as WithInterface).abi).forEachError((error) => {
      fragments.set(error.selector, error.format("full"));
    });
  }
  return new Interface([...fragments.values(), ...EXTERNAL_ERRORS]);
}

/** Names of every custom error the interfaces declare. */
export function knownErrors(): string[] {
  const names: string[] = [];
  errorInterface.forEachError((error) => {
    names.push(error.name);
  });
  return names.sort();
}

/**
 * Decodes revert data, following errors nested in Clearinghouse_CallFailed.
 * @param data 0x-prefixed revert data
 * @returns undefined for empty data or an error of no contract known here
 */
export function decodeErrorData(data: string): DecodedError | undefined {
  if (data === "0x" || data === "") return undefined;
  let parsed: ReturnType<Interface["parseError"]>;
  try {
    parsed = errorInterface.parseError(data);
  } catch {
    return undefined;
  }
  if (!parsed) return undefined;
  const args: Record<string, unknown> = {};
  parsed.fragment.inputs.forEach((input, index) => {
    // ethers has its own, nameless notion of Error(string).
    args[input.name || (parsed.name === "Error" ? "reason" : String(index))] = parsed.args[index];
  });
  const entry = ERROR_CODEX[parsed.name];
  const reason = args["reason"];
  const inner = typeof reason === "string" ? decodeErrorData(reason) : undefined;
  const said = typeof reason === "string" && !inner ? `A contract refused: "${reason}".` : spell(parsed.name);
  const cause = entry?.cause || said;
  return {
    name: parsed.name,
    args,
    cause,
    fix: entry?.fix ?? "Look the error up in the contract's interface.",
    ...(inner ? { inner } : {}),
  };
}

/** Decodes whatever ethers threw; undefined if it carries no known revert data. */
export function decodeError(error: unknown): DecodedError | undefined {
  for (const data of revertData(error)) {
    const decoded = decodeErrorData(data);
    if (decoded) return decoded;
  }
  return undefined;
}

const NO_GAS = "The sender has not enough of the chain's coin to pay for gas.";

/** One clear sentence for whatever was thrown, with the fix if the error is known. */
export function explainError(error: unknown): string {
  const decoded = decodeError(error);
  if (decoded) {
    const innermost = innermostOf(decoded);
    return `${innermost.cause} ${innermost.fix} (${innermost.name})`;
  }
  if (isError(error, "INSUFFICIENT_FUNDS")) return NO_GAS;
  if (isError(error, "ACTION_REJECTED")) return "The wallet rejected the request.";
  if (isError(error, "NETWORK_ERROR") || isError(error, "TIMEOUT")) return "The node does not answer.";
  if (isError(error, "SERVER_ERROR")) return explainServer(error);
  if (isError(error, "UNSUPPORTED_OPERATION") && error.operation === "bodyJson")
    return "The node answers with something that is no JSON.";
  if (isError(error, "CALL_EXCEPTION") && error.shortMessage)
    return `The call reverted: ${error.shortMessage}.`;
  if (isError(error, "UNKNOWN_ERROR")) {
    const said = (error as { readonly error?: { readonly message?: unknown } }).error?.message;
    if (typeof said === "string" && /insufficient funds|enough funds/.test(said)) return NO_GAS;
    if (typeof said === "string") return `The node refused: ${said}.`;
  }
  return error instanceof Error ? error.message : String(error);
}

function explainServer(error: unknown): string {
  const said = error instanceof Error ? error.message : "";
  if (/server response 429|exceeded maximum retry limit/.test(said))
    return "The node says that it is asked too often.";
  const status = /server response (\d{3})/.exec(said)?.[1];
  return `The node's server fails${status === undefined ? "" : ` with status ${status}`}.`;
}

/** The error at the bottom of nested batch failures. */
export function innermostOf(error: DecodedError): DecodedError {
  return error.inner ? innermostOf(error.inner) : error;
}

function* revertData(error: unknown, depth = 0): Generator<string> {
  if (depth > 6 || typeof error !== "object" || error === null) return;
  const bag = error as Record<string, unknown>;
  if (typeof bag["data"] === "string" && bag["data"].startsWith("0x")) yield bag["data"];
  for (const key of ["data", "error", "info", "cause"]) yield* revertData(bag[key], depth + 1);
}

function spell(name: string): string {
  const [room, reason] = name.split("_");
  if (!reason) return `The contract refused: ${name}.`;
  return `${room} refused: ${reason.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase()}.`;
}

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type BaseContract, ContractFactory, type InterfaceAbi, type Signer } from "ethers";

const require = createRequire(import.meta.url);

/** What is needed to deploy and call a contract compiled elsewhere. */
export interface Artifact {
  readonly abi: InterfaceAbi;
  readonly bytecode: string;
  /** Where the addresses of libraries go, by their name. */
  readonly links?: Readonly<Record<string, readonly { readonly start: number }[]>>;
}

interface RawArtifact {
  readonly abi?: InterfaceAbi;
  readonly bytecode?: string;
  readonly linkReferences?: Record<string, Record<string, { start: number }[]>>;
  readonly compilerOutput?: {
    readonly abi: InterfaceAbi;
    readonly evm: { readonly bytecode: { readonly object: string } };
  };
}

/** An artifact of an installed package that is missing or has no code. */
export class BadArtifactError extends Error {
  override readonly name = "BadArtifactError";
}

/** Reads an artifact by its path inside an installed npm package; Hardhat, Truffle and 0x formats. */
export function loadArtifact(path: string): Artifact {
  const raw = JSON.parse(readFileSync(require.resolve(path), "utf8")) as RawArtifact;
  const abi = raw.abi ?? raw.compilerOutput?.abi;
  const bytecode = raw.bytecode ?? raw.compilerOutput?.evm.bytecode.object;
  if (abi === undefined || bytecode === undefined || bytecode.length < 4) {
    throw new BadArtifactError(`The artifact ${path} has no code.`);
  }
  return { abi, bytecode, links: Object.assign({}, ...Object.values(raw.linkReferences ?? {})) };
}

/** Reads a text file of an installed npm package. */
export function loadText(path: string): string {
  return readFileSync(require.resolve(path), "utf8").trim();
}

/** Reads a binary file of an installed npm package as hex. */
export function loadHex(path: string): string {
  return `0x${readFileSync(require.resolve(path)).toString("hex")}`;
}

/** Requires a module of an installed package by a path that its exports map does not list. */
export function requireInside(packageName: string, relative: string): unknown {
  const entry = require.resolve(packageName);
  const root = entry.slice(0, entry.lastIndexOf(`/${packageName}/`) + packageName.length + 2);
  return require(`${root}${relative}`) as unknown;
}

/** Fills a library's address into unlinked bytecode: `__$...$__` placeholders, all of them. */
export function linkAll(bytecode: string, library: string): string {
  return bytecode.replace(/__\$[0-9a-fA-F]{34}\$__/g, library.slice(2).toLowerCase());
}

/** Deploys an artifact and waits until it is mined. */
export async function deployArtifact<T extends BaseContract>(
  signer: Signer,
  artifact: Artifact,
  args: readonly unknown[] = [],
): Promise<T> {
  const factory = new ContractFactory(artifact.abi, artifact.bytecode, signer);
  const contract = await factory.deploy(...args);
  await contract.waitForDeployment();
  return contract as unknown as T;
}

import type { Ballast, Deployment } from "@ballast/sdk";
import { accountId, connectBallast } from "@ballast/sdk";
import type { Signer } from "ethers";
import type { Externals } from "../externals/index.ts";
import type { Journal } from "./journal.ts";

/** Somebody with a key, an address and an account. */
export interface Person {
  readonly name: string;
  readonly signer: Signer;
  readonly address: string;
  /** Sub-account 0. */
  readonly account: bigint;
  /** Every contract, on this person's key. */
  readonly ballast: Ballast;
}

/** Those who take part. */
export interface People {
  readonly deployer: Person;
  readonly arbitrageur: Person;
  readonly keeper: Person;
  readonly bidder: Person;
  readonly insurer: Person;
  readonly lps: readonly Person[];
  readonly putSeller: Person;
  readonly callWriter: Person;
  readonly hedger: Person;
  readonly takers: readonly Person[];
  /** Trades in two steps. */
  readonly patient: Person;
}

/** A chain with everything deployed on it. */
export interface World {
  readonly deployment: Deployment;
  readonly externals: Externals;
  readonly people: People;
  readonly surfaceSigners: readonly Signer[];
  /** Holder of the curator's role. */
  readonly curator: Signer;
  readonly journal: Journal;
}

/** Makes a person of a signer. */
export async function personOf(name: string, signer: Signer, deployment: Deployment): Promise<Person> {
  const address = await signer.getAddress();
  return { name, signer, address, account: accountId(address), ballast: connectBallast(deployment, signer) };
}

/** Everyone of the cast, by name. */
export function everyone(people: People): Person[] {
  return Object.values(people).flat() as Person[];
}

import type { TypedDataDomain, TypedDataField } from "ethers";
import { getAddress, verifyTypedData } from "ethers";
import type { Answer, Cosigner } from "./cosigner.ts";

/** Not enough signers agree; the message says what each of the others objects to. */
export class NotEnoughSignaturesError extends Error {
  override readonly name = "NotEnoughSignaturesError";
}

/** What is signed. */
export interface Signable {
  readonly domain: TypedDataDomain;
  readonly types: Record<string, TypedDataField[]>;
  readonly value: Record<string, unknown>;
}

/** Signatures of distinct, allowed signers in the order the contracts want, and who did not sign. */
export interface Collected {
  readonly signatures: readonly string[];
  readonly signers: readonly string[];
  readonly refusals: readonly string[];
}

/**
 * Asks every cosigner and keeps the signatures that the contract would count: by an allowed signer, over this report.
 * @throws NotEnoughSignaturesError with fewer than `threshold`
 */
export async function collectSignatures(
  cosigners: readonly Cosigner[],
  threshold: number,
  isSigner: (address: string) => Promise<boolean>,
  signable: Signable,
  ask: (cosigner: Cosigner) => Promise<Answer>,
): Promise<Collected> {
  const refusals: string[] = [];
  const found = new Map<string, string>();
  await Promise.all(
    cosigners.map(async (cosigner) => {
      try {
        const answer = await ask(cosigner);
        if ("objections" in answer) {
          refusals.push(`${cosigner.name}: ${answer.objections.join("; ")}`);
          return;
        }
        const address = verifyTypedData(signable.domain, signable.types, signable.value, answer.signature);
        if (await isSigner(address)) found.set(getAddress(address), answer.signature);
        else refusals.push(`${cosigner.name}: the signature is by ${address}, who may not sign`);
      } catch (error) {
        refusals.push(
          `${cosigner.name}: ${(error instanceof Error ? error.message : String(error)).split("\n")[0]}`,
        );
      }
    }),
  );
  const sorted = [...found].sort(([a], [b]) => (BigInt(a) < BigInt(b) ? -1 : 1));
  refusals.sort();
  if (sorted.length < threshold) {
    throw new NotEnoughSignaturesError(
      `${sorted.length} of the ${threshold} signatures needed: ${refusals.join(" | ") || "there are no more signers"}`,
    );
  }
  return {
    signatures: sorted.map(([, signature]) => signature),
    signers: sorted.map(([address]) => address),
    refusals,
  };
}

import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import type { ArrayReport } from "@ballast/sdk";
import { z } from "zod";

const SCHEMA = z.strictObject({
  /** What was signed last, by signer and market. */
  signed: z.record(z.string(), z.strictObject({ timestamp: z.number().int(), digest: z.string() })),
  /** Array reports that are committed and not yet posted, by hash. */
  commitments: z.record(
    z.string(),
    z.strictObject({
      market: z.number().int(),
      expiry: z.number().int(),
      version: z.number().int(),
      page: z.string(),
    }),
  ),
});
type Contents = z.infer<typeof SCHEMA>;

/** A journal that does not say what it should: nothing may be signed before somebody has looked. */
export class JournalError extends Error {
  override readonly name = "JournalError";
}

/** What must outlive a restart: what was signed, so that nobody signs twice, and what was committed, to post it. */
export interface PublisherJournal {
  /**
   * Keeps that a report of this time is about to be signed.
   * @returns why it must not be; undefined if it may
   */
  recordSigned(key: string, timestamp: number, digest: string): string | undefined;
  commitments(): readonly (readonly [hash: string, report: ArrayReport])[];
  recordCommitment(hash: string, report: ArrayReport): void;
  forgetCommitment(hash: string): void;
}

/**
 * A journal in a file, or in memory without one. Each change is written beside the file and moved over it, so that a
 * crash leaves the old or the new.
 * @throws JournalError if the file holds something else
 */
export function publisherJournal(file?: string): PublisherJournal {
  let contents: Contents =
    file !== undefined && existsSync(file) ? readJournal(file) : { signed: {}, commitments: {} };
  const write = (next: Contents) => {
    if (file !== undefined) {
      writeFileSync(`${file}.new`, `${JSON.stringify(next, null, 2)}\n`, { flush: true });
      renameSync(`${file}.new`, file);
    }
    contents = next;
  };
  return {
    recordSigned(key, timestamp, digest) {
      const last = contents.signed[key];
      if (last && timestamp < last.timestamp) return "a later report was signed already";
      if (last && timestamp === last.timestamp && digest !== last.digest)
        return "another report of the same time was signed already";
      write({ ...contents, signed: { ...contents.signed, [key]: { timestamp, digest } } });
      return undefined;
    },
    commitments: () => Object.entries(contents.commitments),
    recordCommitment(hash, report) {
      write({ ...contents, commitments: { ...contents.commitments, [hash]: { ...report } } });
    },
    forgetCommitment(hash) {
      const { [hash]: _, ...rest } = contents.commitments;
      write({ ...contents, commitments: rest });
    },
  };
}

function readJournal(file: string): Contents {
  try {
    return SCHEMA.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    throw new JournalError(`The journal ${file} cannot be read; look at it before anything is signed again.`);
  }
}

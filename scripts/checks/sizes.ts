import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Finding } from "./finding.ts";

/** EIP-170. */
const LIMIT = 24_576;

/** Deployable contracts that are too large, from the artifacts of the last build. */
export function checkSizes(root: string): Finding[] {
  const folder = join(root, "artifacts", "contracts");
  if (!existsSync(folder))
    return [{ file: "artifacts", line: 1, message: "Nothing was built yet: run npm run compile." }];
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".json"))
    .flatMap((path) => {
      const artifact = JSON.parse(readFileSync(join(folder, path), "utf8")) as {
        sourceName?: string;
        deployedBytecode?: string;
      };
      const size = ((artifact.deployedBytecode?.length ?? 2) - 2) / 2;
      if (size <= LIMIT) return [];
      return [
        {
          file: artifact.sourceName ?? path,
          line: 1,
          message: `The contract has ${size} bytes; ${LIMIT} is the most.`,
        },
      ];
    });
}

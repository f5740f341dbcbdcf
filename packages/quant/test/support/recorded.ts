import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const SHARED =
  process.env["BALLAST_DATA"] ?? fileURLToPath(new URL("../../../../../shared/", import.meta.url));

/** Stamps of the recorded chains: a calm day and one in a crash. */
export const STAMPS = ["20251231T091828Z", "20260305T093529Z"] as const;

/** A recorded file, where the market data are at hand; the test is skipped, and says so, where they are not. */
export function recorded(test: Mocha.Context, name: string): string {
  const file = `${SHARED}data/${name}`;
  if (!existsSync(file)) {
    console.log("    (the recorded market data are not on this machine)");
    test.skip();
  }
  return readFileSync(file, "utf8");
}

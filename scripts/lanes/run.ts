import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Root of the repository. */
export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** What a command did. */
export interface RunResult {
  readonly code: number;
  readonly output: string;
}

/** Tests counted in a lane. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Runs a command at the root, shows its output as it comes unless it is to be quiet, and returns it. */
export function run(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  quiet = false,
): Promise<RunResult> {
  return new Promise((done) => {
    const child = spawn(command, args, {
      cwd: ROOT,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    child.stdout.on("data", (data: Buffer) => {
      output += data;
      if (!quiet) process.stdout.write(data);
    });
    child.stderr.on("data", (data: Buffer) => {
      output += data;
      if (!quiet) process.stderr.write(data);
    });
    child.on("error", (error) => done({ code: 1, output: `${output}\n${error.message}` }));
    child.on("close", (code) => done({ code: code ?? 1, output }));
  });
}

/** Sums what mocha and Hardhat's Solidity runner print: "12 passing", "1 failing", "2 pending". */
export function countTests(output: string): Counts {
  return {
    passed: sum(output, "passing"),
    failed: sum(output, "failing"),
    skipped: sum(output, "(?:pending|skipped)"),
  };
}

/** The closing line of a run, which CI reads. */
export function closingLine({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

function sum(output: string, word: string): number {
  let total = 0;
  for (const match of output.matchAll(new RegExp(`^\\s*(\\d+) ${word}\\b`, "gm"))) total += Number(match[1]);
  return total;
}

import { availableParallelism } from "node:os";
import { countTests, type RunResult, run } from "./run.ts";

/** More parts than processes, so that none waits long for the other at the end. */
const PARTS = 12;
const MOST_PROCESSES = 2;

/**
 * Runs a command over test files, in as many processes at once as there are cores, at most two. What a part prints is
 * shown in one piece when it ends.
 * @returns the worst exit code, and all output; a part in which no test ran counts as broken
 */
export async function runShards(
  command: string,
  args: readonly string[],
  files: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<RunResult> {
  const count = Math.min(PARTS, files.length);
  // Neighbours are alike in length, so they go to different parts.
  const parts = Array.from({ length: count }, (_, part) => files.filter((_file, i) => i % count === part));
  const results: RunResult[] = [];
  let next = 0;
  const work = async () => {
    while (next < parts.length) {
      const part = next++;
      const own = parts[part] ?? [];
      const { code, output } = await run(command, [...args, ...own], env, true);
      process.stdout.write(`\n--- part ${part + 1} of ${count}\n${output}`);
      const { passed, failed } = countTests(output);
      results.push({ code: passed + failed === 0 ? 1 : code, output });
    }
  };
  await Promise.all(Array.from({ length: Math.min(MOST_PROCESSES, availableParallelism()) }, work));
  return {
    code: Math.max(0, ...results.map(({ code }) => code)),
    output: results.map(({ output }) => output).join("\n"),
  };
}

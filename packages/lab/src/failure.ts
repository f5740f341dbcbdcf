/** Wrong use of a command: one sentence for the person who typed it, exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Something that a person can put right, told in one sentence: exit code 1. */
export class LabError extends Error {
  override readonly name = "LabError";
}

/** First line of an error's message, without the noise of stacks and payloads. */
export function sentenceOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return (message.split("\n")[0] ?? message).slice(0, 500);
}

/** Runs a command's main function and turns every failure into a sentence and an exit code. */
export async function runMain(
  name: string,
  main: (argv: readonly string[]) => Promise<number>,
): Promise<void> {
  try {
    process.exitCode = await main(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${name}: ${sentenceOf(error)}\n`);
    if (process.env["BALLAST_DEBUG"] && error instanceof Error)
      process.stderr.write(`${error.stack ?? ""}\n`);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}

import { type Finding, lineAt, type SourceFile } from "./finding.ts";

const MAX_LINES = 400;
const CODE = /\.(?:sol|tsx?|mjs|css)$/;

const BANNED: readonly { pattern: RegExp; message: string; only?: RegExp }[] = [
  {
    pattern: /(?<![\w./-])\/(?:work|tmp|home|root|Users)\/[\w.]/g,
    message: "A path of one machine stands here.",
  },
  { pattern: /https?:\/\/(?:registry\.|[\w.-]*npmjs|pypi\.)/g, message: "A registry's host stands here." },
  {
    pattern: new RegExp(`\\b(?:${["TO", "FIX"].join("DO|")}ME|TO${"DO"}|XX${"X"})\\b`, "g"),
    message: "An unfinished note stands here.",
  },
  {
    pattern: /:\s*any\b(?!\s+[a-z])|\bas any\b/g,
    message: "The type any is not used here.",
    only: /\.tsx?$/,
  },
  {
    pattern: /\b(?:describe|it|context)\.(?:only|skip)\(/g,
    message: "A test is singled out or switched off.",
    only: /\.ts$/,
  },
  {
    pattern: /console\.sol|console2?\.log\(/g,
    message: "Console output does not belong in contracts.",
    only: /^contracts\/.*\.sol$/,
  },
];

/** Files longer than they may be. */
export function checkLines(files: readonly SourceFile[]): Finding[] {
  return files
    .filter((file) => CODE.test(file.path))
    .map((file) => ({ file: file.path, line: file.text.split("\n").length - 1 }))
    .filter(({ line }) => line > MAX_LINES)
    .map(({ file, line }) => ({
      file,
      line,
      message: `The file has ${line} lines; ${MAX_LINES} is the most.`,
    }));
}

/** Things that must not stand in a text of the project. */
export function checkText(files: readonly SourceFile[]): Finding[] {
  return files.flatMap((file) =>
    BANNED.filter(({ only }) => !only || only.test(file.path)).flatMap(({ pattern, message }) =>
      [...file.text.matchAll(pattern)].map((match) => ({
        file: file.path,
        line: lineAt(file.text, match.index),
        message,
      })),
    ),
  );
}

/** Every custom error of the interfaces is named Room_Reason and raised, by name, in some test. */
export function checkErrors(files: readonly SourceFile[]): Finding[] {
  const tests = files
    .filter((file) => /(?:^|\/)test\//.test(file.path))
    .map((file) => file.text)
    .join("\n");
  return files
    .filter(
      (file) => file.path.startsWith("contracts/interfaces/") || file.path.startsWith("contracts/types/"),
    )
    .flatMap((file) =>
      [...file.text.matchAll(/^\s*error (\w+)\(/gm)].flatMap((match) => {
        const name = match[1] ?? "";
        const line = lineAt(file.text, match.index + 1);
        if (!/^[A-Z]\w+_[A-Z]\w+$/.test(name))
          return [{ file: file.path, line, message: `The error ${name} is not named Room_Reason.` }];
        return new RegExp(`\\b${name}\\b`).test(tests)
          ? []
          : [{ file: file.path, line, message: `No test raises ${name}.` }];
      }),
    );
}

import type { Arguments, Options } from "./arguments.ts";

/** What a command gives back: numbers for programs, and the same for people. */
export interface Output {
  readonly json: unknown;
  readonly text: string;
}

/** Tells how far a command is; goes to stderr, so that stdout has the result alone. */
export type Progress = (message: string) => void;

/** A command of the program. */
export interface Command {
  readonly summary: string;
  /** What stands after the command's name. */
  readonly usage: string;
  readonly options: Options;
  readonly run: (given: Arguments, progress: Progress) => Output | Promise<Output>;
}

/** One thing that is not as it should be. */
export interface Finding {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

/** A file of the repository, read. */
export interface SourceFile {
  /** Path from the root, with slashes. */
  readonly path: string;
  readonly text: string;
}

/** The line number, from 1, of a character offset. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}

/** What an error means and what to do about it. */
export interface CodexEntry {
  readonly cause: string;
  readonly fix: string;
}

/** Every room refuses addresses without meaning when it is deployed or configured. */
export const ZERO_ADDRESS: CodexEntry = {
  cause: "An address that is needed is zero.",
  fix: "Name the contract or person meant.",
};

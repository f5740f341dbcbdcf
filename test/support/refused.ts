import { decodeError, innermostOf } from "@ballast/sdk";

/** Name of the innermost error that an attempt is refused with; "nothing" if it is not. */
export async function refusedBy(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt;
  } catch (error) {
    const decoded = decodeError(error);
    if (decoded) return innermostOf(decoded).name;
    return /custom error '([A-Za-z0-9]+(?:_[A-Za-z]+)?)/.exec(String(error))?.[1] ?? String(error);
  }
  return "nothing";
}

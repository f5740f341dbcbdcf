import { type Deployment, parseDeployment } from "@ballast/sdk";

/** Why the page has nothing to show, in one sentence. */
export class PageError extends Error {
  override readonly name = "PageError";
}

/** Reads `deployment.json` beside the page. */
export async function fetchDeployment(): Promise<Deployment> {
  const missing =
    "There is no deployment here: start the sandbox, or put a deployment.json beside this page.";
  let response: Response;
  try {
    response = await fetch(new URL("deployment.json", document.baseURI), { cache: "no-store" });
  } catch {
    throw new PageError("The server of this page does not answer.");
  }
  // Servers of single-page apps answer a missing file with the page itself.
  const isJson = response.headers.get("content-type")?.includes("json") ?? false;
  if (!response.ok || !isJson) throw new PageError(missing);
  return parseDeployment(await response.json());
}

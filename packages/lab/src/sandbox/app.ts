import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Deployment } from "@ballast/sdk";
import { requireFreePort } from "./chain.ts";

const APP = fileURLToPath(new URL("../../../../app/", import.meta.url));

/** A running dApp. */
export interface RunningApp {
  readonly url: string;
  close(): Promise<void>;
}

/** Writes the deployment where the dApp looks for it, and returns the file's path. */
export async function writeDeployment(deployment: Deployment): Promise<string> {
  const folder = join(APP, "public");
  await mkdir(folder, { recursive: true });
  const file = join(folder, "deployment.json");
  await writeFile(file, `${JSON.stringify(deployment, undefined, 2)}\n`);
  return file;
}

/** Serves the dApp with Vite, its `/rpc` reaching the node; undefined if this checkout has none. */
export async function serveApp(port: number, nodeUrl: string): Promise<RunningApp | undefined> {
  if (!existsSync(join(APP, "index.html"))) return undefined;
  await requireFreePort(port, "app-port");
  const { createServer } = await import("vite");
  const server = await createServer({
    root: APP,
    logLevel: "error",
    server: { host: "127.0.0.1", port, strictPort: true, proxy: { "/rpc": { target: nodeUrl } } },
  });
  await server.listen();
  return { url: `http://127.0.0.1:${port}/`, close: () => server.close() };
}

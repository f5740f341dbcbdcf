import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/** A sandbox in a process of its own. */
export interface Sandbox {
  readonly rpc: string;
  readonly page: string;
  stop(): Promise<void>;
}

/** Starts the real sandbox and waits until its page is served. */
export async function startSandbox(port: number, appPort: number, pace: number): Promise<Sandbox> {
  const args = [
    "packages/lab/src/bin/sandbox.ts",
    "--port",
    `${port}`,
    "--app-port",
    `${appPort}`,
    "--pace",
    `${pace}`,
  ];
  const child = spawn(process.execPath, ["--import", "tsx", ...args], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (text: Buffer) => {
      output = (output + text.toString()).slice(-4000);
    });
  }
  const page = `http://127.0.0.1:${appPort}/`;
  const deadline = Date.now() + 240_000;
  while (!(await answers(`${page}deployment.json`))) {
    if (child.exitCode !== null) throw new Error(`The sandbox ended with code ${child.exitCode}:\n${output}`);
    if (Date.now() > deadline) {
      await stop(child);
      throw new Error(`The sandbox did not get ready:\n${output}`);
    }
    await sleep(500);
  }
  return { rpc: `http://127.0.0.1:${port}`, page, stop: () => stop(child) };
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.kill("SIGTERM");
  const hard = setTimeout(() => child.kill("SIGKILL"), 10_000);
  await ended;
  clearTimeout(hard);
}

import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { formatDecimal } from "@ballast/sdk";
import { HDNodeWallet, Mnemonic } from "ethers";
import type { MarketSlice } from "../../packages/lab/src/market/surface.ts";

const BIN = fileURLToPath(new URL("../../packages/keeper/src/bin/ballast.ts", import.meta.url));
const KILLER = new URL("./killAt.ts", import.meta.url).href;
/** The accounts of every local chain. */
const PHRASE = Mnemonic.fromPhrase("test test test test test test test test test test test junk");

/** Private key of a local chain's account. */
export function keyOf(index: number): string {
  return HDNodeWallet.fromMnemonic(PHRASE, `m/44'/60'/0'/0/${index}`).privateKey;
}

/** A surface as a file that the keeper reads. */
export function surfaceText(slices: readonly MarketSlice[]): string {
  const plain = (value: bigint) => formatDecimal(value, 18).replaceAll(",", "");
  const rows = slices.map(({ expiry, forwardRatio, theta, psi, rho }) => ({
    expiry,
    forwardRatio: plain(forwardRatio),
    theta: plain(theta),
    psi: plain(psi),
    rho: plain(rho),
  }));
  return JSON.stringify({ 0: rows });
}

/** What became of a process. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
}

/** A process of the keeper's program. */
export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

/** Starts the keeper's program; `killAt` names the step of its journal at which it is killed (see killAt.ts). */
export function startKeeper(args: readonly string[], env: NodeJS.ProcessEnv, killAt?: string): Running {
  const loaders = ["--import=tsx", ...(killAt === undefined ? [] : [`--import=${KILLER}`])];
  const child = spawn(process.execPath, [...loaders, BIN, ...args], {
    env: { ...process.env, ...env, ...(killAt === undefined ? {} : { KILL_AT: killAt }) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (text: Buffer) => {
      output += text.toString();
    });
  const ended = new Promise<Ended>((done) => {
    child.once("close", (code, signal) => done({ code, signal, output }));
  });
  return { child, ended };
}

/** Starts a signer and waits until it says where it signs. */
export async function startSigner(
  args: readonly string[],
  key: string,
  killAt?: string,
): Promise<Running & { readonly url: string }> {
  const running = startKeeper(["signer", ...args, "--listen", "0"], { BALLAST_SURFACE_KEYS: key }, killAt);
  const said = await new Promise<string>((done, fail) => {
    let text = "";
    running.child.stdout?.on("data", (part: Buffer) => {
      text += part.toString();
      if (text.includes("signs on port")) done(text);
    });
    running.ended.then(({ output }) => fail(new Error(`The signer left: ${output}`)));
  });
  return { ...running, url: `http://127.0.0.1:${/signs on port (\d+)/.exec(said)?.[1]}` };
}

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { seeded } from "./random.ts";

/**
 * What may be wrong with an answer. `silent`: none comes. `tooMany`: status 429. `malformed`: half of it. `stale`: it is as of
 * some blocks before. `lost`: the node did as it was told, and says that it failed.
 */
export const FAULTS = ["silent", "tooMany", "malformed", "stale", "lost"] as const;
export type Fault = (typeof FAULTS)[number];

/** Says what is wrong with the answer to calls of these methods; undefined for nothing. */
export type FaultRule = (methods: readonly string[]) => Fault | undefined;

/** A node that can be made faulty. */
export interface FaultProxy {
  readonly url: string;
  /** What went wrong since the rule was set, by kind. */
  readonly hits: ReadonlyMap<Fault, number>;
  use(rule: FaultRule): void;
  /** Called after a method of a request was carried out and before it is answered. */
  onDone(listener: (methods: readonly string[]) => void): void;
  close(): Promise<void>;
}

interface Call {
  readonly id: unknown;
  readonly method: string;
  readonly params?: readonly unknown[];
}

/** Blocks that a stale node is behind. */
const BEHIND = 5;
const READS_OF_A_BLOCK = new Set([
  "eth_call",
  "eth_estimateGas",
  "eth_getTransactionCount",
  "eth_getBalance",
]);

/** Nothing is wrong. */
export const sound: FaultRule = () => undefined;

/** A share of all requests is answered by a fault of any of these kinds, the same for the same seed. */
export function faultsOf(seed: number, share: number, kinds: readonly Fault[] = FAULTS): FaultRule {
  const next = seeded(seed);
  return (methods) => {
    const [roll, kind] = [next(), kinds[Math.floor(next() * kinds.length)]];
    // Only what is sent can be lost on the way back.
    if (kind === "lost" && !methods.includes("eth_sendRawTransaction")) return undefined;
    return roll < share ? kind : undefined;
  };
}

/** Puts a proxy in front of a node. */
export async function faultProxy(node: string): Promise<FaultProxy> {
  const hits = new Map<Fault, number>();
  const open = new Set<ServerResponse>();
  let rule: FaultRule = sound;
  let listener: (methods: readonly string[]) => void = () => undefined;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await textOf(request);
    const parsed = JSON.parse(body) as Call | Call[];
    const methods = (Array.isArray(parsed) ? parsed : [parsed]).map(({ method }) => method);
    const fault = rule(methods);
    if (fault !== undefined) hits.set(fault, (hits.get(fault) ?? 0) + 1);
    if (fault === "silent") return;
    if (fault === "tooMany") return reply(response, 429, "slow down");
    const said = fault === "stale" ? await answerAsBefore(node, parsed) : await ask(node, body);
    listener(methods);
    if (fault === "malformed") return reply(response, 200, said.slice(0, Math.floor(said.length / 2)));
    if (fault === "lost") return reply(response, 502, "bad gateway");
    return reply(response, 200, said);
  }

  const server = createServer((request, response) => {
    open.add(response);
    response.on("close", () => open.delete(response));
    answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hits,
    use: (next) => {
      rule = next;
      hits.clear();
    },
    onDone: (next) => {
      listener = next;
    },
    async close() {
      for (const response of open) response.destroy();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

function reply(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(body);
}

/** What a node says that is some blocks behind. */
async function answerAsBefore(node: string, calls: Call | Call[]): Promise<string> {
  const latest = await ask(
    node,
    JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_blockNumber", params: [] }),
  );
  const { result } = JSON.parse(latest) as { readonly result: string };
  const block = `0x${Math.max(Number(result) - BEHIND, 1).toString(16)}`;
  const one = async (call: Call): Promise<unknown> => {
    if (call.method === "eth_blockNumber") return { jsonrpc: "2.0", id: call.id, result: block };
    const params = [...(call.params ?? [])];
    if (call.method === "eth_getBlockByNumber" && params[0] === "latest") params[0] = block;
    if (READS_OF_A_BLOCK.has(call.method)) params[1] = block;
    return JSON.parse(await ask(node, JSON.stringify({ ...call, params })));
  };
  return JSON.stringify(Array.isArray(calls) ? await Promise.all(calls.map(one)) : await one(calls));
}

async function ask(node: string, body: string): Promise<string> {
  const headers = { "content-type": "application/json" };
  return (await fetch(node, { method: "POST", headers, body })).text();
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString("utf8");
}

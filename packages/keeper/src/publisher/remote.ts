import { createServer, type IncomingMessage, type Server } from "node:http";
import type { ArrayReport, SurfaceReport } from "@ballast/sdk";
import { z } from "zod";
import type { Answer, Cosigner } from "./cosigner.ts";

const LARGEST_BODY = 1_000_000;
const integer = z
  .string()
  .regex(/^-?\d{1,78}$/)
  .transform(BigInt);
const SURFACE = z.strictObject({
  market: z.number().int(),
  timestamp: z.number().int(),
  spot: integer,
  slices: z.array(
    z.strictObject({
      expiry: z.number().int(),
      forward: integer,
      theta: integer,
      psi: integer,
      rho: integer,
    }),
  ),
});
const ARRAYS = z.strictObject({
  market: z.number().int(),
  expiry: z.number().int(),
  version: z.number().int(),
  page: z.string().regex(/^0x(?:[0-9a-f]{2})*$/),
});
const ANSWER = z.union([
  z.strictObject({ signature: z.string() }),
  z.strictObject({ objections: z.array(z.string()) }),
]);

const ALIVE = z.strictObject({ signer: z.string() });

/** A signer that another process serves. */
export function remoteCosigner(url: string, timeout = 10_000): Cosigner {
  const ask = async (path: string, report: SurfaceReport | ArrayReport): Promise<Answer> => {
    const response = await fetch(`${url}/${path}`, {
      method: "POST",
      body: JSON.stringify(report, (_, value) => (typeof value === "bigint" ? String(value) : value)),
      signal: AbortSignal.timeout(timeout),
    });
    if (!response.ok) throw new Error(`it answers with status ${response.status}`);
    return ANSWER.parse(await response.json());
  };
  return {
    name: url,
    async address() {
      const response = await fetch(`${url}/livez`, { signal: AbortSignal.timeout(timeout) });
      return ALIVE.parse(await response.json()).signer;
    },
    signSurface: (report) => ask("surface", report),
    signArrays: (report) => ask("arrays", report),
  };
}

/**
 * Serves a signer over HTTP: POST /surface and /arrays, GET /livez. It needs no password, since it signs nothing that it
 * does not agree with; it belongs on a private network all the same, as each question costs it work.
 * @param port zero for any
 */
export async function serveCosigner(cosigner: Cosigner, port: number, host = "127.0.0.1"): Promise<Server> {
  const server = createServer((request, response) => {
    answer(cosigner, request)
      .catch((): Reply => ({ status: 500, body: { error: "The signer cannot look at this now." } }))
      .then(({ status, body }) => {
        response.writeHead(status, { "content-type": "application/json" });
        response.end(`${JSON.stringify(body)}\n`);
      });
  });
  await new Promise<void>((done, fail) => {
    server.once("error", fail);
    server.listen(port, host, done);
  });
  return server;
}

interface Reply {
  readonly status: number;
  readonly body: unknown;
}

async function answer(cosigner: Cosigner, request: IncomingMessage): Promise<Reply> {
  if (request.method === "GET" && request.url === "/livez")
    return { status: 200, body: { signer: await cosigner.address() } };
  if (request.method !== "POST" || (request.url !== "/surface" && request.url !== "/arrays"))
    return { status: 404, body: { error: "There is POST /surface, POST /arrays and GET /livez." } };
  const body = await bodyOf(request);
  if (body === undefined) return { status: 413, body: { error: "The report is too large." } };
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return { status: 400, body: { error: "The report is no JSON." } };
  }
  const parsed = request.url === "/surface" ? SURFACE.safeParse(json) : ARRAYS.safeParse(json);
  if (!parsed.success) return { status: 400, body: { error: "The report has not the form of one." } };
  const report = parsed.data;
  return {
    status: 200,
    body: await ("slices" in report ? cosigner.signSurface(report) : cosigner.signArrays(report)),
  };
}

async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    size += (part as Buffer).length;
    if (size > LARGEST_BODY) return undefined;
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts).toString("utf8");
}

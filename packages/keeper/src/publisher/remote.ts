import { createHash, timingSafeEqual } from "node:crypto";
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

/** Who may listen beyond its own machine without a word that those who ask must know. */
const LOOPBACK = ["127.0.0.1", "::1", "localhost"];

/** What a signer's process and those who ask it share. */
export interface SignerAccess {
  /** Known to both; without it nobody is asked for one. */
  readonly word?: string | undefined;
  /** [ms]. */
  readonly timeout?: number;
}

/** A signer would answer anybody who can reach it. */
export class OpenSignerError extends Error {
  override readonly name = "OpenSignerError";
}

/** A signer that another process serves. */
export function remoteCosigner(url: string, { word, timeout = 10_000 }: SignerAccess = {}): Cosigner {
  const headers: Record<string, string> = word === undefined ? {} : { authorization: `Bearer ${word}` };
  const ask = async (path: string, report: SurfaceReport | ArrayReport): Promise<Answer> => {
    const response = await fetch(`${url}/${path}`, {
      method: "POST",
      headers,
      body: JSON.stringify(report, (_, value) => (typeof value === "bigint" ? String(value) : value)),
      signal: AbortSignal.timeout(timeout),
    });
    if (!response.ok) throw new Error(`it answers with status ${response.status}`);
    return ANSWER.parse(await response.json());
  };
  return {
    name: url,
    async address() {
      const response = await fetch(`${url}/livez`, { headers, signal: AbortSignal.timeout(timeout) });
      return ALIVE.parse(await response.json()).signer;
    },
    signSurface: (report) => ask("surface", report),
    signArrays: (report) => ask("arrays", report),
  };
}

/**
 * Serves a signer over HTTP: POST /surface and /arrays, GET /livez. It signs nothing that it does not agree with, but each
 * question costs it work, so beyond its own machine it answers only those who know the word.
 * @param port zero for any
 * @throws OpenSignerError if there is no word and others could reach it
 */
export async function serveCosigner(
  cosigner: Cosigner,
  port: number,
  host = "127.0.0.1",
  { word }: SignerAccess = {},
): Promise<Server> {
  if (word === undefined && !LOOPBACK.includes(host)) {
    throw new OpenSignerError(`A signer that listens on ${host} needs a word in BALLAST_SIGNER_WORD.`);
  }
  const server = createServer((request, response) => {
    (isKnown(request, word) ? answer(cosigner, request) : Promise.resolve(STRANGER))
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

const STRANGER: Reply = { status: 401, body: { error: "The signer answers those who know its word." } };

/** Compares digests, so that the time it takes says nothing of the word. */
function isKnown(request: IncomingMessage, word: string | undefined): boolean {
  if (word === undefined) return true;
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(request.headers.authorization ?? ""), digest(`Bearer ${word}`));
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

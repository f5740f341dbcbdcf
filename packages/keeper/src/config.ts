import { readFileSync } from "node:fs";
import { DERIBIT_URL } from "@ballast/quant";
import {
  BadDeploymentError,
  type Deployment,
  formatDecimal,
  parseDecimal,
  parseDeployment,
} from "@ballast/sdk";
import { parse as parseYaml } from "yaml";
import { z } from "zod";
import { DEFAULT_LIMITS, type KeeperLimits } from "./task.ts";

/** Something the operator can put right, told in one sentence. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

const decimal = z.union([z.string(), z.number()]).transform((value) => parseDecimal(String(value)));

/** A text by market index, written 0=a,1=b. */
const pairs = z.string().transform((text, context) => {
  const found = new Map<number, string>();
  for (const pair of text.split(",")) {
    const match = /^(\d+)=(.+)$/.exec(pair);
    if (match) found.set(Number(match[1]), match[2] ?? "");
    else context.addIssue({ code: "custom", message: `"${pair}" is not of the form 0=name` });
  }
  return found;
});

/** A table by market index, empty unless given. */
function byMarket<T extends z.ZodRawShape>(fields: T) {
  return z.record(z.string().regex(/^\d+$/), z.strictObject(fields)).default({});
}

/** The configuration file; every field has a default but the three that name the chain. */
const SCHEMA = z.strictObject({
  rpc: z.url().default("http://127.0.0.1:8545").describe("URL of the node"),
  timeout: z.number().int().min(1).max(300).default(15).describe("seconds that the node has to answer"),
  deployment: z.string().default("app/public/deployment.json").describe("file with the addresses"),
  surface: z.string().optional().describe("file with the surfaces that the feed task reports"),
  interval: z.number().int().min(1).max(3600).default(15).describe("seconds between rounds"),
  feedHeartbeat: z
    .number()
    .int()
    .min(30)
    .default(DEFAULT_LIMITS.feedHeartbeat)
    .describe("oldest surface, seconds"),
  feedSpotMove: decimal
    .default(DEFAULT_LIMITS.feedSpotMove)
    .describe("spot move that calls for a surface, share"),
  feedVolatilityMove: decimal
    .default(DEFAULT_LIMITS.feedVolatilityMove)
    .describe("volatility move at the money that calls for a surface"),
  deribit: pairs.default(new Map()).describe("currencies on Deribit to calibrate to, such as 0=ETH,1=BTC"),
  deribitUrl: z.url().default(DERIBIT_URL).describe("where Deribit's public API is"),
  cosigners: z
    .union([z.array(z.url()), z.string().transform((text) => text.split(",").filter((url) => url !== ""))])
    .pipe(z.array(z.url()))
    .default([])
    .describe("URLs of signers elsewhere"),
  journal: z.string().default("publisher-journal.json").describe("file of what was signed and committed"),
  postStrikes: z
    .number()
    .int()
    .min(1)
    .max(240)
    .default(DEFAULT_LIMITS.postStrikes)
    .describe("stale strikes of an expiry that are posted instead of refreshed"),
  parameterPause: z
    .number()
    .int()
    .min(3600)
    .default(DEFAULT_LIMITS.parameterPause)
    .describe("seconds between proposals of parameters"),
  conditionsHeartbeat: z
    .number()
    .int()
    .min(600)
    .default(DEFAULT_LIMITS.conditionsHeartbeat)
    .describe("seconds after which any move of conditions is posted"),
  realisedMove: decimal
    .default(DEFAULT_LIMITS.realisedMove)
    .describe("move of realised volatility that is posted at once"),
  toxicityMove: decimal
    .default(DEFAULT_LIMITS.toxicityMove)
    .describe("move of toxicity that is posted at once"),
  hedgeNoteAge: z
    .number()
    .int()
    .min(60)
    .default(DEFAULT_LIMITS.hedgeNoteAge)
    .describe("seconds after which the hedge is noted anew"),
  hedgeNoteMove: decimal
    .default(DEFAULT_LIMITS.hedgeNoteMove)
    .describe("share by which a hedge differs from what is noted that is noted at once"),
  histories: pairs.default(new Map()).describe("hourly prices that regimes follow from, such as 0=eth.csv"),
  normalMargin: byMarket({
    scanRange: decimal,
    volUp: decimal,
    volDown: decimal.optional(),
    shortOptionMinimum: decimal,
  }).describe("margin of normal times by market, which regimes multiply"),
  normalHedge: byMarket({ costRatio: decimal, riskAversion: decimal }).describe(
    "hedging band of normal times by market, which regimes multiply",
  ),
  normalQuotes: z
    .strictObject({
      halfSpreadVol: decimal,
      vegaCharge: decimal,
      maxNetVega: decimal,
      maxNetDelta: decimal,
      maxExpiryVega: decimal.optional(),
      maxNetGamma: decimal.optional(),
      maxStrandedDelta: decimal.optional(),
      maxNotional: decimal.optional(),
    })
    .optional()
    .describe("the vault's quotes of normal times, which regimes widen"),
  bidDiscount: decimal
    .default(DEFAULT_LIMITS.bidDiscount)
    .describe("most paid in an auction, share of mark equity"),
  bidderSubAccount: z.number().int().min(0).default(0).describe("sub-account that bids"),
  settleBatch: z.number().int().min(1).max(128).default(64).describe("positions settled per transaction"),
});

/** A checked configuration. Keys are never part of it. */
export type KeeperConfig = z.infer<typeof SCHEMA>;

/** Where each value came from. */
export type Origins = Readonly<Record<string, "default" | "file" | "environment" | "flag">>;

/** Environment variables that override the file. */
const ENVIRONMENT: Readonly<Record<string, keyof KeeperConfig>> = {
  BALLAST_RPC: "rpc",
  BALLAST_DEPLOYMENT: "deployment",
  BALLAST_SURFACE: "surface",
  BALLAST_DERIBIT: "deribit",
  BALLAST_COSIGNERS: "cosigners",
  BALLAST_JOURNAL: "journal",
};

/** Merges file, environment and flags, the later winning, and checks the result. */
export function loadConfig(
  file: string | undefined,
  env: NodeJS.ProcessEnv,
  flags: Partial<Record<keyof KeeperConfig, string>>,
): { config: KeeperConfig; origins: Origins } {
  const merged: Record<string, unknown> = file === undefined ? {} : readYaml(file);
  const origins: Record<string, Origins[string]> = Object.fromEntries(
    Object.keys(merged).map((key) => [key, "file"]),
  );
  for (const [name, key] of Object.entries(ENVIRONMENT)) {
    if (env[name] === undefined) continue;
    merged[key] = env[name];
    origins[key] = "environment";
  }
  for (const [key, value] of Object.entries(flags)) {
    merged[key] = value;
    origins[key] = "flag";
  }
  const parsed = SCHEMA.safeParse(merged);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new ConfigError(
      `The configuration is wrong at "${issue?.path.join(".") || "the top"}": ${issue?.message}.`,
    );
  }
  for (const key of Object.keys(SCHEMA.shape)) origins[key] ??= "default";
  return { config: parsed.data, origins };
}

/** The configuration with origins and meanings, a line each. */
export function explainConfig(config: KeeperConfig, origins: Origins): string {
  return Object.entries(SCHEMA.shape)
    .map(([key, field]) => {
      const raw = config[key as keyof KeeperConfig];
      return `${key.padEnd(20)} ${shown(raw).padEnd(34)} ${(origins[key] ?? "default").padEnd(12)} ${field.description ?? ""}`;
    })
    .join("\n");
}

function shown(value: KeeperConfig[keyof KeeperConfig]): string {
  if (typeof value === "bigint") return formatDecimal(value, 4);
  if (value instanceof Map) return [...value].map(([key, text]) => `${key}=${text}`).join(",") || "-";
  if (Array.isArray(value)) return value.join(",") || "-";
  if (typeof value === "object") return Object.keys(value).join(",") || "-";
  return String(value ?? "-");
}

/** The tasks' limits from a configuration. */
export function limitsOf(config: KeeperConfig): KeeperLimits {
  return {
    feedHeartbeat: config.feedHeartbeat,
    feedSpotMove: config.feedSpotMove,
    feedVolatilityMove: config.feedVolatilityMove,
    postStrikes: config.postStrikes,
    hedgeNoteAge: config.hedgeNoteAge,
    hedgeNoteMove: config.hedgeNoteMove,
    parameterPause: config.parameterPause,
    conditionsHeartbeat: config.conditionsHeartbeat,
    realisedMove: config.realisedMove,
    toxicityMove: config.toxicityMove,
    bidderSubAccount: BigInt(config.bidderSubAccount),
    bidDiscount: config.bidDiscount,
    settleBatch: BigInt(config.settleBatch),
  };
}

/** Reads the deployment file. */
export function readDeployment(file: string): Deployment {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new ConfigError(`The deployment file ${file} cannot be read: ${reason(error)}.`);
  }
  try {
    return parseDeployment(json);
  } catch (error) {
    if (error instanceof BadDeploymentError) throw new ConfigError(`${file}: ${error.message}`);
    throw error;
  }
}

const isKey = (key: string) => /^0x[0-9a-fA-F]{64}$/.test(key);

/** Private keys, only ever from the environment: the sender's, and the surface signers' (comma separated). */
export function readKeys(env: NodeJS.ProcessEnv): { sender: string; signers: string[] } {
  const sender = env["BALLAST_KEEPER_KEY"];
  if (!sender) throw new ConfigError("The environment variable BALLAST_KEEPER_KEY holds no private key.");
  if (!isKey(sender))
    throw new ConfigError("BALLAST_KEEPER_KEY is not a private key of 32 bytes in hexadecimal.");
  return { sender, signers: readSurfaceKeys(env) };
}

/** The surface signers' private keys from the environment; none is as good as some. */
export function readSurfaceKeys(env: NodeJS.ProcessEnv): string[] {
  const signers = (env["BALLAST_SURFACE_KEYS"] ?? "").split(",").filter((key) => key !== "");
  if (!signers.every(isKey))
    throw new ConfigError("BALLAST_SURFACE_KEYS holds something that is not a private key.");
  return signers;
}

const SHORTEST_WORD = 16;

/** What signers and those who ask them share, from the environment; undefined for none. */
export function readSignerWord(env: NodeJS.ProcessEnv): string | undefined {
  const word = env["BALLAST_SIGNER_WORD"];
  if (word !== undefined && !/^[\x21-\x7e]*$/.test(word))
    throw new ConfigError("BALLAST_SIGNER_WORD may have letters, digits and signs only, and no spaces.");
  if (word !== undefined && word.length < SHORTEST_WORD)
    throw new ConfigError(`BALLAST_SIGNER_WORD needs ${SHORTEST_WORD} characters or more.`);
  return word;
}

function readYaml(file: string): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = parseYaml(readFileSync(file, "utf8"));
  } catch (error) {
    throw new ConfigError(`The configuration file ${file} cannot be read: ${reason(error)}.`);
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    throw new ConfigError(`The configuration file ${file} holds no table of settings.`);
  }
  return { ...parsed };
}

function reason(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";
}

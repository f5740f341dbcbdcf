import { readFileSync } from "node:fs";
import { parseDecimal } from "@ballast/sdk";
import { z } from "zod";
import { ConfigError } from "./config.ts";
import type { SurfaceSource } from "./task.ts";

const decimal = z.string().transform((value) => parseDecimal(value));

/** Surfaces by market index; decimals as strings, so that nothing is rounded on the way. */
const SCHEMA = z.record(
  z.string().regex(/^\d+$/),
  z.array(
    z.strictObject({
      expiry: z.number().int(),
      forwardRatio: decimal,
      theta: decimal,
      psi: decimal,
      rho: decimal,
    }),
  ),
);

/** A source that reads a JSON file anew at each report, so that a calibrator may rewrite it at any time. */
export function surfaceFile(file: string): SurfaceSource {
  return async (market, timestamp) => {
    let json: unknown;
    try {
      json = JSON.parse(readFileSync(file, "utf8"));
    } catch (error) {
      throw new ConfigError(
        `The surface file ${file} cannot be read: ${error instanceof Error ? error.message : error}.`,
      );
    }
    const parsed = SCHEMA.safeParse(json);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      throw new ConfigError(
        `The surface file ${file} is wrong at "${issue?.path.join(".")}": ${issue?.message}.`,
      );
    }
    const slices = parsed.data[String(market)] ?? [];
    return slices.filter(({ expiry }) => expiry > timestamp).sort((a, b) => a.expiry - b.expiry);
  };
}

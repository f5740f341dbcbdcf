export * from "./conditions.ts";
export * from "./evaluate.ts";
export * from "./har.ts";
export * from "./regime.ts";

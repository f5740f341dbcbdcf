export * from "./market.ts";
export * from "./page.ts";
export * from "./run.ts";
export * from "./scenarios.ts";
export * from "./simulate.ts";
export * from "./summary.ts";
export * from "./surfaces.ts";
export * from "./tables.ts";

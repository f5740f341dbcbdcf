/** Exact full revaluation in double precision: what the packed arrays of the chain are measured against. */
export * from "./case-verdict.ts";
export * from "./exact-case.ts";
export * from "./margin.ts";
export * from "./market.ts";
export * from "./parameters.ts";
export * from "./portfolio-case.ts";
export * from "./vector.ts";

export { GreeksBatch, type GreeksColumns } from "./greeksBatch.ts";
export { type Columns, hasSimd, type KernelKind, NoSimdError } from "./memory.ts";

export { GreeksBatch, type GreeksColumns } from "./greeksBatch.ts";
export { ImpliedVolBatch, type ImpliedVolColumns } from "./impliedVolBatch.ts";
export { type Columns, hasSimd, type KernelKind, NoSimdError } from "./memory.ts";

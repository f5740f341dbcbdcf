export { GreeksBatch, type GreeksColumns } from "./greeksBatch.ts";
export { ImpliedVolBatch, type ImpliedVolColumns } from "./impliedVolBatch.ts";
export {
  type BookAccount,
  type BookConditions,
  type BookMarket,
  MarginBook,
  UnknownMarketError,
} from "./marginBook.ts";
export { type Columns, hasSimd, type KernelKind, NoSimdError } from "./memory.ts";

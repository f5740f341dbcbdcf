export * from "./chain.ts";
export * from "./csv.ts";
export * from "./deribit.ts";
export * from "./instrumentName.ts";
export * from "./rfq.ts";

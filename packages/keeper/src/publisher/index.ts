export * from "./collect.ts";
export * from "./cosigner.ts";
export * from "./deribitSource.ts";
export * from "./journal.ts";
export * from "./remote.ts";
export * from "./review.ts";
export * from "./shape.ts";

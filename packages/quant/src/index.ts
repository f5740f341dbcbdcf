export * from "./bands.ts";
export * from "./black76.ts";
export * from "./calibration.ts";
export * from "./chains/index.ts";
export * from "./impliedVol.ts";
export * from "./normal.ts";
export * from "./surface.ts";

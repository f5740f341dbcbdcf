export * from "./externals/index.ts";

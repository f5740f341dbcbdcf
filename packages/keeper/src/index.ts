export * from "./task.ts";
export { epoch } from "./tasks/epoch.ts";
export { feed } from "./tasks/feed.ts";
export { hedge } from "./tasks/hedge.ts";
export { liquidate } from "./tasks/liquidate.ts";
export { settle } from "./tasks/settle.ts";
export * from "./watch.ts";

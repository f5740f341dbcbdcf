/**
 * Loaded before a keeper's own code (node --import), kills it with SIGKILL at one step of writing its journal. KILL_AT is the
 * step and which write it is, such as "renamed 2".
 */
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

const [step, which = "1"] = (process.env["KILL_AT"] ?? "").split(" ");
const { writeFileSync, renameSync } = fs;
let writes = 0;

function dieAt(now: string): void {
  if (now === step && writes === Number(which)) process.kill(process.pid, "SIGKILL");
}

fs.writeFileSync = (file, data, options) => {
  if (!String(file).endsWith(".new")) return writeFileSync(file, data, options);
  writes++;
  dieAt("before");
  if (step === "half" && writes === Number(which)) {
    writeFileSync(file, String(data).slice(0, String(data).length / 2), options);
    dieAt("half");
  }
  writeFileSync(file, data, options);
  dieAt("written");
};
fs.renameSync = (from, to) => {
  renameSync(from, to);
  if (String(from).endsWith(".new")) dieAt("renamed");
};
syncBuiltinESMExports();

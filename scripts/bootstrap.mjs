// Makes a fresh clone ready: installs the dependencies under the pinned Node, and compiles the contracts, whenever
// either is missing or stale. Plain JavaScript without dependencies, because it runs before there are any, and under
// whatever Node (20 or newer) the machine has.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname ?? new URL(".", import.meta.url).pathname, "..");
const INSTALL_NODE = "node@24";
const modules = join(root, "node_modules");
const installStamp = join(modules, ".ballast-installed");
const buildStamp = join(root, "cache", ".ballast-built");
const lock = join(root, ".ballast-bootstrap.lock");
const LOCK_STALE_MS = 15 * 60_000;
const WINDOWS = process.platform === "win32";

function say(text) {
  process.stderr.write(`${text}\n`);
}

function fail(text) {
  say(text);
  releaseLock();
  process.exit(1);
}

function hashOf(files) {
  const hash = createHash("sha256");
  for (const file of files)
    hash
      .update(file)
      .update("\0")
      .update(readFileSync(join(root, file)))
      .update("\0");
  return hash.digest("hex");
}

function filesBelow(folder, ending) {
  const found = [];
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) found.push(...filesBelow(path, ending));
    else if (entry.name.endsWith(ending)) found.push(path);
  }
  return found.sort();
}

function read(file) {
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}

function pinnedNode() {
  return join(modules, "node", "bin", WINDOWS ? "node.exe" : "node");
}

/** Hardhat's simulator is a native package that npm silently leaves out when it runs under a Node that is too old. */
function hasSimulator() {
  const folder = join(modules, "@nomicfoundation");
  return existsSync(folder) && readdirSync(folder).some((name) => name.startsWith(`edr-${process.platform}`));
}

function sleep(milliseconds) {
  return new Promise((done) => setTimeout(done, milliseconds));
}

async function takeLock() {
  for (let waited = 0; ; waited += 500) {
    try {
      writeFileSync(lock, String(process.pid), { flag: "wx" });
      return;
    } catch {
      if (existsSync(lock) && Date.now() - statSync(lock).mtimeMs > LOCK_STALE_MS)
        rmSync(lock, { force: true });
      else if (waited === 0) say("Another set-up is running in this folder; waiting for it …");
      await sleep(500);
    }
  }
}

function releaseLock() {
  if (read(lock) === String(process.pid)) rmSync(lock, { force: true });
}

/** Runs a command, showing that it is alive; keeps its output for the case that it fails. */
function run(title, command, args, options = {}) {
  const started = Date.now();
  say(`${title} …`);
  return new Promise((done) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
      shell: WINDOWS,
      ...options,
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (data) => {
        output = (output + data).slice(-2_000);
      });
    }
    const timer = setInterval(() => say(`  … ${Math.round((Date.now() - started) / 1000)} s`), 15_000);
    child.on("error", (error) => {
      clearInterval(timer);
      done({ code: 1, output: String(error) });
    });
    child.on("close", (code) => {
      clearInterval(timer);
      if (code === 0) say(`  done in ${((Date.now() - started) / 1000).toFixed(1)} s`);
      done({ code, output });
    });
  });
}

async function install(wanted) {
  say("Ballast needs its dependencies; this happens once and takes a minute or two.");
  const npm = WINDOWS ? "npx.cmd" : "npx";
  const { code, output } = await run(`Installing packages from the lock file with ${INSTALL_NODE}`, npm, [
    "-y",
    "-p",
    INSTALL_NODE,
    "--",
    "npm",
    // Not "ci", which refuses a lock file that lacks the native packages of other platforms.
    "install",
    "--no-save",
    "--no-audit",
    "--no-fund",
  ]);
  if (code !== 0)
    fail(
      `${output}\nThe packages could not be installed: is the npm registry reachable? Nothing was started.`,
    );
  if (!existsSync(pinnedNode())) {
    // Where install scripts are switched off, the pinned Node still has to be put in its place.
    await run(
      "Placing the pinned Node",
      process.execPath,
      [join(modules, "node", "installArchSpecificPackage.js")],
      {
        cwd: join(modules, "node"),
      },
    );
  }
  if (!hasSimulator())
    fail(
      "The packages were installed without Hardhat's native simulator; delete node_modules and try again.",
    );
  writeFileSync(installStamp, wanted);
}

async function build(wanted) {
  const env = {
    ...process.env,
    PATH: `${join(modules, ".bin")}${WINDOWS ? ";" : ":"}${process.env.PATH ?? ""}`,
  };
  const node = existsSync(pinnedNode()) ? pinnedNode() : process.execPath;
  const { code, output } = await run(
    "Compiling the contracts",
    node,
    [join(modules, "hardhat", "dist", "src", "cli.js"), "build"],
    {
      env,
    },
  );
  if (code !== 0) fail(`${output}\nThe contracts do not compile. Nothing was started.`);
  mkdirSync(join(root, "cache"), { recursive: true });
  writeFileSync(buildStamp, wanted);
}

function buildHash() {
  const sources = [
    ...filesBelow("contracts", ".sol"),
    ...filesBelow("test", ".sol"),
    "hardhat.config.ts",
    "package-lock.json",
  ];
  return hashOf(sources);
}

const [major] = process.versions.node.split(".").map(Number);
if (major < 20) fail(`Ballast needs Node 20 or newer; this is ${process.version}.`);
const installHash = hashOf(["package-lock.json"]);
const isInstalled = () => read(installStamp) === installHash && existsSync(pinnedNode()) && hasSimulator();
const isBuilt = () =>
  read(buildStamp) === buildHash() && existsSync(join(root, "typechain-types", "index.ts"));

if (!isInstalled() || !isBuilt()) {
  await takeLock();
  process.on("exit", releaseLock);
  if (!isInstalled()) await install(installHash);
  if (!isBuilt()) await build(buildHash());
  releaseLock();
}

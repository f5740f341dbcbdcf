import { createRequire } from "node:module";
import hardhatToolboxMochaEthers from "@nomicfoundation/hardhat-toolbox-mocha-ethers";
import { defineConfig } from "hardhat/config";

const require = createRequire(import.meta.url);

/** Compilers cannot be downloaded everywhere this project is built, so every profile uses the WASM build from npm. */
const compiler = {
  version: "0.8.37",
  path: require.resolve("solc/soljson.js"),
} as const;

const outputs = { "*": { "*": ["storageLayout"] } };

/** Intensity of fuzzing; `scripts/test.ts` sets it for its lanes. */
function numberFrom(name: string, fallback: number): number {
  return Number(process.env[name] ?? fallback);
}

export default defineConfig({
  plugins: [hardhatToolboxMochaEthers],
  solidity: {
    npmFilesToBuild: ["@openzeppelin/contracts/access/manager/AccessManager.sol"],
    profiles: {
      default: {
        ...compiler,
        settings: {
          evmVersion: "cancun",
          optimizer: { enabled: true, runs: 200 },
          outputSelection: outputs,
        },
      },
      production: {
        ...compiler,
        // One job for all: a job of its own for a file without contracts leaves build info that the network refuses.
        isolated: false,
        settings: {
          evmVersion: "cancun",
          viaIR: true,
          // More runs save a little gas and make the margin engine too large to deploy.
          optimizer: { enabled: true, runs: 2_000 },
          outputSelection: outputs,
        },
      },
    },
  },
  networks: {
    hardhat: { type: "edr-simulated", chainType: "l1", hardfork: "cancun" },
    localhost: { type: "http", chainType: "l1", url: "http://127.0.0.1:8545" },
  },
  paths: {
    sources: ["./contracts", "./test/harness"],
    tests: { mocha: "./test", solidity: "./test" },
    ignition: "./deploy",
  },
  test: {
    mocha: { timeout: 120_000 },
    solidity: {
      fuzz: { runs: numberFrom("BALLAST_FUZZ_RUNS", 256) },
      invariant: {
        runs: numberFrom("BALLAST_INVARIANT_RUNS", 32),
        depth: numberFrom("BALLAST_INVARIANT_DEPTH", 50),
        failOnRevert: false,
      },
    },
  },
  typechain: { outDir: "./typechain-types" },
});

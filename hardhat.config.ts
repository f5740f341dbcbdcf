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
        settings: {
          evmVersion: "cancun",
          viaIR: true,
          optimizer: { enabled: true, runs: 20_000 },
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
  typechain: { outDir: "./typechain-types" },
});

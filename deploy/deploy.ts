import { type Ballast, type ContractName, connectBallast, type Deployment } from "@ballast/sdk";
import type { Contract, Provider, Signer } from "ethers";
import { ballastModule } from "./ballast.ts";
import type { BallastConfig } from "./config/config.ts";
import { assertHandedOver } from "./status.ts";

/** What a Hardhat network connection offers that a deployment needs. */
export interface DeployConnection {
  readonly ethers: {
    readonly provider: Provider;
    getSigners(): Promise<Signer[]>;
  };
  readonly ignition: {
    deploy(
      module: ReturnType<typeof ballastModule>,
      options?: IgnitionOptions,
    ): Promise<Record<string, Contract>>;
  };
}

interface IgnitionOptions {
  readonly config?: { readonly blockPollingInterval?: number; readonly requiredConfirmations?: number };
  readonly deploymentId?: string;
}

/** A finished deployment. */
export interface Deployed {
  readonly deployment: Deployment;
  /** Connected to the deployer, who has no rights any more. */
  readonly ballast: Ballast;
}

/** Milliseconds between looks at a local chain, which mines at once. */
const POLLING = 5;

/**
 * Deploys Ballast with Ignition as `config` says, hands every duty over and proves that the deployer kept none.
 * The same for tests, benchmarks, sandbox and replay.
 * @param deploymentId names Ignition's journal, from which an interrupted deployment goes on; a chain within this
 * process keeps none
 */
export async function deployBallast(
  connection: DeployConnection,
  config: BallastConfig,
  deploymentId?: string,
): Promise<Deployed> {
  const { ethers, ignition } = connection;
  const [deployer] = await ethers.getSigners();
  if (!deployer) throw new Error("The connection has no account to deploy from.");
  const fromBlock = await ethers.provider.getBlockNumber();
  const contracts = await ignition.deploy(ballastModule(config), {
    config: { blockPollingInterval: POLLING, requiredConfirmations: 1 },
    ...(deploymentId === undefined ? {} : { deploymentId }),
  });
  const { chainId } = await ethers.provider.getNetwork();
  const addresses: Record<string, string> = {};
  for (const [name, contract] of Object.entries(contracts)) addresses[name] = await contract.getAddress();
  const deployment: Deployment = {
    chainId: Number(chainId),
    fromBlock,
    contracts: {
      ...(addresses as Record<ContractName, string>),
      usdc: config.usdc,
      weth: config.markets[0]?.underlying ?? config.usdc,
    },
    markets: config.markets.map(({ index, name, underlying, feed }) => ({
      index,
      name,
      underlying,
      aggregator: feed.aggregator,
    })),
  };
  await assertHandedOver(deployment, config, await deployer.getAddress(), ethers.provider);
  return { deployment, ballast: connectBallast(deployment, deployer) };
}

import { isAddress } from "ethers";

const CONTRACT_NAMES = [
  "accessManager",
  "guardian",
  "priceRouter",
  "surfaceFeed",
  "optionPricer",
  "settlementOracle",
  "riskParameters",
  "riskArrays",
  "arrayPosts",
  "books",
  "riskEngine",
  "clearinghouse",
  "settler",
  "vault",
  "quoter",
  "tradeDesk",
  "silo",
  "valuation",
  "hedgeController",
  "auctionHouse",
  "vaultCloser",
  "insuranceFund",
  "lossWaterfall",
  "usdc",
  "weth",
] as const;

/** Names of the contracts a deployment consists of. */
export type ContractName = (typeof CONTRACT_NAMES)[number];

/** A market of a deployment. */
export interface MarketInfo {
  /** Index used on chain. */
  readonly index: number;
  /** For people, such as "ETH". */
  readonly name: string;
  /** Collateral token of the underlying. */
  readonly underlying: string;
  /** Chainlink proxy of its price. */
  readonly aggregator: string;
}

/** Where a deployment lives. This is the whole content of `deployment.json`. */
export interface Deployment {
  readonly chainId: number;
  /** Block to read events from. */
  readonly fromBlock: number;
  readonly contracts: Readonly<Record<ContractName, string>>;
  readonly markets: readonly MarketInfo[];
}

/** A deployment file that cannot be used. */
export class BadDeploymentError extends Error {
  override readonly name = "BadDeploymentError";
}

/**
 * Checks parsed JSON and returns it as a Deployment.
 * @throws BadDeploymentError naming the first field that is wrong
 */
export function parseDeployment(json: unknown): Deployment {
  const value = json as Partial<Deployment> | null;
  if (typeof value !== "object" || value === null)
    throw new BadDeploymentError("The deployment is not a JSON object.");
  if (!Number.isInteger(value.chainId))
    throw new BadDeploymentError("The deployment has no integer chainId.");
  if (!Number.isInteger(value.fromBlock))
    throw new BadDeploymentError("The deployment has no integer fromBlock.");
  for (const name of CONTRACT_NAMES) {
    const address: unknown = value.contracts?.[name];
    if (typeof address !== "string" || !isAddress(address)) {
      throw new BadDeploymentError(`The deployment has no valid address for "${name}".`);
    }
  }
  if (!Array.isArray(value.markets) || value.markets.length === 0) {
    throw new BadDeploymentError("The deployment lists no markets.");
  }
  for (const market of value.markets) {
    if (
      !Number.isInteger(market?.index) ||
      !isAddress(market?.underlying) ||
      !isAddress(market?.aggregator)
    ) {
      throw new BadDeploymentError("A market of the deployment lacks index, underlying or aggregator.");
    }
  }
  return value as Deployment;
}

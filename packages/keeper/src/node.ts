import {
  FetchRequest,
  JsonRpcProvider,
  Network,
  type Provider,
  type TransactionRequest,
  Wallet,
} from "ethers";

const POLLING = 1_000;
/** How often a node that says "too many requests" is asked again, each time after twice as long. */
const ATTEMPTS = 6;

function requestTo(url: string, timeout: number): FetchRequest {
  const request = new FetchRequest(url);
  request.timeout = timeout * 1_000;
  request.setThrottleParams({ maxAttempts: ATTEMPTS });
  return request;
}

/**
 * The id of a node's chain.
 * @param timeout seconds
 */
export async function chainOf(url: string, timeout: number): Promise<number> {
  const request = requestTo(url, timeout);
  request.body = { jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] };
  const response = await request.send();
  response.assertOk();
  return Number((response.bodyJson as { readonly result?: unknown }).result);
}

/**
 * A connection to a node that gives up on a silent one.
 * @param timeout seconds
 */
export function connectNode(url: string, chainId: number, timeout: number): JsonRpcProvider {
  const network = Network.from(chainId);
  return new JsonRpcProvider(requestTo(url, timeout), network, {
    staticNetwork: network,
    pollingInterval: POLLING,
    // An answer, or a failure, of a moment ago says nothing about now.
    cacheTimeout: -1,
  });
}

/**
 * The sender of a keeper. Its nonce is what the chain says each time, since actions are sent one after the other: a
 * counter of its own would run ahead of the chain with the first transaction that is refused. Others move the chain between
 * an estimate and its transaction, so each gets half as much gas again.
 */
export class KeeperWallet extends Wallet {
  override async estimateGas(request: TransactionRequest): Promise<bigint> {
    return ((await super.estimateGas(request)) * 3n) / 2n;
  }
}

/** A node whose latest block is older than one it told before. */
export class StaleHeadError extends Error {
  override readonly name = "StaleHeadError";
}

/** Throws a StaleHeadError while the node is behind what it told before. */
export type HeadWatch = () => Promise<void>;

/**
 * Watches that a node does not fall behind itself, as one of several behind an address may. What it says then is true of
 * an earlier time: reports made from it would be refused, at the cost of gas.
 */
export function watchHead(provider: Provider): HeadWatch {
  let highest = 0;
  return async () => {
    const number = await provider.getBlockNumber();
    if (number < highest)
      throw new StaleHeadError(
        `The node has fallen behind: it is at block ${number}, and was at ${highest}.`,
      );
    highest = number;
  };
}

import { explainError } from "@ballast/sdk";
import { BrowserProvider, getAddress } from "ethers";
import { useCallback, useEffect, useState, useSyncExternalStore } from "react";
import { announcedWallets, onWallets, type Wallet } from "./discovery.ts";

/** A wallet that let the page in. */
export interface Connection {
  readonly wallet: Wallet;
  readonly address: string;
  readonly chainId: number;
  readonly provider: BrowserProvider;
}

/** What the page knows and can do about wallets. */
export interface WalletState {
  readonly wallets: readonly Wallet[];
  readonly connection: Connection | undefined;
  /** Why connecting failed, one sentence. */
  readonly problem: string | undefined;
  connect(wallet: Wallet): Promise<void>;
  disconnect(): void;
  /** Asks the wallet to change to a chain. */
  switchChain(chainId: number): Promise<void>;
}

const POLLING_MS = 1000;

async function enter(wallet: Wallet, ask: boolean): Promise<Connection | undefined> {
  const method = ask ? "eth_requestAccounts" : "eth_accounts";
  const accounts = (await wallet.provider.request({ method })) as readonly string[];
  const first = accounts[0];
  if (first === undefined) return undefined;
  const chainId = Number(await wallet.provider.request({ method: "eth_chainId" }));
  const provider = new BrowserProvider(wallet.provider, "any");
  provider.pollingInterval = POLLING_MS;
  return { wallet, address: getAddress(first), chainId, provider };
}

/** Wallets by EIP-6963 and the one that is connected. */
export function useWallet(): WalletState {
  const wallets = useSyncExternalStore(onWallets, announcedWallets);
  const [connection, setConnection] = useState<Connection>();
  const [problem, setProblem] = useState<string>();

  const renew = useCallback(async (wallet: Wallet, ask: boolean) => {
    try {
      const entered = await enter(wallet, ask);
      setConnection(entered);
      setProblem(entered || !ask ? undefined : "The wallet offered no account.");
    } catch (error) {
      setConnection(undefined);
      setProblem(explainWallet(error));
    }
  }, []);

  const wallet = connection?.wallet;
  useEffect(() => {
    if (!wallet?.provider.on) return;
    const changed = () => void renew(wallet, false);
    const events = ["accountsChanged", "chainChanged", "disconnect"];
    for (const event of events) wallet.provider.on(event, changed);
    return () => {
      for (const event of events) wallet.provider.removeListener?.(event, changed);
    };
  }, [wallet, renew]);

  const provider = connection?.provider;
  useEffect(() => () => provider?.destroy(), [provider]);

  return {
    wallets,
    connection,
    problem,
    connect: (one) => renew(one, true),
    disconnect: () => setConnection(undefined),
    async switchChain(chainId) {
      if (!connection) return;
      const params = [{ chainId: `0x${chainId.toString(16)}` }];
      try {
        await connection.wallet.provider.request({ method: "wallet_switchEthereumChain", params });
        await renew(connection.wallet, false);
      } catch (error) {
        setProblem(explainWallet(error));
      }
    },
  };
}

function explainWallet(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  if (code === 4001) return "The wallet rejected the request.";
  if (code === 4902) return "The wallet does not know the vault's chain; add it there first.";
  return explainError(error);
}

import type { Eip1193Provider } from "ethers";

/** Events that wallets emit beside answering requests (EIP-1193). */
export interface WalletProvider extends Eip1193Provider {
  on?(event: string, listener: (value: unknown) => void): void;
  removeListener?(event: string, listener: (value: unknown) => void): void;
}

/** A wallet that announced itself (EIP-6963). */
export interface Wallet {
  readonly id: string;
  readonly name: string;
  /** A data URI, or empty. */
  readonly icon: string;
  readonly provider: WalletProvider;
}

let wallets: readonly Wallet[] = [];
const listeners = new Set<() => void>();

function announced(event: Event): void {
  const detail = (event as CustomEvent<unknown>).detail as
    | { info?: { uuid?: unknown; name?: unknown; icon?: unknown }; provider?: WalletProvider }
    | undefined;
  const { info, provider } = detail ?? {};
  if (typeof info?.uuid !== "string" || typeof info.name !== "string" || !provider) return;
  if (wallets.some((wallet) => wallet.id === info.uuid)) return;
  // Only images that cannot call home.
  const icon = typeof info.icon === "string" && info.icon.startsWith("data:image/") ? info.icon : "";
  wallets = [...wallets, { id: info.uuid, name: info.name, icon, provider }];
  for (const listener of listeners) listener();
}

window.addEventListener("eip6963:announceProvider", announced);
window.dispatchEvent(new Event("eip6963:requestProvider"));

/** The wallets announced so far; the same array until another one comes. */
export function announcedWallets(): readonly Wallet[] {
  return wallets;
}

/** Calls `listener` whenever a wallet announces itself; returns how to stop. */
export function onWallets(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

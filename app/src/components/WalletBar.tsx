import type { Deployment } from "@ballast/sdk";
import type { WalletState } from "../wallet/useWallet.ts";

/** Shows who is connected, or the wallets that may be. */
export function WalletBar({
  wallet,
  deployment,
}: {
  wallet: WalletState;
  deployment: Deployment | undefined;
}) {
  const { connection, wallets } = wallet;
  if (connection) {
    const wrongChain = deployment !== undefined && connection.chainId !== deployment.chainId;
    return (
      <div className="wallet">
        <span className="address" title={connection.address}>
          <span className="hidden">{`Connected with ${connection.wallet.name} as `}</span>
          {`${connection.address.slice(0, 6)}…${connection.address.slice(-4)}`}
        </span>
        {wrongChain ? (
          <button
            type="button"
            className="primary"
            onClick={() => void wallet.switchChain(deployment.chainId)}
          >
            Switch to chain {deployment.chainId}
          </button>
        ) : null}
        <button type="button" onClick={wallet.disconnect}>
          Disconnect
        </button>
      </div>
    );
  }
  if (wallets.length === 0) {
    return <p className="wallet quiet">No wallet found in this browser: install one to deposit.</p>;
  }
  return (
    <ul className="wallet" aria-label="Wallets">
      {wallets.map((one) => (
        <li key={one.id}>
          <button type="button" className="primary" onClick={() => void wallet.connect(one)}>
            {one.icon ? <img src={one.icon} alt="" width="18" height="18" /> : null}
            Connect {one.name}
          </button>
        </li>
      ))}
    </ul>
  );
}

import { BadDeploymentError, type Ballast, connectBallast, explainError, formatDecimal } from "@ballast/sdk";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { depositSteps, redeemSteps } from "./actions/plan.ts";
import { AmountForm } from "./components/AmountForm.tsx";
import { GreeksPanel } from "./components/GreeksPanel.tsx";
import { LpPanel } from "./components/LpPanel.tsx";
import { VaultPanel } from "./components/VaultPanel.tsx";
import { WalletBar } from "./components/WalletBar.tsx";
import { pageProvider, readSnapshot, type VaultSnapshot } from "./data/chain.ts";
import { fetchDeployment, PageError } from "./data/deployment.ts";
import { useWallet } from "./wallet/useWallet.ts";

const POLL_MS = 2000;

/** The vault's page. */
export function App() {
  const wallet = useWallet();
  const deployment = useQuery({
    queryKey: ["deployment"],
    queryFn: fetchDeployment,
    refetchInterval: (query) => (query.state.data ? false : POLL_MS),
  });
  const { connection } = wallet;
  const home = deployment.data;
  const onChain = connection !== undefined && connection.chainId === home?.chainId;
  const owner = onChain ? connection.address : undefined;
  const page = useMemo(() => (home ? pageProvider(home) : undefined), [home]);
  useEffect(() => () => page?.destroy(), [page]);

  const snapshot = useQuery({
    queryKey: ["vault", home?.contracts.vault, owner, connection?.wallet.id],
    enabled: home !== undefined && page !== undefined,
    refetchInterval: POLL_MS,
    // Figures of one account are never shown under another, but the vault's stay while a wallet connects.
    placeholderData: (previous: VaultSnapshot | undefined) => previous && { ...previous, lp: undefined },
    queryFn: () => {
      if (!home || !page) throw new PageError("There is no deployment.");
      return readSnapshot(home, onChain ? connection.provider : page, owner);
    },
  });

  const signing = async (): Promise<Ballast> => {
    if (!home || !connection) throw new PageError("Connect a wallet first.");
    return connectBallast(home, await connection.provider.getSigner(connection.address));
  };

  const wrongChain =
    home && connection && !onChain
      ? `Your wallet is on chain ${connection.chainId}, but the vault is on chain ${home.chainId}: switch to deposit.`
      : undefined;
  const problems = [
    deployment.error ? explainPage(deployment.error) : undefined,
    snapshot.error ? explainPage(snapshot.error) : undefined,
    wrongChain,
    wallet.problem,
  ].filter((problem) => problem !== undefined);
  const data = snapshot.data;

  return (
    <>
      <header>
        <h1>
          Ballast <span>vault</span>
        </h1>
        <WalletBar wallet={wallet} deployment={home} />
      </header>
      <main>
        <div role="alert" className="problems">
          {problems.map((problem) => (
            <p key={problem}>{problem}</p>
          ))}
        </div>
        {data && home ? (
          <>
            <VaultPanel snapshot={data} />
            <GreeksPanel greeks={data.greeks} markets={home.markets} />
            {data.lp && owner ? (
              <>
                <LpPanel key={`lp ${owner}`} snapshot={data} lp={data.lp} owner={owner} ballast={signing} />
                <Requests key={`requests ${owner}`} snapshot={data} owner={owner} ballast={signing} />
              </>
            ) : null}
          </>
        ) : problems.length === 0 ? (
          <p role="status" className="quiet">
            Reading the vault …
          </p>
        ) : null}
      </main>
      <footer>
        {data && home ? (
          <p>
            Chain {home.chainId}, block <span data-figure="block">{data.block}</span>,{" "}
            {new Date(data.blockTime * 1000).toISOString().slice(0, 16).replace("T", " ")} UTC
            {snapshot.error ? " (not renewed since)" : ""}
          </p>
        ) : null}
      </footer>
    </>
  );
}

interface RequestsProps {
  readonly snapshot: VaultSnapshot;
  readonly owner: string;
  readonly ballast: () => Promise<Ballast>;
}

function Requests({ snapshot, owner, ballast }: RequestsProps) {
  const { vault, lp, cashDecimals, cashSymbol, shareDecimals, shareSymbol } = snapshot;
  if (!lp) return null;
  const cash = (amount: bigint) => `${formatDecimal(amount, 2, cashDecimals)} ${cashSymbol}`;
  const shares = (amount: bigint) => `${formatDecimal(amount, 4, shareDecimals)} ${shareSymbol}`;
  const wad = 10n ** 18n;
  return (
    <div className="pair">
      <AmountForm
        name="deposit"
        title="Deposit"
        explanation="Joins with the next epoch, at the ask of a price newer than your request."
        symbol={cashSymbol}
        decimals={cashDecimals}
        balance={lp.usdc}
        plan={async (amount) => {
          const scaled = amount * 10n ** BigInt(shareDecimals) * wad;
          const unit = 10n ** BigInt(cashDecimals) * vault.shareAsk;
          return {
            title: `Deposit ${cash(amount)}`,
            facts: [
              ["You hand over now", cash(amount)],
              ["At today's ask you would receive", unit > 0n ? `about ${shares(scaled / unit)}` : "unknown"],
              ["You can claim", "after the next epoch; a request cannot be cancelled"],
            ],
            steps: await depositSteps(await ballast(), owner, amount),
          };
        }}
      />
      <AmountForm
        name="redeem"
        title="Redeem"
        explanation="Leaves with the next epoch, at the bid; what free cash cannot pay waits for the one after."
        symbol={shareSymbol}
        decimals={shareDecimals}
        balance={lp.shares}
        plan={async (amount) => {
          const units = 10n ** BigInt(shareDecimals) * wad;
          const receive = (amount * vault.shareBid * 10n ** BigInt(cashDecimals)) / units;
          return {
            title: `Redeem ${shares(amount)}`,
            facts: [
              ["You hand over now", shares(amount)],
              ["At today's bid you would receive", `about ${cash(receive)}`],
              ["You can claim", "after the next epoch; a request cannot be cancelled"],
            ],
            steps: redeemSteps(await ballast(), owner, amount),
          };
        }}
      />
    </div>
  );
}

function explainPage(error: unknown): string {
  if (error instanceof PageError) return error.message;
  if (error instanceof BadDeploymentError) return `The deployment cannot be used: ${error.message}`;
  return `The vault cannot be read: ${explainError(error)}`;
}

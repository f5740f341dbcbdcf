import { type Ballast, formatDecimal } from "@ballast/sdk";
import { cancelSteps, claimCancelledSteps, claimCashSteps, claimSharesSteps } from "../actions/plan.ts";
import { useAction } from "../actions/useAction.ts";
import type { LpSnapshot, VaultSnapshot } from "../data/chain.ts";
import { ActionCard } from "./ActionCard.tsx";
import { dollars, Figure } from "./Figure.tsx";

interface LpProps {
  readonly snapshot: VaultSnapshot;
  readonly lp: LpSnapshot;
  readonly owner: string;
  /** Contracts on the owner's signer. */
  readonly ballast: () => Promise<Ballast>;
}

/** What the connected LP holds, waits for and may claim. */
export function LpPanel({ snapshot, lp, owner, ballast }: LpProps) {
  const { shareDecimals, shareSymbol, cashDecimals, cashSymbol, vault } = snapshot;
  const shares = (amount: bigint) => formatDecimal(amount, 4, shareDecimals);
  const cash = (amount: bigint) => formatDecimal(amount, 2, cashDecimals);
  const worth = (lp.shares * vault.shareBid) / 10n ** BigInt(shareDecimals);
  return (
    <section aria-labelledby="lp-title" className="panel">
      <h2 id="lp-title">Your position</h2>
      <dl className="figures">
        <Figure
          name="lp-shares"
          label="Shares"
          value={shares(lp.shares)}
          unit={shareSymbol}
          note={`worth ${dollars(worth)} at bid`}
        />
        <Figure name="lp-cash" label="In your wallet" value={cash(lp.usdc)} unit={cashSymbol} />
        <Figure
          name="lp-pending-deposit"
          label="Deposit waiting"
          value={cash(lp.pendingDeposit)}
          unit={cashSymbol}
          {...(lp.isDepositCancelling ? { note: "cancelled, waits for the next epoch" } : {})}
        />
        <Figure
          name="lp-pending-redeem"
          label="Redemption waiting"
          value={shares(lp.pendingRedeem)}
          unit={shareSymbol}
          {...(lp.isRedeemCancelling ? { note: "cancelled, waits for the next epoch" } : {})}
        />
        <Figure
          name="lp-claimable-shares"
          label="Shares to claim"
          value={shares(lp.sharesToClaim)}
          unit={shareSymbol}
        />
        <Figure
          name="lp-claimable-cash"
          label="Cash to claim"
          value={cash(lp.cashToClaim)}
          unit={cashSymbol}
        />
      </dl>
      <div className="claims">
        <Claim
          name="claim-shares"
          label="Claim shares"
          amount={`${shares(lp.sharesToClaim)} ${shareSymbol}`}
          ready={lp.claimableDeposit > 0n}
          steps={async () => claimSharesSteps(await ballast(), owner, lp.claimableDeposit)}
        />
        <Claim
          name="claim-cash"
          label={`Claim ${cashSymbol}`}
          amount={`${cash(lp.cashToClaim)} ${cashSymbol}`}
          ready={lp.claimableRedeem > 0n}
          steps={async () => claimCashSteps(await ballast(), owner, lp.claimableRedeem)}
        />
        <Claim
          name="cancel-deposit"
          label="Cancel deposit"
          amount={`up to ${cash(lp.pendingDeposit)} ${cashSymbol} back, to be taken`}
          ready={lp.pendingDeposit > 0n && !lp.isDepositCancelling}
          steps={async () => cancelSteps(await ballast(), owner, "deposit")}
        />
        <Claim
          name="cancel-redeem"
          label="Cancel redemption"
          amount={`up to ${shares(lp.pendingRedeem)} ${shareSymbol} back, to be taken`}
          ready={lp.pendingRedeem > 0n && !lp.isRedeemCancelling}
          steps={async () => cancelSteps(await ballast(), owner, "redeem")}
        />
        <Claim
          name="take-cash-back"
          label={`Take ${cashSymbol} back`}
          amount={`${cash(lp.cancelledAssets)} ${cashSymbol}`}
          ready={lp.cancelledAssets > 0n}
          steps={async () => claimCancelledSteps(await ballast(), owner, "deposit")}
        />
        <Claim
          name="take-shares-back"
          label="Take shares back"
          amount={`${shares(lp.cancelledShares)} ${shareSymbol}`}
          ready={lp.cancelledShares > 0n}
          steps={async () => claimCancelledSteps(await ballast(), owner, "redeem")}
        />
      </div>
    </section>
  );
}

interface ClaimProps {
  readonly name: string;
  readonly label: string;
  readonly amount: string;
  readonly ready: boolean;
  steps(): Promise<ReturnType<typeof claimSharesSteps>>;
}

function Claim({ name, label, amount, ready, steps }: ClaimProps) {
  const action = useAction();
  const busy = action.phase.kind === "checking" || action.phase.kind === "sending";
  const review = () =>
    action.review(async () => ({ title: label, facts: [["You receive", amount]], steps: await steps() }));
  return (
    <div>
      <button
        type="button"
        className="primary"
        data-claim={name}
        disabled={!ready || busy}
        onClick={() => void review()}
      >
        {label}
      </button>
      <ActionCard action={action} name={name} />
    </div>
  );
}

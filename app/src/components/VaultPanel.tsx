import { type FlawName, formatDecimal } from "@ballast/sdk";
import type { VaultSnapshot } from "../data/chain.ts";
import { dollars, Figure } from "./Figure.tsx";

/** What the vault is worth. */
export function VaultPanel({ snapshot }: { snapshot: VaultSnapshot }) {
  const { vault, shareDecimals, shareSymbol, cashDecimals, cashSymbol } = snapshot;
  const price = (amount: bigint) => dollars(amount, 6);
  return (
    <section aria-labelledby="vault-title" className="panel">
      <h2 id="vault-title">Net asset value</h2>
      <dl className="figures hero">
        <Figure name="nav-mid" label="Mid" value={dollars(vault.navMid)} note="at mark prices" />
        <Figure name="nav-bid" label="Bid" value={dollars(vault.navBid)} note="leavers burn at it" />
        <Figure name="nav-ask" label="Ask" value={dollars(vault.navAsk)} note="joiners mint at it" />
      </dl>
      <dl className="figures">
        <Figure name="nav-cash" label="Cash" value={dollars(vault.cash)} />
        <Figure name="nav-options" label="Options" value={dollars(vault.options)} />
        <Figure name="nav-hedge" label="Hedge" value={dollars(vault.hedgeValue)} />
        <Figure
          name="nav-unreleased"
          label="Spread not yet released"
          value={dollars(vault.unreleased - vault.fundDue)}
        />
        <Figure name="nav-fund" label="Owed to the insurance fund" value={dollars(vault.fundDue)} />
        <Figure name="nav-flaws" label="Fit for an epoch" value={fitness(vault.flaws)} />
        <Figure name="share-mid" label="Share price, mid" value={price(vault.shareMid)} />
        <Figure name="share-bid" label="Share price, bid" value={price(vault.shareBid)} />
        <Figure name="share-ask" label="Share price, ask" value={price(vault.shareAsk)} />
        <Figure
          name="supply"
          label="Shares in existence"
          value={formatDecimal(vault.supply, 2, shareDecimals)}
          unit={shareSymbol}
        />
        <Figure
          name="fees"
          label="Fees"
          value={`${formatDecimal(vault.fees.management * 100n, 2)} % a year, ${formatDecimal(vault.fees.performance * 100n, 2)} % of gains`}
          note={`above ${price(vault.fees.highWater)} a share`}
        />
        <Figure name="epoch" label="Epoch collecting requests" value={vault.currentEpoch.toString()} />
        <Figure
          name="queue-in"
          label="Waiting to join"
          value={formatDecimal(vault.pendingAssets, 2, cashDecimals)}
          unit={cashSymbol}
        />
        <Figure
          name="queue-out"
          label="Waiting to leave"
          value={formatDecimal(vault.pendingShares, 2, shareDecimals)}
          unit={shareSymbol}
          note={vault.exitsWaiting ? "for cash: no new risk is opened" : ""}
        />
        <Figure
          name="mark-age"
          label="Age of the mark"
          value={vault.markTime === 0 ? "no mark" : age(snapshot.blockTime - vault.markTime)}
        />
      </dl>
    </section>
  );
}

const FLAW_WORDS: Readonly<Record<FlawName, string>> = {
  noPrice: "no price",
  priceUnusable: "price not good for trading",
  surfaceStale: "surface too old",
  notFixed: "an expiry is not fixed",
  notValued: "options without a surface",
  tooManyLegs: "book to be refreshed",
  noBook: "no book",
  sourceUnreadable: "hedge or desk cannot be read",
  inBatch: "a batch is running",
};

function fitness(flaws: readonly FlawName[]): string {
  return flaws.length === 0 ? "yes" : `no: ${flaws.map((flaw) => FLAW_WORDS[flaw]).join(", ")}`;
}

function age(seconds: number): string {
  if (seconds < 120) return `${Math.max(seconds, 0)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3600)} h`;
}

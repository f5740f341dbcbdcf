import { formatDecimal, type MarketInfo, type VaultGreeks } from "@ballast/sdk";
import { dollars, Figure } from "./Figure.tsx";

const DAYS = 365n;

interface GreeksProps {
  readonly greeks: readonly VaultGreeks[];
  readonly markets: readonly MarketInfo[];
}

/** What the vault's options react to, market by market. */
export function GreeksPanel({ greeks, markets }: GreeksProps) {
  return (
    <section aria-labelledby="greeks-title" className="panel">
      <h2 id="greeks-title">Greeks</h2>
      {greeks.map((one) => (
        <MarketGreeks
          key={one.market}
          greeks={one}
          name={markets.find((market) => market.index === one.market)?.name ?? `Market ${one.market}`}
        />
      ))}
    </section>
  );
}

function MarketGreeks({ greeks, name }: { greeks: VaultGreeks; name: string }) {
  const wad = (amount: bigint, digits: number) => formatDecimal(amount, digits);
  return (
    <>
      <h3>{name}</h3>
      <dl className="figures">
        <Figure name="delta" label="Delta of options" value={wad(greeks.delta, 4)} unit={name} />
        <Figure name="hedge" label="Hedge held" value={wad(greeks.hedge, 4)} unit={name} />
        <Figure name="net-delta" label="Net delta" value={wad(greeks.netDelta, 4)} unit={name} />
        <Figure name="band" label="Hedging band" value={`± ${wad(greeks.band, 4)}`} unit={name} />
        <Figure name="gamma" label="Gamma" value={wad(greeks.gamma, 6)} unit={`${name} per $1`} />
        <Figure name="vega" label="Vega" value={dollars(greeks.vega / 100n)} unit="per vol point" />
        <Figure name="theta" label="Theta" value={dollars(greeks.theta / DAYS)} unit="per day" />
        <Figure name="value" label="Options at mark" value={dollars(greeks.value)} />
      </dl>
      <BandGauge netDelta={greeks.netDelta} band={greeks.band} unit={name} />
    </>
  );
}

/** Where the net delta lies between the ends of its band. */
function BandGauge({ netDelta, band, unit }: { netDelta: bigint; band: bigint; unit: string }) {
  if (band <= 0n) return null;
  const inside = netDelta <= band && netDelta >= -band;
  // The track is twice as wide as the band; a delta beyond it sticks to the end.
  const share = Number((netDelta * 10_000n) / band) / 10_000;
  const left = 50 + Math.max(-2, Math.min(2, share)) * 25;
  const words = `Net delta ${formatDecimal(netDelta, 2)} ${unit} is ${inside ? "inside" : "outside"} its band.`;
  return (
    <figure className="gauge">
      <div className="track" aria-hidden="true">
        <div className="band" />
        <div className={inside ? "needle" : "needle outside"} style={{ left: `${left}%` }} />
      </div>
      <figcaption>{words}</figcaption>
    </figure>
  );
}

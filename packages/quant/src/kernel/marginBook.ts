import { type ExactParameters, type ExactScan, stretchOf } from "../exact/margin.ts";
import { multipliers } from "../exact/node-grid.ts";
import type { ExactExpiry, ExactGrid, ExactLeg } from "../exact/risk-arrays.ts";
import {
  emptyVector,
  emptyVerdict,
  judge,
  maintenanceShare,
  requirement,
  type SweepLegs,
  type SweepMarket,
  type SweepParameters,
  sweep,
} from "./marginSweep.ts";
import { dollars, ROW_LENGTH, writeRow } from "./marginTable.ts";

/** A market as the chain has it; spot [wad], zero where no arrays are needed any more. */
export interface BookMarket {
  readonly market: number;
  readonly spot: bigint;
  readonly grid: ExactGrid;
  readonly expiry: (expiry: bigint) => ExactExpiry;
}

/** An account as the chain has it; cash and collateral [wad], collateral by market. */
export interface BookAccount {
  readonly cash: bigint;
  readonly collateral: ReadonlyMap<number, bigint>;
  readonly legs: readonly ExactLeg[];
}

/** What verdicts depend on beside markets and accounts; see `ExactConditions`. */
export interface BookConditions {
  readonly inForce: (market: number) => ExactParameters & ExactScan;
  /** Parameters for new risk, where a change of parameters is running. */
  readonly newRisk?: (market: number) => ExactParameters & ExactScan;
  readonly staleShare?: (market: number) => bigint;
  readonly depegShare?: bigint;
}

/** A market that the book does not have. */
export class UnknownMarketError extends Error {
  override readonly name = "UnknownMarketError";
}

interface Strike {
  readonly market: number;
  readonly expiry: bigint;
  readonly strikeCents: bigint;
}

interface Spans {
  readonly slot: Int32Array;
  readonly end: Int32Array;
  readonly collateral: Float64Array;
}

/**
 * Margin of many accounts at once, in doubles: `assess` of the mirror for each, within 1e-12 of what its positions are
 * worth in all. It shows who is near a liquidation and what a price move would do; whether anybody may be liquidated is
 * decided by whole numbers, on the chain and in the mirror.
 */
export class MarginBook {
  /** Verdicts by account [USD]. */
  readonly equity: Float64Array;
  readonly initial: Float64Array;
  readonly maintenance: Float64Array;
  readonly #cash: Float64Array;
  readonly #ids: readonly number[];
  readonly #markets: SweepMarket[] = [];
  readonly #strikes: readonly Strike[];
  readonly #legs: SweepLegs;
  /** Spans of account i are those from `#starts[i]` to before `#starts[i + 1]`, one for each market it is in. */
  readonly #starts: Int32Array;
  readonly #spans: Spans;
  readonly #vectors = [emptyVector()];
  readonly #held = [emptyVerdict()];
  readonly #opened = [emptyVerdict()];

  constructor(markets: readonly BookMarket[], accounts: readonly BookAccount[]) {
    this.#ids = markets.map(({ market }) => market).sort((a, b) => a - b);
    this.#cash = Float64Array.from(accounts, ({ cash }) => dollars(cash));
    [this.equity, this.initial, this.maintenance] = [0, 1, 2].map(
      () => new Float64Array(accounts.length),
    ) as [Float64Array, Float64Array, Float64Array];
    const plan = planOf(accounts, this.#ids);
    this.#strikes = plan.strikes;
    this.#legs = plan.legs;
    this.#starts = plan.starts;
    this.#spans = plan.spans;
    for (const _ of this.#ids.slice(1)) {
      this.#vectors.push(emptyVector());
      this.#held.push(emptyVerdict());
      this.#opened.push(emptyVerdict());
    }
    for (const market of markets) this.setMarket(market);
  }

  /** Takes over a market's spot, arrays and settlement prices, as after a post. */
  setMarket(market: BookMarket): void {
    this.#markets[this.#slotOf(market.market)] = {
      spot: dollars(market.spot),
      referenceSpot: Number(market.grid.referenceSpot) / 1e8,
      levels: Float64Array.from(
        multipliers(market.grid.outer * 10n ** 9n, market.grid.driftLimit * 10n ** 9n),
        dollars,
      ),
      driftLimit: Number(market.grid.driftLimit) / 1e9,
    };
    this.#strikes.forEach((strike, row) => {
      if (strike.market !== market.market) return;
      const expiry = market.expiry(strike.expiry);
      writeRow(this.#legs.table, row * ROW_LENGTH, market.grid, expiry, strike.strikeCents);
    });
  }

  /** Moves a market's spot [wad] under arrays that stay. */
  setSpot(market: number, spot: bigint): void {
    const slot = this.#slotOf(market);
    this.#markets[slot] = { ...this.#markets[slot]!, spot: dollars(spot) };
  }

  /** Judges every account. */
  assess(conditions: BookConditions): void {
    const held = this.#ids.map((id) => parametersOf(conditions, id, conditions.inForce));
    const { newRisk } = conditions;
    const opened = newRisk ? this.#ids.map((id) => parametersOf(conditions, id, newRisk)) : undefined;
    for (let account = 0; account < this.#cash.length; account++) this.#assessOne(account, held, opened);
  }

  #assessOne(
    account: number,
    held: readonly SweepParameters[],
    opened: readonly SweepParameters[] | undefined,
  ): void {
    const first = this.#starts[account]!;
    const count = this.#starts[account + 1]! - first;
    const { slot, end, collateral } = this.#spans;
    let equity = this.#cash[account]!;
    let less = 0;
    for (let i = 0; i < count; i++) {
      const span = first + i;
      const at = slot[span]!;
      const vector = this.#vectors[i]!;
      const market = this.#markets[at]!;
      sweep(this.#legs, market, span === 0 ? 0 : end[span - 1]!, end[span]!, collateral[span]!, vector);
      judge(vector, market.spot, held[at]!, this.#held[i]!);
      equity += this.#held[i]!.equity;
      if (!opened) continue;
      judge(vector, market.spot, opened[at]!, this.#opened[i]!);
      less += Math.max(this.#held[i]!.equity - this.#opened[i]!.equity, 0);
    }
    const maintained = requirement(this.#held, count);
    const initial = opened ? requirement(this.#opened, count) + less : maintained;
    this.equity[account] = equity;
    this.initial[account] = initial;
    this.maintenance[account] = Math.min(maintained * maintenanceShare(this.#held, count), initial);
  }

  #slotOf(market: number): number {
    const slot = this.#ids.indexOf(market);
    if (slot < 0) throw new UnknownMarketError(`The book has no market ${market}.`);
    return slot;
  }
}

/** Plain numbers of a market's parameters, and how much wider they scan than those that its arrays were made with. */
function parametersOf(
  { inForce, staleShare, depegShare }: BookConditions,
  market: number,
  of: (market: number) => ExactParameters & ExactScan,
): SweepParameters {
  const p = of(market);
  return {
    scanRange: dollars(p.scanRange),
    shortOptionMinimum: dollars(p.shortOptionMinimum),
    maintenanceFactor: dollars(p.maintenanceFactor),
    collateralHaircut: dollars(p.collateralHaircut),
    crossMarketCredit: dollars(p.crossMarketCredit),
    bidSpread: dollars(p.bidSpread),
    calendarCharge: dollars(p.calendarCharge),
    staleAddOn: dollars(p.staleAddOn),
    concentration: dollars(p.concentration),
    liquidityLimit: Number(p.liquidityLimit),
    stretch: dollars(stretchOf(p, inForce(market))),
    staleShare: dollars(staleShare?.(market) ?? 0n),
    depegShare: dollars(depegShare ?? 0n),
  };
}

const byPlace = (a: Strike, b: Strike): number =>
  a.market - b.market || Number(a.expiry - b.expiry) || Number(a.strikeCents - b.strikeCents);

/** Every strike that somebody holds, with the row of the matrix that it has and the expiry that it is of. */
class StrikeRows {
  readonly strikes: Strike[] = [];
  readonly expiries: number[] = [];
  readonly #rows = new Map<string, number>();
  readonly #expiries = new Map<string, number>();

  of({ market, expiry, strikeCents }: ExactLeg): number {
    const group = `${market}/${expiry}`;
    const key = `${group}/${strikeCents}`;
    const known = this.#rows.get(key);
    if (known !== undefined) return known;
    const index = this.#expiries.get(group) ?? this.#expiries.size;
    this.#expiries.set(group, index);
    this.expiries.push(index);
    const row = this.strikes.push({ market, expiry, strikeCents }) - 1;
    this.#rows.set(key, row);
    return row;
  }
}

/** Accounts as columns: the legs of each by market, expiry and strike, and a span for each of its markets. */
function planOf(accounts: readonly BookAccount[], ids: readonly number[]) {
  const rows = new StrikeRows();
  const ordered: ExactLeg[] = [];
  const spans: { slot: number; end: number; collateral: number }[] = [];
  const starts = [0];
  accounts.forEach((account, index) => {
    requireKnown(account, index, ids);
    const sorted = [...account.legs].sort(byPlace);
    ids.forEach((market, slot) => {
      const own = sorted.filter((leg) => leg.market === market);
      const collateral = dollars(account.collateral.get(market) ?? 0n);
      if (own.length === 0 && collateral === 0) return;
      ordered.push(...own);
      spans.push({ slot, end: ordered.length, collateral });
    });
    starts.push(spans.length);
  });
  const row = Int32Array.from(ordered, (leg) => rows.of(leg));
  return {
    strikes: rows.strikes,
    legs: {
      row,
      isPut: Uint8Array.from(ordered, ({ isPut }) => (isPut ? 1 : 0)),
      quantity: Float64Array.from(ordered, ({ quantity }) => Number(quantity)),
      table: new Float64Array(rows.strikes.length * ROW_LENGTH),
      expiryOfRow: Int32Array.from(rows.expiries),
    },
    starts: Int32Array.from(starts),
    spans: {
      slot: Int32Array.from(spans, ({ slot }) => slot),
      end: Int32Array.from(spans, ({ end }) => end),
      collateral: Float64Array.from(spans, ({ collateral }) => collateral),
    },
  };
}

function requireKnown({ legs, collateral }: BookAccount, index: number, ids: readonly number[]): void {
  const strange = [...legs.map(({ market }) => market), ...collateral.keys()].find((id) => !ids.includes(id));
  if (strange !== undefined)
    throw new UnknownMarketError(`Account ${index} is in market ${strange}, which the book does not have.`);
}

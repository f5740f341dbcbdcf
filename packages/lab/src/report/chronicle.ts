import { AUCTION_KIND, type Ballast, readHedgeVenues, seriesName, seriesOf } from "@ballast/sdk";

/** When something happened. */
export interface Moment {
  readonly block: number;
  readonly time: number;
}

/** One bid. Amounts [wad]. */
export interface BidRecord extends Moment {
  readonly bidder: bigint;
  readonly fraction: bigint;
  readonly paid: bigint;
}

/** One auction from start to end. Amounts [wad USD]. */
export interface AuctionRecord {
  readonly account: bigint;
  readonly id: bigint;
  readonly kind: string;
  readonly started: Moment;
  readonly equityAtStart: bigint;
  readonly maintenanceAtStart: bigint;
  readonly turns: readonly (Moment & { readonly kind: string })[];
  readonly bids: readonly BidRecord[];
  /** Sales of single positions, to the vault or to anybody. */
  readonly parts: number;
  readonly shortfall: bigint;
  readonly ended: (Moment & { readonly equity: bigint }) | undefined;
}

/** One step of a loss: who was charged, how much, and what went on to the next [wad USD]. */
export interface LossStep {
  readonly payer: string;
  readonly amount: bigint;
  readonly left: bigint;
}

/** Who paid one loss, in order. All [wad USD]. */
export interface LossRecord extends Moment {
  readonly account: bigint;
  readonly shortfall: bigint;
  readonly insurance: bigint;
  readonly vault: bigint;
  readonly shared: bigint;
  readonly steps: readonly LossStep[];
}

/** One trade with the vault. */
export interface TradeRecord extends Moment {
  readonly taker: bigint;
  readonly series: string;
  readonly quantity: bigint;
  readonly premium: bigint;
  readonly fair: bigint;
}

/** One hedge trade. */
export interface HedgeRecord extends Moment {
  readonly buy: boolean;
  readonly amount: bigint;
  readonly cashAmount: bigint;
  readonly loss: bigint;
}

/** How often the hedge traded at a venue, and how often a short position was made smaller to keep its health. */
export interface VenueCounts {
  readonly spot: number;
  readonly short: number;
  readonly deleveraged: number;
}

/** One processed epoch. */
export interface EpochRecord extends Moment {
  readonly id: bigint;
  readonly assetsIn: bigint;
  readonly sharesOut: bigint;
  readonly sharesIn: bigint;
  readonly assetsOut: bigint;
}

/** One fixing. */
export interface FixingRecord extends Moment {
  readonly expiry: number;
  readonly price: bigint;
  readonly rounds: number;
}

/** Orders in two steps: how many were committed, filled, and closed without. */
export interface OrderCounts {
  readonly committed: number;
  readonly filled: number;
  readonly closed: number;
}

/** What was posted of a market beside its prices [wad]. */
export interface ConditionsRecord extends Moment {
  readonly realised: bigint;
  readonly toxicity: bigint;
}

/** Everything that happened, from the contracts' events. */
export interface Chronicle {
  readonly auctions: readonly AuctionRecord[];
  readonly losses: readonly LossRecord[];
  readonly trades: readonly TradeRecord[];
  readonly hedges: readonly HedgeRecord[];
  readonly epochs: readonly EpochRecord[];
  readonly fixings: readonly FixingRecord[];
  readonly settled: number;
  readonly conditions: readonly ConditionsRecord[];
  readonly orders: OrderCounts;
  readonly venues: VenueCounts;
}

/** Reads the events of all rooms since `fromBlock` and orders them. */
export async function readChronicle(ballast: Ballast, fromBlock: number): Promise<Chronicle> {
  const clock = blockTimes(ballast);
  const at = async (log: { blockNumber: number }): Promise<Moment> => ({
    block: log.blockNumber,
    time: await clock(log.blockNumber),
  });
  const { vault, tradeDesk, quoter, hedgeController, settlementOracle, settler } = ballast;
  const [trades, hedges, epochs, fixings, settled, conditions] = await Promise.all([
    tradeDesk.queryFilter(tradeDesk.filters.Traded(), fromBlock),
    hedgeController.queryFilter(hedgeController.filters.Hedged(), fromBlock),
    vault.queryFilter(vault.filters.EpochProcessed(), fromBlock),
    settlementOracle.queryFilter(settlementOracle.filters.Fixed(), fromBlock),
    settler.queryFilter(settler.filters.AccountSettled(), fromBlock),
    quoter.queryFilter(quoter.filters.ConditionsPosted(), fromBlock),
  ]);
  return {
    auctions: await readAuctions(ballast, fromBlock, at),
    losses: await readLosses(ballast, fromBlock, at),
    trades: await Promise.all(
      trades.map(async (log) => ({
        ...(await at(log)),
        taker: log.args.taker,
        series: seriesName(seriesOf(log.args.instrument)),
        quantity: log.args.quantity,
        premium: log.args.premium,
        fair: log.args.fair,
      })),
    ),
    hedges: await Promise.all(
      hedges.map(async (log) => ({
        ...(await at(log)),
        buy: log.args.buy,
        amount: log.args.amount,
        cashAmount: log.args.cashAmount,
        loss: log.args.loss,
      })),
    ),
    epochs: await Promise.all(
      epochs.map(async (log) => ({
        ...(await at(log)),
        id: log.args.epochId,
        assetsIn: log.args.assetsIn,
        sharesOut: log.args.sharesOut,
        sharesIn: log.args.sharesIn,
        assetsOut: log.args.assetsOut,
      })),
    ),
    fixings: await Promise.all(
      fixings.map(async (log) => ({
        ...(await at(log)),
        expiry: Number(log.args.expiry),
        price: log.args.price,
        rounds: Number(log.args.rounds),
      })),
    ),
    settled: settled.length,
    orders: await readOrders(ballast, fromBlock),
    venues: await readVenues(ballast, fromBlock),
    conditions: await Promise.all(
      conditions.map(async (log) => {
        const { realised, toxicity } = log.args.newConditions;
        return { ...(await at(log)), realised, toxicity };
      }),
    ),
  };
}

async function readOrders({ tradeDesk }: Ballast, fromBlock: number): Promise<OrderCounts> {
  const { OrderCommitted, OrderFilled, OrderClosed } = tradeDesk.filters;
  const [committed, filled, closed] = await Promise.all([
    tradeDesk.queryFilter(OrderCommitted(), fromBlock),
    tradeDesk.queryFilter(OrderFilled(), fromBlock),
    tradeDesk.queryFilter(OrderClosed(), fromBlock),
  ]);
  return { committed: committed.length, filled: filled.length, closed: closed.length };
}

async function readVenues(ballast: Ballast, fromBlock: number): Promise<VenueCounts> {
  const { hedgeController, deployment } = ballast;
  const venues = await Promise.all(deployment.markets.map(({ index }) => readHedgeVenues(ballast, index)));
  const shorts = new Set(venues.flat().flatMap(({ address, isShort }) => (isShort ? [address] : [])));
  const [fills, deleveraged] = await Promise.all([
    hedgeController.queryFilter(hedgeController.filters.Filled(), fromBlock),
    hedgeController.queryFilter(hedgeController.filters.Deleveraged(), fromBlock),
  ]);
  const short = fills.filter((log) => shorts.has(log.args.venue)).length;
  return { spot: fills.length - short, short, deleveraged: deleveraged.length };
}

/** Payers in the order of the contract's enum. */
const PAYERS = ["insurance fund", "vault's slice", "all claims"] as const;

/** The steps of a loss are logged just before the loss itself. */
async function readLosses(
  ballast: Ballast,
  fromBlock: number,
  at: (log: { blockNumber: number }) => Promise<Moment>,
): Promise<LossRecord[]> {
  const { lossWaterfall } = ballast;
  const [losses, charges] = await Promise.all([
    lossWaterfall.queryFilter(lossWaterfall.filters.LossAbsorbed(), fromBlock),
    lossWaterfall.queryFilter(lossWaterfall.filters.PayerCharged(), fromBlock),
  ]);
  const records: LossRecord[] = [];
  let next = 0;
  for (const loss of losses) {
    const steps: LossStep[] = [];
    for (let charge = charges[next]; charge && isBefore(charge, loss); charge = charges[++next]) {
      const { payer, amount, left } = charge.args;
      steps.push({ payer: PAYERS[Number(payer)] ?? String(payer), amount, left });
    }
    const { account, shortfall, insurance, vault, shared } = loss.args;
    records.push({ ...(await at(loss)), account, shortfall, insurance, vault, shared, steps });
  }
  return records;
}

function isBefore(
  a: { readonly blockNumber: number; readonly index: number },
  b: { readonly blockNumber: number; readonly index: number },
): boolean {
  return a.blockNumber < b.blockNumber || (a.blockNumber === b.blockNumber && a.index < b.index);
}

async function readAuctions(
  ballast: Ballast,
  fromBlock: number,
  at: (log: { blockNumber: number }) => Promise<Moment>,
): Promise<AuctionRecord[]> {
  const house = ballast.auctionHouse;
  const [starts, turns, bids, parts, ends, shortfalls] = await Promise.all([
    house.queryFilter(house.filters.AuctionStarted(), fromBlock),
    house.queryFilter(house.filters.AuctionKindChanged(), fromBlock),
    house.queryFilter(house.filters.BidAccepted(), fromBlock),
    house.queryFilter(house.filters.PartSold(), fromBlock),
    house.queryFilter(house.filters.AuctionEnded(), fromBlock),
    house.queryFilter(house.filters.ShortfallReported(), fromBlock),
  ]);
  return Promise.all(
    starts.map(async (start) => {
      const mine = (log: { args: { account: bigint; id: bigint } }) =>
        log.args.account === start.args.account && log.args.id === start.args.id;
      const end = ends.find(mine);
      return {
        account: start.args.account,
        id: start.args.id,
        kind: kindName(start.args.kind),
        started: await at(start),
        equityAtStart: start.args.equity,
        maintenanceAtStart: start.args.maintenanceRequirement,
        turns: await Promise.all(
          turns.filter(mine).map(async (log) => ({ ...(await at(log)), kind: kindName(log.args.kind) })),
        ),
        bids: await Promise.all(
          bids.filter(mine).map(async (log) => ({
            ...(await at(log)),
            bidder: log.args.bidder,
            fraction: log.args.fraction,
            paid: log.args.paid,
          })),
        ),
        parts: parts.filter(mine).length,
        shortfall: shortfalls.filter(mine).reduce((total, log) => total + log.args.amount, 0n),
        ended: end && { ...(await at(end)), equity: end.args.equity },
      };
    }),
  );
}

function kindName(kind: bigint): string {
  return AUCTION_KIND[Number(kind)] ?? "None";
}

function blockTimes(ballast: Ballast): (block: number) => Promise<number> {
  const known = new Map<number, Promise<number>>();
  return (block) => {
    const time = known.get(block) ?? readTime(ballast, block);
    known.set(block, time);
    return time;
  };
}

async function readTime(ballast: Ballast, block: number): Promise<number> {
  return (await ballast.runner.provider?.getBlock(block))?.timestamp ?? 0;
}

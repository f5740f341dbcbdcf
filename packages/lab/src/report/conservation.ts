import { type Ballast, toWad, unpackPositions } from "@ballast/sdk";
import type { Externals } from "../externals/index.ts";

/** One equality that must hold to the last unit. */
export interface Check {
  readonly name: string;
  readonly left: bigint;
  readonly right: bigint;
  /** Most that `left` may exceed `right` by, for roundings that stay in custody. */
  readonly tolerance: bigint;
  readonly holds: boolean;
}

const USDC_DECIMALS = 6;

/** Compares custody with the ledger, positions with zero, and token supplies with everything that holders have. */
export async function checkConservation(
  ballast: Ballast,
  externals: Externals,
  accounts: readonly bigint[],
  fromBlock: number,
): Promise<Check[]> {
  return [
    await cashCheck(ballast, externals, accounts, fromBlock),
    await collateralCheck(ballast, externals, accounts),
    await insuranceCheck(ballast, externals),
    ...(await lossChecks(ballast, fromBlock)),
    ...(await positionChecks(ballast, accounts)),
    await supplyCheck("USDC", externals.usdc, externals),
    await supplyCheck("WETH", externals.weth, externals),
  ];
}

/** Whether every check holds. */
export function allHold(checks: readonly Check[]): boolean {
  return checks.every((check) => check.holds);
}

/** left == right, or left above it by at most `tolerance`. */
export function equality(name: string, left: bigint, right: bigint, tolerance = 0n): Check {
  return { name, left, right, tolerance, holds: left >= right && left - right <= tolerance };
}

async function cashCheck(
  ballast: Ballast,
  externals: Externals,
  accounts: readonly bigint[],
  fromBlock: number,
): Promise<Check> {
  const { clearinghouse } = ballast;
  const held = await externals.usdc.balanceOf(await clearinghouse.getAddress());
  const cash = await Promise.all(accounts.map((account) => clearinghouse.cashOf(account)));
  const transit = await clearinghouse.settlementTransit();
  const shared = await clearinghouse.queryFilter(clearinghouse.filters.LossShared(), fromBlock);
  // Each shared loss rounds every account down; what that leaves stays in custody.
  const tolerance = BigInt(shared.length) * BigInt(accounts.length) * 10n ** 12n;
  const ledger = cash.reduce((sum, one) => sum + one, transit);
  return equality(
    "USDC in custody = cash of all accounts + settlement in transit [wad]",
    toWad(held, USDC_DECIMALS),
    ledger,
    tolerance,
  );
}

async function collateralCheck(
  ballast: Ballast,
  externals: Externals,
  accounts: readonly bigint[],
): Promise<Check> {
  const asset = await externals.weth.getAddress();
  const held = await externals.weth.balanceOf(await ballast.clearinghouse.getAddress());
  const booked = await Promise.all(
    accounts.map((account) => ballast.clearinghouse.collateralOf(account, asset)),
  );
  return equality("WETH in custody = collateral of all accounts [wei]", held, sum(booked));
}

async function insuranceCheck(ballast: Ballast, externals: Externals): Promise<Check> {
  const held = await externals.usdc.balanceOf(await ballast.insuranceFund.getAddress());
  return equality(
    "USDC of the insurance fund = its books [units]",
    held,
    await ballast.insuranceFund.assetsHeld(),
  );
}

/** What auctions reported against what payers were charged, and what left the fund against its part. */
async function lossChecks(
  { auctionHouse, insuranceFund, lossWaterfall }: Ballast,
  fromBlock: number,
): Promise<Check[]> {
  const [reported, charged, covered] = await Promise.all([
    auctionHouse.queryFilter(auctionHouse.filters.ShortfallReported(), fromBlock),
    lossWaterfall.queryFilter(lossWaterfall.filters.PayerCharged(), fromBlock),
    insuranceFund.queryFilter(insuranceFund.filters.Covered(), fromBlock),
  ]);
  const byFund = charged.filter((log) => log.args.payer === 0n);
  return [
    equality(
      "sum charged to all payers = sum of shortfalls [wad]",
      sum(charged.map((log) => log.args.amount)),
      sum(reported.map((log) => log.args.amount)),
    ),
    equality(
      "USDC that left the insurance fund for losses = its part of them [wad]",
      toWad(sum(covered.map((log) => log.args.amount)), USDC_DECIMALS),
      sum(byFund.map((log) => log.args.amount)),
    ),
  ];
}

/** Sum of all positions of each instrument that anyone holds. */
async function positionChecks(ballast: Ballast, accounts: readonly bigint[]): Promise<Check[]> {
  const net = new Map<bigint, bigint>();
  for (const account of accounts) {
    for (const { instrument, quantity } of unpackPositions(
      await ballast.clearinghouse.positionWords(account),
    )) {
      net.set(instrument, (net.get(instrument) ?? 0n) + quantity);
    }
  }
  return [...net.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([instrument, quantity]) =>
      equality(`positions of instrument 0x${instrument.toString(16)} sum to zero [wad]`, quantity, 0n),
    );
}

/** Every address that ever received the token, found in its own events, against the supply. */
async function supplyCheck(
  name: "USDC" | "WETH",
  token: Externals["usdc"] | Externals["weth"],
  externals: Externals,
): Promise<Check> {
  const holders = new Set<string>();
  const transfers = await token.queryFilter("Transfer", 0);
  for (const event of transfers) if ("args" in event) holders.add(String(event.args[1]));
  if (name === "WETH") {
    const deposits = await externals.weth.queryFilter("Deposit", 0);
    for (const event of deposits) if ("args" in event) holders.add(String(event.args[0]));
  }
  const balances = await Promise.all([...holders].map((holder) => token.balanceOf(holder)));
  return equality(`${name} supply = balances of all holders`, await token.totalSupply(), sum(balances));
}

function sum(values: readonly bigint[]): bigint {
  return values.reduce((total, value) => total + value, 0n);
}

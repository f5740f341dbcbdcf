import { formatDecimal, WAD } from "@ballast/sdk";
import type { Action, KeeperContext } from "../task.ts";

/** Less is not worth a transaction [wad USD]. */
const LEAST_PAYMENT = 25n * WAD;
/** The same in USDC units. */
const LEAST_COLLECTION = 25n * 10n ** 6n;

/** Pays the insurance fund its share of the vault's spread, and has it collect its fees, whenever that is worth the gas. */
export async function feedFund(context: KeeperContext): Promise<Action[]> {
  return [...(await payFund(context)), ...(await collectFees(context))];
}

/** Asked of the desk itself: it tells what it would pay, which is none while leavers wait for the cash. */
async function payFund({ ballast, sender, note }: KeeperContext): Promise<Action[]> {
  const desk = ballast.tradeDesk.connect(sender);
  const { due } = await desk.owedToFund();
  if (due < LEAST_PAYMENT) return [];
  const paid = await desk.payFund.staticCall().catch(() => 0n);
  if (paid < LEAST_PAYMENT) {
    note?.(`epoch: the insurance fund is owed ${formatDecimal(due, 2)} USD that the vault cannot spare`, []);
    return [];
  }
  return [
    {
      task: "epoch",
      what: `pay ${formatDecimal(paid, 2)} USD to the insurance fund`,
      why: `it is owed ${formatDecimal(due, 2)} USD of the vault's spread`,
      simulate: () => desk.payFund.staticCall(),
      send: () => desk.payFund(),
    },
  ];
}

/** Until it is collected, what the fund has in the ledger covers nothing and is nobody's share. */
async function collectFees({ ballast, sender }: KeeperContext): Promise<Action[]> {
  const fund = ballast.insuranceFund.connect(sender);
  // Refused where nothing waits, or where it is held back.
  const amount = await fund.collectFees.staticCall().catch(() => 0n);
  if (amount < LEAST_COLLECTION) return [];
  return [
    {
      task: "epoch",
      what: `collect ${formatDecimal(amount, 2, 6)} USDC into the insurance fund`,
      why: "interest, discounts of auctions and its share of spread wait for it in the ledger",
      simulate: () => fund.collectFees.staticCall(),
      send: () => fund.collectFees(),
    },
  ];
}

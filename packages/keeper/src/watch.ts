import type { Ballast } from "@ballast/sdk";

const CHUNK = 5_000;

/** Knows every account that ever held something, from the clearinghouse's events. Rebuilt from the chain at any time. */
export interface AccountWatch {
  /** Reads the events since the last call and returns all accounts known. */
  accounts(): Promise<readonly bigint[]>;
}

/** Watches the accounts of a deployment from its first block. */
export function watchAccounts(ballast: Ballast): AccountWatch {
  const known = new Set<bigint>();
  let next = ballast.deployment.fromBlock;
  return {
    async accounts() {
      const provider = ballast.runner.provider;
      if (!provider) throw new Error("The keeper needs a provider to read events from.");
      const latest = await provider.getBlockNumber();
      while (next <= latest) {
        const to = Math.min(next + CHUNK - 1, latest);
        for (const account of await accountsBetween(ballast, next, to)) known.add(account);
        next = to + 1;
      }
      return [...known];
    },
  };
}

async function accountsBetween(ballast: Ballast, from: number, to: number): Promise<bigint[]> {
  const { clearinghouse } = ballast;
  const [deposits, positions, cash] = await Promise.all([
    clearinghouse.queryFilter(clearinghouse.filters.Deposited(), from, to),
    clearinghouse.queryFilter(clearinghouse.filters.PositionMoved(), from, to),
    clearinghouse.queryFilter(clearinghouse.filters.CashMoved(), from, to),
  ]);
  return [
    ...deposits.map((event) => event.args.account),
    ...positions.flatMap((event) => [event.args.from, event.args.to]),
    ...cash.flatMap((event) => [event.args.from, event.args.to]),
  ];
}

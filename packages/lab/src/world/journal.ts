import type { ContractTransactionReceipt, ContractTransactionResponse } from "ethers";

/** Gas of one kind of action. */
export interface GasFigure {
  readonly action: string;
  readonly count: number;
  readonly mean: bigint;
  readonly most: bigint;
}

/** What was sent, and what it cost. */
export interface Journal {
  /** Waits for a transaction and notes its gas under `action`. */
  send(action: string, sent: Promise<ContractTransactionResponse>): Promise<ContractTransactionReceipt>;
  /** Notes something that an actor wanted and was refused. */
  refuse(action: string, reason: string): void;
  gas(): GasFigure[];
  refusals(): ReadonlyMap<string, number>;
}

/** An empty journal. */
export function newJournal(): Journal {
  const used = new Map<string, bigint[]>();
  const refused = new Map<string, number>();
  return {
    async send(action, sent) {
      const receipt = await (await sent).wait();
      if (!receipt) throw new Error(`The transaction "${action}" was not mined.`);
      used.set(action, [...(used.get(action) ?? []), receipt.gasUsed]);
      return receipt;
    },
    refuse(action, reason) {
      const key = `${action}: ${reason}`;
      refused.set(key, (refused.get(key) ?? 0) + 1);
    },
    gas() {
      return [...used.entries()]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([action, list]) => ({
          action,
          count: list.length,
          mean: list.reduce((sum, one) => sum + one, 0n) / BigInt(list.length),
          most: [...list].sort((a, b) => (a < b ? -1 : 1)).at(-1) ?? 0n,
        }));
    },
    refusals: () => new Map([...refused.entries()].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

import type { network } from "hardhat";

/** A chain with the harness contracts' artifacts. */
export type Connection = Awaited<ReturnType<typeof network.create>>;

/** One measured number. It passes if it is at most its target and at least `least`. The same on every machine. */
export interface Figure {
  readonly value: number;
  readonly unit: string;
  readonly target?: number;
  readonly least?: number;
}

/** What a section may use while it measures. */
export interface Bench {
  readonly connection: Connection;
  /** Shows how far the section is. */
  readonly progress: (message: string) => void;
}

/** A file in `sections/` exports `measure`, which returns figures by name. Cases come from seeded generators. */
export type Measure = (bench: Bench) => Promise<Readonly<Record<string, Figure>>>;

/** Whether a figure meets its target; a number that is none does not. */
export function meets({ value, target, least }: Figure): boolean {
  return (
    Number.isFinite(value) &&
    (target === undefined || value <= target) &&
    (least === undefined || value >= least)
  );
}

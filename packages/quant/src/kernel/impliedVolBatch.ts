import { BadOptionError } from "../black76.ts";
import { UNSOLVED } from "./coefficients.ts";
import { carefulRow, impliedVolLoop } from "./impliedVolLoop.ts";
import { ColumnMemory, type Columns, hasSimd, type KernelKind, type Run } from "./memory.ts";
import { impliedVolModule, VOLS_PER_ROUND } from "./wasm/impliedVol.ts";

const INPUTS = ["price", "forward", "strike", "years", "sign"] as const;

/**
 * Options as a structure of arrays; units as in `OptionInputs`, prices undiscounted. `sign` is 1 for a call and -1 for a
 * put; `volatility` is what comes out: zero at intrinsic, NaN where no volatility gives the price or a row is no option.
 */
export type ImpliedVolColumns = Columns<(typeof INPUTS)[number] | "volatility">;

/** Implied volatilities of many options without an allocation: fill five columns, solve, read the sixth. */
export class ImpliedVolBatch {
  readonly capacity: number;
  readonly columns: ImpliedVolColumns;
  readonly kind: KernelKind;
  readonly #run: Run | undefined;

  /**
   * @param capacity most options of one computation
   * @param kind the kernel to use; without it WebAssembly where the engine has its SIMD, else TypeScript. Both give the
   * same bits.
   */
  constructor(capacity: number, kind: KernelKind = hasSimd() ? "wasm" : "typescript") {
    const memory = new ColumnMemory([...INPUTS, "volatility"], capacity);
    this.capacity = capacity;
    this.columns = memory.columns;
    this.kind = kind;
    if (kind === "wasm") {
      const module = impliedVolModule(memory.offsets(INPUTS), memory.columns.volatility.byteOffset);
      this.#run = memory.instantiate(module);
    }
  }

  /**
   * Solves the first `count` options.
   * @returns how many of them have no volatility
   * @throws BadOptionError if there is no room for so many
   */
  solve(count: number): number {
    if (!(count >= 0 && count <= this.capacity)) {
      throw new BadOptionError(`The batch has room for ${this.capacity} options, not for ${count}.`);
    }
    const rounds = this.#run ? count - (count % VOLS_PER_ROUND) : 0;
    if (rounds > 0) this.#run?.(8 * rounds);
    impliedVolLoop(this.columns, rounds, count);
    const { volatility } = this.columns;
    let without = 0;
    for (let i = 0; i < count; i++) {
      if (volatility[i] === UNSOLVED) volatility[i] = this.#carefully(i);
      if (Number.isNaN(volatility[i])) without++;
    }
    return without;
  }

  #carefully(i: number): number {
    const { price, forward, strike, years, sign } = this.columns;
    return carefulRow(price[i]!, forward[i]!, strike[i]!, years[i]!, sign[i]!);
  }
}

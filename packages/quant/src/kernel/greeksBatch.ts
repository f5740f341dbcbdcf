import { BadOptionError } from "../black76.ts";
import { greeksLoop } from "./greeksLoop.ts";
import { ColumnMemory, type Columns, hasSimd, type KernelKind } from "./memory.ts";
import { GREEKS_PER_ROUND, greeksModule } from "./wasm/greeks.ts";

const INPUTS = ["forward", "strike", "volatility", "years", "sign"] as const;
const OUTPUTS = ["price", "delta", "gamma", "vega", "theta", "rho", "vanna", "volga", "charm"] as const;

/**
 * Options as a structure of arrays; units as in `OptionInputs` and `Greeks`. `sign` is 1 for a call and -1 for a put.
 * Forwards and strikes lie within 1e-100 and 1e100, volatilities and years within 0 and 1e6.
 */
export type GreeksColumns = Columns<(typeof INPUTS)[number] | (typeof OUTPUTS)[number]>;

/** Prices and Greeks of many options without an allocation: fill the first five columns, compute, read the others. */
export class GreeksBatch {
  readonly capacity: number;
  readonly columns: GreeksColumns;
  readonly kind: KernelKind;
  readonly #run: ((bytes: number) => number) | undefined;

  /**
   * @param capacity most options of one computation
   * @param kind the kernel to use; without it WebAssembly where the engine has its SIMD, else TypeScript. Both give the
   * same bits.
   */
  constructor(capacity: number, kind: KernelKind = hasSimd() ? "wasm" : "typescript") {
    const memory = new ColumnMemory([...INPUTS, ...OUTPUTS], capacity);
    this.capacity = capacity;
    this.columns = memory.columns;
    this.kind = kind;
    if (kind === "wasm") {
      const [inputs, outputs] = [memory.offsets(INPUTS), memory.offsets(OUTPUTS)];
      this.#run = memory.instantiate(greeksModule({ inputs, outputs }));
    }
  }

  /**
   * Computes the outputs of the first `count` options.
   * @throws BadOptionError if one is none, naming the first
   */
  compute(count: number): void {
    if (!(count >= 0 && count <= this.capacity)) {
      throw new BadOptionError(`The batch has room for ${this.capacity} options, not for ${count}.`);
    }
    const rounds = this.#run ? count - (count % GREEKS_PER_ROUND) : 0;
    const areRoundsGood = rounds === 0 || this.#run?.(8 * rounds) === 1;
    const isRestGood = greeksLoop(this.columns, rounds, count);
    if (!areRoundsGood || !isRestGood) throw this.#complaint(count);
  }

  #complaint(count: number): BadOptionError {
    const { columns } = this;
    let bad = 0;
    while (bad < count && greeksLoop(columns, bad, bad + 1)) bad++;
    const values = INPUTS.map((name) => `${name} ${columns[name][bad]}`).join(", ");
    return new BadOptionError(`Option ${bad} of the batch is none: ${values}.`);
  }
}

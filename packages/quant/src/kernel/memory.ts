import { POOL_BYTES } from "./wasm/assembler.ts";

/** What runs a batch. */
export type KernelKind = "wasm" | "typescript";

/** Columns of doubles by name; they all lie in one memory and have the length of the batch's capacity. */
export type Columns<Name extends string> = Readonly<Record<Name, Float64Array<ArrayBuffer>>>;

/** A function that takes the bytes of a column in use and returns a number. */
export type Run = (bytes: number) => number;

/** An engine without WebAssembly's SIMD was asked for it. */
export class NoSimdError extends Error {
  override readonly name = "NoSimdError";
}

interface Memory {
  readonly buffer: ArrayBuffer;
}

/** The part of WebAssembly's interface that is used here; the libraries of browsers and of Node type it differently. */
interface Engine {
  readonly Memory: new (limits: { initial: number; maximum: number }) => Memory;
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (
    module: object,
    imports: { env: { memory: Memory } },
  ) => { readonly exports: { readonly run: Run } };
  readonly validate: (bytes: Uint8Array<ArrayBuffer>) => boolean;
}

const engine = (globalThis as { readonly WebAssembly?: unknown }).WebAssembly as Engine | undefined;

const PAGE = 65_536;
/** Columns that are a power of two apart would compete for the same lines of the cache. */
const STAGGER = 192;

/** A memory that WebAssembly and typed arrays share, cut into columns behind the constants of the code. */
export class ColumnMemory<Name extends string> {
  readonly columns: Columns<Name>;
  readonly #memory: Memory;

  constructor(names: readonly Name[], capacity: number) {
    const stride = 8 * capacity + STAGGER;
    const pages = Math.ceil((POOL_BYTES + names.length * stride) / PAGE);
    this.#memory = engine
      ? new engine.Memory({ initial: pages, maximum: pages })
      : { buffer: new ArrayBuffer(pages * PAGE) };
    const { buffer } = this.#memory;
    this.columns = Object.fromEntries(
      names.map((name, i) => [name, new Float64Array(buffer, POOL_BYTES + i * stride, capacity)]),
    ) as Columns<Name>;
  }

  /** Where columns begin [bytes]. */
  offsets(names: readonly Name[]): number[] {
    return names.map((name) => this.columns[name].byteOffset);
  }

  /**
   * @param bytes of a module that exports `run` and works on this memory
   * @throws NoSimdError if the engine does not take it
   */
  instantiate(bytes: Uint8Array<ArrayBuffer>): Run {
    if (!engine?.validate(bytes)) {
      throw new NoSimdError('This engine has no WebAssembly with SIMD; the kind "typescript" works in all.');
    }
    return new engine.Instance(new engine.Module(bytes), { env: { memory: this.#memory } }).exports.run;
  }
}

/** A module with one function that makes a vector and drops it. */
const PROBE = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 10, 9, 1, 7, 0, 0x41, 0];

/** Whether this engine runs WebAssembly with 128-bit SIMD. */
export function hasSimd(): boolean {
  return engine?.validate(Uint8Array.from([...PROBE, 0xfd, 0x0f, 0x1a, 0x0b])) ?? false;
}

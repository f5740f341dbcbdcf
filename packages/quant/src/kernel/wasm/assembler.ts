/** An expression, a statement or a whole body: the bytes of WebAssembly that stand for it. */
export type Code = readonly number[];

/** The first bytes of the memory hold vectors of constants: loading one is cheaper than building it in every round. */
export const POOL_BYTES = 4_096;

/** Types of values. */
export const I32 = 0x7f;
export const V128 = 0x7b;

/** Unsigned LEB128. */
export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 ? low + 128 : low);
  } while (rest > 0);
  return bytes;
}

/** Signed LEB128 of an integer of 32 bits. */
function signed(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; ) {
    const low = rest & 0x7f;
    rest >>= 7;
    const isLast = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0);
    bytes.push(isLast ? low : low | 0x80);
    if (isLast) return bytes;
  }
}

const text = (value: string): Code => [...unsigned(value.length), ...new TextEncoder().encode(value)];
const list = (items: readonly Code[]): Code => [...unsigned(items.length), ...items.flat()];
const section = (id: number, content: Code): Code => [id, ...unsigned(content.length), ...content];

export const i32 = (value: number): Code => [0x41, ...signed(value)];
export const addI32 = (a: Code, b: Code): Code => [...a, ...b, 0x6a];
export const lessI32 = (a: Code, b: Code): Code => [...a, ...b, 0x49];
export const andI32 = (a: Code, b: Code): Code => [...a, ...b, 0x71];

/** Repeats the body until the condition, asked at its end, is zero. */
export const repeatWhile = (body: Code, condition: Code): Code => [
  0x03,
  0x40,
  ...body,
  ...condition,
  0x0d,
  0x00,
  0x0b,
];

/** A variable of a function. */
export interface Local {
  readonly get: Code;
  readonly set: (value: Code) => Code;
}

/** Hands out the variables of one function and writes it down. */
export class FunctionBuilder {
  readonly width: number;
  readonly #parameters: readonly number[];
  readonly #locals: number[] = [];
  readonly #body: Code[] = [];
  /** Bits of constants in the order of the pool. */
  readonly #pool: bigint[] = [];

  /** @param width vectors that are computed side by side */
  constructor(parameters: readonly number[], width: number) {
    this.#parameters = parameters;
    this.width = width;
  }

  parameter(index: number): Local {
    return {
      get: [0x20, ...unsigned(index)],
      set: (value) => [...value, 0x21, ...unsigned(index)],
    };
  }

  variable(type: number): Local {
    this.#locals.push(type);
    return this.parameter(this.#parameters.length + this.#locals.length - 1);
  }

  /** Computes vectors here and keeps them; what comes back reads them. */
  hold(value: readonly Code[]): readonly Code[] {
    return value.map((code) => {
      const { get, set } = this.variable(V128);
      this.write(set(code));
      return get;
    });
  }

  /** Vectors that change. */
  vectors(): { readonly get: readonly Code[]; readonly set: (value: readonly Code[]) => Code } {
    const locals = Array.from({ length: this.width }, () => this.variable(V128));
    const set = (value: readonly Code[]): Code => value.flatMap((code, i) => locals[i]?.set(code) ?? []);
    return { get: locals.map(({ get }) => get), set };
  }

  /** The same double in all lanes. */
  constant(value: number): readonly Code[] {
    return this.integers(new BigInt64Array(new Float64Array([value]).buffer)[0] ?? 0n);
  }

  /** The same integer in all lanes. */
  integers(bits: bigint): readonly Code[] {
    const known = this.#pool.indexOf(bits);
    const index = known < 0 ? this.#pool.push(bits) - 1 : known;
    return new Array<Code>(this.width).fill([...i32(0), 0xfd, 0x00, 0x03, ...unsigned(16 * index)]);
  }

  write(code: Code): void {
    this.#body.push(code);
  }

  /** What `write` writes, kept apart from the rest. */
  capture(write: () => void): Code {
    const mark = this.#body.length;
    write();
    return this.#body.splice(mark).flat();
  }

  /** The function as a module: it returns an i32, is exported as `run`, and works on an imported memory `env.memory`. */
  module(): Uint8Array<ArrayBuffer> {
    const locals = list(this.#locals.map((type) => [1, type]));
    const body = [...locals, ...this.#body.flat(), 0x0b];
    const type = [0x60, ...list(this.#parameters.map((parameter) => [parameter])), 1, I32];
    const memory = [...text("env"), ...text("memory"), 0x02, 0x00, 0x01];
    const pool = [...new Uint8Array(new BigInt64Array(this.#pool.flatMap((bits) => [bits, bits])).buffer)];
    if (pool.length > POOL_BYTES) throw new RangeError(`There are ${this.#pool.length} constants.`);
    return Uint8Array.from([
      ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
      ...section(1, list([type])),
      ...section(2, list([memory])),
      ...section(3, list([[0]])),
      ...section(7, list([[...text("run"), 0x00, 0x00]])),
      ...section(10, list([[...unsigned(body.length), ...body]])),
      ...section(11, list([[0x00, ...i32(0), 0x0b, ...list(pool.map((byte) => [byte]))]])),
    ]);
  }
}

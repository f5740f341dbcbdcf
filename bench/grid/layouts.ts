export type State = "up" | "down" | "same";

/** One lane: a spot level, as a multiple of the reference spot, and a volatility state. */
export interface Node {
  readonly state: State;
  readonly level: number;
  /** For a tail, the move that its loss is scaled by; zero within the scan. */
  readonly move: number;
}

/** A candidate for the node grid. */
export interface Layout {
  readonly name: string;
  readonly note: string;
  /** Lanes of each of the two words, and the bits of a lane. */
  readonly lanes: number;
  readonly bits: number;
  /**
   * Where the scan of the live spot ends: at the outermost levels ("all"), at the first levels that cover it ("cover"),
   * or exactly, on the straight line between the two levels around it ("edge").
   */
  readonly reach: "all" | "cover" | "edge";
  /** What a tail's loss is divided by: its nominal move, or its distance from the live spot. */
  readonly tailMove: "nominal" | "live";
  /** By scan range and drift limit; the first `lanes` go to the first word. */
  readonly nodes: (scanRange: number, driftLimit: number) => Node[];
}

export const TAIL_MOVES = [-0.66, -0.5, -0.33, 0.5, 1, 2];

export const outerOf = (scanRange: number, driftLimit: number): number =>
  (1 + scanRange) * (1 + driftLimit) - 1;

/** Levels 1 + outer * part. */
const levels = (state: State, outer: number, parts: readonly number[]): Node[] =>
  parts.map((part) => ({ state, level: 1 + outer * part, move: 0 }));

/** Tails at fixed multiples of the reference spot. */
const tails = (): Node[] =>
  TAIL_MOVES.map((move) => ({ state: "up", level: 1 + move, move: Math.abs(move) }));

/** Tails that lie as far out as from any spot within the drift limit. */
const wideTails = (driftLimit: number): Node[] =>
  TAIL_MOVES.map((move) => ({
    state: "up",
    level: (1 + move) * (1 + Math.sign(move) * driftLimit),
    move: Math.abs(move),
  }));

/** Five unshocked levels, `step` apart. */
const dense = (step: number): Node[] =>
  [-2, -1, 0, 1, 2].map((k) => ({ state: "same", level: 1 + k * step, move: 0 }));

/** -1 to 1 in equal parts. */
const even = (count: number): number[] => Array.from({ length: count }, (_, i) => -1 + (2 * i) / (count - 1));

const QUARTERS = even(9);

/** The grid that the vault started with. */
function first(scanRange: number, driftLimit: number): Node[] {
  const outer = outerOf(scanRange, driftLimit);
  const nine = (state: State) => levels(state, outer, QUARTERS);
  return [...nine("up"), ...tails(), ...nine("down"), ...dense(0.01), ...levels("same", outer, [-1])];
}

/** Most lanes where values bend most, volatility down; the far edge unshocked for short calls with a far wing. */
function thirteenDown(scanRange: number, driftLimit: number): Node[] {
  const outer = outerOf(scanRange, driftLimit);
  return [
    ...levels("up", outer, even(5)),
    ...wideTails(driftLimit),
    ...levels("down", outer, even(13)),
    ...levels("same", outer, [1]),
    ...dense(driftLimit / 2),
  ];
}

const words = { lanes: 15, bits: 16, reach: "all", tailMove: "nominal" } as const;

export const LAYOUTS: readonly Layout[] = [
  {
    ...words,
    name: "A",
    note: "9 up, 6 tails, 9 down, dense 5 of 1 %, one slide unshocked (the first grid)",
    nodes: first,
  },
  {
    ...words,
    name: "B",
    note: "8 up, 6 tails, 9 down, dense 5 of 1 %, both edges unshocked",
    nodes: (R, d) => {
      const outer = outerOf(R, d);
      const up = levels("up", outer, [-1, -2 / 3, -1 / 3, 0, 1 / 4, 1 / 2, 3 / 4, 1]);
      const same = levels("same", outer, [-1, 1]);
      return [...up, ...tails(), ...levels("down", outer, QUARTERS), ...dense(0.01), ...same];
    },
  },
  {
    ...words,
    name: "C",
    note: "as A, levels closer together near the centre: 0, 1/8, 3/8, 2/3, 1",
    nodes: (R, d) => {
      const outer = outerOf(R, d);
      const parts = [-1, -2 / 3, -3 / 8, -1 / 8, 0, 1 / 8, 3 / 8, 2 / 3, 1];
      const nine = (state: State) => levels(state, outer, parts);
      return [...nine("up"), ...tails(), ...nine("down"), ...dense(0.01), ...levels("same", outer, [-1])];
    },
  },
  {
    ...words,
    name: "D",
    note: "9 up, 6 tails, 5 down, dense 5 of 1 %, 5 wide unshocked",
    nodes: (R, d) => {
      const outer = outerOf(R, d);
      const same = levels("same", outer, [-1, -3 / 4, -1 / 4, 1 / 4, 3 / 4]);
      return [
        ...levels("up", outer, QUARTERS),
        ...tails(),
        ...levels("down", outer, even(5)),
        ...dense(0.01),
        ...same,
      ];
    },
  },
  {
    ...words,
    name: "E",
    note: "7 in each state, 6 tails, dense 0.99 and 1.01 beside the unshocked centre",
    nodes: (R, d) => {
      const outer = outerOf(R, d);
      const seven = (state: State) => levels(state, outer, even(7));
      const near: Node[] = [0.98, 0.99, 1.01].map((level) => ({ state: "same", level, move: 0 }));
      return [...seven("up"), ...tails(), ...seven("down"), ...seven("same"), ...near];
    },
  },
  {
    ...words,
    name: "F",
    note: "40 lanes of 12 bits: 13 up, 6 tails, 13 down, dense 5 of 1 %, 3 wide unshocked",
    lanes: 20,
    bits: 12,
    nodes: (R, d) => {
      const outer = outerOf(R, d);
      const thirteen = (state: State) => levels(state, outer, even(13));
      const same = levels("same", outer, [-1, -1 / 2, 1]);
      return [...thirteen("up"), ...tails(), ...thirteen("down"), ...dense(0.01), ...same];
    },
  },
  {
    ...words,
    name: "G",
    note: "4 up, 6 wide tails, 15 down, dense 5 of half the drift limit",
    nodes: (R, d) => {
      const outer = outerOf(R, d);
      const up = levels("up", outer, [-1, -1 / 2, 0, 1]);
      return [...up, ...wideTails(d), ...levels("down", outer, even(15)), ...dense(d / 2)];
    },
  },
  {
    ...words,
    name: "H",
    note: "5 up, 6 wide tails, 13 down, upper edge unshocked, dense 5 of half the drift limit",
    nodes: thirteenDown,
  },
  {
    ...words,
    name: "I",
    note: "7 up, 6 wide tails, 12 down, dense 5; two edges a side, the scan ends at the first that covers it",
    reach: "cover",
    nodes: (R, d) => {
      const outer = outerOf(R, d);
      const near = R / outer;
      const up = levels("up", outer, [-1, -near, -1 / 2, 0, 1 / 2, near, 1]);
      const down = levels("down", outer, [-1, -near, -0.7, -0.5, -0.3, 0, 0.1, 0.3, 0.5, 0.7, near, 1]);
      return [...up, ...wideTails(d), ...down, ...dense(d / 2)];
    },
  },
  {
    ...words,
    name: "J",
    note: "A, the scan ends at the live edge",
    reach: "edge",
    tailMove: "live",
    nodes: first,
  },
  {
    ...words,
    name: "K",
    note: "H, the scan ends at the live edge",
    reach: "edge",
    tailMove: "live",
    nodes: thirteenDown,
  },
];

import { BadBandError } from "../bands.ts";
import { BadOptionError } from "../black76.ts";
import { CalibrationError } from "../calibration.ts";
import { BadSnapshotError, ChainFileError, DeribitError, EmptyChainError } from "../chains/index.ts";
import { NoImpliedVolError } from "../impliedVol.ts";
import { BadSampleError, UnpricedError } from "../risk/index.ts";

/** Wrong use of a command: exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** A file that cannot be read or holds something else than it should: exit code 1. */
export class InputError extends Error {
  override readonly name = "InputError";
}

const EXPECTED = [
  InputError,
  BadBandError,
  BadOptionError,
  BadSampleError,
  BadSnapshotError,
  CalibrationError,
  ChainFileError,
  DeribitError,
  EmptyChainError,
  NoImpliedVolError,
  UnpricedError,
];

/** Whether a person can put an error right; any other is a fault of the program and keeps its stack. */
export function isExpected(error: unknown): error is Error {
  return EXPECTED.some((kind) => error instanceof kind);
}

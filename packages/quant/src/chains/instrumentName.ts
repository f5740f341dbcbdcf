const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const NAME = /^([A-Z0-9]+(?:_[A-Z]+)?)-(\d{1,2})([A-Z]{3})(\d{2})-(\d+(?:d\d+)?)-([CP])$/;
/** Deribit's options end at 08:00 UTC. */
const EXPIRY_HOUR = 8;

/** What an instrument's name says. */
export interface NamedOption {
  readonly currency: string;
  /** Unix seconds. */
  readonly expiry: number;
  readonly strike: number;
  readonly isCall: boolean;
}

/** Reads a Deribit name such as BTC-27MAR26-90000-C, or XRP_USDC-27MAR26-0d75-P; undefined if it is none. */
export function readInstrumentName(name: string): NamedOption | undefined {
  const match = NAME.exec(name);
  if (!match) return undefined;
  const [, currency = "", day = "", monthName = "", year = "", strike = "", kind] = match;
  const month = MONTHS.indexOf(monthName);
  const time = Date.UTC(2000 + Number(year), month, Number(day), EXPIRY_HOUR);
  // A 31st of February would roll over into March.
  if (month < 0 || new Date(time).getUTCDate() !== Number(day)) return undefined;
  return { currency, expiry: time / 1000, strike: Number(strike.replace("d", ".")), isCall: kind === "C" };
}

/** Bit-exact mirror of `contracts/pricing/Black76.sol`. See there for the method and the error bound. */
import { abs, lnRatio, ONE_Q96, rootYears, scaledExpNegative, WAD } from "./fixed-point.ts";

const CUT_Q64 = 13n << 64n;
const WIDEST_Q64 = 19n << 64n;
const INVERSE_ROOT_2PI_Q96 = 0x662114cf50d942343f2cf140n;

/** Undiscounted values and the call's sensitivities, all [wad]; vega per 1.00 volatility, theta per year. */
export interface ExactGreeks {
  readonly call: bigint;
  readonly put: bigint;
  readonly callDelta: bigint;
  readonly gamma: bigint;
  readonly vega: bigint;
  readonly theta: bigint;
}

interface Value {
  readonly call: bigint;
  readonly delta: bigint;
  readonly density: bigint;
}

const floorAtZero = (x: bigint): bigint => (x > 0n ? x : 0n);

/** sigma * sqrt(T) [Q64] from volatility [wad] and sqrt(T) [Q64]. */
export function standardDeviation(volatility: bigint, rootTime: bigint): bigint {
  return (volatility * rootTime) / WAD;
}

/** Call, put and the call's delta. Forward, strike and volatility [wad], time in seconds. */
export function callPutDelta(
  forward: bigint,
  strike: bigint,
  volatility: bigint,
  secondsToExpiry: bigint,
): { readonly call: bigint; readonly put: bigint; readonly callDelta: bigint } {
  const { call, put, callDelta } = greeks(forward, strike, volatility, secondsToExpiry);
  return { call, put, callDelta };
}

/** Value and all Greeks. Forward, strike and volatility [wad], time in seconds. */
export function greeks(
  forward: bigint,
  strike: bigint,
  volatility: bigint,
  secondsToExpiry: bigint,
): ExactGreeks {
  const rootTime = rootYears(secondsToExpiry);
  const s = standardDeviation(volatility, rootTime);
  if (s === 0n || strike === 0n || forward === 0n) {
    const call = floorAtZero(forward - strike);
    const callDelta = forward > strike ? WAD : 0n;
    return { call, put: floorAtZero(strike - forward), callDelta, gamma: 0n, vega: 0n, theta: 0n };
  }
  const { call, delta, density } = value(forward, strike, lnRatio(forward, strike), s);
  const forwardDensity = (forward * density) >> 64n;
  return {
    call,
    put: call + strike - forward,
    callDelta: (delta * WAD) >> 96n,
    gamma: ((((density * WAD) / s) * WAD) >> 32n) / forward,
    vega: (forwardDensity * rootTime) >> 96n,
    theta: -((((forwardDensity * volatility) / (2n * WAD)) << 32n) / rootTime),
  };
}

/** A call [wad] with ln(F/K) [Q96] and sigma * sqrt(T) [Q64] already known. */
export function revalue(forward: bigint, strike: bigint, logRatio: bigint, s: bigint): bigint {
  if (s === 0n || strike === 0n || forward === 0n) return floorAtZero(forward - strike);
  return value(forward, strike, logRatio, s).call;
}

function value(forward: bigint, strike: bigint, logRatio: bigint, deviation: bigint): Value {
  const s = deviation > WIDEST_Q64 ? WIDEST_Q64 : deviation;
  const d1 = (logRatio << 32n) / s + (s >> 1n);
  const intrinsic = floorAtZero(forward - strike);
  if (d1 >= CUT_Q64) return { call: s > d1 ? forward : intrinsic, delta: ONE_Q96, density: 0n };
  if (d1 <= -CUT_Q64) return { call: intrinsic, delta: 0n, density: 0n };

  const d2 = d1 - s;
  const density = scaledExpNegative((d1 * d1) >> 33n, INVERSE_ROOT_2PI_Q96);
  const near = (density * mills(abs(d1))) >> 96n;
  const far = (density * mills(abs(d2))) >> 96n;
  if (d1 < 0n) {
    const call = (forward * floorAtZero(near - far)) >> 96n;
    return { call: call > intrinsic ? call : intrinsic, delta: near, density };
  }
  const delta = ONE_Q96 - near;
  if (d2 < 0n) {
    const call = (forward * floorAtZero(ONE_Q96 - near - far)) >> 96n;
    return { call: call > intrinsic ? call : intrinsic, delta, density };
  }
  const timeValue = (forward * floorAtZero(far - near)) >> 96n;
  const call = floorAtZero(forward + timeValue - strike);
  return { call: call > forward ? forward : call, delta, density };
}

/** N(-x) / phi(x) [Q96] for x >= 0 [Q64]. */
function mills(x: bigint): bigint {
  let p = (0x100000012d3b39466n * x + 0x193411d45a6eedbdec9a45f235d2c32400n) * x;
  p = (p + 0x1307865969f1eee2e158c3ce79fbd36c5f33b7f3440775911edn) >> 128n;
  p = (p * x + 0x8e72d48c02b198064df9b276fd865ac25b1n) * x;
  p = (p + 0x2cf7918e800eafca3b449747a8d81306ab29d4986241f78ba142n) >> 128n;
  p = (p * x + 0x9cec349b0475c037254a5d472f56f6492140n) * x;
  p = (p + 0x173669e59fcff7a02399925a6fa74a00547208ea47585664e9723n) >> 128n;
  p = (p * x + 0x227fe88d058184151987a5b54f1c0c9bfc798n) * x;
  p = p + 0x197c984a96147ddbf6eabd63ed2dfac93620a4c04395c188f5e7en;
  let q = ((x + 0x193411dbceb9444582n) * x + 0x131786433e9c3e1caedf36138f7b35fa77fn) * x;
  q = (q + 0x9006183eb29c441ef7e8f74cc0faa44e650acfebfdfa1a948bbn) >> 128n;
  q = (q * x + 0x2e26068df992e97de03a769845bd22b237c7n) * x;
  q = (q + 0xa5a12f9ba895cd961a53ab58db4c7e9d3c9d525e9de4e09cf5e4n) >> 128n;
  q = (q * x + 0x19e04a2a477ee64725c150b46bcaf22566512n) * x;
  q = (q + 0x2b43272385b42778935dac221b6f04bbac4e593e65b4bad30672dn) >> 128n;
  q = (q * x + 0x2bc0878b42809f91d267d387d69f037a4181dn) * x;
  q = (q + 0x1455df9f72361722949a7646f67eabe6dbbf2069707e68da40405n) >> 96n;
  return p / q;
}

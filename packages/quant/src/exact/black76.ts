/** Bit-exact mirror of `contracts/pricing/Black76.sol`. See there for the method and the error bound. */
import { abs, lnRatio, min, rootYears, scaledExpNegative, WAD, YEAR } from "./fixed-point.ts";

const CUT_Q96 = 13n << 96n;
const WIDEST_Q64 = 19n << 64n;
const PEAK_Q159 = 0x33108a691a4b3f5b1b174c9b867c86188dbda40cn;
const UNPEAK_Q97 = 0x1fffffff1837f625937805548n;
const GAMMA_SCALE = 0x1812f9cecac16961bd2ae8a87n;
const ONE_Q127 = 1n << 127n;

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
  readonly peak: bigint;
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
  const s = min(standardDeviation(volatility, rootTime), WIDEST_Q64);
  if (s === 0n || strike === 0n || forward === 0n) {
    const call = floorAtZero(forward - strike);
    const callDelta = forward > strike ? WAD : 0n;
    return { call, put: floorAtZero(strike - forward), callDelta, gamma: 0n, vega: 0n, theta: 0n };
  }
  const { call, delta, peak } = value(forward, strike, lnRatio(forward, strike), s);
  const forwardDensity = (forward * ((peak * UNPEAK_Q97) >> 128n)) >> 68n;
  const decay = ((forwardDensity * s) >> 64n) * (YEAR / 2n);
  return {
    call,
    put: call + strike - forward,
    callDelta: (delta * WAD + (1n << 126n)) >> 127n,
    gamma: ((peak * GAMMA_SCALE) / (forward * s) + (1n << 71n)) >> 72n,
    vega: (forwardDensity * rootTime + (1n << 123n)) >> 124n,
    theta: -((decay / secondsToExpiry + (1n << 59n)) >> 60n),
  };
}

/** A call [wad] with ln(F/K) [Q96] and sigma * sqrt(T) [Q64] already known. */
export function revalue(forward: bigint, strike: bigint, logRatio: bigint, s: bigint): bigint {
  if (s === 0n || strike === 0n || forward === 0n) return floorAtZero(forward - strike);
  return value(forward, strike, logRatio, s).call;
}

function value(forward: bigint, strike: bigint, logRatio: bigint, deviation: bigint): Value {
  const s = min(deviation, WIDEST_Q64);
  const d1 = (logRatio << 64n) / s + (s << 31n);
  const d2 = d1 - (s << 32n);
  const intrinsic = floorAtZero(forward - strike);
  if (d1 >= CUT_Q96) return { call: d2 < 0n ? forward : intrinsic, delta: ONE_Q127, peak: 0n };
  if (d1 <= -CUT_Q96) return { call: intrinsic, delta: 0n, peak: 0n };

  const peak = scaledExpNegative((d1 * d1) >> 97n, PEAK_Q159);
  const near = (peak << 64n) / denominator(abs(d1));
  const far = (peak << 64n) / denominator(abs(d2));
  if (d1 < 0n) {
    const call = (forward * floorAtZero(near - far)) >> 127n;
    return { call: call > intrinsic ? call : intrinsic, delta: near, peak };
  }
  const delta = ONE_Q127 - near;
  if (d2 < 0n) {
    const call = (forward * floorAtZero(ONE_Q127 - near - far)) >> 127n;
    return { call: call > intrinsic ? call : intrinsic, delta, peak };
  }
  const timeValue = (forward * floorAtZero(far - near)) >> 127n;
  return { call: min(floorAtZero(forward + timeValue - strike), forward), delta, peak };
}

/** What the numerator of the Mills ratio N(-x) / phi(x) is divided by [Q96], for 0 <= x < 32 [Q96]. */
function denominator(x: bigint): bigint {
  let t = x + 0x17134020f4f4f1d816ce8b3297n;
  t = x - 0x137d2693690c1ece3f0d3ba92cn + 0x1e02012716658417c3099a229c9e55e4f7f69b5f5427b29959bn / t;
  t = x + 0x2223151bd6e1ed6f07daa6bdan - 0xe22e81ba8d71ea078a2bb59da84273519a03ec9b5c5b1563n / t;
  t = x + 0x5134bb268d81493ebf4c3039dn + 0x243e288cc97802bd84c2cefb6a724668a6456adf9607877a0cn / t;
  t = 0x25cdaa7bc3e4c42f254fb0b7b3n - x + 0x3355145fae0e39da00f9371501f45d36af7fa9314d3525c0en / t;
  t = 0x7c3c66d3393cfa5a09e88cb5e495e6eb024b918938d9971e247n / t - x - 0x3382d9f4cebffebe5483d55e4cn;
  t = x + 0x3aee99cc21f1cf87b5d57c90n + 0x145c51a21f1a439859fff893b7ca01c27a735cbb51197e3edn / t;
  t = x - 0x2b13902b1c235ee198b27bn + 0x2051a6f64e442349381fe80eeff5edfd127617b0e263f6484n / t;
  return x + 0x3f0fc40c3cd8dd14275n + 0xfffefaade8ea9e18674f16844080b5d404d84da5890555d3n / t;
}

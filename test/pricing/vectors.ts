import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { network } from "hardhat";
import * as mirror from "../../packages/quant/src/exact/black76.ts";
import { errorOverForward, relativeErrors } from "../../scripts/verify/errors.ts";
import {
  Big,
  fromWad,
  normal,
  type OptionCase,
  type ReferenceGreeks,
} from "../../scripts/verify/reference.ts";

const { ethers } = await network.create();
const SHARED = process.env["BALLAST_DATA"] ?? fileURLToPath(new URL("../../../shared/", import.meta.url));
const YEAR = 31_536_000;

interface Case {
  readonly option: OptionCase;
  readonly exact: ReferenceGreeks;
}

function readCases(): Case[] {
  const file = new URL("./vectors/black76.json", import.meta.url);
  const { rows } = JSON.parse(readFileSync(file, "utf8")) as { rows: string[][] };
  return rows.map((row) => {
    const [forward, strike, volatility, seconds] = row.slice(0, 4).map(BigInt) as [
      bigint,
      bigint,
      bigint,
      bigint,
    ];
    const [call, put, delta, putDelta, gamma, vega, theta] = row.slice(4).map((text) => new Big(text));
    return {
      option: { forward, strike, volatility, seconds },
      exact: {
        call: call!,
        put: put!,
        delta: delta!,
        putDelta: putDelta!,
        gamma: gamma!,
        vega: vega!,
        theta: theta!,
      },
    };
  });
}

const mirrored = ({ forward, strike, volatility, seconds }: OptionCase) =>
  mirror.greeks(forward, strike, volatility, seconds);

describe("PRC-03: Black76 against values of 60 digits", () => {
  const cases = readCases();

  it("is within 1e-15 of the forward and 1e-9 of each Greek above 1e-9, in the mirror", () => {
    for (const { option, exact } of cases) {
      const got = mirrored(option);
      expect(errorOverForward(option, got, exact)).to.be.at.most(1e-15);
      for (const [name, error] of Object.entries(relativeErrors(got, exact))) {
        expect(error, name).to.be.at.most(1e-9);
      }
    }
    expect(cases.length).to.be.at.least(2_000);
  });

  it("gives the mirror's values in the contract, to the last bit", async () => {
    const harness = await ethers.deployContract("PricingHarness");
    for (const { option } of cases) {
      const { forward, strike, volatility, seconds } = option;
      const [{ call, put, callDelta, gamma, vega, theta }] = await harness.greeks(
        forward,
        strike,
        volatility,
        seconds,
      );
      expect({ call, put, callDelta, gamma, vega, theta }).to.deep.equal(mirrored(option));
    }
  });
});

interface Published {
  readonly id: string;
  readonly group: string;
  readonly inputs: Record<string, number | string>;
  readonly expected: Record<string, number | string>;
  readonly abs_tol: number;
}

describe("Black76 against published values", () => {
  const file = `${SHARED}vectors/published.json`;
  const load = (test: Mocha.Context, wanted: string): Published[] => {
    if (!existsSync(file)) {
      console.log("    (the published values are not on this machine)");
      test.skip();
    }
    const { vectors } = JSON.parse(readFileSync(file, "utf8")) as { vectors: Published[] };
    return vectors.filter(({ group }) => group === wanted);
  };

  /** The generalised Black-Scholes option on spot that a vector describes, valued on its forward by the contract. */
  async function onSpot({ inputs }: Published) {
    const harness = await ethers.deployContract("PricingHarness");
    const { S, K, q, r, T, sigma } = inputs as Record<string, number>;
    const wad = (x: number): bigint => BigInt(new Big(x).times("1e18").toFixed(0));
    const growth = Math.exp((r! - q!) * T!);
    const discount = Math.exp(-r! * T!);
    const [got] = await harness.greeks(wad(S! * growth), wad(K!), wad(sigma!), BigInt(Math.round(T! * YEAR)));
    const plain = (x: bigint): number => Number(fromWad(x));
    const isCall = inputs["type"] === "call";
    const price = discount * plain(isCall ? got.call : got.put);
    const delta = growth * discount * (plain(got.callDelta) - (isCall ? 0 : 1));
    const theta = r! * price - (r! - q!) * S! * delta + discount * plain(got.theta);
    const values: Readonly<Record<string, number>> = {
      price,
      delta,
      elasticity: (delta * S!) / price,
      gamma: discount * growth ** 2 * plain(got.gamma),
      vega: discount * plain(got.vega),
      theta,
      theta_per_day: theta / 365,
      rho: T! * (S! * delta - price),
      dividend_rho: -T! * S! * delta,
    };
    return values;
  }

  for (const [group, count] of [
    ["haug_price", 43],
    ["haug_greeks", 11],
  ] as const) {
    it(`agrees with every vector of ${group}`, async function () {
      const vectors = load(this, group);
      for (const vector of vectors) {
        const got = await onSpot(vector);
        for (const [name, value] of Object.entries(vector.expected)) {
          const error = Math.abs(got[name]! - Number(value));
          expect(error, `${vector.id} ${name}`).to.be.at.most(vector.abs_tol * 1.0001);
        }
      }
      expect(vectors.length).to.equal(count);
    });
  }

  it("rests on a reference that has the published normal distribution to all of its 30 digits", function () {
    const vectors = load(this, "normal_cdf");
    for (const { id, inputs, expected } of vectors) {
      const published = new Big(expected["cdf"]!);
      const { below } = normal(new Big(inputs["x"]!));
      expect(Number(below.div(published).minus(1).abs()), id).to.be.at.most(1e-29);
    }
    expect(vectors.length).to.equal(16);
  });

  it("delivers that distribution as the delta of an option", async function () {
    const harness = await ethers.deployContract("PricingHarness");
    for (const { id, inputs, expected } of load(this, "normal_cdf")) {
      // s = 1 for a volatility of 1 over a year, so ln(F/K) = x - 1/2.
      const strike = new Big("1e30");
      const forward = new Big(inputs["x"]!).minus("0.5").exp().times(strike).toFixed(0);
      const [, , delta] = await harness.callPutDelta(forward, strike.toFixed(0), 10n ** 18n, YEAR);
      expect(Number(fromWad(delta).minus(expected["cdf"]!).abs()), id).to.be.at.most(1e-16);
    }
  });
});

import { expect } from "chai";
import { Interface } from "ethers";
import fc from "fast-check";
import { IClearinghouse__factory, ITradeDesk__factory } from "../../../typechain-types/index.js";
import {
  accountId,
  accountParts,
  BadDeploymentError,
  BadNumberError,
  BadSeriesError,
  decodeErrorData,
  ERROR_CODEX,
  explainError,
  formatDecimal,
  fromWad,
  instrumentId,
  knownErrors,
  packPosition,
  parseDecimal,
  parseDeployment,
  premiumLimit,
  seriesName,
  seriesOf,
  toWad,
  unpackPositions,
  WAD,
} from "../src/index.ts";

const series = fc.record({
  market: fc.integer({ min: 0, max: 255 }),
  expiry: fc.integer({ min: 1, max: 2 ** 20 - 1 }).map((hours) => hours * 3600),
  strike: fc.integer({ min: 1, max: 2 ** 32 - 1 }).map((cents) => BigInt(cents) * 10n ** 16n),
  kind: fc.constantFrom("call" as const, "put" as const),
});

describe("sdk: instruments and accounts", () => {
  it("packs and unpacks any series", () => {
    fc.assert(
      fc.property(series, (one) => {
        expect(seriesOf(instrumentId(one))).to.deep.equal(one);
      }),
    );
  });

  it("packs and unpacks any positions, skipping empty halves", () => {
    fc.assert(
      fc.property(series, fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }), (one, units) => {
        const entry = packPosition(instrumentId(one), units * 10n ** 10n);
        const [unpacked] = unpackPositions([entry << 128n]);
        expect(unpacked?.quantity).to.equal(units * 10n ** 10n);
        expect(unpacked?.series).to.deep.equal(one);
      }),
    );
  });

  it("refuses a series off the hour, off the cent or out of range", () => {
    const good = { market: 0, expiry: 3600 * 500_000, strike: 2000n * WAD, kind: "call" as const };
    expect(() => instrumentId({ ...good, expiry: good.expiry + 1 })).to.throw(BadSeriesError, "whole hour");
    expect(() => instrumentId({ ...good, strike: 0n })).to.throw(BadSeriesError, "cents");
    expect(() => instrumentId({ ...good, strike: good.strike + 1n })).to.throw(BadSeriesError, "cents");
    expect(() => instrumentId({ ...good, market: 256 })).to.throw(BadSeriesError, "0..255");
    expect(() => packPosition(instrumentId(good), 1n)).to.throw(BadSeriesError, "1e-8");
  });

  it("names a series for people", () => {
    const name = seriesName({ market: 0, expiry: 1584086400, strike: 125_50n * 10n ** 16n, kind: "put" });
    expect(name).to.equal("ETH 2020-03-13 08:00 125.50 put");
  });

  it("embeds the owner in the account", () => {
    const owner = "0x00000000000000000000000000000000000000a1";
    expect(accountParts(accountId(owner, 7n))).to.deep.equal({ owner, subAccount: 7n });
  });
});

describe("sdk: numbers", () => {
  it("parses and formats decimals exactly", () => {
    expect(parseDecimal("-1234.5")).to.equal(-12345n * 10n ** 17n);
    expect(formatDecimal(parseDecimal("1234567.895"))).to.equal("1,234,567.90");
    expect(formatDecimal(-1n)).to.equal("0.00");
    for (const bad of ["", "1e3", "0x10", "1.2.3", "NaN"])
      expect(() => parseDecimal(bad)).to.throw(BadNumberError);
    expect(() => parseDecimal("0.0000001", 6)).to.throw(BadNumberError, "more than 6");
  });

  it("rounds conversions to token units the way it is told", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), (value) => {
        const down = toWad(fromWad(value, 6, "Down"), 6);
        const up = toWad(fromWad(value, 6, "Up"), 6);
        expect(down <= value && value <= up && up - down <= 10n ** 12n).to.equal(true);
      }),
    );
  });

  it("makes a premium limit that is never better than the quote", () => {
    expect(premiumLimit(100n * WAD, WAD / 100n)).to.equal(101n * WAD);
    expect(premiumLimit(-100n * WAD, WAD / 100n)).to.equal(-99n * WAD);
  });
});

describe("sdk: errors", () => {
  it("decodes an error nested in a failed batch call", () => {
    const inner = ITradeDesk__factory.createInterface().encodeErrorResult("TradeDesk_DeadlinePassed", [
      1n,
      2n,
    ]);
    const data = IClearinghouse__factory.createInterface().encodeErrorResult("Clearinghouse_CallFailed", [
      3n,
      inner,
    ]);
    const decoded = decodeErrorData(data);
    expect(decoded?.name).to.equal("Clearinghouse_CallFailed");
    expect(decoded?.inner?.name).to.equal("TradeDesk_DeadlinePassed");
    expect(decoded?.inner?.args).to.deep.equal({ deadline: 1n, nowTimestamp: 2n });
    expect(explainError({ data })).to.contain("came after its deadline");
  });

  it("spells out a plain revert reason and ignores unknown data", () => {
    const reason = new Interface(["error Error(string)"]).encodeErrorResult("Error", ["nope"]);
    expect(decodeErrorData(reason)?.name).to.equal("Error");
    expect(explainError({ data: reason })).to.contain('A contract refused: "nope".');
    expect(decodeErrorData("0x12345678")).to.equal(undefined);
    expect(decodeErrorData("0x")).to.equal(undefined);
  });

  it("has no codex entry for an error that does not exist", () => {
    const known = new Set(knownErrors());
    expect(Object.keys(ERROR_CODEX).filter((name) => !known.has(name))).to.deep.equal([]);
  });
});

describe("sdk: deployments", () => {
  it("names the first thing wrong with a deployment file", () => {
    expect(() => parseDeployment(null)).to.throw(BadDeploymentError, "not a JSON object");
    expect(() => parseDeployment({})).to.throw(BadDeploymentError, "chainId");
    expect(() => parseDeployment({ chainId: 1, fromBlock: 0, contracts: {} })).to.throw(
      BadDeploymentError,
      '"accessManager"',
    );
  });
});

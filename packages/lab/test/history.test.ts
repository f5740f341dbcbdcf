import { expect } from "chai";
import { LabError } from "../src/failure.ts";
import { parseHistory, sliceHistory } from "../src/market/history.ts";

const HEADER = "open_time_unix,open,high,low,close,volume";
const WAD = 10n ** 18n;

function csv(...lines: string[]): string {
  return [HEADER, ...lines].join("\n");
}

function message(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    expect(error).to.be.instanceOf(LabError);
    return (error as Error).message;
  }
  return "nothing was thrown";
}

describe("price history", () => {
  it("returns each close at the end of its hour", () => {
    const points = parseHistory(
      csv("1583625600,1,2,0.5,234.09,10", "1583629200,1,2,0.5,232.7,10", ""),
      "p.csv",
    );
    expect(points).to.deep.equal([
      { time: 1583629200, price: 23_409n * 10n ** 16n },
      { time: 1583632800, price: 2_327n * 10n ** 17n },
    ]);
  });

  it("names the first line that is wrong", () => {
    const good = "1583625600,1,2,0.5,234.09,10";
    expect(message(() => parseHistory("time,close\n", "p.csv"))).to.equal(
      `p.csv, line 1: the header must be ${HEADER}.`,
    );
    expect(message(() => parseHistory(csv(good, "1583629200,1,2"), "p.csv"))).to.equal(
      "p.csv, line 3: expected 6 fields, found 3.",
    );
    expect(message(() => parseHistory(csv(good, "1583629200,1,2,0.5,abc,10"), "p.csv"))).to.contain(
      'line 3: the close "abc"',
    );
    expect(message(() => parseHistory(csv(good, "1583629200,1,2,0.5,-3,10"), "p.csv"))).to.contain(
      "must be positive",
    );
    expect(message(() => parseHistory(csv(good, good), "p.csv"))).to.contain("line 3: the time is not after");
    expect(message(() => parseHistory(csv("soon,1,2,0.5,3,10"), "p.csv"))).to.contain(
      '"soon" is not a unix time',
    );
    expect(message(() => parseHistory(csv(""), "p.csv"))).to.equal("p.csv has no prices.");
  });

  it("fills gaps with the last price and refuses a range that is not covered", () => {
    const points = [
      { time: 3_600 * 100, price: WAD },
      { time: 3_600 * 103, price: 3n * WAD },
    ];
    const hourly = sliceHistory(points, 3_600 * 100, 3_600 * 104, "p.csv");
    expect(hourly.map((point) => point.price)).to.deep.equal([WAD, WAD, WAD, 3n * WAD]);
    expect(message(() => sliceHistory(points, 3_600 * 99, 3_600 * 104, "p.csv"))).to.contain(
      "does not cover",
    );
    expect(message(() => sliceHistory(points, 3_600 * 100, 3_600 * 105, "p.csv"))).to.contain(
      "does not cover",
    );
  });
});

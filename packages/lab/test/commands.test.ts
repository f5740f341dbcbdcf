import { expect } from "chai";
import { UsageError } from "../src/failure.ts";
import { type Flag, helpText, parseFlags, utcDay, wholeNumber } from "../src/flags.ts";

const FLAGS = {
  once: { kind: "switch", help: "one session" },
  seed: { kind: "value", value: "<n>", help: "seed" },
} as const satisfies Record<string, Flag>;

function refusal(...argv: string[]): string {
  try {
    parseFlags(argv, FLAGS);
  } catch (error) {
    expect(error).to.be.instanceOf(UsageError);
    return (error as Error).message;
  }
  return "nothing was thrown";
}

describe("flags of the lab's commands", () => {
  it("reads switches and values, with a space or an equals sign", () => {
    const flags = parseFlags(["--once", "--seed=7"], FLAGS);
    expect(flags.has("once")).to.equal(true);
    expect(flags.value("seed")).to.equal("7");
    expect(parseFlags(["--seed", "8"], FLAGS).value("seed")).to.equal("8");
    expect(parseFlags([], FLAGS).value("seed")).to.equal(undefined);
  });

  it("answers every wrong use with one sentence", () => {
    expect(refusal("--nope")).to.equal("There is no flag --nope; try --help.");
    expect(refusal("replay")).to.equal('"replay" is not a flag; try --help.');
    expect(refusal("--seed")).to.equal("--seed needs a value <n>.");
    expect(refusal("--seed", "--once")).to.equal("--seed needs a value <n>.");
    expect(refusal("--once=1")).to.equal("--once takes no value.");
    expect(refusal("--seed", "1", "--seed", "2")).to.equal("The flag --seed is given twice.");
  });

  it("bounds numbers and days", () => {
    expect(wholeNumber("8545", "port", 1, 65_535)).to.equal(8545);
    expect(() => wholeNumber("70000", "port", 1, 65_535)).to.throw(
      "--port must be a whole number from 1 to 65535",
    );
    expect(() => wholeNumber("1.5", "seed", 0, 9)).to.throw("--seed must be a whole number");
    expect(utcDay("2020-03-08", "from")).to.equal(1_583_625_600);
    expect(() => utcDay("2020-02-30", "from")).to.throw("--from must be a day such as");
  });

  it("lists every flag in the help text", () => {
    expect(helpText("npm start", FLAGS)).to.equal(
      "npm start\n\n  --once      one session\n  --seed <n>  seed\n",
    );
  });
});

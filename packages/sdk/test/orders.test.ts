import { expect } from "chai";
import { type CommittedOrder, orderStateOf } from "../src/index.ts";

const COMMITTED = 1_000;
const DEADLINE = 2_000;
const order: CommittedOrder["order"] = {
  taker: 1n,
  instruments: [1n],
  quantities: [1n],
  premiumLimit: 0n,
  bond: 1n,
  aggregator: `0x${"11".repeat(20)}`,
  round: 7n,
  committedAt: COMMITTED,
  deadline: DEADLINE,
};
const state = (newest: bigint, madeAt: number | undefined, now: number) =>
  orderStateOf(order, { newest, madeAt }, now);

describe("sdk: orders in two steps", () => {
  it("wait for the round after theirs, and lapse after their deadline", () => {
    expect(state(7n, 900, 1_001)).to.equal("waiting");
    expect(state(7n, 900, DEADLINE)).to.equal("waiting");
    expect(state(7n, 900, DEADLINE + 1)).to.equal("lapsed");
  });

  it("can be filled for two minutes after that round, while it is the newest, and are forfeit then", () => {
    expect(state(8n, 1_500, 1_500)).to.equal("fillable");
    expect(state(8n, 1_500, 1_620)).to.equal("fillable");
    expect(state(8n, 1_500, 1_621)).to.equal("forfeit");
    expect(state(9n, 1_500, 1_501)).to.equal("forfeit");
  });

  it("lapse where that round is none of theirs: too early, too late or not to be found", () => {
    expect(state(8n, COMMITTED, 1_001)).to.equal("lapsed");
    expect(state(8n, COMMITTED + 1, 1_001)).to.equal("fillable");
    expect(state(8n, DEADLINE, DEADLINE)).to.equal("fillable");
    expect(state(8n, DEADLINE + 1, DEADLINE + 1)).to.equal("lapsed");
    expect(state(9n, undefined, 1_501)).to.equal("lapsed");
  });
});

import { instrumentId, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { funded, USDC, ZERO } from "../support/ledger.ts";
import { mutate, outcome, replace } from "../support/mutants.ts";
import { parametersOf } from "../support/risk.ts";

/**
 * The curator doubles the range of prices that margin looks at. Within the same hour Alice sells what only the old range
 * would have let her sell.
 */
async function lastCall(mutant?: string) {
  const all = await funded();
  const { connection, ledger, risk, alice, a, b, expiry, encode, through } = all;
  const { riskParameters, riskArrays, manager } = risk;
  if (mutant) await replace(connection, riskParameters, mutant, [manager.target, ZERO]);
  const call = instrumentId({ market: 0, expiry: Number(expiry), strike: 3_300n * WAD, kind: "call" });
  const sell = [through(encode("movePosition", [a, b, call, 15n * WAD]))];
  await riskArrays.refresh(0, expiry, [3_300n * WAD]);
  const before = await outcome(ledger.connect(alice).batch.staticCall(a, sell), ledger);
  await riskParameters.setParameters(0, { ...parametersOf(0), scanRange: (4n * WAD) / 10n });
  await riskArrays.refresh(0, expiry, [3_300n * WAD]);
  return [before, await outcome(ledger.connect(alice).batch(a, sell), ledger)] as const;
}

/** Alice sees a pause coming and leaves before it; Bob does not. What is said to each. */
async function run(mutant?: string) {
  const all = await funded();
  const { ledger, usdc, alice, bob, a, b } = all;
  if (mutant) await mutate(all, mutant);
  const leave = (who: typeof alice, account: bigint) =>
    outcome(ledger.connect(who).withdraw(account, usdc.target, 9_000n * USDC, who.address), ledger);
  const first = await leave(alice, a);
  await ledger.setRiskPaused(true);
  return [first, await leave(bob, b)] as const;
}

describe("who sees a change coming", () => {
  it("cannot take on in the last hour what a tighter parameter will not allow", async () => {
    expect(await lastCall()).to.deep.equal(["nothing", "Clearinghouse_BelowInitial"]);
  });

  it("can, if new risk is given the same time as old", async () => {
    expect(await lastCall("PatientParameters")).to.deep.equal(["nothing", "nothing"]);
  });

  it("gains nothing by leaving before a pause, which others leave after", async () => {
    expect(await run()).to.deep.equal(["nothing", "nothing"]);
  });

  it("gains what others cannot have, if a pause closes exits too", async () => {
    expect(await run("ShuttingRegistrar")).to.deep.equal(["nothing", "Clearinghouse_RiskPaused"]);
  });
});

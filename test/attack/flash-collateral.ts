import { accountId, token, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { funded, USDC } from "../support/ledger.ts";
import { mutate, outcome } from "../support/mutants.ts";

/**
 * A thief without anything borrows ether from Alice for one transaction, pays it in, owes cash to an account of its own,
 * takes the ether out again, gives it back, and leaves with the cash. Returns what it was refused with, and its cash.
 */
async function loan(inBatch: boolean, mutant?: string) {
  const all = await funded();
  const { ethers, ledger, alice, usdc, weth, encode, through } = all;
  const thief = await ethers.deployContract("OneTransaction");
  const [own, friend] = [accountId(thief.target as string), accountId(thief.target as string, 1n)];
  const ether = token(weth.target as string, alice);
  await (await ether.approve(thief.target as string, 50n * WAD)).wait();
  if (mutant) await mutate(all, mutant);
  const amount = 50n * WAD;
  const erc20 = new ethers.Interface([
    "function approve(address,uint256)",
    "function transferFrom(address,address,uint256)",
  ]);
  const pay = encode("deposit", [own, weth.target, amount]);
  const borrow = through(encode("moveCash", [own, friend, 9_000n * WAD]));
  const back = encode("withdraw", [own, weth.target, amount, alice.address]);
  const asCall = (data: string) => ({ target: ledger.target, data });
  const acts = inBatch
    ? [encode("batch", [own, [asCall(pay), borrow, asCall(back)]])]
    : [pay, encode("batch", [own, [borrow]]), back];
  const attack = thief.run(
    [weth.target, weth.target, ...acts.map(() => ledger.target), ledger.target],
    [
      erc20.encodeFunctionData("transferFrom", [alice.address, thief.target, amount]),
      erc20.encodeFunctionData("approve", [ledger.target, amount]),
      ...acts,
      encode("withdraw", [friend, usdc.target, 9_000n * USDC, thief.target as string]),
    ],
  );
  const said = await outcome(attack, ledger);
  return [said, await token(usdc.target as string, alice).balanceOf(thief.target as string)] as const;
}

describe("collateral that is there for one transaction", () => {
  for (const [where, inBatch, mutant] of [
    ["within one batch", true, "BlindLedger"],
    ["before and after a batch", false, "BlindRegistrar"],
  ] as const) {
    it(`buys nothing that stays, ${where}`, async () => {
      expect(await loan(inBatch)).to.deep.equal(["Clearinghouse_BelowInitial", 0n]);
    });

    it(`buys cash, ${where}, if nobody looks at the account it leaves behind`, async () => {
      expect(await loan(inBatch, mutant)).to.deep.equal(["nothing", 9_000n * USDC]);
    });
  }
});

import { accountId } from "@ballast/sdk";
import { expect } from "chai";
import { funded, ZERO } from "../support/ledger.ts";
import { mutate, outcome } from "../support/mutants.ts";

/** A token that calls whom it is told while it moves, others' money in the ledger, and a thief with 200 of the token. */
async function stage(mutant?: string) {
  const all = await funded();
  const { ethers, ledger, alice, a } = all;
  const token = await ethers.deployContract("TestToken", [18]);
  await ledger.setCollateralAsset(token.target, 1, 10n ** 30n, true);
  const thief = await ethers.deployContract("OneTransaction");
  await token.mint(alice.address, 1_000n);
  await token.connect(alice).approve(ledger.target, 1_000n);
  await ledger.connect(alice).deposit(a, token.target, 1_000n);
  await token.mint(thief.target, 200n);
  const own = accountId(thief.target as string);
  await thief.run([token.target], [token.interface.encodeFunctionData("approve", [ledger.target, 200n])]);
  if (mutant) await mutate(all, mutant);
  /** The thief makes this call, and once more while the token moves for the first time. */
  const twice = async (data: string) => {
    const calm = token.interface.encodeFunctionData("setHook", [ZERO, "0x"]);
    const inner = thief.interface.encodeFunctionData("run", [
      [token.target, ledger.target],
      [calm, data],
    ]);
    await token.setHook(thief.target, inner);
    return outcome(thief.run([ledger.target], [data]), ledger);
  };
  /** What the thief has, in hand and on its account. */
  const wealth = async () =>
    (await token.balanceOf(thief.target)) + (await ledger.collateralOf(own, token.target));
  return { ...all, token, thief, own, twice, wealth };
}

/** Deposits within a deposit. */
async function inward(mutant?: string) {
  const { token, own, twice, wealth, encode } = await stage(mutant);
  return [await twice(encode("deposit", [own, token.target, 100n])), await wealth()] as const;
}

/** Withdraws within a withdrawal. */
async function outward(mutant?: string) {
  const { token, thief, ledger, own, twice, wealth, encode } = await stage(mutant);
  await thief.run([ledger.target], [encode("deposit", [own, token.target, 200n])]);
  const data = encode("withdraw", [own, token.target, 200n, thief.target as string]);
  return [await twice(data), await wealth()] as const;
}

describe("tokens that call back while they move (ERC-777; Lendf.Me, 2020)", () => {
  it("credit nothing twice on the way in", async () => {
    expect(await inward()).to.deep.equal(["Clearinghouse_Reentered", 200n]);
  });

  it("would, if a deposit could be entered and what arrived meanwhile counted", async () => {
    expect(await inward("EnterableRegistrar")).to.deep.equal(["nothing", 300n]);
  });

  it("pay nothing twice on the way out", async () => {
    expect(await outward()).to.deep.equal(["Clearinghouse_Reentered", 200n]);
  });

  it("would, if a withdrawal were written down after it is paid", async () => {
    expect(await outward("LateRegistrar")).to.deep.equal(["nothing", 400n]);
  });
});

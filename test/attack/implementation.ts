import { expect } from "chai";
import { getBytes } from "ethers";
import { artifacts } from "hardhat";
import { FOREVER, funded, USDC } from "../support/ledger.ts";
import { outcome } from "../support/mutants.ts";

const CALLCODE = 0xf2;
const DELEGATECALL = 0xf4;
const SELFDESTRUCT = 0xff;

/** Instructions of a contract, without what they push and without what the compiler adds about itself. */
function instructionsOf(code: string): Set<number> {
  const bytes = getBytes(code);
  const tail = ((bytes.at(-2) ?? 0) << 8) | (bytes.at(-1) ?? 0);
  const found = new Set<number>();
  for (let at = 0; at < bytes.length - tail - 2; at++) {
    const one = bytes[at] ?? 0;
    found.add(one);
    if (one >= 0x60 && one <= 0x7f) at += one - 0x5f;
  }
  return found;
}

describe("code that another contract runs on its own storage", () => {
  it("has nothing to initialise, and nobody to initialise it: no contract has such a function", async () => {
    const names = [...(await artifacts.getAllFullyQualifiedNames())].filter((name) =>
      /^contracts\//.test(name),
    );
    const functions = await Promise.all(
      names.map(
        async (name) => (await artifacts.readArtifact(name)).abi as readonly { readonly name?: string }[],
      ),
    );
    const found = functions
      .flat()
      .filter(({ name = "" }) => /^(initiali[sz]e|init|setup|upgrade|migrate)/i.test(name));
    expect(found).to.deep.equal([]);
  });

  it("cannot be made to run other code, nor to vanish", async () => {
    const { ethers, ledger } = await funded();
    const codes = [await ledger.registrar(), await ledger.permits()];
    for (const address of codes) {
      const found = instructionsOf(await ethers.provider.getCode(address));
      for (const bad of [CALLCODE, DELEGATECALL, SELFDESTRUCT]) expect(found.has(bad)).to.equal(false);
    }
    const own = instructionsOf(await ethers.provider.getCode(ledger.target));
    expect([own.has(DELEGATECALL), own.has(CALLCODE), own.has(SELFDESTRUCT)]).to.deep.equal([
      true,
      false,
      false,
    ]);
  });

  it("does to the ledger what the ledger offers, and nothing more of what it has", async () => {
    const { ethers, ledger, alice } = await funded();
    const offered = new Set<string>();
    ledger.interface.forEachFunction(({ selector }) => offered.add(selector));
    let hidden = 0;
    for (const name of ["Registrar", "Permits"] as const) {
      const { interface: abi } = await ethers.getContractFactory(name, alice);
      const missing: string[] = [];
      abi.forEachFunction(({ selector }) => {
        if (!offered.has(selector)) missing.push(selector);
      });
      hidden += missing.length;
      for (const selector of missing)
        await expect(alice.sendTransaction({ to: ledger.target, data: selector })).to.revert(ethers);
    }
    expect(hidden).to.be.greaterThan(0);
  });

  it("called by itself touches nobody's money: not the ledger's, nor what it has itself", async () => {
    const { ethers, ledger, bob, deployer, a, b, usdc, weth } = await funded();
    const registrar = await ethers.getContractAt("Registrar", await ledger.registrar());
    const permits = await ethers.getContractAt("Permits", await ledger.permits());
    const before = await Promise.all([ledger.cashOf(a), ledger.cashOf(b), ledger.totalClaims()]);
    const held = await usdc.getFunction("balanceOf")(ledger.target);
    await permits.connect(bob).setOperator(b, bob.address, 3, FOREVER);
    for (const account of [a, b])
      expect(
        await outcome(registrar.connect(bob).withdraw(account, usdc.target, USDC, bob.address), registrar),
      ).to.match(/^Clearinghouse_(NotAuthorised|InsufficientCash)$/);
    expect(await outcome(registrar.connect(bob).deposit(b, weth.target, 1n), registrar)).to.equal(
      "Clearinghouse_UnknownAsset",
    );
    expect(await outcome(registrar.connect(bob).setVenue(bob.address, true), registrar)).to.equal(
      "AccessManagedUnauthorized",
    );
    expect(await outcome(registrar.connect(bob).shareLoss(a, 1n), registrar)).to.equal(
      "AccessManagedUnauthorized",
    );
    await registrar.connect(deployer).setVenue(bob.address, true);
    expect(await outcome(ledger.connect(bob).moveCash(a, b, 1n), ledger)).to.equal("Clearinghouse_NotVenue");
    expect(await ledger.isAuthorised(a, bob.address, 1)).to.equal(false);
    expect(await Promise.all([ledger.cashOf(a), ledger.cashOf(b), ledger.totalClaims()])).to.deep.equal(
      before,
    );
    expect(await usdc.getFunction("balanceOf")(ledger.target)).to.equal(held);
  });
});

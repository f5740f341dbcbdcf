import { WAD } from "@ballast/sdk";
import { expect } from "chai";
import { artifacts } from "hardhat";
import { funded } from "../support/ledger.ts";
import { mutate } from "../support/mutants.ts";

interface Fragment {
  readonly type: string;
  readonly name?: string;
  readonly stateMutability?: string;
}

/** What of a contract takes ether. */
async function payableOf(qualified: string): Promise<string[]> {
  const { abi, bytecode } = await artifacts.readArtifact(qualified);
  // Interfaces of others' contracts are not ours.
  if (bytecode === "0x") return [];
  return (abi as readonly Fragment[])
    .filter(({ stateMutability, type }) => stateMutability === "payable" || type === "receive")
    .map(({ type, name }) => `${qualified} ${name ?? type}`);
}

describe("ether that is sent once and counted in a loop", () => {
  it("is taken by no function of any contract", async () => {
    const names = [...(await artifacts.getAllFullyQualifiedNames())].filter((name) =>
      /^contracts\//.test(name),
    );
    expect(names.length).to.be.greaterThan(60);
    expect((await Promise.all(names.map(payableOf))).flat()).to.deep.equal([]);
  });

  it("is refused by what is deployed, with and without a call", async () => {
    const { ethers, deployer, ledger, risk, settler, guardian } = await funded();
    const rooms = [
      ledger,
      risk.riskArrays,
      risk.riskEngine,
      risk.riskParameters,
      risk.books,
      settler,
      guardian,
    ];
    const data = ledger.interface.encodeFunctionData("cancelNonce", [1n]);
    for (const to of [...rooms.map(({ target }) => target), await ledger.registrar(), await ledger.permits()])
      for (const call of ["0x", data])
        await expect(deployer.sendTransaction({ to, value: 1n, data: call }), String(to)).to.revert(ethers);
  });

  it("would be credited as often as it is counted, by a ledger that took it", async () => {
    const all = await funded();
    const { ethers, ledger, a } = all;
    await mutate(all, "PaidLedger");
    const paid = await ethers.getContractAt("PaidLedger", ledger.target as string);
    const before = await ledger.cashOf(a);
    await paid.depositEther([a, a, a], { value: WAD });
    expect((await ledger.cashOf(a)) - before).to.equal(3n * WAD);
    expect(await payableOf("test/harness/mutants/LedgerMutants.sol:PaidLedger")).to.have.length(1);
  });
});

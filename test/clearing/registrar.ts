import { readFileSync } from "node:fs";
import { expect } from "chai";
import { artifacts } from "hardhat";
import { room } from "../support/ledger.ts";

interface Layout {
  readonly storage: readonly { readonly label: string; readonly slot: string; readonly offset: number }[];
}

/** Variables of a contract by slot and offset, from the last build. */
async function layoutOf(name: string): Promise<string[]> {
  const source = `contracts/clearing/${name}.sol`;
  const id = await artifacts.getBuildInfoId(`${source}:${name}`);
  const path = await artifacts.getBuildInfoOutputPath(id ?? "");
  const { output } = JSON.parse(readFileSync(path ?? "", "utf8")) as {
    output: { contracts: Record<string, Record<string, { storageLayout: Layout }>> };
  };
  const layout = output.contracts[`project/${source}`]?.[name]?.storageLayout;
  return (layout?.storage ?? []).map(({ label, slot, offset }) => `${slot}.${offset} ${label}`);
}

describe("Registrar", () => {
  it("sees the storage of the clearinghouse exactly as the clearinghouse does", async () => {
    const ledger = await layoutOf("Clearinghouse");
    expect(ledger.length).to.be.greaterThan(10);
    for (const code of ["Registrar", "Permits"]) expect(await layoutOf(code), code).to.deep.equal(ledger);
  });

  it("is code of the clearinghouse and holds nothing of its own", async () => {
    const { ledger, ethers, alice, a } = await room();
    const own = await ethers.getContractAt("Registrar", await ledger.registrar());
    const permits = await ethers.getContractAt("Permits", await ledger.permits());
    await permits.connect(alice).setOperator(a, own.target, 1, 2n ** 63n);
    expect(await ledger.isAuthorised(a, own.target as string, 1)).to.equal(false);
    await ledger.connect(alice).setOperator(a, own.target, 1, 2n ** 63n);
    expect(await ledger.isAuthorised(a, own.target as string, 1)).to.equal(true);
    await expect(own.connect(alice).setVenue(alice.address, true)).to.be.revertedWithCustomError(
      own,
      "AccessManagedUnauthorized",
    );
  });
});

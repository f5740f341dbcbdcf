import { expect } from "chai";
import { network } from "hardhat";

describe("Bytes kept as code", () => {
  it("are as many as code may have, and no more", async () => {
    const { ethers } = await network.create();
    const harness = await ethers.deployContract("BookHarness");
    expect(await harness.keep.staticCall(24_575)).to.equal(24_576n);
    for (const length of [24_576, 65_535, 70_000])
      await expect(harness.keep(length))
        .to.be.revertedWithCustomError(harness, "CodeStore_WriteFailed")
        .withArgs(length);
  });
});

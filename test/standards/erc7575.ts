import { expect } from "chai";
import { ZeroAddress } from "ethers";
import { idOf, opened } from "../support/face.ts";
import { done, USDC, WAD } from "../support/queue.ts";

describe("ERC-7575", () => {
  it("share MUST return an address of an ERC-20 share representation of the Vault, and MUST NOT revert", async () => {
    const { stage, a, b, at } = await opened();
    expect(await a.look<string>("share")).to.equal(at.vault);
    // What an entry mints is a balance of that token, and moves like one.
    await a.send("transfer", b.address, 5n * WAD);
    expect(await b.look("balanceOf", b.address)).to.equal(5n * WAD);
    await done(stage.bob.ballast.vault.requestDeposit(100n * USDC, b.address, b.address));
    await stage.mark(1);
    await stage.process();
    const due = await b.look("maxMint", b.address);
    await b.send("mint(uint256,address,address)", due, b.address, b.address);
    expect(await b.look("balanceOf", b.address)).to.equal(5n * WAD + due);
  });

  it("the share SHOULD tell the vault of an asset", async () => {
    const { a, at } = await opened();
    expect(await a.look<string>("vault", at.usdc)).to.equal(at.vault);
    expect(await a.look<string>("vault", at.vault)).to.equal(ZeroAddress);
    expect(idOf("vault(address)")).to.equal("0xf815c03d");
    expect(await a.look<boolean>("supportsInterface", "0xf815c03d")).to.equal(true);
  });

  it("MUST return true for the ids of the five interfaces, and for all of them together", async () => {
    const { a } = await opened();
    const parts = {
      "0x50a526d6": [
        "asset()",
        "share()",
        "totalAssets()",
        "convertToAssets(uint256)",
        "convertToShares(uint256)",
      ],
      "0xc1f329ef": ["deposit(uint256,address)", "previewDeposit(uint256)", "maxDeposit(address)"],
      "0xe1550342": ["mint(uint256,address)", "previewMint(uint256)", "maxMint(address)"],
      "0x2fd7d42a": ["redeem(uint256,address,address)", "previewRedeem(uint256)", "maxRedeem(address)"],
      "0x70dec094": ["withdraw(uint256,address,address)", "previewWithdraw(uint256)", "maxWithdraw(address)"],
    };
    for (const [stated, functions] of Object.entries(parts)) {
      expect(idOf(...functions)).to.equal(stated);
      expect(await a.look<boolean>("supportsInterface", stated), stated).to.equal(true);
    }
    expect(idOf(...Object.values(parts).flat())).to.equal("0x2f0a18c5");
    expect(await a.look<boolean>("supportsInterface", "0x2f0a18c5")).to.equal(true);
  });
});

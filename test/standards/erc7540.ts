import { expect } from "chai";
import { MaxUint256, ZeroAddress } from "ethers";
import { claimable, idOf, opened } from "../support/face.ts";
import { connection, done, type Lp, refusal, USDC, WAD } from "../support/queue.ts";

const DEPOSIT = "deposit(uint256,address,address)";
const MINT = "mint(uint256,address,address)";

const usdcOf = (lp: Lp) => lp.ballast.usdc.balanceOf(lp.address).then(BigInt);

describe("ERC-7540: claims", () => {
  it("deposit and mint do not transfer assets to the Vault, because this already happened on requestDeposit", async () => {
    const { stage, b, at } = await claimable();
    const { usdc } = stage.bob.ballast;
    const places = () =>
      Promise.all([b.address, at.vault, at.silo, at.clearinghouse].map((place) => usdc.balanceOf(place)));
    const before = await places();
    await b.send(DEPOSIT, 300n * USDC, b.address, b.address);
    await b.send(MINT, await b.look("maxMint", b.address), b.address, b.address);
    expect(await places()).to.deep.equal(before);
  });

  it("redeem and withdraw do not transfer shares to the Vault, because this already happened on requestRedeem", async () => {
    const { a, at } = await claimable();
    const shares = () =>
      Promise.all([
        a.look("totalSupply"),
        ...[a.address, at.vault, at.silo].map((x) => a.look("balanceOf", x)),
      ]);
    const before = await shares();
    await a.send("redeem", 200n * WAD, a.address, a.address);
    await a.send("withdraw", await a.look("maxWithdraw", a.address), a.address, a.address);
    expect(await shares()).to.deep.equal(before);
  });

  it("previewDeposit, previewMint, previewRedeem and previewWithdraw MUST revert for all callers and inputs", async () => {
    const { a, b } = await claimable();
    for (const face of [a, b])
      for (const name of ["previewDeposit", "previewMint", "previewRedeem", "previewWithdraw"])
        for (const amount of [0n, 1n, 10n ** 9n, MaxUint256])
          expect(await refusal(face.look(name, amount)), name).to.equal("EpochQueue_PreviewNotSupported");
  });

  it("the controller of redeem and withdraw MUST be msg.sender unless it has approved msg.sender as an operator", async () => {
    const { a, c } = await claimable();
    for (const name of ["redeem", "withdraw"])
      expect(await refusal(c.look(name, 1n, c.address, a.address))).to.equal("EpochQueue_NotAuthorised");
    // An allowance of shares is not one of claims.
    await a.send("approve", c.address, MaxUint256);
    expect(await refusal(c.look("redeem", 1n, c.address, a.address))).to.equal("EpochQueue_NotAuthorised");
    await a.send("setOperator", c.address, true);
    expect(await c.look("redeem", 100n * WAD, c.address, a.address)).to.be.greaterThan(0n);
    expect(await c.look("withdraw", 10n * USDC, c.address, a.address)).to.be.greaterThan(0n);
  });

  it("the overloaded deposit and mint MUST revert unless msg.sender is the controller or its operator", async () => {
    const { b, c } = await claimable();
    for (const name of [DEPOSIT, MINT])
      expect(await refusal(c.look(name, 1n, c.address, b.address))).to.equal("EpochQueue_NotAuthorised");
    expect(await b.look(DEPOSIT, 100n * USDC, c.address, b.address)).to.be.greaterThan(0n);
    await b.send("setOperator", c.address, true);
    expect(await c.look(DEPOSIT, 100n * USDC, c.address, b.address)).to.be.greaterThan(0n);
    expect(await c.look(MINT, 10n * WAD, c.address, b.address)).to.be.greaterThan(0n);
  });

  it("the first parameter of Deposit MUST be the controller, and the second the receiver", async () => {
    const { b, c } = await claimable();
    await b.send("setOperator", c.address, true);
    const shares = await c.look(DEPOSIT, 100n * USDC, c.address, b.address);
    expect(await c.send(DEPOSIT, 100n * USDC, c.address, b.address)).to.deep.equal([
      ["Deposit", b.address, c.address, 100n * USDC, shares],
    ]);
    const [[name, sender, owner] = []] = await c.send(MINT, WAD, c.address, b.address);
    expect([name, sender, owner]).to.deep.equal(["Deposit", b.address, c.address]);
  });

  it("Requests MUST NOT skip the Claim state, and Vaults MUST NOT push tokens onto the user", async () => {
    const { stage, a, b } = await opened();
    const { alice, bob } = stage;
    await b.send("requestDeposit", 900n * USDC, b.address, b.address);
    await a.send("requestRedeem", 700n * WAD, a.address, a.address);
    const before = [await b.look("balanceOf", b.address), await usdcOf(alice)];
    expect([await b.look("maxMint", b.address), await a.look("maxWithdraw", a.address)]).to.deep.equal([
      0n,
      0n,
    ]);
    await stage.mark(1);
    await stage.process();
    expect([await b.look("balanceOf", b.address), await usdcOf(alice)]).to.deep.equal(before);
    expect(await b.look("maxMint", b.address)).to.be.greaterThan(0n);
    expect(await a.look("maxWithdraw", a.address)).to.be.greaterThan(0n);
    await b.send(MINT, await b.look("maxMint", b.address), b.address, b.address);
    await a.send("redeem", 700n * WAD, a.address, a.address);
    expect(await b.look("balanceOf", bob.address)).to.be.greaterThan(before[0] ?? 0n);
    expect(await usdcOf(alice)).to.be.greaterThan(before[1] ?? 0n);
  });

  it("maxDeposit increases and decreases in sync with claimableDepositRequest", async () => {
    const { a, b } = await claimable();
    for (const part of [0n, 100n * USDC, 33n, 899n * USDC - 100n * USDC - 33n]) {
      if (part !== 0n) await b.send(DEPOSIT, part, b.address, b.address);
      expect(await b.look("maxDeposit", b.address)).to.equal(
        await b.look("claimableDepositRequest", 0n, b.address),
      );
    }
    expect(await b.look("maxDeposit", b.address)).to.equal(1n * USDC);
    await a.send("redeem", 1n * WAD, a.address, a.address);
    expect(await a.look("maxRedeem", a.address)).to.equal(
      await a.look("claimableRedeemRequest", 0n, a.address),
    );
  });
});

describe("ERC-7540: request ids", () => {
  it("a Vault that returns 0 for the requestId of any request MUST return 0 for all requests", async () => {
    const { a, b } = await opened();
    for (let i = 1n; i <= 3n; i++) {
      expect(await b.look("requestDeposit", i * 50n * USDC, a.address, b.address)).to.equal(0n);
      expect(await a.look("requestRedeem", i * 50n * WAD, b.address, a.address)).to.equal(0n);
      const [[, , , deposit] = []] = await b.send("requestDeposit", i * 50n * USDC, a.address, b.address);
      const [[, , , redemption] = []] = await a.send("requestRedeem", i * 50n * WAD, b.address, a.address);
      expect([deposit, redemption]).to.deep.equal([0n, 0n]);
    }
  });

  it("with requestId 0 the Vault MUST use purely the controller to discriminate, aggregating its requests", async () => {
    const { stage, a, b, c } = await opened();
    await b.send("requestDeposit", 60n * USDC, c.address, b.address);
    await a.send("requestDeposit", 40n * USDC, c.address, a.address);
    await stage.mark(1);
    await c.send("requestDeposit", 30n * USDC, c.address, c.address);
    const before = await b.look("claimableDepositRequest", 0n, c.address);
    expect(await b.look("pendingDepositRequest", 0n, c.address)).to.equal(130n * USDC);
    expect(await b.look("pendingDepositRequest", 0n, b.address)).to.equal(0n);
    await stage.process();
    expect(await b.look("claimableDepositRequest", 0n, c.address)).to.equal(before + 100n * USDC);
    expect(await b.look("pendingDepositRequest", 0n, c.address)).to.equal(30n * USDC);
  });
});

describe("ERC-7540: requestDeposit", () => {
  it("MUST support approve and transferFrom on asset, and places the assets in Pending state", async () => {
    const { stage, b, at } = await opened();
    const { usdc } = stage.bob.ballast;
    await done(usdc.approve(at.vault, 80n * USDC));
    const before = await usdcOf(stage.bob);
    await b.send("requestDeposit", 80n * USDC, b.address, b.address);
    expect(await usdcOf(stage.bob)).to.equal(before - 80n * USDC);
    expect(await b.look("pendingDepositRequest", 0n, b.address)).to.equal(80n * USDC);
    expect(await usdc.allowance(b.address, at.vault)).to.equal(0n);
  });

  it("owner MUST equal msg.sender unless the owner has approved msg.sender as an operator", async () => {
    const { b, c } = await opened();
    const ask = () => c.look("requestDeposit", 50n * USDC, c.address, b.address);
    expect(await refusal(ask())).to.equal("EpochQueue_NotAuthorised");
    await b.send("setOperator", c.address, true);
    expect(await ask()).to.equal(0n);
    await b.send("setOperator", c.address, false);
    expect(await refusal(ask())).to.equal("EpochQueue_NotAuthorised");
  });

  it("MUST revert if all of assets cannot be requested", async () => {
    const { stage, b, at } = await opened();
    const held = await usdcOf(stage.bob);
    await expect(b.look("requestDeposit", held + 1n, b.address, b.address)).to.be.revert(connection.ethers);
    expect(await refusal(b.look("requestDeposit", 1n, b.address, b.address))).to.equal(
      "EpochQueue_BelowMinimum",
    );
    expect(await refusal(b.look("requestDeposit", 50n * USDC, ZeroAddress, b.address))).to.equal(
      "EpochQueue_ZeroAddress",
    );
    await done(stage.bob.ballast.usdc.approve(at.vault, 50n * USDC - 1n));
    await expect(b.look("requestDeposit", 50n * USDC, b.address, b.address)).to.be.revert(connection.ethers);
  });

  it("MUST emit the DepositRequest event", async () => {
    const { a, b, c } = await opened();
    await b.send("setOperator", c.address, true);
    expect(await c.send("requestDeposit", 50n * USDC, a.address, b.address)).to.deep.equal([
      ["DepositRequest", a.address, b.address, 0n, c.address, 50n * USDC],
    ]);
  });
});

describe("ERC-7540: requestRedeem", () => {
  it("the shares MUST be removed from the custody of owner upon the request and burned by the time it is Claimed", async () => {
    const { stage, a } = await opened();
    const [held, supply] = [await a.look("balanceOf", a.address), await a.look("totalSupply")];
    await a.send("requestRedeem", 700n * WAD, a.address, a.address);
    expect(await a.look("balanceOf", a.address)).to.equal(held - 700n * WAD);
    expect(await a.look("totalSupply")).to.equal(supply);
    await stage.mark(1);
    await stage.process();
    expect(await a.look("totalSupply")).to.equal(supply - 700n * WAD);
  });

  it("is approved by ERC-20 approval or by operator; operators are not subject to allowance", async () => {
    const { a, b } = await opened();
    const ask = () => b.look("requestRedeem", 5n * WAD, b.address, a.address);
    expect(await refusal(ask())).to.equal("ERC20InsufficientAllowance");
    await a.send("approve", b.address, 5n * WAD);
    expect(await ask()).to.equal(0n);
    await a.send("setOperator", b.address, true);
    await b.send("requestRedeem", 5n * WAD, b.address, a.address);
    expect(await a.look("allowance", a.address, b.address)).to.equal(5n * WAD);
  });

  it("infinite approvals SHOULD NOT be deducted, non-infinite ones MUST be", async () => {
    const { a, b } = await opened();
    await a.send("approve", b.address, MaxUint256);
    await b.send("requestRedeem", 5n * WAD, b.address, a.address);
    expect(await a.look("allowance", a.address, b.address)).to.equal(MaxUint256);
    await a.send("approve", b.address, 9n * WAD);
    await b.send("requestRedeem", 5n * WAD, b.address, a.address);
    expect(await a.look("allowance", a.address, b.address)).to.equal(4n * WAD);
  });

  it("MUST revert if all of shares cannot be requested", async () => {
    const { a, b } = await opened();
    const held = await a.look("balanceOf", a.address);
    expect(await refusal(a.look("requestRedeem", held + 1n, a.address, a.address))).to.equal(
      "ERC20InsufficientBalance",
    );
    expect(await refusal(a.look("requestRedeem", WAD - 1n, a.address, a.address))).to.equal(
      "EpochQueue_BelowMinimum",
    );
    expect(await refusal(b.look("requestRedeem", WAD, ZeroAddress, a.address))).to.equal(
      "EpochQueue_ZeroAddress",
    );
  });

  it("MUST emit the RedeemRequest event", async () => {
    const { a, b, c } = await opened();
    await a.send("setOperator", c.address, true);
    expect(await c.send("requestRedeem", 5n * WAD, b.address, a.address)).to.deep.equal([
      ["RedeemRequest", b.address, a.address, 0n, c.address, 5n * WAD],
    ]);
  });
});

describe("ERC-7540: views of requests", () => {
  it("pending MUST NOT include what is Claimable, and claimable MUST NOT include what is Pending", async () => {
    const { stage, a, b } = await claimable();
    const views = async () => [
      await b.look("pendingDepositRequest", 0n, b.address),
      await b.look("claimableDepositRequest", 0n, b.address),
      await a.look("pendingRedeemRequest", 0n, a.address),
      await a.look("claimableRedeemRequest", 0n, a.address),
    ];
    expect(await views()).to.deep.equal([0n, 900n * USDC, 0n, 700n * WAD]);
    await b.send("requestDeposit", 50n * USDC, b.address, b.address);
    await a.send("requestRedeem", 30n * WAD, a.address, a.address);
    expect(await views()).to.deep.equal([50n * USDC, 900n * USDC, 30n * WAD, 700n * WAD]);
    await stage.mark(2);
    await stage.process();
    expect(await views()).to.deep.equal([0n, 950n * USDC, 0n, 730n * WAD]);
  });

  it("MUST NOT show any variations depending on the caller, and MUST NOT revert", async () => {
    const { a, b, c } = await claimable();
    await b.send("requestDeposit", 50n * USDC, b.address, b.address);
    await a.send("requestRedeem", 30n * WAD, a.address, a.address);
    const names = [
      "pendingDepositRequest",
      "claimableDepositRequest",
      "pendingRedeemRequest",
      "claimableRedeemRequest",
    ];
    for (const name of names) {
      const seen = new Set<bigint>();
      for (const face of [a, b, c])
        for (const id of [0n, 7n, MaxUint256]) seen.add(await face.look(name, id, b.address));
      expect(seen.size, name).to.equal(1);
      expect(await c.look(name, MaxUint256, ZeroAddress)).to.equal(0n);
    }
  });
});

describe("ERC-7540: operators and interfaces", () => {
  it("setOperator MUST set the status, MUST log OperatorSet and MUST return true", async () => {
    const { a, b } = await opened();
    for (const approved of [true, true, false]) {
      expect(await a.look<boolean>("setOperator", b.address, approved)).to.equal(true);
      expect(await a.send("setOperator", b.address, approved)).to.deep.equal([
        ["OperatorSet", a.address, b.address, approved],
      ]);
      expect(await b.look<boolean>("isOperator", a.address, b.address)).to.equal(approved);
      expect(await b.look<boolean>("isOperator", b.address, a.address)).to.equal(false);
    }
  });

  it("all asynchronous Vaults MUST return true for 0xe3bc4e65, 0x2f0a18c5, 0xce3bbe50 and 0x620ee8e4", async () => {
    const { a } = await opened();
    const ids = {
      "0xe3bc4e65": idOf("setOperator(address,bool)", "isOperator(address,address)"),
      "0xce3bbe50": idOf(
        ...["requestDeposit(uint256,address,address)", "pendingDepositRequest(uint256,address)"],
        ...["claimableDepositRequest(uint256,address)", DEPOSIT, MINT],
      ),
      "0x620ee8e4": idOf(
        ...["requestRedeem(uint256,address,address)", "pendingRedeemRequest(uint256,address)"],
        "claimableRedeemRequest(uint256,address)",
      ),
    };
    for (const [stated, computed] of Object.entries(ids)) expect(computed).to.equal(stated);
    for (const stated of [...Object.keys(ids), "0x2f0a18c5", "0x01ffc9a7"])
      expect(await a.look<boolean>("supportsInterface", stated)).to.equal(true);
    expect(await a.look<boolean>("supportsInterface", "0xffffffff")).to.equal(false);
  });
});

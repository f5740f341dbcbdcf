import { claimCancelledAssets, claimCancelledShares, readLp, readLpEstimate } from "@ballast/sdk";
import { expect } from "chai";
import { id } from "ethers";
import { connection, curator, done, limit, refusal, room, USDC, WAD } from "../support/queue.ts";

const { ethers, networkHelpers } = connection;
const MINUTE = 60;

/** ERC-165 id of some functions. */
function idOf(...signatures: string[]): string {
  const bits = signatures.reduce((sum, signature) => sum ^ BigInt(id(signature).slice(0, 10)), 0n);
  return `0x${bits.toString(16).padStart(8, "0")}`;
}

describe("vault: ERC-7887, cancellation", () => {
  it("returns an early cancelled deposit whole, to be pulled, and a redemption likewise", async () => {
    const stage = await networkHelpers.loadFixture(room);
    const { alice, bob } = stage;
    const { vault, usdc, shares } = bob.ballast;
    const before = await usdc.balanceOf(bob.address);
    await done(vault.requestDeposit(1_000n * USDC, bob.address, bob.address));
    expect(await vault.pendingCancelDepositRequest(0n, bob.address)).to.equal(false);
    await done(vault.cancelDepositRequest(0n, bob.address));
    expect(await vault.pendingDepositRequest(0n, bob.address)).to.equal(0n);
    expect(await vault.pendingCancelDepositRequest(0n, bob.address)).to.equal(false);
    // Claimable is never skipped: nothing has been pushed.
    expect(await vault.claimableCancelDepositRequest(0n, bob.address)).to.equal(1_000n * USDC);
    expect(await usdc.balanceOf(bob.address)).to.equal(before - 1_000n * USDC);
    await done(vault.claimCancelDepositRequest(0n, bob.address, bob.address));
    expect(await usdc.balanceOf(bob.address)).to.equal(before);
    expect(await refusal(vault.claimCancelDepositRequest.staticCall(0n, bob.address, bob.address))).to.equal(
      "Silo_NothingToClaim",
    );

    const held = await shares.balanceOf(alice.address);
    await done(alice.ballast.vault.requestRedeem(held, alice.address, alice.address));
    await done(alice.ballast.vault.cancelRedeemRequest(0n, alice.address));
    expect(await vault.claimableCancelRedeemRequest(0n, alice.address)).to.equal(held);
    await claimCancelledShares(alice.ballast, alice.address);
    expect(await shares.balanceOf(alice.address)).to.equal(held);
    expect(await claimCancelledAssets(alice.ballast, alice.address)).to.equal(undefined);
  });

  it("keeps a late cancellation in the next epoch and returns what that left, to the unit", async () => {
    const stage = await networkHelpers.loadFixture(room);
    const { bob } = stage;
    const { vault, usdc } = bob.ballast;
    await limit(stage, { deposits: 400_000n * USDC });
    const before = await usdc.balanceOf(bob.address);
    await done(vault.requestDeposit(1_000_000n * USDC, bob.address, bob.address));
    await stage.wait(5 * MINUTE);
    await done(vault.cancelDepositRequest(0n, bob.address));
    expect(await vault.pendingCancelDepositRequest(0n, bob.address)).to.equal(true);
    expect(await vault.claimableCancelDepositRequest(0n, bob.address)).to.equal(0n);
    expect(await refusal(vault.requestDeposit.staticCall(20n * USDC, bob.address, bob.address))).to.equal(
      "Silo_CancellationPending",
    );
    expect(await refusal(vault.cancelDepositRequest.staticCall(0n, bob.address))).to.equal(
      "Silo_CancellationPending",
    );
    // A redemption is another matter.
    expect(await refusal(vault.cancelRedeemRequest.staticCall(0n, bob.address))).to.equal(
      "Silo_NothingToCancel",
    );
    await stage.mark(1);
    await stage.process();
    expect(await vault.claimableDepositRequest(0n, bob.address)).to.equal(400_000n * USDC);
    expect(await vault.pendingCancelDepositRequest(0n, bob.address)).to.equal(false);
    expect(await vault.pendingDepositRequest(0n, bob.address)).to.equal(0n);
    expect(await vault.claimableCancelDepositRequest(0n, bob.address)).to.equal(600_000n * USDC);
    await claimCancelledAssets(bob.ballast, bob.address);
    expect(await usdc.balanceOf(bob.address)).to.equal(before - 400_000n * USDC);
    await stage.mark(2);
    expect(await refusal(vault.processEpoch.staticCall())).to.equal("OptionsVault_NothingToProcess");
    // And requests are taken again.
    await done(vault.requestDeposit(20n * USDC, bob.address, bob.address));
  });

  it("does not change the part of those who stay", async () => {
    const stage = await networkHelpers.loadFixture(room);
    const { bob, carol } = stage;
    await limit(stage, { deposits: 100_000n * USDC });
    for (const lp of [bob, carol])
      await done(lp.ballast.vault.requestDeposit(300_000n * USDC, lp.address, lp.address));
    await stage.mark(1);
    await stage.process();
    const { vault } = bob.ballast;
    expect(await vault.pendingDepositRequest(0n, bob.address)).to.equal(250_000n * USDC);
    await done(vault.cancelDepositRequest(0n, bob.address));
    await stage.mark(2);
    await stage.process();
    expect(await vault.claimableCancelDepositRequest(0n, bob.address)).to.equal(200_000n * USDC);
    expect(await vault.pendingDepositRequest(0n, carol.address)).to.equal(200_000n * USDC);
    await stage.mark(3);
    await stage.process();
    // The whole epoch is Carol's now, before and after Bob has claimed.
    expect(await vault.pendingDepositRequest(0n, carol.address)).to.equal(100_000n * USDC);
    expect((await readLp(bob.ballast, bob.address)).claimableDeposit).to.equal(100_000n * USDC);
    await claimCancelledAssets(bob.ballast, bob.address);
    await stage.mark(4);
    await stage.process();
    // Her first deposit of a million has not been claimed yet.
    expect((await readLp(carol.ballast, carol.address)).claimableDeposit).to.equal(1_300_000n * USDC);
  });

  it("frees cancelled requests after a day if there is no epoch", async () => {
    const stage = await networkHelpers.loadFixture(room);
    const { alice } = stage;
    const { vault } = alice.ballast;
    await done(vault.requestRedeem(100n * WAD, alice.address, alice.address));
    await stage.wait(5 * MINUTE);
    await done(vault.cancelRedeemRequest(0n, alice.address));
    await stage.wait(24 * 60 * MINUTE - 10);
    expect(await vault.claimableCancelRedeemRequest(0n, alice.address)).to.equal(0n);
    await stage.wait(10);
    expect(await vault.claimableCancelRedeemRequest(0n, alice.address)).to.equal(100n * WAD);
    await claimCancelledShares(alice.ballast, alice.address);
    expect(await vault.claimableCancelRedeemRequest(0n, alice.address)).to.equal(0n);
    expect(await vault.pendingRedeemRequest(0n, alice.address)).to.equal(0n);
  });

  it("obeys the controller and its operators only", async () => {
    const stage = await networkHelpers.loadFixture(room);
    const { bob, carol } = stage;
    await done(bob.ballast.vault.requestDeposit(50n * USDC, bob.address, bob.address));
    const { vault } = carol.ballast;
    const no = "EpochQueue_NotAuthorised";
    expect(await refusal(vault.cancelDepositRequest.staticCall(0n, bob.address))).to.equal(no);
    expect(await refusal(vault.cancelRedeemRequest.staticCall(0n, bob.address))).to.equal(no);
    expect(
      await refusal(vault.claimCancelDepositRequest.staticCall(0n, carol.address, bob.address)),
    ).to.equal(no);
    expect(await refusal(vault.claimCancelRedeemRequest.staticCall(0n, carol.address, bob.address))).to.equal(
      no,
    );
    await done(bob.ballast.vault.setOperator(carol.address, true));
    const receipt = await (await vault.cancelDepositRequest(0n, bob.address)).wait();
    const logs = receipt?.logs.map((log) => vault.interface.parseLog(log)) ?? [];
    expect(logs.map((log) => [log?.name, ...(log?.args ?? [])])).to.deep.equal([
      ["CancelDepositRequest", bob.address, 0n, carol.address],
    ]);
    const claim = await (await vault.claimCancelDepositRequest(0n, carol.address, bob.address)).wait();
    const claimed = claim?.logs.map((log) => vault.interface.parseLog(log)).find((log) => log !== null);
    expect([claimed?.name, ...(claimed?.args ?? [])]).to.deep.equal([
      "CancelDepositClaim",
      bob.address,
      carol.address,
      0n,
      carol.address,
      50n * USDC,
    ]);
  });

  it("logs cancelled redemptions with their controller, receiver and sender", async () => {
    const { alice, carol } = await networkHelpers.loadFixture(room);
    const { vault } = alice.ballast;
    await done(vault.requestRedeem(5n * WAD, alice.address, alice.address));
    const sent = await (await vault.cancelRedeemRequest(0n, alice.address)).wait();
    const claim = await (await vault.claimCancelRedeemRequest(0n, carol.address, alice.address)).wait();
    const logs = [...(sent?.logs ?? []), ...(claim?.logs ?? [])].map((log) => vault.interface.parseLog(log));
    expect(logs.filter((log) => log).map((log) => [log?.name, ...(log?.args ?? [])])).to.deep.equal([
      ["CancelRedeemRequest", alice.address, 0n, alice.address],
      ["CancelRedeemClaim", alice.address, carol.address, 0n, alice.address, 5n * WAD],
    ]);
  });

  it("tells ERC-165 of its interfaces, by the ids of their functions", async () => {
    const { alice } = await networkHelpers.loadFixture(room);
    const vault = new ethers.Contract(
      String(await alice.ballast.vault.getAddress()),
      ["function supportsInterface(bytes4) view returns (bool)"],
      ethers.provider,
    );
    const supports = (value: string) => vault.getFunction("supportsInterface").staticCall(value);
    const deposits = idOf(
      "cancelDepositRequest(uint256,address)",
      "pendingCancelDepositRequest(uint256,address)",
      "claimableCancelDepositRequest(uint256,address)",
      "claimCancelDepositRequest(uint256,address,address)",
    );
    const redemptions = idOf(
      "cancelRedeemRequest(uint256,address)",
      "pendingCancelRedeemRequest(uint256,address)",
      "claimableCancelRedeemRequest(uint256,address)",
      "claimCancelRedeemRequest(uint256,address,address)",
    );
    expect(deposits).to.equal("0x8bf840e3");
    expect(redemptions).to.equal("0xe76cffc7");
    expect(await supports(deposits)).to.equal(true);
    expect(await supports(redemptions)).to.equal(true);
  });

  it("gives deposits back at once when the vault is ending, and takes no new ones", async () => {
    const stage = await networkHelpers.loadFixture(room);
    const { bob } = stage;
    const { vault } = bob.ballast;
    await done(vault.requestDeposit(500n * USDC, bob.address, bob.address));
    await stage.mark(1);
    const by = (await curator(stage)).vault;
    expect(await refusal(vault.setWindDown.staticCall(true))).to.equal("AccessManagedUnauthorized");
    await done(by.setWindDown(true));
    expect(await vault.isWindingDown()).to.equal(true);
    expect(await vault.exitsWaiting()).to.equal(true);
    expect(await refusal(vault.requestDeposit.staticCall(500n * USDC, bob.address, bob.address))).to.equal(
      "EpochQueue_WindingDown",
    );
    await stage.process();
    expect((await readLpEstimate(bob.ballast, bob.address)).assetsPending).to.equal(500n * USDC);
    await done(vault.cancelDepositRequest(0n, bob.address));
    expect((await readLp(bob.ballast, bob.address)).cancelledAssets).to.equal(500n * USDC);
    await done(by.setWindDown(false));
    expect(await vault.exitsWaiting()).to.equal(false);
  });
});

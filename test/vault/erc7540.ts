import { accountId, readLpEstimate } from "@ballast/sdk";
import { expect } from "chai";
import { Contract, id } from "ethers";
import { connection, done, limit, type Room, refusal, room, USDC, WAD } from "../support/queue.ts";

const { ethers, networkHelpers } = connection;
const ABI = [
  "function supportsInterface(bytes4) view returns (bool)",
  "function share() view returns (address)",
  "function vault(address) view returns (address)",
  "function asset() view returns (address)",
  "function totalAssets() view returns (uint256)",
  "function convertToShares(uint256) view returns (uint256)",
  "function convertToAssets(uint256) view returns (uint256)",
  "function previewDeposit(uint256) view returns (uint256)",
  "function previewMint(uint256) view returns (uint256)",
  "function previewRedeem(uint256) view returns (uint256)",
  "function previewWithdraw(uint256) view returns (uint256)",
  "function maxDeposit(address) view returns (uint256)",
  "function maxMint(address) view returns (uint256)",
  "function maxRedeem(address) view returns (uint256)",
  "function maxWithdraw(address) view returns (uint256)",
  "function deposit(uint256,address) returns (uint256)",
  "function mint(uint256,address) returns (uint256)",
];

function faceOf(stage: Room): Contract {
  return new Contract(stage.world.deployment.contracts.vault, ABI, ethers.provider);
}

function idOf(...signatures: string[]): string {
  const bits = signatures.reduce((sum, signature) => sum ^ BigInt(id(signature).slice(0, 10)), 0n);
  return `0x${bits.toString(16).padStart(8, "0")}`;
}

describe("vault: ERC-7540 and ERC-7575", () => {
  it("moves a request through pending, claimable and claimed, and skips none of them", async () => {
    const stage = await networkHelpers.loadFixture(room);
    const { bob } = stage;
    const { vault, usdc, shares } = bob.ballast;
    expect(await vault.requestDeposit.staticCall(100n * USDC, bob.address, bob.address)).to.equal(0n);
    const before = await usdc.balanceOf(bob.address);
    await done(vault.requestDeposit(100n * USDC, bob.address, bob.address));
    expect(await usdc.balanceOf(bob.address)).to.equal(before - 100n * USDC);
    expect(await vault.pendingDepositRequest(0n, bob.address)).to.equal(100n * USDC);
    expect(await vault.claimableDepositRequest(0n, bob.address)).to.equal(0n);
    await stage.mark(1);
    const estimate = await readLpEstimate(bob.ballast, bob.address);
    await stage.process();
    expect(await vault.pendingDepositRequest(0n, bob.address)).to.equal(0n);
    expect(await vault.claimableDepositRequest(0n, bob.address)).to.equal(100n * USDC);
    expect(await shares.balanceOf(bob.address)).to.equal(0n);
    const due = await shares.maxMint(bob.address);
    // The estimate was of the second before: the spread has grown by the age of the mark since then.
    expect(due <= estimate.sharesForAssets && due * 10_001n > estimate.sharesForAssets * 10_000n).to.equal(
      true,
    );
    await done(vault.deposit(100n * USDC, bob.address, bob.address));
    expect(await usdc.balanceOf(bob.address)).to.equal(before - 100n * USDC);
    expect(await shares.balanceOf(bob.address)).to.equal(due);
    expect(await vault.claimableDepositRequest(0n, bob.address)).to.equal(0n);

    await done(vault.requestRedeem(due, bob.address, bob.address));
    expect(await shares.balanceOf(bob.address)).to.equal(0n);
    expect(await vault.pendingRedeemRequest(0n, bob.address)).to.equal(due);
    await stage.mark(2);
    await stage.process();
    expect(await vault.pendingRedeemRequest(0n, bob.address)).to.equal(0n);
    expect(await vault.claimableRedeemRequest(0n, bob.address)).to.equal(due);
    const assets = await shares.maxWithdraw(bob.address);
    await done(vault.redeem(due, bob.address, bob.address));
    expect(await usdc.balanceOf(bob.address)).to.equal(before - 100n * USDC + assets);
  });

  it("keeps claims in step with maxDeposit, maxMint, maxRedeem and maxWithdraw, in parts by either measure", async () => {
    const stage = await networkHelpers.loadFixture(room);
    const { carol } = stage;
    const { vault, shares } = carol.ballast;
    const [assets, minted] = [await shares.maxDeposit(carol.address), await shares.maxMint(carol.address)];
    expect(assets).to.equal(await vault.claimableDepositRequest(0n, carol.address));
    await done(vault.deposit(assets / 4n, carol.address, carol.address));
    expect(await shares.maxDeposit(carol.address)).to.equal(assets - assets / 4n);
    await done(vault.mint(minted / 4n, carol.address, carol.address));
    await done(vault.mint(await shares.maxMint(carol.address), carol.address, carol.address));
    expect(await shares.maxDeposit(carol.address)).to.equal(0n);
    expect(await shares.balanceOf(carol.address)).to.equal(minted);
    await done(vault.requestRedeem(minted, carol.address, carol.address));
    await stage.mark(1);
    await stage.process();
    const owed = await shares.maxWithdraw(carol.address);
    const used = await vault.withdraw.staticCall(owed / 3n, carol.address, carol.address);
    await done(vault.withdraw(owed / 3n, carol.address, carol.address));
    expect(await shares.maxRedeem(carol.address)).to.equal(minted - used);
    await done(vault.redeem(minted - used, carol.address, carol.address));
    expect(await shares.maxWithdraw(carol.address)).to.equal(0n);
  });

  it("reverts every preview, whoever asks for whatever", async () => {
    const stage = await networkHelpers.loadFixture(room);
    const face = faceOf(stage);
    for (const name of ["previewDeposit", "previewMint", "previewRedeem", "previewWithdraw"])
      for (const amount of [0n, 1n, 2n ** 255n])
        expect(
          await refusal(face.getFunction(name).staticCall(amount, { from: stage.bob.address })),
        ).to.equal("EpochQueue_PreviewNotSupported");
  });

  it("lets an owner's operator request, and the controller's operator claim, and nobody else", async () => {
    const stage = await networkHelpers.loadFixture(room);
    const { alice, bob, carol } = stage;
    const by = carol.ballast.vault;
    const no = "EpochQueue_NotAuthorised";
    expect(await refusal(by.requestDeposit.staticCall(50n * USDC, carol.address, bob.address))).to.equal(no);
    expect(await refusal(by.requestRedeem.staticCall(5n * WAD, carol.address, alice.address))).to.equal(
      "ERC20InsufficientAllowance",
    );
    for (const call of [by.deposit, by.mint, by.redeem, by.withdraw])
      expect(await refusal(call.staticCall(1n, carol.address, bob.address))).to.equal(no);
    expect(await by.setOperator.staticCall(bob.address, true)).to.equal(true);
    const receipt = await (await bob.ballast.vault.setOperator(carol.address, true)).wait();
    const log = receipt?.logs.map((entry) => by.interface.parseLog(entry))[0];
    expect([log?.name, ...(log?.args ?? [])]).to.deep.equal([
      "OperatorSet",
      bob.address,
      carol.address,
      true,
    ]);
    expect(await by.isOperator(bob.address, carol.address)).to.equal(true);
    await done(by.requestDeposit(50n * USDC, bob.address, bob.address));
    await stage.mark(1);
    await stage.process();
    const claim = await (await by.deposit(50n * USDC, carol.address, bob.address)).wait();
    const logs = claim?.logs.map((entry) => by.interface.parseLog(entry)).filter((entry) => entry) ?? [];
    // The first parameter is the controller, the second the receiver.
    expect([logs[0]?.name, ...(logs[0]?.args.slice(0, 3) ?? [])]).to.deep.equal([
      "Deposit",
      bob.address,
      carol.address,
      50n * USDC,
    ]);
    await done(bob.ballast.vault.setOperator(carol.address, false));
    expect(await refusal(by.requestDeposit.staticCall(50n * USDC, bob.address, bob.address))).to.equal(no);
  });

  it("spends a finite allowance on redemption requests, and none of an operator", async () => {
    const stage = await networkHelpers.loadFixture(room);
    const { alice, bob } = stage;
    const { shares } = alice.ballast;
    await done(shares.approve(bob.address, 10n * WAD));
    await done(bob.ballast.vault.requestRedeem(4n * WAD, bob.address, alice.address));
    expect(await shares.allowance(alice.address, bob.address)).to.equal(6n * WAD);
    expect(await bob.ballast.vault.pendingRedeemRequest(0n, bob.address)).to.equal(4n * WAD);
    await done(alice.ballast.vault.setOperator(bob.address, true));
    await done(bob.ballast.vault.requestRedeem(4n * WAD, bob.address, alice.address));
    expect(await shares.allowance(alice.address, bob.address)).to.equal(6n * WAD);
  });

  it("logs requests with controller, owner, id and sender", async () => {
    const { alice, bob } = await networkHelpers.loadFixture(room);
    const { vault } = alice.ballast;
    const sent = [
      await (await vault.requestDeposit(70n * USDC, bob.address, alice.address)).wait(),
      await (await vault.requestRedeem(7n * WAD, bob.address, alice.address)).wait(),
    ];
    const logs = sent.flatMap((receipt) => receipt?.logs.map((log) => vault.interface.parseLog(log)) ?? []);
    expect(logs.filter((log) => log).map((log) => [log?.name, ...(log?.args ?? [])])).to.deep.equal([
      ["DepositRequest", bob.address, alice.address, 0n, alice.address, 70n * USDC],
      ["RedeemRequest", bob.address, alice.address, 0n, alice.address, 7n * WAD],
    ]);
  });

  it("fills requests of one cohort at one pro-rata share and price, and the older cohort first", async () => {
    const stage = await networkHelpers.loadFixture(room);
    const { alice, bob, carol } = stage;
    await limit(stage, { deposits: 100_000n * USDC });
    await done(alice.ballast.vault.requestDeposit(30_000n * USDC, alice.address, alice.address));
    await done(bob.ballast.vault.requestDeposit(120_000n * USDC, bob.address, bob.address));
    await stage.mark(1);
    await done(carol.ballast.vault.requestDeposit(10_000n * USDC, carol.address, carol.address));
    await stage.process();
    const filled = (lp: Room["alice"]) => lp.ballast.vault.claimableDepositRequest(0n, lp.address);
    expect(await filled(alice)).to.equal(20_000n * USDC);
    expect(await filled(bob)).to.equal(80_000n * USDC);
    const { shares } = bob.ballast;
    const [few, many] = [await shares.maxMint(alice.address), await shares.maxMint(bob.address)];
    expect(many - 4n * few < 8n && many - 4n * few > -8n).to.equal(true);
    await stage.mark(2);
    await stage.process();
    expect(await filled(alice)).to.equal(30_000n * USDC);
    expect(await filled(bob)).to.equal(120_000n * USDC);
    // She had a million before.
    expect(await filled(carol)).to.equal(1_010_000n * USDC);
  });

  it("rolls on what exceeds the flow limits of deposits, capacity and redemptions", async () => {
    const stage = await networkHelpers.loadFixture(room);
    const { alice, bob } = stage;
    const { vault, shares } = alice.ballast;
    const nav = (await vault.nav()).ask / 10n ** 12n;
    await limit(stage, { capacity: nav + 50_000n * USDC, redemptions: WAD / 20n });
    await done(bob.ballast.vault.requestDeposit(60_000n * USDC, bob.address, bob.address));
    const held = await shares.balanceOf(alice.address);
    const supply = await shares.totalSupply();
    await done(vault.requestRedeem(held, alice.address, alice.address));
    await stage.mark(1);
    await stage.process();
    const waits = await vault.pendingDepositRequest(0n, bob.address);
    expect(waits >= 9_990n * USDC && waits <= 10_010n * USDC).to.equal(true);
    expect(await vault.claimableRedeemRequest(0n, alice.address)).to.equal((supply + 19n) / 20n);
    // One epoch a mark, or the limits would be none.
    expect(await refusal(vault.processEpoch.staticCall())).to.equal("OptionsVault_MarkNotNewer");
    await expectLimits(stage, WAD / 20n - 1n);
    await expectLimits(stage, WAD + 1n);
  });

  async function expectLimits(stage: Room, redemptions: bigint) {
    expect(await refusal(limit(stage, { redemptions }))).to.equal("EpochQueue_BadLimit");
  }

  it("binds who waited a week to leave by no flow limit", async () => {
    const stage = await networkHelpers.loadFixture(room);
    const { alice } = stage;
    const { vault, shares } = alice.ballast;
    await limit(stage, { redemptions: WAD / 20n });
    const held = await shares.balanceOf(alice.address);
    await done(vault.requestRedeem(held, alice.address, alice.address));
    await stage.mark(24 * 8);
    await stage.process();
    expect(await vault.claimableRedeemRequest(0n, alice.address)).to.equal(held);
  });

  it("takes no more requests into a cohort that a newer mark is known for", async () => {
    const stage = await networkHelpers.loadFixture(room);
    const { alice, bob } = stage;
    await done(alice.ballast.vault.requestDeposit(100n * USDC, alice.address, alice.address));
    await stage.mark(1);
    const late = bob.ballast.vault;
    await done(late.requestDeposit(100n * USDC, bob.address, bob.address));
    await stage.process();
    expect(await late.claimableDepositRequest(0n, alice.address)).to.equal(100n * USDC);
    expect(await late.claimableDepositRequest(0n, bob.address)).to.equal(0n);
    expect(await late.pendingDepositRequest(0n, bob.address)).to.equal(100n * USDC);
  });

  it("bounds the cohorts of one controller, and leaves strangers only half of them", async () => {
    const stage = await networkHelpers.loadFixture(room);
    const { alice, bob } = stage;
    await limit(stage, { deposits: 0n });
    for (let hour = 1; hour <= 8; hour++) {
      const by = hour <= 4 ? alice : bob;
      if (hour === 5)
        expect(
          await refusal(
            alice.ballast.vault.requestDeposit.staticCall(10n * USDC, bob.address, alice.address),
          ),
        ).to.equal("Silo_TooManyRequests");
      await done(by.ballast.vault.requestDeposit(10n * USDC, bob.address, by.address));
      await stage.mark(hour);
    }
    expect(
      await refusal(bob.ballast.vault.requestDeposit.staticCall(10n * USDC, bob.address, bob.address)),
    ).to.equal("Silo_TooManyRequests");
    await limit(stage, { deposits: 1_000n * USDC });
    await stage.mark(9);
    await stage.process();
    expect(await bob.ballast.vault.claimableDepositRequest(0n, bob.address)).to.equal(80n * USDC);
  });

  it("is its own share token and the vault of its asset, and never reverts a view", async () => {
    const stage = await networkHelpers.loadFixture(room);
    const face = faceOf(stage);
    const at = stage.world.deployment.contracts;
    const call = (name: string, ...args: unknown[]) => face.getFunction(name).staticCall(...args);
    expect(await call("share")).to.equal(at.vault);
    expect(await call("asset")).to.equal(at.usdc);
    expect(await call("vault", at.usdc)).to.equal(at.vault);
    expect(await call("vault", at.vault)).to.equal(ethers.ZeroAddress);
    const { vault } = stage.bob.ballast;
    for (const view of [
      vault.pendingDepositRequest,
      vault.claimableDepositRequest,
      vault.pendingRedeemRequest,
      vault.claimableRedeemRequest,
      vault.claimableCancelDepositRequest,
      vault.claimableCancelRedeemRequest,
    ])
      expect(await view.staticCall(2n ** 256n - 1n, ethers.ZeroAddress)).to.equal(0n);
    expect(await vault.account()).to.equal(accountId(at.vault, 0n));
  });

  it("tells ERC-165 of every interface, by the ids of their functions", async () => {
    const stage = await networkHelpers.loadFixture(room);
    const supports = (value: string) => faceOf(stage).getFunction("supportsInterface").staticCall(value);
    const ids = {
      "0x01ffc9a7": idOf("supportsInterface(bytes4)"),
      "0xe3bc4e65": idOf("setOperator(address,bool)", "isOperator(address,address)"),
      "0xce3bbe50": idOf(
        "requestDeposit(uint256,address,address)",
        "pendingDepositRequest(uint256,address)",
        "claimableDepositRequest(uint256,address)",
        "deposit(uint256,address,address)",
        "mint(uint256,address,address)",
      ),
      "0x620ee8e4": idOf(
        "requestRedeem(uint256,address,address)",
        "pendingRedeemRequest(uint256,address)",
        "claimableRedeemRequest(uint256,address)",
      ),
      "0x2f0a18c5": idOf(
        ...["asset()", "share()", "totalAssets()", "convertToAssets(uint256)", "convertToShares(uint256)"],
        ...["deposit(uint256,address)", "previewDeposit(uint256)", "maxDeposit(address)"],
        ...["mint(uint256,address)", "previewMint(uint256)", "maxMint(address)"],
        ...["redeem(uint256,address,address)", "previewRedeem(uint256)", "maxRedeem(address)"],
        ...["withdraw(uint256,address,address)", "previewWithdraw(uint256)", "maxWithdraw(address)"],
      ),
      "0xf815c03d": idOf("vault(address)"),
    };
    for (const [stated, computed] of Object.entries(ids)) {
      expect(computed).to.equal(stated);
      expect(await supports(stated)).to.equal(true);
    }
    for (const part of ["0x50a526d6", "0xc1f329ef", "0xe1550342", "0x2fd7d42a", "0x70dec094"])
      expect(await supports(part)).to.equal(true);
    expect(await supports("0xffffffff")).to.equal(false);
  });
});

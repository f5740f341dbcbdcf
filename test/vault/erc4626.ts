import { expect } from "chai";
import { Contract } from "ethers";
import { connection, done, type Room, refusal, room, USDC, WAD } from "../support/queue.ts";
import { seeded } from "../support/random.ts";

const { ethers, networkHelpers } = connection;
const ABI = [
  "function name() view returns (string)",
  "function symbol() view returns (string)",
  "function decimals() view returns (uint8)",
  "function totalSupply() view returns (uint256)",
  "function totalAssets() view returns (uint256)",
  "function convertToShares(uint256) view returns (uint256)",
  "function convertToAssets(uint256) view returns (uint256)",
  "function deposit(uint256,address) returns (uint256)",
  "function mint(uint256,address) returns (uint256)",
  "event Deposit(address indexed sender, address indexed owner, uint256 assets, uint256 shares)",
  "event Withdraw(address indexed sender, address indexed receiver, address indexed owner, uint256 assets, uint256 shares)",
];

async function faceOf({ world, bob }: Room): Promise<Contract> {
  return new Contract(world.deployment.contracts.vault, ABI, await ethers.getSigner(bob.address));
}

describe("vault: ERC-4626", () => {
  it("is an ERC-20 with metadata of its own", async () => {
    const face = await faceOf(await networkHelpers.loadFixture(room));
    expect(await face.getFunction("name").staticCall()).to.equal("Ballast ETH Vault");
    expect(await face.getFunction("symbol").staticCall()).to.equal("blETH");
    expect(await face.getFunction("decimals").staticCall()).to.equal(18n);
  });

  it("converts without gain there and back, whatever the amount and whoever asks", async () => {
    const stage = await networkHelpers.loadFixture(room);
    const face = await faceOf(stage);
    const read = (name: string, amount: bigint): Promise<bigint> => face.getFunction(name).staticCall(amount);
    const anyone = face.connect(await ethers.getSigner(stage.carol.address)) as Contract;
    const next = seeded(4626);
    for (let i = 0; i < 40; i++) {
      const amount = BigInt(Math.floor(next() * 2 ** 50)) >> BigInt(i % 40);
      const shares = await read("convertToShares", amount);
      expect((await read("convertToAssets", shares)) <= amount).to.equal(true);
      const assets = await read("convertToAssets", amount * 10n ** 12n);
      expect((await read("convertToShares", assets)) <= amount * 10n ** 12n).to.equal(true);
      expect(await anyone.getFunction("convertToShares").staticCall(amount)).to.equal(shares);
    }
    expect(await read("convertToShares", 0n)).to.equal(0n);
    expect(await read("convertToAssets", 0n)).to.equal(0n);
    const { bid } = await stage.bob.ballast.vault.nav();
    const total: bigint = await face.getFunction("totalAssets").staticCall();
    expect(total).to.equal(bid / 10n ** 12n);
  });

  it("earns nobody anything by any mix of deposit, mint, redeem and withdraw", async () => {
    const stage = await networkHelpers.loadFixture(room);
    const { bob } = stage;
    const { vault, usdc, shares } = bob.ballast;
    const face = await faceOf(stage);
    const before = await usdc.balanceOf(bob.address);
    const next = seeded(20);
    for (let hour = 1; hour <= 12; hour += 2) {
      const assets = 10n * USDC + BigInt(Math.floor(next() * 1e12));
      await done(vault.requestDeposit(assets, bob.address, bob.address));
      await stage.mark(hour);
      await stage.process();
      const part = (await shares.maxDeposit(bob.address)) / 3n;
      await done(face.getFunction("deposit(uint256,address)")(part, bob.address));
      await done(face.getFunction("mint(uint256,address)")(await shares.maxMint(bob.address), bob.address));
      expect(await shares.maxDeposit(bob.address)).to.equal(0n);
      await done(vault.requestRedeem(await shares.balanceOf(bob.address), bob.address, bob.address));
      await stage.mark(hour + 1);
      await stage.process();
      await done(vault.withdraw((await shares.maxWithdraw(bob.address)) / 3n, bob.address, bob.address));
      await done(vault.redeem(await shares.maxRedeem(bob.address), bob.address, bob.address));
      expect((await usdc.balanceOf(bob.address)) <= before).to.equal(true);
    }
    expect(await shares.balanceOf(bob.address)).to.equal(0n);
  });

  it("refuses one unit more than its limits say, on each of the four ways", async () => {
    const stage = await networkHelpers.loadFixture(room);
    const { carol } = stage;
    const { vault, shares } = carol.ballast;
    const me = carol.address;
    const over = "Silo_ExceedsClaimable";
    expect(await refusal(vault.deposit.staticCall((await shares.maxDeposit(me)) + 1n, me, me))).to.equal(
      over,
    );
    expect(await refusal(vault.mint.staticCall((await shares.maxMint(me)) + 1n, me, me))).to.equal(over);
    await done(vault.mint(await shares.maxMint(me), me, me));
    await done(vault.requestRedeem(7n * WAD, me, me));
    await stage.mark(1);
    await stage.process();
    expect(await refusal(vault.redeem.staticCall((await shares.maxRedeem(me)) + 1n, me, me))).to.equal(over);
    expect(await refusal(vault.withdraw.staticCall((await shares.maxWithdraw(me)) + 1n, me, me))).to.equal(
      over,
    );
    const receipt = await (await vault.redeem(7n * WAD, stage.bob.address, me)).wait();
    const face = await faceOf(stage);
    const logs = receipt?.logs.map((log) => face.interface.parseLog(log)).filter((log) => log) ?? [];
    expect([logs[0]?.name, ...(logs[0]?.args.slice(0, 3) ?? [])]).to.deep.equal([
      "Withdraw",
      me,
      stage.bob.address,
      me,
    ]);
  });
});

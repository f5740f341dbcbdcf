import { accountId, token as erc20, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { funded, USDC } from "../support/ledger.ts";
import { mutate, outcome } from "../support/mutants.ts";

const SILENT = 0;
const REFUSING = 1;
const CHOOSY = 2;
const REBASING = 3;
const CAP = 10n ** 30n;

/** The ledger with a token of one odd habit listed for ether's market, of which Alice has paid 1,000 in. */
async function odd(habit: number, mutant?: string) {
  const all = await funded();
  const { ethers, ledger, alice, bob, a } = all;
  const token = await ethers.deployContract("OddToken", [habit]);
  await ledger.setCollateralAsset(token.target, 0, CAP, true);
  for (const person of [alice, bob]) {
    await token.mint(person.address, 1_000n * WAD);
    await token.connect(person).approve(ledger.target, CAP);
  }
  if (habit !== REFUSING) await ledger.connect(alice).deposit(a, token.target, 1_000n * WAD);
  if (mutant) await mutate(all, mutant);
  return { ...all, token };
}

/** Bob pays 100 of a token in that keeps a tenth, or all, of what is sent; what his account has more than arrived. */
async function short(mutant?: string) {
  const all = await funded();
  const { ethers, ledger, alice, bob, a, b } = all;
  const token = await ethers.deployContract("TestToken", [18]);
  await ledger.setCollateralAsset(token.target, 0, CAP, true);
  for (const person of [alice, bob]) {
    await token.mint(person.address, 100n);
    await token.connect(person).approve(ledger.target, CAP);
  }
  await ledger.connect(alice).deposit(a, token.target, 100n);
  await token.setFee(10n);
  if (mutant) await mutate(all, mutant);
  const said = await outcome(ledger.connect(bob).deposit(b, token.target, 100n), ledger);
  const held = await token.balanceOf(ledger.target);
  return [said, (await ledger.collateralOf(b, token.target)) + 100n - held] as const;
}

async function refused(mutant?: string) {
  const { ledger, bob, b, token } = await odd(REFUSING, mutant);
  const said = await outcome(ledger.connect(bob).deposit(b, token.target, 100n), ledger);
  return [
    said,
    (await ledger.collateralOf(b, token.target)) - (await token.balanceOf(ledger.target)),
  ] as const;
}

/** All balances double after Alice has paid in; Bob pays 100 in. Returns what his account is credited with. */
async function doubled(mutant?: string) {
  const { ledger, bob, b, token } = await odd(REBASING, mutant);
  await token.rebase(2n * WAD);
  await ledger.connect(bob).deposit(b, token.target, 100n * WAD);
  return ledger.collateralOf(b, token.target);
}

/** Somebody pays a millionth of one token of 27 decimals in; what the account is worth then. */
async function fine(mutant?: string) {
  const all = await funded();
  const { ethers, ledger, carol } = all;
  const token = await ethers.deployContract("TestToken", [27]);
  const own = accountId(carol.address);
  await token.mint(carol.address, 10n ** 21n);
  await token.connect(carol).approve(ledger.target, CAP);
  if (mutant) await mutate(all, mutant);
  const said = await outcome(ledger.setCollateralAsset(token.target, 0, CAP, true), ledger, {
    interface: new ethers.Interface(["error Units_TooManyDecimals(uint8)"]),
  });
  if (said !== "nothing") return [said, 0n] as const;
  await ledger.connect(carol).deposit(own, token.target, 10n ** 21n);
  return [said, (await ledger.assess(own)).equity] as const;
}

describe("tokens that take a fee while they move", () => {
  it("are refused, for less arrives than is said", async () => {
    expect(await short()).to.deep.equal(["Clearinghouse_ReceivedLess", 0n]);
  });

  it("leave the ledger owing what it has not, if their word is taken for it", async () => {
    expect(await short("CredulousRegistrar")).to.deep.equal(["nothing", 10n]);
  });
});

describe("tokens that answer no instead of reverting", () => {
  it("are not taken for paid", async () => {
    expect(await refused()).to.deep.equal(["SafeERC20FailedOperation", 0n]);
  });

  it("are, if nobody listens to the answer", async () => {
    expect(await refused("CredulousRegistrar")).to.deep.equal(["nothing", 100n]);
  });
});

describe("tokens that answer nothing", () => {
  it("come and go like others", async () => {
    const { ledger, alice, bob, a, b, token } = await odd(SILENT);
    await ledger.connect(bob).deposit(b, token.target, 100n);
    await ledger.connect(alice).withdraw(a, token.target, 1_000n * WAD, alice.address);
    await ledger.connect(bob).withdraw(b, token.target, 100n, bob.address);
    expect(await token.balanceOf(ledger.target)).to.equal(0n);
  });
});

describe("tokens whose balances change by themselves", () => {
  it("credit nobody with what grew in the ledger's hands", async () => {
    expect(await doubled()).to.equal(100n * WAD);
  });

  it("credit the next who pays in with all that grew, if balances are counted", async () => {
    expect(await doubled("BalanceRegistrar")).to.equal(1_100n * WAD);
  });

  it("hurt nobody but their own holders when they shrink", async () => {
    const { ledger, alice, bob, a, b, token, usdc, weth } = await odd(REBASING);
    await ledger.connect(bob).deposit(b, weth.target, WAD);
    await token.rebase(WAD / 2n);
    const out = ledger.connect(alice).withdraw(a, token.target, 1_000n * WAD, alice.address);
    expect(await outcome(out, ledger, token)).to.equal("OddToken_TooLittle");
    await ledger.connect(alice).withdraw(a, token.target, 500n * WAD, alice.address);
    await ledger.connect(alice).withdraw(a, usdc.target, 10_000n * USDC, alice.address);
    await ledger.connect(bob).withdraw(b, usdc.target, 10_000n * USDC, bob.address);
    await ledger.connect(bob).withdraw(b, weth.target, WAD, bob.address);
  });
});

describe("tokens that turn addresses away", () => {
  it("leave who is turned away its balance, which goes to another address of its own", async () => {
    const { ledger, alice, carol, a, token } = await odd(CHOOSY);
    await token.turnAway(alice.address, true);
    const out = (to: string) => ledger.connect(alice).withdraw(a, token.target, 400n * WAD, to);
    expect(await outcome(out(alice.address), ledger, token)).to.equal("OddToken_TurnedAway");
    expect(await ledger.collateralOf(a, token.target)).to.equal(1_000n * WAD);
    await out(carol.address);
    expect(await token.balanceOf(carol.address)).to.equal(400n * WAD);
  });

  it("such as the real USDC keep nobody else from leaving", async () => {
    const { ledger, deployer, alice, bob, carol, a, b, usdc } = await funded();
    await usdc.connect(deployer).getFunction("updateBlacklister")(deployer.address);
    await usdc.connect(deployer).getFunction("blacklist")(alice.address);
    const out = ledger.connect(alice).withdraw(a, usdc.target, 10n * USDC, alice.address);
    expect(await outcome(out, ledger)).to.contain("blacklisted");
    await ledger.connect(bob).withdraw(b, usdc.target, 10_000n * USDC, bob.address);
    await ledger.connect(alice).withdraw(a, usdc.target, 10_000n * USDC, carol.address);
    expect(await erc20(usdc.target as string, carol).balanceOf(carol.address)).to.equal(10_000n * USDC);
  });
});

describe("tokens of other decimals", () => {
  it("of 27 are not listed", async () => {
    expect(await fine()).to.deep.equal(["Units_TooManyDecimals", 0n]);
  });

  it("of 27 would make a millionth of an ether thousands of it, if counted like 18", async () => {
    const [said, equity] = await fine("LooseRegistrar");
    expect(said).to.equal("nothing");
    expect(equity > 1_000_000n * WAD).to.equal(true);
  });

  it("of 6, 8 and 18 are worth the same, and none at all are refused", async () => {
    const { ethers, ledger, carol } = await funded();
    const worth: bigint[] = [];
    for (const [i, places] of [6n, 8n, 18n].entries()) {
      const token = await ethers.deployContract("TestToken", [places]);
      const own = accountId(carol.address, BigInt(i));
      await ledger.setCollateralAsset(token.target, 0, CAP, true);
      await token.mint(carol.address, 10n ** places);
      await token.connect(carol).approve(ledger.target, CAP);
      await ledger.connect(carol).deposit(own, token.target, 10n ** places);
      worth.push((await ledger.assess(own)).equity);
    }
    expect(worth[0]! > 2_000n * WAD).to.equal(true);
    expect(new Set(worth).size).to.equal(1);
    const none = await ethers.deployContract("TestToken", [0]);
    expect(await outcome(ledger.setCollateralAsset(none.target, 0, CAP, true), ledger)).to.equal(
      "Clearinghouse_UnknownAsset",
    );
  });
});

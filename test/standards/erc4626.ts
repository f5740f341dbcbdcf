import { expect } from "chai";
import { ZeroAddress } from "ethers";
import { claimable, type Face, faceOf, opened } from "../support/face.ts";
import { as, connection, curator, done, limit, refusal, USDC, WAD } from "../support/queue.ts";
import { seeded } from "../support/random.ts";

const { ethers } = connection;
const SCALE = 10n ** 12n;
const HUGE = 10n ** 30n;

/** A feed that is whatever it is told to be, in the place of the real one. */
async function tamed() {
  const all = await claimable();
  const feed = await ethers.deployContract("StatusFeed", [all.stage.world.externals.feed.address]);
  await done((await curator(all.stage)).priceRouter.setFeed(0, feed.target));
  return { ...all, feed };
}

describe("ERC-4626: the share", () => {
  it("Vaults MUST implement ERC-20 to represent shares, with its metadata extensions", async () => {
    const { a, b, c } = await opened();
    expect(await a.look<string>("name")).to.equal("Ballast ETH Vault");
    expect(await a.look<string>("symbol")).to.equal("blETH");
    expect(await a.look("decimals")).to.equal(18n);
    const [supply, held] = [await a.look("totalSupply"), await a.look("balanceOf", a.address)];
    await a.send("transfer", b.address, 7n * WAD);
    await a.send("approve", c.address, 3n * WAD);
    await c.send("transferFrom", a.address, c.address, 2n * WAD);
    expect(await c.look("allowance", a.address, c.address)).to.equal(WAD);
    expect([await b.look("balanceOf", b.address), await c.look("balanceOf", c.address)]).to.deep.equal([
      7n * WAD,
      2n * WAD,
    ]);
    expect(await a.look("balanceOf", a.address)).to.equal(held - 9n * WAD);
    expect(await a.look("totalSupply")).to.equal(supply);
  });

  it("asset MUST be an ERC-20 token contract and MUST NOT revert", async () => {
    const { stage, a, at } = await opened();
    expect(await a.look<string>("asset")).to.equal(at.usdc);
    expect(await stage.alice.ballast.usdc.balanceOf(a.address)).to.be.greaterThan(0n);
  });
});

describe("ERC-4626: totalAssets and conversions", () => {
  it("totalAssets SHOULD include compounding from yield: it is bid NAV, in whole units of asset", async () => {
    const { stage, a } = await opened();
    const { bid } = await stage.alice.ballast.vault.nav();
    expect(await a.look("totalAssets")).to.equal(bid / SCALE);
    const before = await a.look("totalAssets");
    const ledger = stage.alice.ballast.clearinghouse;
    await done(stage.alice.ballast.usdc.approve(String(ledger.target), 1_000n * USDC));
    // What the vault's account earns is there at once.
    await done(
      ledger.deposit(
        await stage.alice.ballast.vault.account(),
        stage.world.deployment.contracts.usdc,
        1_000n * USDC,
      ),
    );
    expect(await a.look("totalAssets")).to.equal(before + 1_000n * USDC);
  });

  it("totalAssets MUST be inclusive of fees, convertToShares and convertToAssets MUST NOT be", async () => {
    const { stage, a, b } = await opened();
    const own = await curator(stage);
    const recipient = stage.world.people.keeper.address;
    const terms = { management: WAD / 50n, performance: 0n, recipient };
    await done(own.epochAccounts.setFeeTerms(await own.vault.account(), terms));
    await b.send("requestDeposit", 10n * USDC, b.address, b.address);
    await stage.mark(24 * 30);
    const [total, supply] = [await a.look("totalAssets"), await a.look("totalSupply")];
    const { mid } = await own.vault.nav();
    // A month of fees is due, and no conversion takes it off.
    expect(await a.look("convertToAssets", supply)).to.equal(mid / SCALE);
    await stage.process();
    const fees = (await a.look("balanceOf", recipient)) * 10_000n;
    expect(fees / supply).to.be.within(15n, 17n);
    const after = await a.look("totalAssets");
    expect(after - total).to.be.within(10n * USDC - USDC, 10n * USDC + USDC);
  });

  it("conversions MUST round down towards 0 and MUST NOT show any variations depending on the caller", async () => {
    const { stage, a, b, c } = await opened();
    const next = seeded(4626);
    const supply = await a.look("totalSupply");
    const { mid } = await stage.alice.ballast.vault.nav();
    for (let i = 0; i < 25; i++) {
      const amount = BigInt(Math.floor(next() * 2 ** 50)) >> BigInt(2 * i);
      const shares = (amount * SCALE * supply) / mid;
      const assets = (amount * SCALE * mid) / supply / SCALE;
      for (const face of [a, b, c]) {
        expect(await face.look("convertToShares", amount)).to.equal(shares);
        expect(await face.look("convertToAssets", amount * SCALE)).to.equal(assets);
      }
      expect(await a.look("convertToAssets", shares)).to.be.within(amount === 0n ? 0n : amount - 1n, amount);
      expect((await a.look("convertToShares", assets)) <= amount * SCALE).to.equal(true);
    }
  });

  it("conversions MUST NOT reflect slippage or other on-chain conditions when performing the exchange", async () => {
    const { stage, a } = await opened();
    const ask = () =>
      Promise.all([a.look("convertToShares", 10n ** 15n), a.look("convertToAssets", 10n ** 27n)]);
    const before = await ask();
    await limit(stage, { deposits: 1n, redemptions: WAD / 20n, capacity: 1n });
    await done((await curator(stage)).vault.setWindDown(true));
    // A billion converts like a dollar, whatever an epoch would take of it.
    expect(await ask()).to.deep.equal(before);
    const one = await a.look("convertToShares", 10n ** 6n);
    expect((before[0] ?? 0n) - one * 10n ** 9n).to.be.within(0n, 10n ** 9n);
  });
});

describe("ERC-4626: what MUST NOT revert", () => {
  const VIEWS = ["totalAssets", "convertToShares", "convertToAssets"] as const;

  async function all(face: Face, where: string): Promise<bigint[]> {
    const seen: bigint[] = [];
    for (const name of VIEWS)
      for (const args of name === "totalAssets" ? [[]] : [[0n], [1n], [HUGE]])
        seen.push(
          await face
            .look(name, ...args)
            .catch((error: unknown) => expect.fail(`${where}: ${name}: ${error}`)),
        );
    for (const name of ["maxDeposit", "maxMint", "maxRedeem", "maxWithdraw"])
      for (const who of [face.address, ZeroAddress])
        seen.push(
          await face.look(name, who).catch((error: unknown) => expect.fail(`${where}: ${name}: ${error}`)),
        );
    return seen;
  }

  it("totalAssets, conversions and limits MUST NOT revert whatever the price, and limits need none", async () => {
    const { stage, a, feed } = await tamed();
    const due = await a.look("maxWithdraw", a.address);
    for (let status = 0; status < 14; status++)
      for (const price of [2_000n * WAD, 0n, 1n, 2n ** 200n]) {
        await feed.set(price, await stage.clock.now(), status);
        const seen = await all(a, `${price} in status ${status}`);
        expect(seen).to.include(due);
      }
    await feed.kill();
    await all(a, "a dead feed");
    await stage.wait(30 * 24 * 3_600);
    await all(a, "a month later");
    await a.send("redeem", 700n * WAD, a.address, a.address);
  });

  it("they are zero, and MUST NOT revert, when NAV is not positive or the vault was never seeded", async () => {
    const { stage, a, at } = await opened();
    const vault = await as(stage, at.vault);
    const account = await vault.vault.account();
    const cash = await vault.clearinghouse.cashOf(account);
    await done(vault.clearinghouse.withdraw(account, at.usdc, cash / SCALE, stage.bob.address));
    expect((await all(a, "nothing left")).slice(0, 7)).to.deep.equal(Array(7).fill(0n));
    const factory = await ethers.getContractFactory("OptionsVault");
    const fresh = await factory.deploy(
      ...([at.accessManager, at.clearinghouse, at.optionPricer, at.priceRouter] as const),
      ...([at.surfaceFeed, at.valuation] as const),
    );
    const contracts = { ...at, vault: String(fresh.target) };
    const world = { ...stage.world, deployment: { ...stage.world.deployment, contracts } };
    const unseeded = await all(await faceOf({ ...stage, world }, stage.alice), "unseeded");
    expect(unseeded).to.deep.equal(Array(unseeded.length).fill(0n));
  });
});

describe("ERC-4626: entries, exits and their limits", () => {
  it("max* MUST return what would not revert and no more, and 0 for whom there is nothing to claim", async () => {
    const { a, b, c } = await claimable();
    const ways = [
      [b, "maxDeposit", "deposit(uint256,address,address)"],
      [b, "maxMint", "mint(uint256,address,address)"],
      [a, "maxRedeem", "redeem"],
      [a, "maxWithdraw", "withdraw"],
    ] as const;
    for (const [face, most, way] of ways) {
      const allowed = await face.look(most, face.address);
      expect(allowed, most).to.be.greaterThan(0n);
      const other = await face.look(way, allowed, face.address, face.address);
      expect(other, way).to.be.greaterThan(0n);
      expect(await refusal(face.look(way, allowed + 1n, face.address, face.address))).to.equal(
        "Silo_ExceedsClaimable",
      );
    }
    for (const most of ["maxRedeem", "maxWithdraw", "maxDeposit", "maxMint"])
      expect(await c.look(most, ethers.Wallet.createRandom().address)).to.equal(0n);
    await b.send("requestDeposit", 50n * USDC, b.address, b.address);
    // What is only asked for is no limit yet.
    expect(await b.look("maxDeposit", b.address)).to.equal(900n * USDC);
  });

  it("max* MUST factor in limits: none is on claims, whatever is set on requests, and whether risk is paused", async () => {
    const { stage, a, b } = await claimable();
    const ways = [
      [b, "maxDeposit", "deposit(uint256,address)"],
      [a, "maxRedeem", "redeem"],
    ] as const;
    const before = await Promise.all(ways.map(([face, most]) => face.look(most, face.address)));
    await limit(stage, { deposits: 0n, capacity: 0n, redemptions: WAD / 20n });
    const own = await curator(stage);
    await done(own.clearinghouse.setRiskPaused(true));
    expect(await own.clearinghouse.riskPaused()).to.equal(true);
    await b.send("requestDeposit", 100n * USDC, b.address, b.address);
    await stage.mark(2);
    expect(await refusal(stage.process())).to.equal("nothing was refused");
    // Nobody enters any more: the limits are in force.
    expect(await b.look("pendingDepositRequest", 0n, b.address)).to.equal(100n * USDC);
    for (const [i, [face, most, way]] of ways.entries()) {
      const allowed = await face.look(most, face.address);
      expect([most, allowed]).to.deep.equal([most, before[i]]);
      const rest = way === "redeem" ? [face.address, face.address] : [face.address];
      expect(await refusal(face.look(way, allowed + 1n, ...rest)), way).to.equal("Silo_ExceedsClaimable");
      expect((await face.send(way, allowed, ...rest)).length, way).to.equal(1);
      expect(await face.look(most, face.address), most).to.equal(0n);
    }
  });

  it("deposit MUST take exactly assets and mint MUST give exactly shares, each emitting Deposit", async () => {
    const { b, c } = await claimable();
    const most = await b.look("maxDeposit", b.address);
    const shares = await b.look("deposit(uint256,address)", most / 3n, c.address);
    const had = await c.look("balanceOf", c.address);
    expect(await b.send("deposit(uint256,address)", most / 3n, c.address)).to.deep.equal([
      ["Deposit", b.address, c.address, most / 3n, shares],
    ]);
    expect(await c.look("balanceOf", c.address)).to.equal(had + shares);
    expect(await b.look("maxDeposit", b.address)).to.equal(most - most / 3n);
    const assets = await b.look("mint(uint256,address)", WAD + 1n, c.address);
    expect(await b.send("mint(uint256,address)", WAD + 1n, c.address)).to.deep.equal([
      ["Deposit", b.address, c.address, assets, WAD + 1n],
    ]);
    expect(await c.look("balanceOf", c.address)).to.equal(had + shares + WAD + 1n);
  });

  it("withdraw MUST send exactly assets and redeem MUST take exactly shares, each emitting Withdraw", async () => {
    const { stage, a, c } = await claimable();
    const usdcOf = async () => BigInt(await stage.carol.ballast.usdc.balanceOf(c.address));
    const had = await usdcOf();
    const used = await a.look("withdraw", 123_456_789n, c.address, a.address);
    expect(await a.send("withdraw", 123_456_789n, c.address, a.address)).to.deep.equal([
      ["Withdraw", a.address, c.address, a.address, 123_456_789n, used],
    ]);
    expect(await usdcOf()).to.equal(had + 123_456_789n);
    expect(await a.look("maxRedeem", a.address)).to.equal(700n * WAD - used);
    const assets = await a.look("redeem", 200n * WAD, c.address, a.address);
    expect(await a.send("redeem", 200n * WAD, c.address, a.address)).to.deep.equal([
      ["Withdraw", a.address, c.address, a.address, assets, 200n * WAD],
    ]);
    expect(await usdcOf()).to.equal(had + 123_456_789n + assets);
    expect(await a.look("maxRedeem", a.address)).to.equal(500n * WAD - used);
  });

  it("deposit, mint, redeem and withdraw MUST revert if all of it cannot be done", async () => {
    const { a, b, c } = await claimable();
    const over = "Silo_ExceedsClaimable";
    const none = "Silo_NothingToClaim";
    const [most, minted] = [await b.look("maxDeposit", b.address), await b.look("maxMint", b.address)];
    expect(await refusal(b.look("deposit(uint256,address)", most + 1n, b.address))).to.equal(over);
    expect(await refusal(b.look("mint(uint256,address)", minted + 1n, b.address))).to.equal(over);
    expect(await refusal(a.look("deposit(uint256,address)", 1n, a.address))).to.equal(none);
    expect(await refusal(c.look("redeem", 1n, c.address, c.address))).to.equal(none);
    expect(await refusal(c.look("withdraw", 1n, c.address, c.address))).to.equal(none);
  });

  it("earns nobody anything by any sequence of deposit, mint, redeem and withdraw", async () => {
    for (const seed of [20, 21, 22]) {
      const { stage, b } = await opened();
      const { vault, usdc, shares } = stage.bob.ballast;
      const before = await usdc.balanceOf(b.address);
      const next = seeded(seed);
      const part = (most: bigint) => (most * BigInt(Math.floor(next() * 1_000))) / 1_000n;
      let claims = 0;
      for (let hour = 1; hour <= 12; hour++) {
        const held = await shares.balanceOf(b.address);
        if (next() < 0.6) await b.send("requestDeposit", 10n * USDC + part(10n ** 12n), b.address, b.address);
        if (held > 2n * WAD && next() < 0.6)
          await b.send("requestRedeem", WAD + part(held - WAD), b.address, b.address);
        const { assets, shares: leaving } = await vault.pendingTotals();
        await stage.mark(hour);
        if (assets + leaving !== 0n) await stage.process();
        for (let i = 0; i < 3; i++) {
          const [most, way] = (
            [
              ["maxDeposit", "deposit(uint256,address,address)"],
              ["maxMint", "mint(uint256,address,address)"],
              ["maxRedeem", "redeem"],
              ["maxWithdraw", "withdraw"],
            ] as const
          )[Math.floor(next() * 4)] ?? ["maxDeposit", "deposit(uint256,address,address)"];
          const amount = part(await b.look(most, b.address));
          if (amount === 0n) continue;
          await b.send(way, amount, b.address, b.address);
          claims++;
        }
      }
      expect(claims, `seed ${seed}`).to.be.greaterThan(8);
      // What is still inside, at the best that anybody could be promised for it.
      const { mid } = await vault.nav();
      const inside =
        (await shares.balanceOf(b.address)) +
        (await b.look("maxMint", b.address)) +
        (await b.look("pendingRedeemRequest", 0n, b.address));
      const worth =
        (await usdc.balanceOf(b.address)) +
        (await b.look("pendingDepositRequest", 0n, b.address)) +
        (await b.look("maxWithdraw", b.address)) +
        (inside * mid) / (await shares.totalSupply()) / SCALE;
      expect(worth <= before, `seed ${seed}: ${worth - before}`).to.equal(true);
      expect(before - worth < before / 1_000n, `seed ${seed}: ${before - worth}`).to.equal(true);
    }
  });
});

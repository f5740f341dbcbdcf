import { accountId, token, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { mintUsdc } from "../../packages/lab/src/externals/index.ts";
import { funded, USDC } from "../support/ledger.ts";
import { seeded } from "../support/random.ts";

const FULL = 10n ** 22n;
const ceilDiv = (a: bigint, b: bigint): bigint => (a + b - 1n) / b;
const most = (a: bigint, b: bigint): bigint => (a > b ? a : b);

interface Holding {
  amount: bigint;
  levyIndex: bigint;
}

interface Event {
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/** The storage of the ledger, rebuilt from nothing but its events. */
class Replay {
  claimIndex = FULL;
  debtIndex = FULL;
  claims = 0n;
  debt = 0n;
  reserve = 0n;
  readonly cash = new Map<bigint, { amount: bigint; index: bigint }>();
  readonly collateral = new Map<string, Holding>();
  readonly levies = new Map<string, bigint>();
  readonly positions = new Map<string, bigint>();
  readonly operators = new Map<string, readonly [bigint, bigint]>();
  readonly held = new Map<string, readonly [bigint, bigint]>();
  readonly usdc: string;

  constructor(usdc: string) {
    this.usdc = usdc;
  }

  booked(account: bigint): bigint {
    const { amount, index } = this.cash.get(account) ?? { amount: 0n, index: FULL };
    return amount >= 0n ? (amount * this.claimIndex) / index : -ceilDiv(-amount * this.debtIndex, index);
  }

  private pay(account: bigint, value: bigint): void {
    const before = this.booked(account);
    const amount = before + value;
    this.cash.set(account, { amount, index: amount < 0n ? this.debtIndex : this.claimIndex });
    this.claims += most(amount, 0n) - most(before, 0n);
    this.debt = most(this.debt + most(-amount, 0n) - most(-before, 0n), 0n);
  }

  private hold(account: bigint, asset: string, value: bigint): void {
    const amount = (this.collateral.get(`${account} ${asset}`)?.amount ?? 0n) + value;
    this.collateral.set(`${account} ${asset}`, { amount, levyIndex: this.levies.get(asset) ?? 0n });
  }

  private trade(account: bigint, instrument: bigint, value: bigint): void {
    const key = `${account} ${instrument}`;
    this.positions.set(key, (this.positions.get(key) ?? 0n) + value);
  }

  apply({ name, args }: Event): void {
    const { account, asset, amount, from, to, instrument, quantity } = args as unknown as Record<
      string,
      bigint
    >;
    const [a, f, t, n] = [account ?? 0n, from ?? 0n, to ?? 0n, amount ?? 0n];
    const token = String(asset);
    const scale = 10n ** 12n;
    if (name === "Deposited") token === this.usdc ? this.pay(a, n * scale) : this.hold(a, token, n);
    if (name === "Withdrawn") token === this.usdc ? this.pay(a, -n * scale) : this.hold(a, token, -n);
    if (name === "CashMoved") {
      this.pay(f, -n);
      this.pay(t, n);
    }
    if (name === "CollateralMoved") {
      this.hold(f, token, -n);
      this.hold(t, token, n);
    }
    if (name === "PositionMoved") {
      this.trade(f, instrument ?? 0n, -(quantity ?? 0n));
      this.trade(t, instrument ?? 0n, quantity ?? 0n);
    }
    if (name === "PositionSettled") {
      this.trade(a, instrument ?? 0n, -(quantity ?? 0n));
      this.pay(a, args["cash"] as bigint);
    }
    if (name === "LevyCollected") this.pay(a, -n);
    if (name === "LevyRaised") this.levies.set(token, args["newIndex"] as bigint);
    if (name === "InterestCollected") {
      this.reserve -= n;
      this.pay(a, n);
    }
    if (name === "InterestAccrued") {
      const { interest, toInsurance, debtIndex, claimIndex } = args as unknown as Record<string, bigint>;
      this.claims += (interest ?? 0n) - (toInsurance ?? 0n);
      this.debt += interest ?? 0n;
      this.reserve += toInsurance ?? 0n;
      [this.debtIndex, this.claimIndex] = [debtIndex ?? 0n, claimIndex ?? 0n];
    }
    if (name === "LossShared") {
      this.claims -= args["fromCash"] as bigint;
      this.claimIndex = args["newIndex"] as bigint;
      // What the account in shortfall holds itself bears nothing.
      for (const [id, holding] of this.collateral)
        if (id.startsWith(`${a} `)) holding.levyIndex = this.levies.get(id.split(" ")[1] ?? "") ?? 0n;
      this.pay(a, n);
    }
    if (name === "OperatorSet")
      this.operators.set(`${a} ${args["operator"]}`, [args["scopes"] as bigint, args["expiresAt"] as bigint]);
    if (name === "HeldBackMoved") {
      const [left, total, episode] = [args["left"], args["total"], args["episode"]] as bigint[];
      this.held.set(`${args["from"]} ${token}`, [left ?? 0n, episode ?? 0n]);
      this.held.set(`${args["to"]} ${token}`, [total ?? 0n, episode ?? 0n]);
    }
    if (name === "HeldBack")
      this.held.set(`${a} ${token}`, [args["total"] as bigint, args["episode"] as bigint]);
  }

  /** Cash of an account less the levies that its collateral still owes. */
  cashOf(account: bigint, decimals: ReadonlyMap<string, bigint>): bigint {
    let cash = this.booked(account);
    for (const [id, { amount, levyIndex }] of this.collateral) {
      const [owner, asset = ""] = id.split(" ");
      if (owner !== String(account)) continue;
      const units = amount * 10n ** (18n - (decimals.get(asset) ?? 18n));
      cash -= ceilDiv(units * ((this.levies.get(asset) ?? 0n) - levyIndex), WAD);
    }
    return cash;
  }
}

describe("Clearinghouse: log replay", () => {
  it("rebuilds cash, collateral, positions, operators, indices, totals and what is held back from events", async () => {
    const room = await funded();
    const { ledger, settler, venue, alice, bob, carol, a, b, usdc, weth, risk, expiry, time, ethers, call } =
      room;
    const wbtc = await ethers.deployContract("TestToken", [8]);
    const source = await ethers.deployContract("HoldBackProbe");
    await ledger.setHoldBackSource(source.target);
    await ledger.setCollateralAsset(wbtc.target, 1, 10n ** 15n, true);
    await risk.inputs.setSpot(1, 60_000n * WAD, 0);
    await mintUsdc(usdc, carol.address, 1_000n * USDC);
    const c = accountId(carol.address, 3n);
    await risk.books.bind(ledger.target);
    await ledger.openBook(c);
    await ledger.setInsuranceAccount(accountId(carol.address, 9n));
    for (const person of [alice, bob]) {
      await wbtc.mint(person.address, 10n ** 12n);
      await token(wbtc.target as string, person).approve(ledger.target as string, 2n ** 255n);
    }
    const next = seeded(77);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T;
    const big = (top: bigint): bigint => (top * BigInt(Math.floor(next() * 1e9) + 1)) / 10n ** 9n;
    const accounts = [a, b, c];
    const pair = () => {
      const from = pick(accounts);
      return [from, pick(accounts.filter((one) => one !== from))] as const;
    };
    const by = ledger.connect(venue);
    const owner = (account: bigint) => (account === a ? alice : bob);
    await source.set(WAD / 3n, 1n, 0);
    await ledger.connect(bob).withdraw(b, usdc.target, 1_000n * USDC, carol.address);
    let done = 0;
    const acts: (() => Promise<unknown>)[] = [
      () => by.moveCash(...pair(), big(4_000n * WAD)),
      () => by.moveCash(c, a, big(3_000n * WAD)),
      () => by.movePosition(...pair(), call, (big(WAD) / 10n ** 10n) * 10n ** 10n),
      () => by.moveCollateral(...pair(), pick([weth, wbtc]).target, big(10n ** 7n)),
      () => by.moveSlice(...pair(), big(WAD)),
      () => by.moveSliceOf(...pair(), 0, expiry, big(WAD)),
      () => ledger.connect(alice).deposit(a, weth.target, big(WAD)),
      () => ledger.connect(bob).deposit(b, wbtc.target, big(10n ** 8n)),
      () => ledger.connect(bob).deposit(b, usdc.target, big(5_000n * USDC)),
      async () => {
        const account = pick([a, b]);
        const asset = pick([weth, wbtc, usdc]).target;
        const share = (await ledger.withdrawable(account, asset)) / 3n;
        await ledger.connect(owner(account)).withdraw(account, asset, share, carol.address);
      },
      () =>
        ledger.connect(alice).setOperator(a, pick([bob, carol]).address, pick([0n, 1n, 3n]), big(2n ** 60n)),
      () => ledger.shareLoss(pick(accounts), big(40n * WAD)),
      () => ledger.collectInterest(),
      () => time.increase(Math.floor(next() * 20_000)),
      () => source.set(big(WAD / 2n), pick([0n, 1n, 2n]), 0),
    ];
    for (let step = 0; step < 160; step++)
      await pick(acts)().then(
        () => done++,
        (error: unknown) => expect(String(error)).to.match(/(Clearinghouse|RiskArrays)_\w+/),
      );
    expect(done).to.be.greaterThan(90);
    await time.increaseTo((await time.latest()) > Number(expiry) ? await time.latest() : Number(expiry) + 1);
    await risk.inputs.setFixing(0, expiry, 3_100n * WAD);
    for (const account of accounts)
      await settler
        .settle(account, 9)
        .catch((error: unknown) => expect(String(error)).to.match(/Settler_NothingToSettle/));
    // Interest up to now, so that debts are as of the last event.
    await by.moveCash(a, b, 1n);

    const replay = new Replay(usdc.target as string);
    const kinds = new Set<string>();
    for (const log of await ledger.queryFilter("*" as never, 0)) {
      const event = ledger.interface.parseLog(log as never);
      if (event) replay.apply(event as unknown as Event);
      if (event) kinds.add(event.name);
    }
    const decimals = new Map([
      [String(weth.target), 18n],
      [String(wbtc.target), 8n],
    ]);
    for (const account of [...accounts, accountId(carol.address, 9n)]) {
      expect(await ledger.cashOf(account)).to.equal(replay.cashOf(account, decimals));
      for (const asset of [weth.target, wbtc.target])
        expect(await ledger.collateralOf(account, asset)).to.equal(
          replay.collateral.get(`${account} ${asset}`)?.amount ?? 0n,
        );
      expect(await ledger.positionOf(account, call)).to.equal(
        replay.positions.get(`${account} ${call}`) ?? 0n,
      );
    }
    for (const [key, [scopes, expiresAt]] of replay.operators) {
      const [account = "", operator = ""] = key.split(" ");
      const live = expiresAt > BigInt(await time.latest());
      for (const scope of [1n, 2n, 3n])
        expect(await ledger.isAuthorised(account, operator, scope)).to.equal(
          live && (scopes & scope) === scope,
        );
    }
    const [episode, share] = [await source.heldEpisode(), await source.heldShare()];
    for (const [key, [total, since]] of replay.held) {
      const [account = "", asset = ""] = key.split(" ");
      expect(await ledger.heldBack(account, asset), `${share}`).to.equal(
        episode !== 0n && since === episode ? total : 0n,
      );
    }
    const { claimIndex, debtIndex } = await ledger.indices();
    expect([claimIndex, debtIndex]).to.deep.equal([replay.claimIndex, replay.debtIndex]);
    expect(await ledger.totalClaims()).to.equal(replay.claims);
    expect(await ledger.totalDebt()).to.equal(replay.debt);
    expect(await ledger.interestReserve()).to.equal(replay.reserve);
    expect([...kinds]).to.include.members([
      "InterestAccrued",
      "InterestCollected",
      "LossShared",
      "LevyRaised",
      "LevyCollected",
      "HeldBack",
      "PositionSettled",
      "CollateralMoved",
      "OperatorSet",
      "BookOpened",
    ]);
  });
});

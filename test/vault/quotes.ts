import { type Ballast, ensureFresh, quoteLegs, quoteOrder, trade, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { type BookRisk, type GroupRisk, potential } from "../../packages/quant/src/exact/quotes.ts";
import { connection, expiryOf, moveTo, option, type Person, refusal } from "../support/ballast.ts";
import {
  done,
  inputsOf,
  orderOf,
  parametersOf,
  quoted,
  quoterWith,
  refresh,
  type Wanted,
} from "../support/quotes.ts";
import { seeded } from "../support/random.ts";

const { ethers, networkHelpers } = connection;
const HOUR = 3_600;
const FAR = 2n ** 60n;
const FINE = "nothing was refused";
const CENT = WAD / 100n;

/** The same, of its own: for tests that move the market. */
async function moved() {
  return quoted();
}

/** The calls of trades at any price, as a batch takes them. */
function callsOf(ballast: Ballast, account: bigint, legs: readonly Wanted[]) {
  const [instruments, quantities] = orderOf(legs);
  return instruments.map((instrument, i) => ({
    target: ballast.deployment.contracts.tradeDesk,
    data: ballast.tradeDesk.interface.encodeFunctionData("trade", [
      ...[account, instrument, quantities[i] ?? 0n],
      ...[FAR * WAD, FAR],
    ] as [bigint, bigint, bigint, bigint, bigint]),
  }));
}

/** What a batch of trades in one block at a given time costs the account in cash [wad]; nothing of it stays. */
async function costOf({ ballast, account }: Person, legs: readonly Wanted[], time: number): Promise<bigint> {
  const before = await networkHelpers.takeSnapshot();
  const cash = await ballast.clearinghouse.cashOf(account);
  await networkHelpers.time.setNextBlockTimestamp(time);
  await done(ballast.clearinghouse.batch(account, callsOf(ballast, account, legs)));
  const after = await ballast.clearinghouse.cashOf(account);
  await before.restore();
  return cash - after;
}

/** Random numbers of at least `pieces` that add up to `whole`, in whole hundredths. */
function split(next: () => number, whole: bigint, pieces: number): bigint[] {
  const parts: bigint[] = [];
  let left = whole;
  const sign = whole < 0n ? -1n : 1n;
  for (let i = pieces - 1; i > 0; i--) {
    const most = Number((left * sign) / CENT) - i;
    const part = sign * CENT * BigInt(1 + Math.floor(next() * (most - 1)));
    parts.push(part);
    left -= part;
  }
  return [...parts, left];
}

describe("Quoter: what a trade does to the whole book", () => {
  it("quotes worse the more the trade adds to the book, and charges nothing for what lowers its risk", async () => {
    const stage = await networkHelpers.loadFixture(quoted);
    const { ballast, far } = stage;
    const call = option(far, 2_000n, "call");
    const [small, large] = await quoteLegs(ballast, [
      { instrument: call, quantity: WAD },
      { instrument: call, quantity: 100n * WAD },
    ]);
    if (!small || !large) throw new Error("There is no quote.");
    expect(small.premium > small.fair).to.equal(true);
    expect(large.premium > 100n * small.premium).to.equal(true);
    const adds = await ballast.quoter.quote(call, WAD);
    expect([adds.reducesRisk, adds.charge > 0n]).to.deep.equal([false, true]);
    const lowers = await ballast.quoter.quote(call, -WAD);
    expect([lowers.reducesRisk, lowers.charge]).to.deep.equal([true, 0n]);
    expect(lowers.premium > lowers.fair).to.equal(true);
    expect(lowers.price).to.equal(-lowers.premium);
  });

  it("never gets cheaper in pieces, over strikes or over accounts: charges add up to at least the whole", async () => {
    const stage = await networkHelpers.loadFixture(quoted);
    const { ballast, near, far } = stage;
    const next = seeded(5);
    const p = await parametersOf(ballast);
    const people = [stage.world.people.hedger, stage.world.people.bidder];
    const vault = await ballast.vault.account();
    const spot = (await ballast.priceRouter.spot(0)).price;
    const hedge = await ballast.clearinghouse.collateralOf(vault, stage.world.deployment.contracts.weth);
    const capital = await ballast.quoter.capital();
    const all: Wanted[] = [near, far].map((expiry) => ({
      expiry,
      dollars: 2_000n,
      kind: "call",
      quantity: CENT,
    }));
    const potentialNow = async (): Promise<{ value: bigint; risk: BookRisk; groups: GroupRisk[] }> => {
      const [instruments] = orderOf(all);
      const change = await ballast.books.changeOf(vault, 0, spot, instruments, [0n, 0n]);
      const [risk, groups] = [change.beforehand, [...change.groupsBefore]];
      return { value: potential(p, { capital, spot, hedge }, risk, groups), risk, groups };
    };
    for (let sequence = 0; sequence < 6; sequence++) {
      const start = await networkHelpers.takeSnapshot();
      const first = await potentialNow();
      const traded: Wanted[] = [];
      let charges = 0n;
      for (let piece = 0; piece < 6; piece++) {
        const leg: Wanted = {
          expiry: next() < 0.5 ? near : far,
          dollars: 1_800n + 100n * BigInt(Math.floor(next() * 5)),
          kind: next() < 0.5 ? "call" : "put",
          quantity: CENT * BigInt(1 + Math.floor(next() * 1_500)) * (next() < 0.7 ? 1n : -1n),
        };
        const person = people[piece % 2];
        if (!person) throw new Error("There is nobody to trade.");
        const before = await inputsOf(stage, ballast, [leg], false);
        const quote = await ballast.quoter.quoteLegs(...orderOf([leg]), false);
        await done(
          person.ballast.clearinghouse.batch(person.account, callsOf(person.ballast, person.account, [leg])),
        );
        charges += quote.charge;
        traded.push(leg);
        const { risk, groups } = await potentialNow();
        const { vega, gamma, delta } = before.after;
        expect([risk.vega, risk.gamma, risk.delta], "the book is what was foreseen").to.deep.equal([
          vega,
          gamma,
          delta,
        ]);
        const group = groups.find((_, i) => all[i]?.expiry === leg.expiry);
        expect(group?.vega).to.equal(before.groupsAfter[0]?.vega);
      }
      const last = await potentialNow();
      await start.restore();
      expect(charges >= last.value - first.value, "charges cover what was added").to.equal(true);
      const merged = new Map<string, Wanted>();
      for (const leg of traded) {
        const key = `${leg.expiry} ${leg.dollars} ${leg.kind}`;
        merged.set(key, { ...leg, quantity: leg.quantity + (merged.get(key)?.quantity ?? 0n) });
      }
      const order = [...merged.values()].filter(({ quantity }) => quantity !== 0n);
      const whole = await ballast.quoter.quoteLegs(...orderOf(order), false);
      const added = last.value - first.value;
      expect(whole.charge).to.equal(added > 0n ? added : 0n);
      expect(whole.charge <= charges).to.equal(true);
    }
  });

  it("costs at least as much cash in pieces as at once, on both sides and however the pieces are cut", async () => {
    const stage = await networkHelpers.loadFixture(quoted);
    const next = seeded(9);
    const { hedger } = stage.world.people;
    const time = (await networkHelpers.time.latest()) + 30;
    for (let run = 0; run < 8; run++) {
      const series = {
        expiry: run % 2 === 0 ? stage.near : stage.far,
        dollars: 1_800n + 100n * BigInt(Math.floor(next() * 5)),
        kind: next() < 0.5 ? ("call" as const) : ("put" as const),
      };
      const whole = CENT * BigInt(600 + Math.floor(next() * 4_000)) * (run % 4 < 2 ? 1n : -1n);
      const pieces = split(next, whole, 2 + Math.floor(next() * 3));
      expect(pieces.reduce((sum, part) => sum + part, 0n)).to.equal(whole);
      const once = await costOf(hedger, [{ ...series, quantity: whole }], time);
      const parts = await costOf(
        hedger,
        pieces.map((quantity) => ({ ...series, quantity })),
        time,
      );
      expect(parts >= once, `${whole} in ${pieces.length} pieces`).to.equal(true);
    }
  });

  it("lets no round trip gain, whichever side comes first and whatever the price was", async () => {
    const stage = await networkHelpers.loadFixture(moved);
    const next = seeded(17);
    const { hedger } = stage.world.people;
    let at = stage.start;
    for (const dollars of [2_000n, 1_700n, 2_450n]) {
      at += HOUR;
      await moveTo(stage, at, dollars);
      for (let run = 0; run < 4; run++) {
        const leg: Wanted = {
          expiry: run % 2 === 0 ? stage.near : stage.far,
          dollars: dollars - (dollars % 100n) + 100n * BigInt(Math.floor(next() * 3)),
          kind: next() < 0.5 ? "call" : "put",
          quantity: CENT * BigInt(10 + Math.floor(next() * 3_000)) * (run < 2 ? 1n : -1n),
        };
        await refresh(hedger.ballast, [leg]);
        const time = (await networkHelpers.time.latest()) + 10;
        const cost = await costOf(hedger, [leg, { ...leg, quantity: -leg.quantity }], time);
        expect(cost > 0n, `${leg.kind} ${leg.dollars} ${leg.quantity}`).to.equal(true);
      }
    }
  });

  it("keeps put-call parity: a synthetic forward costs its value and no less than nothing more", async () => {
    const { ballast, near, far } = await networkHelpers.loadFixture(quoted);
    for (const expiry of [near, far]) {
      for (const dollars of [1_800n, 2_000n, 2_200n]) {
        const call = { instrument: option(expiry, dollars, "call"), quantity: WAD };
        const put = { instrument: option(expiry, dollars, "put"), quantity: -WAD };
        const { forward } = await ballast.optionPricer.value(call.instrument, 0n);
        const worth = forward - dollars * WAD;
        const bought = await quoteOrder(ballast, [call, put]);
        const sold = await quoteOrder(ballast, [
          { ...call, quantity: -WAD },
          { ...put, quantity: WAD },
        ]);
        const gap = bought.fair - worth;
        expect(gap > -1_000_000n && gap < 1_000_000n, `parity of the marks: ${gap}`).to.equal(true);
        expect(bought.premium > worth && sold.premium > -worth).to.equal(true);
        const [c, p] = await quoteLegs(ballast, [call, { ...put, quantity: WAD }]);
        const [cBid, pBid] = await quoteLegs(ballast, [{ ...call, quantity: -WAD }, put]);
        if (!c || !p || !cBid || !pBid) throw new Error("There is no quote.");
        // Cross the two books: nobody buys one side below where the other is sold.
        expect(c.premium + pBid.premium > worth && cBid.premium + p.premium > -worth).to.equal(true);
      }
    }
  });

  it("asks less for an order than for its legs one by one, and nothing for the deviation of an order in two steps", async () => {
    const { ballast, far } = await networkHelpers.loadFixture(quoted);
    const spread = [
      { instrument: option(far, 2_000n, "call"), quantity: 10n * WAD },
      { instrument: option(far, 2_200n, "call"), quantity: -10n * WAD },
    ];
    const apart = await quoteLegs(ballast, spread);
    const single = apart.reduce((sum, { premium }) => sum + premium, 0n);
    const together = await quoteOrder(ballast, spread);
    expect(together.premium < single).to.equal(true);
    expect(together.fairs.reduce((sum, fair) => sum + fair, 0n)).to.equal(together.fair);
    const p = await parametersOf(ballast);
    const [leg] = spread;
    if (!leg) throw new Error("There is no leg.");
    const { delta, forward } = await ballast.optionPricer.value(leg.instrument, 0n);
    const value = (((delta * leg.quantity) / WAD) * forward) / WAD;
    const quick = await quoteOrder(ballast, [leg]);
    const patient = await quoteOrder(ballast, [leg], true);
    const saved = quick.premium - patient.premium;
    const least = (value * (p.deviationThreshold - p.spotSpread)) / WAD;
    expect(saved >= least && saved < least + value / 1_000n).to.equal(true);
    expect(quick.premium - quick.fair > (value * p.deviationThreshold) / WAD).to.equal(true);
  });
});

describe("Quoter: what it refuses", () => {
  it("refuses orders that are none", async () => {
    const { ballast, far } = await networkHelpers.loadFixture(quoted);
    const call = option(far, 2_000n, "call");
    const ask = (instruments: bigint[], quantities: bigint[]) =>
      refusal(ballast.quoter.quoteLegs(instruments, quantities, false));
    expect(await refusal(ballast.quoter.quote(call, 0n))).to.equal("Quoter_ZeroQuantity");
    expect(await ask([], [])).to.equal("Quoter_BadOrder");
    expect(await ask([call], [WAD, WAD])).to.equal("Quoter_BadOrder");
    expect(await ask(Array(9).fill(call), Array(9).fill(WAD))).to.equal("Quoter_BadOrder");
    expect(await ask([call, call], [WAD, WAD])).to.equal("Quoter_RepeatedSeries");
    expect(await ask([call, call + (1n << 56n)], [WAD, WAD])).to.equal("Quoter_MixedMarkets");
  });

  it("opens within bounds of tenor, delta, volatility, size and grid, at a fresh surface", async () => {
    const stage = await networkHelpers.loadFixture(moved);
    const { ballast, near, far } = stage;
    const call = option(far, 2_000n, "call");
    const quote = (instrument: bigint, quantity: bigint) =>
      refusal(ballast.quoter.quote(instrument, quantity));
    expect(await quote(option(near, 9_000n, "call"), WAD)).to.equal("Quoter_DeltaOutOfRange");
    expect(await quote(option(far, 2_001n, "call"), WAD)).to.equal("Quoter_OffGrid");
    expect(await quote(call, CENT - 10n ** 10n)).to.equal("Quoter_SizeTooSmall");
    expect(await quote(option(near + HOUR, 2_000n, "call"), WAD)).to.equal("SurfaceFeed_UnknownExpiry");
    const calm = await quoterWith(stage, { maxVolatility: 21n * CENT });
    expect(await refusal(calm.quote(call, WAD))).to.equal("Quoter_VolatilityOutOfRange");
    await stage.clock.advanceTo(stage.start + 3 * HOUR);
    expect(await quote(call, WAD)).to.equal("Quoter_SurfaceStale");
    await moveTo(stage, near - 1_800, 2_000n);
    expect(await quote(option(near, 2_000n, "call"), WAD)).to.equal("Quoter_TenorOutOfRange");
  });

  it("needs current arrays and books, which anyone may refresh, and quotes as if they were", async () => {
    const stage = await networkHelpers.loadFixture(moved);
    const { ballast, far } = stage;
    const quote = (instrument: bigint) => refusal(ballast.quoter.quote(instrument, WAD));
    const other = option(far, 2_050n, "call");
    expect(await quote(other)).to.equal("RiskArrays_StaleStrike");
    expect(await quote(option(expiryOf(stage, 3), 2_000n, "call"))).to.equal("Books_NotCurrent");
    const foreseen = await quoteOrder(ballast, [{ instrument: other, quantity: WAD }]);
    await refresh(ballast, [{ expiry: far, dollars: 2_050n, kind: "call", quantity: WAD }]);
    const firm = await ballast.quoter.quote(other, WAD);
    expect(firm.charge).to.equal(foreseen.charge);
    await moveTo(stage, stage.start + HOUR, 2_100n);
    expect(await quote(other)).to.equal("Books_BeyondDrift");
    // Arrays of one strike move the grid, and leave the vault's book behind.
    const near = option(stage.near, 2_100n, "call");
    await done(ballast.riskArrays.refreshPositions([(near << 64n) | 1n]));
    expect(await quote(near)).to.equal("Books_NotCurrent");
    await ensureFresh(ballast, stage.account, [near]);
    expect(await quote(near)).to.equal(FINE);
  });

  it("stops what moves a risk beyond its limit, and nothing that moves it back", async () => {
    const stage = await networkHelpers.loadFixture(quoted);
    const { far } = stage;
    const call = option(far, 2_000n, "call");
    const [tight, size] = [CENT / 10n, 35n * WAD];
    const limits = [
      ["Quoter_VegaLimit", { maxNetVega: tight }],
      ["Quoter_ExpiryVegaLimit", { maxExpiryVega: tight }],
      ["Quoter_GammaLimit", { maxNetGamma: tight }],
      ["Quoter_DeltaLimit", { maxNetDelta: tight }],
      ["Quoter_NotionalLimit", { maxNotional: CENT }],
    ] as const;
    for (const [name, changes] of limits) {
      const own = await quoterWith(stage, changes);
      expect(await refusal(own.quote(call, size))).to.equal(name);
      // The vault is short calls: it takes them back, and other calls and long delta with them.
      expect(await refusal(own.quote(call, -size)), name).to.equal(FINE);
      expect(await refusal(own.quote(option(far, 2_100n, "call"), -size)), name).to.equal(FINE);
      const back = await own.quote(option(far, 2_100n, "call"), -size);
      expect([back.charge, back.reducesRisk]).to.deep.equal([0n, true]);
    }
  });

  it("holds limits against closing too, where that takes away what stood against a risk", async () => {
    const stage = await networkHelpers.loadFixture(moved);
    const { far } = stage;
    const { bidder } = stage.world.people;
    await refresh(bidder.ballast, [{ expiry: far, dollars: 2_100n, kind: "call", quantity: -CENT }]);
    const put = { instrument: option(far, 1_900n, "put"), quantity: -50n * WAD };
    await done(trade(bidder.ballast, bidder.account, [put]));
    const own = await quoterWith(stage, { maxNetVega: CENT / 10n });
    expect(await refusal(own.quote(put.instrument, 50n * WAD))).to.equal("Quoter_VegaLimit");
  });

  it("adds no delta that its hedge cannot absorb", async () => {
    const stage = await networkHelpers.loadFixture(quoted);
    const call = option(stage.far, 2_000n, "call");
    const at = stage.world.deployment.contracts;
    const none = await quoterWith(stage, { maxStrandedDelta: 0n }, { at: undefined });
    expect(await refusal(none.quote(call, WAD))).to.equal("Quoter_CannotHedge");
    expect(await refusal(none.quote(call, -WAD))).to.equal(FINE);
    const silent = await quoterWith(stage, { maxStrandedDelta: 0n }, { at: at.usdc });
    expect(await refusal(silent.quote(call, WAD))).to.equal("Quoter_CannotHedge");
    const asked = await quoterWith(stage, { maxStrandedDelta: 0n });
    expect(await refusal(asked.quote(call, WAD))).to.equal(FINE);
    const [buy] = await stage.ballast.hedgeController.hedgeCapacity(0);
    expect(buy > 0n).to.equal(true);
    const loose = await quoterWith(stage, { maxStrandedDelta: WAD }, { at: undefined });
    expect(await refusal(loose.quote(call, WAD))).to.equal(FINE);
  });

  it("keeps dust out of the vault's book, and lets what is held be closed whole", async () => {
    const stage = await networkHelpers.loadFixture(quoted);
    const own = await quoterWith(stage, { minSize: WAD });
    const held = option(stage.far, 2_100n, "call");
    expect(await refusal(own.quote(held, -40n * WAD))).to.equal(FINE);
    expect(await refusal(own.quote(held, -39n * WAD - WAD / 2n))).to.equal("Quoter_SizeTooSmall");
    expect(await refusal(own.quote(held, -40n * WAD - WAD / 2n))).to.equal("Quoter_SizeTooSmall");
    expect(await refusal(own.quote(held, -41n * WAD))).to.equal(FINE);
    // What is smaller already may shrink.
    const large = await quoterWith(stage, { minSize: 10n * WAD });
    const { bidder } = stage.world.people;
    const other = { instrument: option(stage.far, 2_200n, "call"), quantity: 2n * WAD };
    await done(trade(bidder.ballast, bidder.account, [other]));
    expect(await refusal(large.quote(other.instrument, -WAD))).to.equal(FINE);
    expect(await refusal(large.quote(other.instrument, WAD))).to.equal("Quoter_SizeTooSmall");
  });

  it("quotes nothing to open without net asset value behind it", async () => {
    const stage = await networkHelpers.loadFixture(quoted);
    const factory = await ethers.getContractFactory("OptionsVault");
    const at = stage.world.deployment.contracts;
    const feeds = [at.optionPricer, at.priceRouter, at.surfaceFeed] as const;
    const empty = await factory.deploy(at.accessManager, at.clearinghouse, ...feeds, at.valuation);
    const quoter = await quoterWith(stage, {}, { at: undefined, vault: String(empty.target) });
    const call = option(stage.far, 2_200n, "call");
    expect(await refusal(quoter.quote(call, WAD))).to.equal("Quoter_NoCapacity");
  });
});

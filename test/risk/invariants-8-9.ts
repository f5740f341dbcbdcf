import { accountId } from "@ballast/sdk";
import { expect } from "chai";
import {
  actOf,
  brink,
  type Call,
  closing,
  GAS,
  OTHERS,
  QUIET,
  type Standing,
  still,
  tally,
  text,
  unsettled,
  weather,
} from "../support/acts.ts";
import { funded, USDC } from "../support/ledger.ts";
import { WAD } from "../support/risk.ts";

const DIRECT = ["deposit", "withdraw", "setOperator", "permitOperator"];

describe("invariant 8: after an owner's action an account has its initial requirement, or its risk did not rise", () => {
  it("whatever selector, directly or in a batch, with and without a book, good data or none, paused or not", async () => {
    const room = await still(8);
    const { ledger, next, pick, owners, carol } = room;
    for (const { account, signer } of owners) {
      await room.attempt(() =>
        ledger.connect(signer).setOperator(account, carol.address, 3n, 2n ** 60n, GAS),
      );
    }
    const [kinds, manners, statuses] = [tally(), tally(), tally()];
    let [below, eased] = [0, 0];
    for (let step = 0; step < 900; step++) {
      if (step % 10 === 0) await weather(room, Math.floor(step / 10));
      const me = pick(owners);
      const other = pick(owners.filter(({ account }) => account !== me.account));
      const acts = actOf(room, me.account, other.account, me.signer.address);
      const kind = pick(Object.keys(acts));
      const calls =
        kind === "close" ? await closing(room, me.account, other.account) : (acts[kind] as () => Call[])();
      const caller = ledger.connect(next() < 0.25 ? carol : me.signer);
      const isDirect = next() < 0.4 && calls.every(({ target }) => target === ledger.target);
      const manner = isDirect ? "direct" : next() < 0.5 ? "batch" : "reduce";
      const before = await Promise.all(owners.map(({ account }) => room.standing(account)));
      const refusal = await room.attempt(() => {
        if (!isDirect) return caller.getFunction(manner)(me.account, calls, GAS);
        const { name, args } = ledger.interface.parseTransaction({ data: calls[0]?.data ?? "" })!;
        return caller.getFunction(name)(...args, GAS);
      });
      const status = ["good", "liquidation only", "unusable"][
        Number(before[owners.indexOf(me)]?.status ?? 0n)
      ] as string;
      const paused = (await ledger.riskPaused()) ? "paused" : "open";
      kinds.add(kind, refusal);
      manners.add(`${manner} ${paused}`, refusal);
      statuses.add(status, refusal);
      if (refusal !== "") continue;
      for (const [i, { account, signer }] of owners.entries()) {
        const was = before[i] as Standing;
        const is = await room.standing(account);
        if (is.equity >= is.initial) continue;
        below++;
        const told = `step ${step}: ${kind}, ${manner}, ${status}, account ${i}: ${text(was)} to ${text(is)}`;
        // A slice leaves what does not divide: under 1e-8 of each of at most 12 series, each worth less than $ 3,000.
        const dust = kind.endsWith("slice") ? 12n * 3_000n * 10n ** 10n : 0n;
        expect(is.equity - is.initial >= was.equity - was.initial - dust, told).to.equal(true);
        // Collateral brought in is worth more than what its own swings ask for; a counterparty only has to be no worse off.
        const isOwn = signer === me.signer && kind !== "deposit collateral" && !kind.endsWith("slice");
        if (isOwn) expect(is.initial <= was.initial, told).to.equal(true);
        // Nobody who could not be liquidated can be now.
        if (was.equity >= was.maintenance + dust) expect(is.equity >= is.maintenance, told).to.equal(true);
        if (is.equity - is.initial > was.equity - was.initial) eased++;
      }
    }
    const told = `${kinds.text()}; ${manners.text()}; ${statuses.text()}; below ${below}, eased ${eased}`;
    for (const [kind, [done, refused]] of kinds.counts) {
      if (kind === "permit an operator") expect([done, refused > 5], told).to.deep.equal([0, true]);
      // Bringing something in is hardly ever refused.
      else
        expect(done >= 5 && (refused >= 2 || kind.startsWith("deposit")), `${kind}: ${told}`).to.equal(true);
    }
    for (const status of ["good", "liquidation only", "unusable"]) {
      const [done, refused] = statuses.of(status);
      expect(done >= 50 && refused >= 50, `${status}: ${told}`).to.equal(true);
    }
    for (const manner of ["direct open", "batch open", "reduce open", "direct paused", "reduce paused"]) {
      const [done, refused] = manners.of(manner);
      expect(done >= 8 && refused >= 5, `${manner}: ${told}`).to.equal(true);
    }
    const [done, refused] = manners.of("batch paused");
    expect([done, refused > 8], told).to.deep.equal([0, true]);
    expect(kinds.counts.size === 15 && below > 50 && eased > 10, told).to.equal(true);
  }).timeout(600_000);

  it("leaves out no function that an owner or operator can call", async () => {
    const { ledger } = await funded();
    const changing = ledger.interface.fragments
      .map(
        (fragment) =>
          JSON.parse(fragment.format("json")) as { type: string; stateMutability?: string; name?: string },
      )
      .filter((one) => one.type === "function" && !["view", "pure"].includes(one.stateMutability ?? ""))
      .map((one) => one.name);
    const venues = ["moveCash", "movePosition", "moveCollateral", "moveSlice", "moveSliceOf"];
    const offices = [
      "settlePosition",
      "shareLoss",
      "setVenue",
      "setCollateralAsset",
      "openBook",
      "cancelNonce",
      "collectInterest",
      "setInterestTerms",
      "setDebtLimits",
      "setInsuranceAccount",
      "setHoldBackSource",
      "setMinimumDeposit",
      "setRiskPaused",
    ];
    expect(changing.sort()).to.deep.equal(
      [...DIRECT, "batch", "reduce", ...venues, ...offices, "setAuthority"].sort(),
    );
  });
});

describe("invariant 9: only price, volatility, time, a fixing or a delayed parameter makes a healthy account unhealthy", () => {
  it("not a thing that others or anyone can do, to an account a wei above its maintenance", async () => {
    const room = await still(99);
    const { ledger, venue, next, pick, owners } = room;
    const [kinds, statuses] = [tally(), tally()];
    const victims = owners.slice(0, 2);
    // The others can afford what they try.
    const theirs = accountId(room.carol.address);
    for (const account of [room.b, theirs])
      await ledger.connect(room.carol).deposit(account, room.usdc.target, 300_000n * USDC);
    // Short and long series on both victims, the other side with the third, and some that expire while nobody settles them.
    for (const { account } of victims) {
      for (let leg = 0; leg < 5; leg++) {
        const quantity = BigInt(Math.round((next() - 0.7) * 400)) * 10n ** 16n || WAD;
        await room.hold();
        await ledger.connect(venue).movePosition(room.b, account, room.series(), quantity);
      }
    }
    for (let turn = 0; turn < 10; turn++) {
      await unsettled(
        room,
        victims.map(({ account }) => account),
      );
      await weather(room, [0, 2, 0, 3, 0, 4, 0, 5, 0, 0][turn] ?? 0, false);
      await room.attempt(() => room.refreshArrays());
      for (let step = 0; step < 45; step++) {
        const victim = pick(victims);
        await brink(room, victim.account);
        const before = await room.standing(victim.account);
        const kind = pick(Object.keys(OTHERS));
        const refusal = await OTHERS[kind]!(room, victim.account);
        kinds.add(kind, refusal);
        statuses.add(String(before.status), refusal);
        const is = await room.standing(victim.account);
        const told = `turn ${turn}, step ${step}: ${kind}, ${refusal}: ${text(before)} to ${text(is)}`;
        // A settled payoff rounds by less than a wei, for each of at most four series.
        const dust = kind === "settle" ? 4n : 0n;
        expect(is.equity + dust >= is.maintenance, told).to.equal(true);
        if (QUIET.includes(kind))
          expect([is.equity, is.initial, is.maintenance], told).to.deep.equal([
            before.equity,
            before.initial,
            before.maintenance,
          ]);
      }
    }
    const told = `${kinds.text()}; ${statuses.text()}`;
    const neverDone = ["update the peg"];
    const neverRefused = ["deposit cash", "set parameters", "pause"];
    for (const kind of Object.keys(OTHERS)) {
      const [done, refused] = kinds.of(kind);
      expect(neverDone.includes(kind) ? done === 0 : done >= 3, `${kind}: ${told}`).to.equal(true);
      expect(neverRefused.includes(kind) ? refused === 0 : refused >= 1, `${kind}: ${told}`).to.equal(true);
    }
    for (const status of ["0", "1", "2"]) {
      const [done, refused] = statuses.of(status);
      expect(done >= 20 && refused >= 20, `${status}: ${told}`).to.equal(true);
    }
  });

  it("not a reducing batch that gives away as much equity as the initial requirement falls by", async () => {
    const room = await still(9);
    const { ledger, venue, alice, a, b, call, through, standing, attempt, connection } = room;
    await ledger.connect(venue).movePosition(a, b, call, 10n * WAD);
    const rich = await standing(a);
    await ledger.connect(venue).moveCash(a, b, rich.equity - (9n * rich.initial) / 10n);
    const was = await standing(a);
    expect(was.equity > was.maintenance && was.equity < was.initial).to.equal(true);
    const back = through("movePosition", b, a, call, 10n * WAD);
    const snapshot = await connection.networkHelpers.takeSnapshot();
    expect(await attempt(() => ledger.connect(alice).reduce(a, [back], GAS))).to.equal("");
    const closed = await standing(a);
    await snapshot.restore();
    const most = closed.equity - closed.initial - (was.equity - was.initial);
    const paying = (amount: bigint) => [back, through("moveCash", a, b, amount)];
    // The excess would be what it was, and the account below maintenance all the same.
    expect(closed.equity - most < closed.maintenance).to.equal(true);
    await expect(ledger.connect(alice).reduce(a, paying(most), GAS))
      .to.be.revertedWithCustomError(ledger, "Clearinghouse_HealthFell")
      .withArgs(a, was.equity - was.maintenance, closed.equity - most - closed.maintenance);
    const least = closed.equity - closed.maintenance;
    await ledger.connect(alice).reduce(a, paying(least), GAS);
    const is = await standing(a);
    expect(is.equity).to.equal(is.maintenance);
  });
});

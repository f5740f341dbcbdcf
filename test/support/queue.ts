import { type Ballast, connectBallast, WAD } from "@ballast/sdk";
import { ZeroAddress } from "ethers";
import { mintUsdc } from "../../packages/lab/src/externals/index.ts";
import { connection, curator, expiryOf, moveTo, refusal, type Scene, scene } from "./ballast.ts";

const { ethers, networkHelpers } = connection;
export const USDC = 10n ** 6n;
export const HOUR = 3_600;

/** Somebody with USDC and shares of the vault. */
export interface Lp {
  readonly address: string;
  readonly ballast: Ballast;
}

/** A scene whose first LP has claimed its shares, with three LPs who hold USDC and approve the vault for all of it. */
export interface Room extends Scene {
  readonly alice: Lp;
  readonly bob: Lp;
  readonly carol: Lp;
  /** Moves to `hours` after the start of the room, at a price in dollars, and posts a surface. */
  mark(hours: number, dollars?: bigint): Promise<void>;
  process(): Promise<void>;
  /** Lets seconds pass without a price. */
  wait(seconds: number): Promise<void>;
}

export async function room(): Promise<Room> {
  const stage = await scene();
  const people = [];
  for (const lp of stage.world.people.lps.slice(0, 3)) {
    await mintUsdc(stage.world.externals.usdc, lp.address, 5_000_000n * USDC);
    await done(lp.ballast.usdc.approve(stage.world.deployment.contracts.vault, 2n ** 200n));
    people.push({ address: lp.address, ballast: lp.ballast });
  }
  const [alice, bob, carol] = people;
  if (!alice || !bob || !carol) throw new Error("There are too few LPs.");
  const claimable = await alice.ballast.shares.maxDeposit(alice.address);
  await done(alice.ballast.vault.deposit(claimable, alice.address, alice.address));
  // Fees are tried elsewhere: here an epoch mints and burns what was asked for, and nothing else.
  const own = await curator(stage);
  const free = { management: 0n, performance: 0n, recipient: ZeroAddress };
  await done(own.epochAccounts.setFeeTerms(await own.vault.account(), free));
  return {
    ...stage,
    alice,
    bob,
    carol,
    mark: (hours, dollars = 2_000n) => moveTo(stage, stage.start + hours * HOUR, dollars),
    wait: async (seconds) => stage.clock.advanceTo((await stage.clock.now()) + seconds),
    process: () => done(stage.world.people.keeper.ballast.vault.processEpoch()),
  };
}

export async function done(sent: Promise<{ wait(): Promise<unknown> }>): Promise<void> {
  await (await sent).wait();
}

/** The vault with limits on what flows, set by the curator. */
export async function limit(
  stage: Room,
  limits: { deposits?: bigint; redemptions?: bigint; capacity?: bigint },
) {
  const { vault } = await curator(stage);
  const now = await vault.flowLimits();
  await done(
    vault.setFlowLimits({
      depositPerEpoch: limits.deposits ?? now.depositPerEpoch,
      capacity: limits.capacity ?? now.capacity,
      redeemPerEpoch: limits.redemptions ?? now.redeemPerEpoch,
    }),
  );
}

/** Contracts of the room on an address that nobody holds the key of, with ether for gas. */
export async function as(stage: Scene, address: string): Promise<Ballast> {
  await networkHelpers.impersonateAccount(address);
  await networkHelpers.setBalance(address, 10n * WAD);
  return connectBallast(stage.world.deployment, await ethers.getSigner(address));
}

export { connection, curator, expiryOf, refusal, WAD };

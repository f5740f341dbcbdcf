import { approveIfShort, deposit, requestDeposit } from "@ballast/sdk";
import { localConfig } from "../../../../deploy/config/local.ts";
import { type DeployConnection, deployBallast } from "../../../../deploy/deploy.ts";
import { deployExternals, mintUsdc, wrapWeth } from "../externals/index.ts";
import { LabError } from "../failure.ts";
import { newJournal } from "./journal.ts";
import { type People, type Person, personOf, type World } from "./world.ts";

const USDC = 10n ** 6n;
const WAD = 10n ** 18n;
const SIGNERS_NEEDED = 20;

/** What the insurance fund starts with, if nothing else is said [dollars]. */
export const INSURANCE_DOLLARS = 150_000n;

/** Depth of the USDC/WETH pool, so that an arbitrageur and a hedge move it like a real one [wei of WETH on each side]. */
const WIDE_WETH = 40_000n * WAD;
const CONCENTRATED_WETH = 40_000n * WAD;

/**
 * Builds the world of a sandbox or replay: externals, Ballast, people with funds, LPs whose first requests wait for
 * the first epoch, an insurance fund, and traders with deposits.
 * @param ethPrice first price [wad USD]
 * @param deploymentId names Ignition's journal on a chain outside this process
 * @param insuranceDollars what the insurance fund starts with
 * @param lentWeth what the hedge can borrow from Aave v3 [wei]; it cannot sell short without
 */
export async function setStage(
  connection: DeployConnection,
  ethPrice: bigint,
  deploymentId?: string,
  insuranceDollars: bigint = INSURANCE_DOLLARS,
  lentWeth?: bigint,
): Promise<World> {
  const signers = await connection.ethers.getSigners();
  if (signers.length < SIGNERS_NEEDED) throw new LabError(`The chain must offer ${SIGNERS_NEEDED} accounts.`);
  const at = (index: number) => {
    const signer = signers[index];
    if (!signer) throw new LabError(`The chain has no account ${index}.`);
    return signer;
  };
  const externals = await deployExternals(at(0), {
    ethPrice,
    wideWeth: WIDE_WETH,
    concentratedWeth: CONCENTRATED_WETH,
    ...(lentWeth === undefined ? {} : { lentWeth }),
  });
  const surfaceSigners = [at(15), at(16), at(17)];
  const config = await localConfig(externals, {
    curators: [await at(18).getAddress()],
    guardians: [await at(19).getAddress()],
    surfaceSigners: await Promise.all(surfaceSigners.map((signer) => signer.getAddress())),
    surfaceThreshold: 2,
    publishers: [await at(2).getAddress()],
  });
  const { deployment } = await deployBallast(connection, config, deploymentId);
  const person = (name: string, index: number) => personOf(name, at(index), deployment);
  const people: People = {
    deployer: await person("deployer", 0),
    arbitrageur: await person("arbitrageur", 1),
    keeper: await person("keeper", 2),
    bidder: await person("liquidator", 3),
    insurer: await person("insurer", 4),
    lps: [await person("LP 1", 5), await person("LP 2", 6), await person("LP 3", 7)],
    putSeller: await person("put seller", 8),
    callWriter: await person("call writer", 9),
    hedger: await person("hedger", 10),
    takers: [await person("taker 1", 11), await person("taker 2", 12), await person("taker 3", 13)],
    patient: await person("patient taker", 14),
  };
  const world: World = {
    deployment,
    externals,
    people,
    surfaceSigners,
    curator: at(18),
    journal: newJournal(),
  };
  await fund(world, insuranceDollars);
  return world;
}

async function fund(world: World, insuranceDollars: bigint): Promise<void> {
  const { externals, people, journal } = world;
  const give = (person: Person, dollars: bigint) => mintUsdc(externals.usdc, person.address, dollars * USDC);

  await give(people.deployer, 1_000n);
  await seedVault(world, 1_000n * USDC);
  for (const [index, dollars] of [2_000_000n, 1_000_000n, 1_000_000n].entries()) {
    const lp = people.lps[index];
    if (!lp) continue;
    await give(lp, dollars);
    if (index !== 1)
      await journal.send("lp: request deposit", requestDeposit(lp.ballast, lp.address, dollars * USDC));
  }

  await insure(world, insuranceDollars);
  await depositCash(world, people.bidder, 3_000_000n);
  await depositCash(world, people.putSeller, 40_000n);
  await depositCash(world, people.callWriter, 2_000n);
  await depositCash(world, people.hedger, 60_000n);
  for (const taker of people.takers) await depositCash(world, taker, 50_000n);
  await depositCash(world, people.patient, 50_000n);
  await depositWeth(world, people.callWriter, 300n * WAD);
}

async function insure({ externals, people, deployment, journal }: World, dollars: bigint): Promise<void> {
  if (dollars === 0n) return;
  const { ballast, address } = people.insurer;
  await mintUsdc(externals.usdc, address, dollars * USDC);
  await approveIfShort(ballast.usdc, address, deployment.contracts.insuranceFund, dollars * USDC);
  await journal.send("insurance: deposit", ballast.fundShares.deposit(dollars * USDC, address));
}

async function seedVault({ people, deployment, journal }: World, assets: bigint): Promise<void> {
  const { ballast, address } = people.deployer;
  await approveIfShort(ballast.usdc, address, deployment.contracts.vault, assets);
  await journal.send("vault: seed", ballast.vault.seed(assets));
}

async function depositCash(world: World, person: Person, dollars: bigint): Promise<void> {
  await mintUsdc(world.externals.usdc, person.address, dollars * USDC);
  const { ballast, address, account } = person;
  const sent = deposit(ballast, address, account, world.deployment.contracts.usdc, dollars * USDC);
  await world.journal.send("clearing: deposit USDC", sent);
}

async function depositWeth(world: World, person: Person, amount: bigint): Promise<void> {
  await wrapWeth(world.externals.weth, person.signer, amount);
  const { ballast, address, account } = person;
  await world.journal.send(
    "clearing: deposit WETH",
    deposit(ballast, address, account, world.deployment.contracts.weth, amount),
  );
}

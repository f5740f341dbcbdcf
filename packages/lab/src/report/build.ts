import type { SessionResult } from "../session/session.ts";
import { everyone, type World } from "../world/world.ts";
import { readChronicle } from "./chronicle.ts";
import { checkConservation } from "./conservation.ts";
import { makeReport, type Report } from "./model.ts";

/** Reads the chain after a session and makes its report. */
export async function buildReport(
  world: World,
  session: SessionResult,
  about: {
    readonly title: string;
    readonly scenario: string;
    readonly seed: number;
    readonly expectLiquidation: boolean;
  },
): Promise<Report> {
  const { ballast } = world.people.keeper;
  const { fromBlock } = world.deployment;
  const names = new Map(everyone(world.people).map((person) => [person.account, person.name]));
  names.set(await ballast.vault.account(), "vault");
  return makeReport({
    ...about,
    session,
    chronicle: await readChronicle(ballast, fromBlock),
    checks: await checkConservation(ballast, world.externals, session.accounts, fromBlock),
    gas: world.journal.gas(),
    refusals: world.journal.refusals(),
    names,
  });
}

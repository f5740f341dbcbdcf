import { formatDecimal } from "@ballast/sdk";
import { ZeroAddress } from "ethers";
import type { Action, KeeperContext } from "../task.ts";

/** Keeps the cash token's deviation from its peg up to date, where there is a feed for it. */
export async function peg(context: KeeperContext): Promise<Action[]> {
  const riskParameters = context.ballast.riskParameters.connect(context.sender);
  if ((await riskParameters.pegFeed()) === ZeroAddress) {
    context.note?.("peg: the cash token has no feed here, and counts as a dollar", []);
    return [];
  }
  const [kept, next] = await Promise.all([
    riskParameters.depegShare(),
    riskParameters.updatePeg.staticCall(),
  ]);
  if (next === kept) {
    context.note?.("peg: the cash token's deviation is up to date", []);
    return [];
  }
  const percent = (share: bigint) => `${formatDecimal(share * 100n, 2)} %`;
  return [
    {
      task: "peg",
      what: "update the cash token's deviation from its peg",
      why: `it is ${percent(next)} beyond the tolerance, and ${percent(kept)} are kept`,
      simulate: () => riskParameters.updatePeg.staticCall(),
      send: () => riskParameters.updatePeg(),
    },
  ];
}

import { PRICE_STATUS } from "@ballast/sdk";
import { formatEther, parseEther } from "ethers";
import type { KeeperContext } from "./task.ts";

/** One thing looked at. */
export interface Diagnosis {
  readonly subject: string;
  readonly healthy: boolean;
  readonly detail: string;
}

const LEAST_BALANCE = parseEther("0.01");
const MOST_CLOCK_SKEW = 120;

/** Looks at chain, code, balance, clock, oracles and signers, and tries a forbidden call that must fail. */
export async function diagnose(context: KeeperContext, now: number): Promise<Diagnosis[]> {
  const { ballast, sender, surfaceSigners } = context;
  const provider = ballast.runner.provider;
  if (!provider) return [{ subject: "node", healthy: false, detail: "there is no provider" }];
  const results: Diagnosis[] = [];
  const add = (subject: string, healthy: boolean, detail: string) =>
    results.push({ subject, healthy, detail });

  const network = await provider.getNetwork();
  add("chain", Number(network.chainId) === ballast.deployment.chainId, `id ${network.chainId}`);
  for (const [name, address] of Object.entries(ballast.deployment.contracts)) {
    const code = await provider.getCode(address);
    if (code === "0x") add(`code of ${name}`, false, `nothing stands at ${address}`);
  }
  const balance = await provider.getBalance(await sender.getAddress());
  add("balance", balance >= LEAST_BALANCE, `${formatEther(balance)} for gas`);
  const block = await provider.getBlock("latest");
  const skew = Math.abs((block?.timestamp ?? 0) - now);
  add("clock", skew <= MOST_CLOCK_SKEW, `${skew} s apart from the latest block`);
  for (const { index, name } of ballast.deployment.markets) {
    const price = await ballast.priceRouter.spot(index);
    const status = PRICE_STATUS[Number(price.status)] ?? "NotConfigured";
    add(`${name} price`, status === "Ok", status);
    const isStale = await ballast.surfaceFeed.isStale(index);
    add(`${name} surface`, !isStale, isStale ? "stale" : "fresh");
  }
  const { allowed, unreachable } = await signersOf(context);
  const threshold = Number(await ballast.surfaceFeed.threshold());
  const asked = surfaceSigners.length + (context.cosigners?.length ?? 0);
  add("surface signers", asked === 0 || allowed >= threshold, `${allowed} of the ${threshold} needed`);
  for (const name of unreachable) add("surface signer", false, `${name} does not answer`);
  const forbidden = ballast.clearinghouse
    .connect(sender)
    .setVenue.staticCall(await sender.getAddress(), true);
  add(
    "forbidden call",
    await forbidden.then(
      () => false,
      () => true,
    ),
    "registering a venue with this key must fail",
  );
  return results;
}

/** How many different signers, here and elsewhere, the feed counts, and who of those elsewhere is silent. */
async function signersOf({ ballast, surfaceSigners, cosigners = [] }: KeeperContext) {
  const unreachable: string[] = [];
  const addresses = await Promise.all([
    ...surfaceSigners.map((signer) => signer.getAddress()),
    ...cosigners.map((cosigner) =>
      cosigner.address().catch(() => {
        unreachable.push(cosigner.name);
        return undefined;
      }),
    ),
  ]);
  const different = [...new Set(addresses.filter((address) => address !== undefined))];
  const allowed = await Promise.all(different.map((address) => ballast.surfaceFeed.isSigner(address)));
  return { allowed: allowed.filter(Boolean).length, unreachable };
}

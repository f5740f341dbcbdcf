import { calibrate, type ExpiryQuotes } from "@ballast/quant";
import { stepped, surfaceRoom } from "./surfaces.ts";

const HOUR = 3_600;
const YEAR = 365 * 86_400;
const DOLLARS = 2_000;

/** Posts a calibrated chain as the first surface of a fresh feed; the number of expiries that are listed then. */
export async function firstSurface(chain: readonly ExpiryQuotes[]): Promise<number> {
  const { feed, send, reportOf, start } = await surfaceRoom();
  const { slices } = calibrate(chain);
  const spot = chain[0]?.forward ?? 0;
  const report = reportOf(start, [], {
    slices: slices.map((slice) => ({
      expiry: Math.ceil((start + slice.years * YEAR) / HOUR) * HOUR,
      forward: stepped((slice.forward / spot) * DOLLARS, 10n ** 10n),
      theta: stepped(slice.theta, 10n ** 6n),
      psi: stepped(slice.psi, 10n ** 6n),
      rho: stepped(slice.rho, 10n ** 9n),
    })),
  });
  await send(report);
  return (await feed.expiries(0)).length;
}

import { arrayReportHash } from "@ballast/sdk";
import { deployPosts, post, reportOf, smuggle, spoilt, strikesOf } from "../../test/support/posts.ts";
import type { Connection } from "../../test/support/risk.ts";

/** Posted arrays, as gas: what a poster pays for 32 strikes of an expiry that has none yet, two signatures included. */
export async function measurePosts(connection: Connection): Promise<Record<string, number>> {
  const room = await deployPosts(connection);
  const figures: Record<string, number> = {};
  const strikes = strikesOf(32);
  const report = await reportOf(room, room.expiries[2]!, strikes);
  const committed = await room.posts
    .connect(room.poster)
    .commit(0, report.expiry, report.version, arrayReportHash(report));
  figures["arrays.post.commit"] = Number((await committed.wait())?.gasUsed);
  const sent = await post(room, report);
  figures["arrays.post.perStrike"] = Math.round(Number((await sent.wait())?.gasUsed) / strikes.length);

  // The challenge of the middle entry of a page just as large.
  const wrong = spoilt(await reportOf(room, room.expiries[3]!, strikes), [16]);
  const { postId, basis } = await smuggle(room, wrong, 16);
  const challenged = await room.posts.connect(room.anyone).challenge(postId, basis as never, wrong.page, 16);
  figures["arrays.post.challenge"] = Number((await challenged.wait())?.gasUsed);
  return figures;
}

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { ASSETS, EPISODES, playRecorded, VARIANTS } from "../src/recorded.ts";

/** Market data that tests use where it is at hand. */
const SHARED = process.env["BALLAST_DATA"] ?? fileURLToPath(new URL("../../../../shared/", import.meta.url));
const FOLDER = `${SHARED}data`;

describe("replays of recorded crashes", () => {
  for (const asset of ASSETS) {
    for (const episode of EPISODES) {
      for (const variant of VARIANTS) {
        it(`${asset} ${episode.name}, ${variant.name}, ends balanced to the wei`, async function () {
          if (!existsSync(`${FOLDER}/${asset}usdt_binance_spot_1h.csv`)) this.skip();
          const { faults, damage, chronicle } = await playRecorded(FOLDER, asset, episode, variant);
          expect(faults).to.deep.equal([]);
          expect(damage.insurance + damage.vault + damage.shared).to.equal(damage.shortfall);
          const reported = chronicle.auctions.reduce((sum, auction) => sum + auction.shortfall, 0n);
          expect(damage.shortfall).to.equal(reported);
        });
      }
    }
  }
});

import { instrumentId, packPosition, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { slicesAt } from "../src/market/surface.ts";
import { coverOf, type Holdings, marketState } from "../src/report/cover.ts";
import { coverText } from "../src/sandbox/view.ts";

const NOW = 1_900_000_800;
const DAY = 86_400;
const expiry = Math.ceil((NOW + 20 * DAY) / 3_600) * 3_600;
const market = marketState(2_000n * WAD, NOW, slicesAt(NOW, [expiry, expiry + 30 * DAY], 0.7));

/** An account with cash, and puts sold at a strike. */
const seller = (account: bigint, cash: number, strike: number, puts: number, at = expiry): Holdings => ({
  account,
  cash: BigInt(cash) * WAD,
  words: [
    packPosition(
      instrumentId({ market: 0, expiry: at, strike: BigInt(strike) * WAD, kind: "put" }),
      -BigInt(puts) * WAD,
    ),
  ],
  collateral: 0n,
});

describe("lab: what an insurance fund should hold", () => {
  it("is what the two worst accounts lack in the worst recorded crash, and no third one's lack", () => {
    const rich = seller(1n, 1_000_000, 1_900, 10);
    const [small, middle, large] = [2n, 3n, 4n].map((id) => seller(id, 5_000, 1_900, 20 * Number(id)));
    const found = coverOf([rich, small!, middle!, large!], market);
    expect(found.episode).to.equal("2020-03-12, one day");
    expect(found.accounts).to.deep.equal([4n, 3n]);
    // Spot falls to 1,044: puts are worth at least 856, and some time value.
    expect(found.target).to.be.within(140 * 856 - 10_000, 140 * 900 - 10_000);
    expect(coverText(found)).to.match(
      /^cover 2 asks for 1[01]\d,\d{3} USD, if 2020-03-12, one day came again$/,
    );
  });

  it("counts what has expired at what it pays, and collateral at its price", () => {
    const expired = seller(1n, 0, 2_100, 10, Math.floor(NOW / 3_600) * 3_600);
    expect(coverOf([expired], market).target).to.be.closeTo(1_000, 1);
    const covered = { ...expired, collateral: WAD };
    // One ether at 1,044 is enough.
    expect(coverOf([covered], market)).to.deep.equal({ target: 0, episode: undefined, accounts: [] });
    expect(coverText(coverOf([covered], market))).to.contain("no account would fail");
  });
});

import { expect } from "chai";
import { pathOf, scenarioOf } from "../src/market/scenarios.ts";
import { seededRandom } from "../src/random.ts";
import { replay } from "../src/replay.ts";

const WAD = 10n ** 18n;
/** From the calm before to the hours after the deepest fall of the built-in path. */
const FIRST = 66;
const LAST = 126;

describe("replay of a crash", function () {
  this.timeout(300_000);

  it("with dead keepers and hardly any cushion charges every payer in order, to the wei", async () => {
    const path = pathOf(scenarioOf("2020-03-12"), seededRandom(1)).slice(FIRST, LAST);
    const report = await replay(
      {
        title: "test",
        scenario: "test",
        path,
        expectLiquidation: true,
        incidents: { keepersDead: { from: 37, to: 43 }, feedFrozen: { from: 53, to: 55 } },
        insuranceDollars: 100n,
        vaultSlice: WAD / 100_000n,
      },
      1,
    );
    expect(report.faults).to.deep.equal([]);
    expect(report.checks.filter((check) => !check.holds)).to.deep.equal([]);
    const { damage, chronicle } = report;
    expect(damage.insurance).to.equal(100n * WAD);
    expect(damage.vault > 0n && damage.shared > 0n).to.equal(true);
    expect(damage.insurance + damage.vault + damage.shared).to.equal(damage.shortfall);
    expect(damage.deepestDebt > 0n).to.equal(true);
    const first = chronicle.losses[0];
    expect(first?.steps.map(({ payer }) => payer)).to.deep.equal([
      "insurance fund",
      "vault's slice",
      "all claims",
    ]);
    const dead = report.session.snapshots
      .slice(37, 43)
      .map(({ hour }) => report.session.snapshots[hour]?.time ?? 0);
    for (const trade of [...chronicle.hedges, ...chronicle.auctions.map(({ started }) => started)]) {
      const isDead = trade.time >= (dead[0] ?? 0) && trade.time < (dead.at(-1) ?? 0) + 3_600;
      expect(isDead, "a keeper acted while all were dead").to.equal(false);
    }
  });
});

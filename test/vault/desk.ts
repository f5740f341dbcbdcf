import { type Ballast, trade, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { ZeroAddress } from "ethers";
import { connection, expiryOf, option, refusal, scene } from "../support/ballast.ts";

const { ethers, networkHelpers } = connection;
const HOUR = 3600;
const FAR = 2n ** 60n;

/** The batch of one trade at the desk. */
function batchOf(ballast: Ballast, account: bigint, instrument: bigint, quantity: bigint) {
  const data = ballast.tradeDesk.interface.encodeFunctionData("trade", [
    account,
    instrument,
    quantity,
    FAR,
    FAR,
  ]);
  return [{ target: ballast.deployment.contracts.tradeDesk, data }];
}

/** A market whose price grows old. */
async function ageing() {
  return scene();
}

describe("trade desk", () => {
  it("is a venue, while the vault itself may move nothing but its own", async () => {
    const stage = await networkHelpers.loadFixture(scene);
    const at = stage.world.deployment.contracts;
    const { clearinghouse, vault } = stage.world.people.hedger.ballast;
    const from = await vault.account();
    const move = async (venue: string) => {
      await networkHelpers.impersonateAccount(venue);
      await networkHelpers.setBalance(venue, 10n ** 18n);
      const call = clearinghouse.connect(await ethers.getSigner(venue)).moveCash;
      return refusal(call.staticCall(stage.world.people.hedger.account, from, 1n));
    };
    expect(await move(at.tradeDesk)).to.equal("nothing was refused");
    expect(await move(at.vault)).to.equal("Clearinghouse_NotVenue");
  });

  it("trades at no price that is too old, not even what only closes", async () => {
    const stage = await networkHelpers.loadFixture(ageing);
    const { ballast, account } = stage.world.people.hedger;
    const call = option(expiryOf(stage, 2), 2_000n, "call");
    await (await trade(ballast, account, [{ instrument: call, quantity: WAD }])).wait();
    await stage.clock.advanceTo(stage.start + 6 * HOUR);
    const close = batchOf(ballast, account, call, -WAD);
    expect(await refusal(ballast.clearinghouse.reduce.staticCall(account, close))).to.equal(
      "TradeDesk_MarkUnusable",
    );
  });

  it("starts only with code behind every address", async () => {
    const stage = await networkHelpers.loadFixture(scene);
    const at = stage.world.deployment.contracts;
    const factory = await ethers.getContractFactory("TradeDesk");
    for (let missing = 0; missing < 4; missing++) {
      const parts = [at.clearinghouse, at.vault, at.quoter, at.priceRouter].map((part, i) =>
        i === missing ? ZeroAddress : part,
      ) as [string, string, string, string];
      expect(await refusal(factory.deploy(...parts))).to.equal("TradeDesk_ZeroAddress");
    }
  });
});

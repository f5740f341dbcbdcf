import { expect } from "chai";
import { MaxUint256, ZeroAddress } from "ethers";
import { idOf, opened } from "../support/face.ts";
import { refusal, USDC, WAD } from "../support/queue.ts";

const MINUTE = 60;

/** What the standard says of both sides alike. */
const SIDES = ["Deposit", "Redeem"] as const;
type Side = (typeof SIDES)[number];
const AMOUNT = { Deposit: 500n * USDC, Redeem: 400n * WAD } as const;

async function asked(side: Side) {
  const { stage, a, b, c } = await opened();
  const request = () => a.send(`request${side}`, AMOUNT[side], a.address, a.address);
  await request();
  const money = side === "Deposit" ? stage.alice.ballast.usdc : stage.alice.ballast.shares;
  const held = async () => BigInt(await money.balanceOf(a.address));
  return { stage, a, b, c, request, held };
}

/** The cancellation comes when a mark that fills the request could be on its way. */
async function late(side: Side) {
  const all = await asked(side);
  await all.stage.wait(5 * MINUTE);
  await all.a.send(`cancel${side}Request`, 0n, all.a.address);
  return all;
}

for (const side of SIDES) {
  const name = side.toLowerCase();
  const no = "EpochQueue_NotAuthorised";

  describe(`ERC-7887: cancelling a ${name} Request`, () => {
    it(`cancel${side}Request places it in Pending state for the full amount of the pending ${name} Request`, async () => {
      const { stage, a } = await late(side);
      expect(await a.look<boolean>(`pendingCancel${side}Request`, 0n, a.address)).to.equal(true);
      expect(await a.look(`claimableCancel${side}Request`, 0n, a.address)).to.equal(0n);
      // Nobody fills it, so all of it comes back.
      await stage.wait(24 * 60 * MINUTE);
      expect(await a.look<boolean>(`pendingCancel${side}Request`, 0n, a.address)).to.equal(false);
      expect(await a.look(`claimableCancel${side}Request`, 0n, a.address)).to.equal(AMOUNT[side]);
    });

    it(`while the cancellation is Pending, request${side} MUST revert`, async () => {
      const { stage, a, request } = await late(side);
      expect(await refusal(request())).to.equal("Silo_CancellationPending");
      await stage.wait(24 * 60 * MINUTE);
      await request();
      expect(await a.look(`pending${side}Request`, 0n, a.address)).to.equal(AMOUNT[side]);
    });

    it(`a cancelled ${name} Request MUST NOT skip the Claimable state, and MUST NOT be pushed`, async () => {
      const { a, held } = await asked(side);
      const before = await held();
      await a.send(`cancel${side}Request`, 0n, a.address);
      expect(await held()).to.equal(before);
      expect(await a.look(`claimableCancel${side}Request`, 0n, a.address)).to.equal(AMOUNT[side]);
      await a.send(`claimCancel${side}Request`, 0n, a.address, a.address);
      expect(await held()).to.equal(before + AMOUNT[side]);
      expect(await a.look(`claimableCancel${side}Request`, 0n, a.address)).to.equal(0n);
    });

    it(`controller of cancel${side}Request MUST equal msg.sender unless that is its operator`, async () => {
      const { a, b } = await asked(side);
      const attempt = () => b.send(`cancel${side}Request`, 0n, a.address);
      expect(await refusal(attempt())).to.equal(no);
      await a.send("setOperator", b.address, true);
      await attempt();
      expect(await a.look(`claimableCancel${side}Request`, 0n, a.address)).to.equal(AMOUNT[side]);
    });

    it(`controller of claimCancel${side}Request MUST equal msg.sender unless that is its operator`, async () => {
      const { a, b } = await asked(side);
      await a.send(`cancel${side}Request`, 0n, a.address);
      const attempt = () => b.send(`claimCancel${side}Request`, 0n, b.address, a.address);
      expect(await refusal(attempt())).to.equal(no);
      await a.send("setOperator", b.address, true);
      await attempt();
      expect(await a.look(`claimableCancel${side}Request`, 0n, a.address)).to.equal(0n);
    });

    it(`MUST emit Cancel${side}Request and Cancel${side}Claim, and transfers to receiver`, async () => {
      const { stage, a, b, c } = await asked(side);
      await a.send("setOperator", b.address, true);
      expect(await b.send(`cancel${side}Request`, 0n, a.address)).to.deep.equal([
        [`Cancel${side}Request`, a.address, 0n, b.address],
      ]);
      const { usdc, shares } = stage.carol.ballast;
      const money = side === "Deposit" ? usdc : shares;
      const before = BigInt(await money.balanceOf(c.address));
      expect(await b.send(`claimCancel${side}Request`, 0n, c.address, a.address)).to.deep.equal([
        [`Cancel${side}Claim`, a.address, c.address, 0n, b.address, AMOUNT[side]],
      ]);
      expect(BigInt(await money.balanceOf(c.address))).to.equal(before + AMOUNT[side]);
    });

    it(`views of a cancelled ${name} Request MUST NOT vary with the caller, and MUST NOT revert`, async () => {
      const { a, b, c } = await late(side);
      for (const view of [`pendingCancel${side}Request`, `claimableCancel${side}Request`]) {
        const seen = new Set<unknown>();
        for (const face of [a, b, c])
          for (const id of [0n, 9n, MaxUint256]) seen.add(await face.look<unknown>(view, id, a.address));
        expect(seen.size, view).to.equal(1);
        expect(Number(await b.look<unknown>(view, MaxUint256, ZeroAddress))).to.equal(0);
      }
    });
  });
}

describe("ERC-7887: ERC-165", () => {
  it("Vaults with cancelation support MUST return true for 0x8bf840e3 and 0xe76cffc7", async () => {
    const { a } = await asked("Deposit");
    for (const [side, stated] of [
      ["Deposit", "0x8bf840e3"],
      ["Redeem", "0xe76cffc7"],
    ] as const) {
      const id = idOf(
        ...[`cancel${side}Request(uint256,address)`, `pendingCancel${side}Request(uint256,address)`],
        `claimableCancel${side}Request(uint256,address)`,
        `claimCancel${side}Request(uint256,address,address)`,
      );
      expect(id).to.equal(stated);
      expect(await a.look<boolean>("supportsInterface", id)).to.equal(true);
    }
  });
});

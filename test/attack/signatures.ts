import { accountId, signArrayReport } from "@ballast/sdk";
import { expect } from "chai";
import { AbiCoder, concat, id, keccak256, type Signature, Wallet } from "ethers";
import { network } from "hardhat";
import { FOREVER, funded } from "../support/ledger.ts";
import { mutate, outcome, replace } from "../support/mutants.ts";
import { BOND, commit, deployPosts, post, reportOf } from "../support/posts.ts";
import { surfaceRoom } from "../support/surfaces.ts";

const PERMIT = id(
  "OperatorPermit(uint256 account,address operator,uint256 scopes,uint256 expiresAt,uint256 nonce,uint256 deadline)",
);
/** Order of the curve: s and its complement to it recover the same key. */
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/** An owner with a key of its own, and permits for Bob that it signs for the ledger or for another place. */
async function permitRoom(mutant?: string) {
  const all = await funded();
  const { ethers, ledger, risk, usdc, bob, connection } = all;
  if (mutant) await mutate(all, mutant);
  const owner = Wallet.createRandom(ethers.provider);
  await connection.networkHelpers.setBalance(owner.address, 10n ** 20n);
  const account = accountId(owner.address);
  const elsewhere = await ethers.deployContract((mutant ?? "Permits") as "Permits", [
    risk.manager.target,
    usdc.target,
    risk.riskEngine.target,
  ]);
  const permit = [account, bob.address, 3n, FOREVER, 7n, FOREVER] as const;
  const content = keccak256(
    AbiCoder.defaultAbiCoder().encode(
      ["bytes32", "uint256", "address", "uint256", "uint256", "uint256", "uint256"],
      [PERMIT, ...permit],
    ),
  );
  const sign = async (place: { domainSeparator(): Promise<string> }) =>
    owner.signingKey.sign(keccak256(concat(["0x1901", await place.domainSeparator(), content])));
  const send = (signature: string) => outcome(ledger.permitOperator(...permit, signature), ledger);
  const isOperator = () => ledger.isAuthorised(account, bob.address, 3);
  const own = ledger.connect(owner);
  const revoke = async () => (await own.setOperator(account, bob.address, 0, 0)).wait();
  return { ...all, owner, own, account, elsewhere, permit, sign, send, isOperator, revoke };
}

const twinOf = ({ r, s, v }: Signature): string => {
  const twin = (ORDER - BigInt(s)).toString(16).padStart(64, "0");
  return concat([r, `0x${twin}`, v === 27 ? "0x1c" : "0x1b"]);
};

/** A permit that was signed for another clearinghouse. */
async function fromElsewhere(mutant?: string) {
  const { elsewhere, sign, send, isOperator } = await permitRoom(mutant);
  return [await send((await sign(elsewhere)).serialized), await isOperator()] as const;
}

/** A permit that was used, and whose operator the owner has dismissed since. */
async function again(mutant?: string) {
  const { ledger, sign, send, isOperator, revoke } = await permitRoom(mutant);
  const { serialized } = await sign(ledger);
  expect(await send(serialized)).to.equal("nothing");
  await revoke();
  return [await send(serialized), await isOperator()] as const;
}

/** A permit that the owner has cancelled before it was used. */
async function cancelled(mutant?: string) {
  const { ledger, own, sign, send, isOperator } = await permitRoom(mutant);
  const { serialized } = await sign(ledger);
  await (await own.cancelNonce(7n)).wait();
  return [await send(serialized), await isOperator()] as const;
}

/** The other form of a signature that was used. */
async function bent(mutant?: string) {
  const { ledger, sign, send, isOperator, revoke } = await permitRoom(mutant);
  const signature = await sign(ledger);
  expect(await send(signature.serialized)).to.equal("nothing");
  await revoke();
  return [await send(twinOf(signature)), await isOperator()] as const;
}

/** A stranger's signature for a wallet that is a contract, and answers politely that it is none of its own. */
async function forWallet(mutant?: string) {
  const { ledger, ethers, bob, alice } = await permitRoom(mutant);
  const wallet = await ethers.deployContract("SignatureWallet", [], alice);
  const account = accountId(wallet.target as string);
  const signature = await bob.signMessage("mine");
  const attempt = ledger.permitOperator(account, bob.address, 3n, FOREVER, 1n, FOREVER, signature);
  return [await outcome(attempt, ledger), await ledger.isAuthorised(account, bob.address, 3)] as const;
}

describe("permits that their owner did not give, or gave no longer", () => {
  for (const [what, attack, mutant, refused, without] of [
    ["for another place", fromElsewhere, "PlacelessPermits", "BadSignature", "signatures say no place"],
    ["used before", again, "ForgetfulPermits", "NonceUsed", "nonces are forgotten"],
    ["cancelled", cancelled, "ForgetfulPermits", "NonceUsed", "nonces are forgotten"],
    ["used before, in the other form", bent, "MalleablePermits", "NonceUsed", "forms tell permits apart"],
    ["of a wallet that says no", forWallet, "AgreeablePermits", "BadSignature", "any answer is a yes"],
  ] as const) {
    it(`name nobody: ${what}`, async () => {
      expect(await attack()).to.deep.equal([`Clearinghouse_${refused}`, false]);
    });

    it(`name an operator, ${what}, if ${without}`, async () => {
      expect(await attack(mutant)).to.deep.equal(["nothing", true]);
    });
  }
});

/** A report with two signatures made by its signers, for another feed or one of them twice. */
async function report(how: "elsewhere" | "twice", mutant?: string) {
  const { ethers, feed, wallets, reportOf: made, send, start, days } = await surfaceRoom();
  const parts = [await feed.authority(), await feed.priceRouter()] as const;
  if (mutant) await replace({ ethers }, feed, mutant, parts);
  const other = await ethers.deployContract((mutant ?? "SurfaceFeed") as "SurfaceFeed", [...parts]);
  const one = made(start, [{ expiry: days(7), volatility: 0.6 }]);
  const place = how === "elsewhere" ? other : feed;
  const digest = await place.digest({ ...one, slices: [...one.slices] });
  const [first = "", second = ""] = wallets.map(({ signingKey }) => signingKey.sign(digest).serialized);
  const attempt = send(one, 0, how === "elsewhere" ? [first, second] : [first, first]);
  return [await outcome(attempt, feed), (await feed.expiries(0)).length] as const;
}

describe("reports of surfaces that their signers did not give here", () => {
  it("count nothing, if they were given to another feed", async () => {
    expect(await report("elsewhere")).to.deep.equal(["SurfaceFeed_UnknownSigner", 0]);
  });

  it("count, if a report does not say where it counts", async () => {
    expect(await report("elsewhere", "PlacelessFeed")).to.deep.equal(["nothing", 1]);
  });

  it("count nothing, if one of two signers gave both", async () => {
    expect(await report("twice")).to.deep.equal(["SurfaceFeed_SignersNotSorted", 0]);
  });

  it("count, if signatures are counted and not signers", async () => {
    expect(await report("twice", "CountingFeed")).to.deep.equal(["nothing", 1]);
  });
});

/** A page with the signature of one of two signers, twice. */
async function page(mutant?: string) {
  const room = await deployPosts(await network.create());
  const { posts, riskArrays, inputs, cash, treasury, connection, domain, signers, expiries } = room;
  const parts = [riskArrays.target, inputs.target, cash.target, treasury.address, BOND];
  if (mutant) await replace(connection, posts, mutant, parts);
  const made = await reportOf(room, expiries[2] ?? 0n);
  await commit(room, made);
  const [first = ""] = await signArrayReport(domain, made, signers);
  return outcome(post(room, made, { signatures: [first, first] }), posts);
}

describe("pages of arrays with one signer's word for two", () => {
  it("are not posted", async () => {
    expect(await page()).to.equal("ArrayPosts_SignersNotSorted");
  });

  it("are, if signatures are counted and not signers", async () => {
    expect(await page("CountingPosts")).to.equal("nothing");
  });
});

import { accountId } from "@ballast/sdk";
import { expect } from "chai";
import { Signature, TypedDataEncoder } from "ethers";
import { FOREVER, funded } from "../support/ledger.ts";

const TYPES = {
  OperatorPermit: [
    { name: "account", type: "uint256" },
    { name: "operator", type: "address" },
    { name: "scopes", type: "uint256" },
    { name: "expiresAt", type: "uint256" },
    { name: "nonce", type: "uint256" },
    { name: "deadline", type: "uint256" },
  ],
};
/** Order of the curve: s and its complement to it recover the same key. */
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

async function permits() {
  const all = await funded();
  const { ledger, alice, bob, a, ethers } = all;
  const { chainId } = await ethers.provider.getNetwork();
  const domain = {
    name: "Ballast Clearinghouse",
    version: "1",
    chainId,
    verifyingContract: ledger.target as string,
  };
  const permit = {
    account: a,
    operator: bob.address,
    scopes: 3n,
    expiresAt: FOREVER,
    nonce: 300n,
    deadline: FOREVER,
  };
  type Permit = typeof permit;
  const sign = (value: Permit = permit, on: object = {}) =>
    alice.signTypedData({ ...domain, ...on }, TYPES, value);
  const send = (signature: string, value: Permit = permit) =>
    ledger.permitOperator(
      value.account,
      value.operator,
      value.scopes,
      value.expiresAt,
      value.nonce,
      value.deadline,
      signature,
    );
  const refuses = (attempt: Promise<unknown>, name: string) =>
    expect(attempt).to.be.revertedWithCustomError(ledger, name);
  return { ...all, domain, permit, sign, send, refuses };
}

describe("Clearinghouse: permits", () => {
  it("name an operator by the owner's signature, whoever sends it, once", async () => {
    const { ledger, a, bob, alice, sign, send, refuses, permit } = await permits();
    const signature = await sign();
    await expect(send(signature)).to.emit(ledger, "OperatorSet").withArgs(a, bob.address, 3n, FOREVER);
    expect(await ledger.isAuthorised(a, bob.address, 3)).to.equal(true);
    expect(await ledger.isNonceUsed(alice.address, permit.nonce)).to.equal(true);
    expect(await ledger.isNonceUsed(alice.address, permit.nonce + 1n)).to.equal(false);
    await refuses(send(signature), "Clearinghouse_NonceUsed");
    // Nonces have no order.
    const revoked = { ...permit, scopes: 0n, nonce: 7n };
    await send(await sign(revoked), revoked);
    expect(await ledger.isAuthorised(a, bob.address, 1)).to.equal(false);
  });

  it("are good for nothing else: no other word, chain, contract, owner or form", async () => {
    const { ledger, carol, bob, permit, sign, send, refuses } = await permits();
    const signature = await sign();
    for (const change of [
      { account: permit.account + 1n },
      { account: accountId(bob.address) },
      { operator: carol.address },
      { scopes: 1n },
      { expiresAt: 1n },
      { nonce: 301n },
      { deadline: FOREVER - 1n },
    ])
      await refuses(send(signature, { ...permit, ...change }), "Clearinghouse_BadSignature");
    for (const on of [
      { chainId: 1n },
      { verifyingContract: carol.address },
      { name: "Ballast" },
      { version: "2" },
    ])
      await refuses(send(await sign(permit, on)), "Clearinghouse_BadSignature");
    const { r, s, v } = Signature.from(signature);
    const twin = ORDER - BigInt(s);
    const malleable = `${r}${twin.toString(16).padStart(64, "0")}${v === 27 ? "1c" : "1b"}`;
    await refuses(send(malleable), "Clearinghouse_BadSignature");
    await refuses(send("0x"), "Clearinghouse_BadSignature");
    expect(await ledger.isAuthorised(permit.account, permit.operator, 1)).to.equal(false);
    await send(signature);
  });

  it("end at their deadline, and when their owner cancels them", async () => {
    const { ledger, alice, bob, permit, sign, send, refuses, time } = await permits();
    const late = { ...permit, deadline: BigInt(await time.latest()) };
    await refuses(send(await sign(late), late), "Clearinghouse_PermitExpired");
    await ledger.connect(bob).cancelNonce(permit.nonce);
    expect(await ledger.isNonceUsed(alice.address, permit.nonce)).to.equal(false);
    await expect(ledger.connect(alice).cancelNonce(permit.nonce))
      .to.emit(ledger, "NonceUsed")
      .withArgs(alice.address, permit.nonce);
    await refuses(send(await sign()), "Clearinghouse_NonceUsed");
    await refuses(ledger.connect(alice).cancelNonce(permit.nonce), "Clearinghouse_NonceUsed");
  });

  it("are cancelled within a batch by who runs it", async () => {
    const { ledger, alice, a, encode, permit, sign, send, refuses } = await permits();
    const calls = [{ target: ledger.target, data: encode("cancelNonce", [permit.nonce]) }];
    await expect(ledger.connect(alice).batch(a, calls))
      .to.emit(ledger, "NonceUsed")
      .withArgs(alice.address, permit.nonce);
    await refuses(send(await sign()), "Clearinghouse_NonceUsed");
  });

  it("are taken from wallets that are contracts, in their own way", async () => {
    const { ledger, ethers, alice, bob, domain, permit, send, refuses } = await permits();
    const wallet = await ethers.deployContract("SignatureWallet", [], alice);
    const own = { ...permit, account: accountId(wallet.target as string) };
    await refuses(send(await bob.signTypedData(domain, TYPES, own), own), "Clearinghouse_BadSignature");
    await send(await alice.signTypedData(domain, TYPES, own), own);
    expect(await ledger.isAuthorised(own.account, bob.address, 3)).to.equal(true);
    // A contract that knows nothing of signatures signs nothing.
    const mute = { ...permit, account: accountId(ledger.target as string) };
    await refuses(send(await alice.signTypedData(domain, TYPES, mute), mute), "Clearinghouse_BadSignature");
  });

  it("carry the separator of their own domain", async () => {
    const { ledger, domain } = await permits();
    expect(await ledger.domainSeparator()).to.equal(TypedDataEncoder.hashDomain(domain));
  });
});

import { type SurfaceReport, surfaceDomain, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { Signature, toBeHex } from "ethers";
import { surfaceRoom } from "../support/surfaces.ts";

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const FORGED = "SurfaceFeed_UnknownSigner";

describe("SurfaceFeed: forged, replayed and bent signatures", () => {
  async function signed() {
    const room = await surfaceRoom();
    const report = room.reportOf(room.start, [
      { expiry: room.days(7), volatility: 0.6 },
      { expiry: room.days(14), volatility: 0.6 },
    ]);
    return { ...room, report, signatures: await room.sign(report) };
  }

  it("count on one chain only", async () => {
    const { feed, sign, send, refuses, report, wallets, chainId } = await signed();
    const elsewhere = surfaceDomain(chainId + 1, String(feed.target));
    await refuses(send(report, 0, await sign(report, wallets, elsewhere)), FORGED);
  });

  it("count in one contract only", async () => {
    const { ethers, feed, send, refuses, sign, report, wallets, chainId } = await signed();
    const other = await ethers.deployContract("SurfaceFeed", [
      await feed.authority(),
      await feed.priceRouter(),
    ]);
    for (const { address } of wallets) await other.setSigner(address, true);
    const elsewhere = surfaceDomain(chainId, String(other.target));
    await refuses(send(report, 0, await sign(report, wallets.slice(0, 2), elsewhere)), FORGED);
    await expect(other.post({ ...report, slices: [...report.slices] }, await sign(report)))
      .to.be.revertedWithCustomError(other, FORGED)
      .withArgs((address: string) => !wallets.some((one) => one.address === address));
  });

  it("count for one market, one time and one surface only", async () => {
    const { send, refuses, report, signatures } = await signed();
    const [first, second] = report.slices;
    if (!first || !second) throw new Error("The report has too few slices.");
    const changes: Partial<SurfaceReport>[] = [
      { market: 1 },
      { timestamp: report.timestamp + 1 },
      { spot: report.spot + 1n },
      { slices: [first] },
      { slices: [second, first] },
      { slices: [first, second, second] },
      { slices: [first, { ...second, expiry: second.expiry + 3_600 }] },
      { slices: [first, { ...second, forward: second.forward + 10n ** 10n }] },
      { slices: [first, { ...second, theta: second.theta + 10n ** 6n }] },
      { slices: [first, { ...second, psi: second.psi + 10n ** 6n }] },
      { slices: [first, { ...second, rho: second.rho + 10n ** 9n }] },
    ];
    for (const [i, change] of changes.entries()) {
      const changed = { ...report, ...change };
      await refuses(send(changed, report.timestamp + i + 1 - changed.timestamp, signatures), FORGED);
    }
    await send(report, changes.length + 1, signatures);
  });

  it("count once", async () => {
    const { send, refuses, report, signatures, reportOf, days } = await signed();
    const next = reportOf(report.timestamp + 60, [{ expiry: days(7), volatility: 0.6 }]);
    await send(report, 0, signatures);
    await refuses(send(report, 1, signatures), "SurfaceFeed_NotNewer");
    await send(next);
    await refuses(send(report, 61, signatures), "SurfaceFeed_NotNewer");
  });

  it("that are bent into another form count for nobody", async () => {
    const { feed, send, report, signatures } = await signed();
    const [first, second] = signatures as [string, string];
    const { r, s, v } = Signature.from(first);
    const mirrored = toBeHex(ORDER - BigInt(s), 32);
    const bent = `${r}${mirrored.slice(2)}${v === 27 ? "1c" : "1b"}`;
    const compact = Signature.from(first).compactSerialized;
    const parity = `${first.slice(0, -2)}${v === 27 ? "00" : "01"}`;
    const attempts = [
      [[bent, second], "ECDSAInvalidSignatureS"],
      [[first, bent], "ECDSAInvalidSignatureS"],
      [[compact, second], "ECDSAInvalidSignatureLength"],
      [[parity, second], "ECDSAInvalidSignature"],
      [["0x", second], "ECDSAInvalidSignatureLength"],
      [[`0x${"00".repeat(65)}`, second], "ECDSAInvalidSignature"],
    ] as const;
    for (const [i, [forms, error]] of attempts.entries())
      await expect(send(report, i, forms)).to.be.revertedWithCustomError(feed, error);
  });

  it("of one signer count once, however often and wherever they stand", async () => {
    const { send, refuses, report, sign, wallets } = await signed();
    const [a, b] = (await sign(report, wallets.slice(0, 2))) as [string, string];
    for (const [i, forms] of [
      [a, a],
      [a, b, a],
      [a, b, b],
      [b, a],
    ].entries())
      await refuses(send(report, i, forms), "SurfaceFeed_SignersNotSorted");
    await refuses(send(report, 4, [a]), "SurfaceFeed_TooFewSigners");
    await refuses(send(report, 5, []), "SurfaceFeed_TooFewSigners");
    await send(report, 6, [a, b]);
  });

  it("of removed signers, and too few for a raised threshold, count no more though signed before", async () => {
    const { feed, send, refuses, report, signatures, wallets, sign } = await signed();
    await feed.setThreshold(3);
    await refuses(send(report, 1, signatures), "SurfaceFeed_TooFewSigners");
    await feed.setThreshold(2);
    await feed.setSigner(wallets[1]!.address, false);
    await refuses(send(report, 5, signatures), FORGED);
    await feed.setSigner(wallets[1]!.address, false);
    await refuses(feed.setThreshold(4), "SurfaceFeed_BadThreshold");
    await send(report, 8, await sign(report, [wallets[0]!, wallets[2]!, wallets[3]!]));
  });
});

describe("SurfaceFeed: time to the second", () => {
  const smiles = (expiry: number) => [{ expiry, volatility: 0.6 }];

  it("takes a report of this second, and none of the next", async () => {
    const { send, reportOf, refuses, start, days } = await surfaceRoom();
    await refuses(send(reportOf(start + 1, smiles(days(7))), -1), "SurfaceFeed_Future");
    await send(reportOf(start + 1, smiles(days(7))));
  });

  it("takes a report ten minutes old, and none a second older", async () => {
    const { send, reportOf, refuses, start, days } = await surfaceRoom();
    await refuses(send(reportOf(start, smiles(days(7))), 601), "SurfaceFeed_TooOld");
    await send(reportOf(start + 2, smiles(days(7))), 600);
  });

  it("takes a report a second newer than the last, and none as new", async () => {
    const { send, reportOf, refuses, start, days } = await surfaceRoom();
    await send(reportOf(start, smiles(days(7))));
    await refuses(send(reportOf(start, smiles(days(14))), 5), "SurfaceFeed_NotNewer");
    await refuses(send(reportOf(start - 1, smiles(days(7))), 7), "SurfaceFeed_NotNewer");
    await send(reportOf(start + 1, smiles(days(7))), 7);
  });

  it("takes an expiry in its last second, and none that is over", async () => {
    const { send, reportOf, refuses, start, feed } = await surfaceRoom();
    const expiry = start + 3_600;
    await send(reportOf(expiry - 1, smiles(expiry)));
    await refuses(send(reportOf(expiry - 1, smiles(expiry)), 1), "SurfaceFeed_NotNewer");
    const late = { ...reportOf(expiry, []), slices: reportOf(expiry - 1, smiles(expiry)).slices };
    await refuses(send(late, 1), "SurfaceFeed_ExpiryPassed");
    expect((await feed.lastReport(0)).timestamp).to.equal(BigInt(expiry - 1));
    expect((await feed.lastReport(0)).spot).to.equal(2_000n * WAD);
  });

  it("keeps markets apart", async () => {
    const { send, reportOf, feed, start, days } = await surfaceRoom();
    await send(reportOf(start, smiles(days(7))));
    await send(reportOf(start, smiles(days(14)), { market: 1 }), 1);
    expect((await feed.expiries(0)).map(Number)).to.deep.equal([days(7)]);
    expect((await feed.expiries(1)).map(Number)).to.deep.equal([days(14)]);
    expect(await feed.sliceAge(1, days(7))).to.be.greaterThan(10n ** 9n);
  });
});

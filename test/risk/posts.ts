import { ARRAY_REPORT_TYPES, arrayReportHash, arraysDomain, readBasis, signArrayReport } from "@ballast/sdk";
import { expect } from "chai";
import { TypedDataEncoder } from "ethers";
import { network } from "hardhat";
import * as pages from "../../packages/quant/src/exact/pages.ts";
import { BOND, commit, deployPosts, post, reportOf, sampleOf, spoilt, strikesOf } from "../support/posts.ts";
import { WAD } from "../support/risk.ts";

const connection = await network.create();
const { ethers, networkHelpers } = connection;
const CENT = 10n ** 16n;
const BLOCKS = 255n;

/** A struct that was read, as an argument. */
const gridStruct = (grid: Parameters<typeof Array.from>[0]) => Array.from(grid) as never;

const room = () => networkHelpers.loadFixture(fixture);
async function fixture() {
  return deployPosts(connection);
}

describe("ArrayPosts: commit and post", () => {
  it("installs what the mirror computed, bit for bit what the chain would have", async () => {
    const stage = await room();
    const { posts, riskArrays, poster, expiries } = stage;
    for (const expiry of expiries) {
      const report = await reportOf(stage, expiry);
      const grid = await riskArrays.gridOf(0);
      const own = await riskArrays.evaluate(gridStruct(grid), expiry / 3_600n, strikesOf(16), 0, 0);
      expect(report.page).to.equal(own.page);
      await commit(stage, report);
      await expect(post(stage, report)).to.emit(posts, "ArraysPosted").and.to.emit(riskArrays, "PageWritten");
      const strike = strikesOf(16)[3]!;
      const entry = pages.entryOf(await readBasis(riskArrays, 0, Number(expiry)), strike);
      const words = await riskArrays.words(0, expiry, strike * CENT);
      expect([...words]).to.deep.equal([entry.wordA, entry.wordB, true]);
      expect((await riskArrays.greeks(0, expiry, strike * CENT)).callDelta).to.equal(
        entry.greeks & (2n ** 64n - 1n),
      );
    }
    expect((await posts.bondsOf(poster.address)).locked).to.equal(4n * BOND);
  });

  it("holds a mirrored page of strikes from one cent to forty million dollars to the chain's own", async () => {
    const stage = await room();
    const strikes = [1n, 100n, 150_000n, 299_999n, 300_000n, 450_001n, 3_000_000n, 2n ** 32n - 1n];
    const report = await reportOf(stage, stage.expiries[0]!, strikes);
    const grid = await stage.riskArrays.gridOf(0);
    const group = stage.expiries[0]! / 3_600n;
    expect(report.page).to.equal(
      (await stage.riskArrays.evaluate(gridStruct(grid), group, strikes, 0, 0)).page,
    );
  });

  it("hashes reports as wallets do", async () => {
    const { posts, domain } = await room();
    const report = { market: 1, expiry: 3_600, version: 7, page: "0x0102" };
    expect(await posts.hashOf(report)).to.equal(arrayReportHash(report));
    expect(await posts.digest(report)).to.equal(TypedDataEncoder.hash(domain, ARRAY_REPORT_TYPES, report));
  });

  it("samples an eighth of the entries, two at least, each once, and another set for every block hash", async () => {
    const { posts } = await room();
    const seen = new Set<string>();
    for (const [entries, size] of [
      [1, 1],
      [2, 2],
      [3, 2],
      [16, 2],
      [17, 3],
      [240, 30],
    ] as const) {
      for (let i = 0; i < 4; i++) {
        const sample = (await posts.sampleOf(ethers.id(`block ${i}`), ethers.id("report"), entries)).map(
          Number,
        );
        expect(new Set(sample).size).to.equal(size);
        expect(sample.length).to.equal(size);
        expect(sample.every((index) => index < entries)).to.equal(true);
        if (entries === 240) seen.add(sample.join());
      }
    }
    expect(seen.size).to.equal(4);
  });

  it("chooses every entry about equally often", async () => {
    const { posts } = await room();
    const counts = new Array<number>(16).fill(0);
    for (let i = 0; i < 400; i++) {
      for (const index of await posts.sampleOf(ethers.id(`${i}`), ethers.id("report"), 16)) {
        counts[Number(index)] = (counts[Number(index)] ?? 0) + 1;
      }
    }
    // 50 each with a standard deviation of 6.6; the hashes are fixed, so this does not flicker.
    expect(Math.min(...counts) > 25 && Math.max(...counts) < 80, counts.join()).to.equal(true);
  });

  it("refuses a page as soon as a sampled entry is off by one bit, and names its strike", async () => {
    const stage = await room();
    const right = await reportOf(stage, stage.expiries[2]!);
    const report = spoilt(
      right,
      strikesOf(16).map((_, index) => index),
    );
    await commit(stage, report);
    const [first] = await sampleOf(stage, report);
    await expect(post(stage, report))
      .to.be.revertedWithCustomError(stage.posts, "ArrayPosts_WrongEntry")
      .withArgs(strikesOf(16)[first!]! * CENT);
  });

  it("compares both words as well as the Greeks", async () => {
    const stage = await room();
    const right = await reportOf(stage, stage.expiries[2]!, strikesOf(2));
    const entries = pages.decodePage(right.page);
    for (const field of ["wordA", "wordB", "greeks"] as const) {
      for (const index of [0, 1]) {
        const page = pages.encodePage(
          entries.map((entry, i) => (i === index ? { ...entry, [field]: entry[field] + 1n } : entry)),
        );
        await commit(stage, { ...right, page });
        await expect(post(stage, { ...right, page })).to.be.revertedWithCustomError(
          stage.posts,
          "ArrayPosts_WrongEntry",
        );
      }
    }
  });

  it("does not let a report be posted in the block of its commitment", async () => {
    const stage = await room();
    const { posts, cash, domain, signers } = stage;
    const account = await ethers.deployContract("OneTransaction");
    const report = await reportOf(stage, stage.expiries[2]!);
    const signatures = await signArrayReport(domain, report, signers);
    await cash.mint(account, BOND);
    const block = await ethers.provider.getBlockNumber();
    await expect(
      account.run(
        [cash, posts, posts, posts],
        [
          cash.interface.encodeFunctionData("approve", [await posts.getAddress(), BOND]),
          posts.interface.encodeFunctionData("deposit", [BOND]),
          posts.interface.encodeFunctionData("commit", [
            0,
            report.expiry,
            report.version,
            arrayReportHash(report),
          ]),
          posts.interface.encodeFunctionData("post", [report, signatures]),
        ],
      ),
    )
      .to.be.revertedWithCustomError(posts, "ArrayPosts_TooEarly")
      .withArgs(block + 2);
  });

  it("takes a report 255 blocks after its commitment, and not one later", async () => {
    const stage = await room();
    const report = await reportOf(stage, stage.expiries[2]!);
    const hash = await commit(stage, report);
    const committed = await stage.posts.committedAt(stage.poster.address, hash);
    await networkHelpers.mine(BLOCKS - 1n);
    const snapshot = await networkHelpers.takeSnapshot();
    await (await post(stage, report)).wait();
    await snapshot.restore();
    await networkHelpers.mine();
    await expect(post(stage, report))
      .to.be.revertedWithCustomError(stage.posts, "ArrayPosts_TooLate")
      .withArgs(committed + BLOCKS);
  });

  it("lets nobody post what another committed, and nobody commit twice", async () => {
    const stage = await room();
    const { posts, poster, other } = stage;
    const report = await reportOf(stage, stage.expiries[2]!);
    const hash = await commit(stage, report);
    await expect(post(stage, report, { by: other }))
      .to.be.revertedWithCustomError(posts, "ArrayPosts_NoCommitment")
      .withArgs(other.address, hash);
    await expect(commit(stage, report))
      .to.be.revertedWithCustomError(posts, "ArrayPosts_AlreadyCommitted")
      .withArgs(poster.address, hash);
    await (await post(stage, report)).wait();
    await expect(post(stage, report)).to.be.revertedWithCustomError(posts, "ArrayPosts_NoCommitment");
  });

  it("binds a commitment to the market, expiry and version it named", async () => {
    const stage = await room();
    const { posts, poster, expiries, riskArrays } = stage;
    const report = await reportOf(stage, expiries[2]!);
    await riskArrays.refresh(0, expiries[1]!, []);
    const hash = arrayReportHash(report);
    await posts.connect(poster).commit(0, expiries[1]!, report.version, hash);
    await expect(post(stage, report))
      .to.be.revertedWithCustomError(posts, "ArrayPosts_NotAsCommitted")
      .withArgs(hash);
  });

  it("takes commitments only for the current version of current arrays", async () => {
    const stage = await room();
    const { posts, poster, expiries, inputs, start } = stage;
    const report = await reportOf(stage, expiries[2]!);
    const attempt = (expiry: bigint, version: number) =>
      posts.connect(poster).commit(0, expiry, version, arrayReportHash(report));
    await expect(attempt(expiries[2]!, 2))
      .to.be.revertedWithCustomError(posts, "ArrayPosts_WrongVersion")
      .withArgs(1, 2);
    await inputs.setSpot(0, 3_031n * WAD, 0);
    await expect(attempt(expiries[2]!, 1))
      .to.be.revertedWithCustomError(posts, "ArrayPosts_NotCurrent")
      .withArgs(0, expiries[2]);
    await expect(attempt(start + 1n, 1)).to.be.revert(ethers);
  });

  it("takes no expiry for that of another market", async () => {
    const { riskArrays, expiries } = await room();
    // Market 0 with an expiry 2^20 hours later shares its bits with market 1.
    const disguised = expiries[2]! + 2n ** 20n * 3_600n;
    for (const expiry of [disguised, expiries[2]! + 1n]) {
      for (const attempt of [() => riskArrays.refresh(0, expiry, []), () => riskArrays.basisOf(0, expiry)]) {
        await expect(attempt())
          .to.be.revertedWithCustomError(riskArrays, "InstrumentId_BadExpiry")
          .withArgs(expiry);
      }
    }
    expect((await riskArrays.basisOf(1, expiries[2]!)).header.computedAt).to.equal(0n);
  });

  it("stops at a report whose version has passed, even if it passes in installing", async () => {
    const stage = await room();
    const { posts, riskArrays, inputs, expiries, slices } = stage;
    const expiry = expiries[2]!;
    const report = await reportOf(stage, expiry);
    await commit(stage, report);
    const slice = slices.get(`0/${expiry}`)!;
    await inputs.setSlice(0, expiry, slice + (slice & 0xffffffffffffn) / 10n, 3_000n * WAD);
    // The new surface has not moved the arrays yet: installing does.
    await expect(post(stage, report))
      .to.be.revertedWithCustomError(riskArrays, "RiskArrays_WrongVersion")
      .withArgs(2, 1);
    await riskArrays.refresh(0, expiry, []);
    await expect(post(stage, report))
      .to.be.revertedWithCustomError(posts, "ArrayPosts_WrongVersion")
      .withArgs(2, 1);
    await networkHelpers.time.increase(3_601n);
    await expect(commit(stage, { ...report, version: 2 })).to.be.revertedWithCustomError(
      posts,
      "ArrayPosts_NotCurrent",
    );
  });

  it("refuses pages that are empty, broken, unordered, too large, or of a strike of zero", async () => {
    const stage = await room();
    const { posts } = stage;
    const right = await reportOf(stage, stage.expiries[2]!, strikesOf(3));
    const [a, b, c] = pages.decodePage(right.page) as [pages.ExactEntry, pages.ExactEntry, pages.ExactEntry];
    const large = Array.from({ length: 241 }, (_, i) => ({ ...a, strikeCents: BigInt(i + 1) }));
    for (const page of [
      "0x",
      right.page.slice(0, -2),
      `${right.page}00`,
      pages.encodePage([a, c, b]),
      pages.encodePage([a, b, b]),
      pages.encodePage([{ ...a, strikeCents: 0n }, b]),
      pages.encodePage(large),
    ]) {
      const report = { ...right, page };
      await commit(stage, report);
      await expect(post(stage, report)).to.be.revertedWithCustomError(posts, "ArrayPosts_BadPage");
    }
  });

  it("adds to the strikes that are there, and displaces them if both do not fit", async () => {
    const stage = await room();
    const { riskArrays, deployer, manager, expiries } = stage;
    const expiry = expiries[2]!;
    const first = await reportOf(stage, expiry, strikesOf(4));
    await commit(stage, first);
    await (await post(stage, first)).wait();
    const second = await reportOf(stage, expiry, strikesOf(8));
    await commit(stage, second);
    await expect(post(stage, second)).to.emit(riskArrays, "PageWritten");
    for (const strike of strikesOf(8)) {
      expect((await riskArrays.words(0, expiry, strike * CENT)).current).to.equal(true);
    }
    await (await manager.getFunction("grantRole")(9n, deployer.address, 0)).wait();
    const [entry] = pages.decodePage(first.page) as [pages.ExactEntry];
    const many = (count: number) =>
      pages.encodePage(Array.from({ length: count }, (_, i) => ({ ...entry, strikeCents: BigInt(i + 1) })));
    for (const page of [many(241), "0x", pages.encodePage([entry, entry])]) {
      await expect(riskArrays.install(0, expiry, 1, page)).to.be.revertedWithCustomError(
        riskArrays,
        "RiskArrays_BadPage",
      );
    }
    const isThere = async (cents: bigint) => (await riskArrays.words(0, expiry, cents * CENT)).current;
    await riskArrays.install(0, expiry, 1, many(232));
    expect([await isThere(strikesOf(8)[0]!), await isThere(232n)]).to.deep.equal([true, true]);
    await riskArrays.install(0, expiry, 1, many(233));
    expect([await isThere(strikesOf(8)[0]!), await isThere(233n)]).to.deep.equal([false, true]);
  });
});

describe("ArrayPosts: signatures", () => {
  it("wants the feed's quorum: enough signers, known, each once", async () => {
    const stage = await room();
    const { posts, domain, signers, stranger } = stage;
    const report = await reportOf(stage, stage.expiries[2]!);
    await commit(stage, report);
    const [first, second] = (await signArrayReport(domain, report, signers)) as [string, string];
    const [foreign] = (await signArrayReport(domain, report, [stranger])) as [string];
    const attempt = (...signatures: string[]) => post(stage, report, { signatures });
    await expect(attempt(first))
      .to.be.revertedWithCustomError(posts, "ArrayPosts_TooFewSigners")
      .withArgs(1, 2);
    await expect(attempt(first, first))
      .to.be.revertedWithCustomError(posts, "ArrayPosts_SignersNotSorted")
      .withArgs(signers[0]!.address, signers[0]!.address);
    await expect(attempt(second, first)).to.be.revertedWithCustomError(posts, "ArrayPosts_SignersNotSorted");
    await expect(attempt(first, foreign))
      .to.be.revertedWithCustomError(posts, "ArrayPosts_UnknownSigner")
      .withArgs(stranger.address);
    await attempt(first, second);
  });

  it("counts no signature made for another chain, contract, market, expiry or version", async () => {
    const stage = await room();
    const { posts, domain, signers, expiries } = stage;
    const report = await reportOf(stage, expiries[2]!);
    await commit(stage, report);
    const verifying = await posts.getAddress();
    const chainId = Number(domain.chainId);
    for (const signatures of [
      await signArrayReport(arraysDomain(chainId + 1, verifying), report, signers),
      await signArrayReport(arraysDomain(chainId, stage.anyone.address), report, signers),
      await signArrayReport({ ...domain, name: "Ballast SurfaceFeed" }, report, signers),
      await signArrayReport(domain, { ...report, market: 1 }, signers),
      await signArrayReport(domain, { ...report, expiry: Number(expiries[1]) }, signers),
      await signArrayReport(domain, { ...report, version: 2 }, signers),
      await signArrayReport(domain, spoilt(report, [0]), signers),
    ]) {
      await expect(post(stage, report, { signatures })).to.be.revertedWithCustomError(
        posts,
        "ArrayPosts_UnknownSigner",
      );
    }
  });
});

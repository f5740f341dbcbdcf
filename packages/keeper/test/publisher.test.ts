import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { volSurface } from "@ballast/quant/exact";
import { SURFACE_REPORT_TYPES, type SurfaceReport, surfaceDomain } from "@ballast/sdk";
import { expect } from "chai";
import { Wallet } from "ethers";
import fc from "fast-check";
import { booksOf, deribitServer, rpcResult } from "../../quant/test/support/deribitServer.ts";
import { ConfigError, readSignerWord } from "../src/config.ts";
import {
  type Anchor,
  type Answer,
  type Cosigner,
  collectSignatures,
  DEFAULT_TOLERANCES,
  deribitSource,
  JournalError,
  largestMove,
  NotEnoughSignaturesError,
  OpenSignerError,
  type OwnView,
  publisherJournal,
  remoteCosigner,
  reviewSurface,
  type SurfaceSlice,
  serveCosigner,
  shapeSurface,
} from "../src/index.ts";

const WAD = 10n ** 18n;
const HOUR = 3600;
const TIME = 1_893_456_000;
const SPOT = 2000n * WAD;
const NONE: Anchor = { volatility: 0n, basis: 0n };
/** A slice of so many days, at a volatility in per cent. */
const slice = (days: number, percent: number, change: Partial<SurfaceSlice> = {}): SurfaceSlice => {
  const theta = BigInt(Math.round((percent / 100) ** 2 * (days / 365) * 1e12)) * 10n ** 6n;
  const psi = BigInt(Math.round(0.9 * Math.sqrt(Number(theta) / 1e18) * 1e12)) * 10n ** 6n;
  return { expiry: TIME + days * 24 * HOUR, forwardRatio: WAD, theta, psi, rho: -WAD / 4n, ...change };
};
const SLICES = [slice(7, 60), slice(30, 58), slice(90, 57)];
const shape = (slices: readonly SurfaceSlice[] = SLICES, anchorOf: (expiry: number) => Anchor = () => NONE) =>
  shapeSurface(0, TIME, SPOT, slices, anchorOf);
const temporary = (name: string) => join(mkdtempSync(join(tmpdir(), "publisher-")), name);

describe("publisher: reports", () => {
  it("carry what the source says, in the digits that the contract packs", () => {
    const { report, adjustments } = shape([
      slice(7, 60, { rho: -WAD / 3n, forwardRatio: WAD + 1n }),
      slice(30, 58),
    ]);
    expect(adjustments).to.deep.equal([]);
    for (const one of report.slices) {
      expect([
        one.forward % 10n ** 10n,
        one.theta % 10n ** 6n,
        one.psi % 10n ** 6n,
        one.rho % 10n ** 9n,
      ]).to.deep.equal([0n, 0n, 0n, 0n]);
    }
    expect(report).to.include({ market: 0, timestamp: TIME, spot: SPOT });
    expect(report.slices.map(({ theta }) => theta)).to.deep.equal([slice(7, 60).theta, slice(30, 58).theta]);
  });

  it("hold steps of volatility and of forwards within what the contract allows, and say so", () => {
    const anchor = { volatility: (60n * WAD) / 100n, basis: WAD };
    const held = (percent: number, basis: bigint) =>
      shape([slice(7, percent, { forwardRatio: basis })], () => anchor);
    const up = held(150, (108n * WAD) / 100n);
    expect(up.adjustments.join("\n")).to.match(/forward over spot is held at 1\.0495 instead of 1\.0800/);
    expect(up.adjustments.join("\n")).to.match(/volatility is held at 89\.70 % instead of 150\.00 %/);
    const down = held(10, (90n * WAD) / 100n);
    expect(down.adjustments.join("\n")).to.match(/0\.9505 instead of 0\.9000/);
    expect(down.adjustments.join("\n")).to.match(/30\.30 % instead of 10\.00 %/);
    expect(held(80, (103n * WAD) / 100n).adjustments).to.deep.equal([]);
    expect(shape([slice(7, 60, { forwardRatio: (13n * WAD) / 10n })]).adjustments[0]).to.contain(
      "held at 1.1980",
    );
  });

  it("leave out expiries that are over or not on the hour, and say so", () => {
    const { report, adjustments } = shape([
      slice(0, 60),
      slice(7, 60),
      slice(8, 60, { expiry: TIME + 8 * 24 * HOUR + 1 }),
    ]);
    expect(report.slices).to.have.length(1);
    expect(adjustments.map((one) => one.split(": ")[1])).to.deep.equal([
      "it is over",
      "it is not on the hour",
    ]);
  });

  it("have no arbitrage, whatever the source says", () => {
    const any = fc.array(
      fc.record({
        percent: fc.integer({ min: 5, max: 300 }),
        rho: fc.bigInt({ min: (-95n * WAD) / 100n, max: (95n * WAD) / 100n }),
        psi: fc.bigInt({ min: WAD / 1000n, max: 4n * WAD }),
      }),
      { minLength: 1, maxLength: 8 },
    );
    fc.assert(
      fc.property(any, (list) => {
        const { report } = shape(
          list.map(({ percent, rho, psi }, i) => slice(3 + 10 * i, percent, { rho, psi })),
        );
        const own: OwnView = { now: TIME, lastPosted: 0, spot: SPOT, report };
        expect(reviewSurface(report, own, DEFAULT_TOLERANCES)).to.deep.equal([]);
      }),
    );
    const { adjustments } = shape([slice(30, 90), slice(31, 40)]);
    expect(adjustments[0]).to.match(/is raised from 40\.00 % to .* arbitrage/);
  });

  it("are measured against what is posted by the farthest volatility at the money", () => {
    const { report } = shape();
    expect(Number(largestMove(report, new Map())) / 1e18).to.be.closeTo(0.6, 1e-6);
    const posted = new Map(
      shape([slice(7, 60), slice(30, 55), slice(90, 56)]).report.slices.map((one) => [
        one.expiry,
        volSurface.packSlice({ ...one, timestamp: BigInt(TIME) }),
      ]),
    );
    expect(Number(largestMove(report, posted)) / 1e18).to.be.closeTo(0.03, 1e-6);
  });
});

describe("publisher: reviews", () => {
  const { report } = shape();
  const own: OwnView = { now: TIME + 12, lastPosted: TIME - 900, spot: SPOT, report };
  const review = (changed: Partial<SurfaceReport>, view: Partial<OwnView> = {}) =>
    reviewSurface({ ...report, ...changed }, { ...own, ...view }, DEFAULT_TOLERANCES);
  const first = report.slices[0]!;
  const withFirst = (change: Partial<typeof first>) => ({
    slices: [{ ...first, ...change }, ...report.slices.slice(1)],
  });

  it("object to nothing in the own report, nor in one that is close to it", () => {
    expect(review({})).to.deep.equal([]);
    const near = shape([slice(7, 61), slice(30, 58.5), slice(90, 57)]).report;
    expect(review({ slices: near.slices })).to.deep.equal([]);
  });

  it("name everything that differs", () => {
    const cases: readonly [string[], RegExp][] = [
      [review({ timestamp: TIME - 400 }), /412 s old/],
      [review({ timestamp: TIME + 28 }), /-16 s old/],
      [review({}, { lastPosted: TIME }), /newer report is posted/],
      [review({}, { spot: 0n }), /no usable price/],
      [review({ spot: (SPOT * 102n) / 100n }), /spot 2,040\.00 USD is not near the oracle's 2,000\.00 USD/],
      [review({ slices: [] }), /the report is empty/],
      [review({ slices: report.slices.slice(1) }), /is left out/],
      [review({}, { report: { ...report, slices: report.slices.slice(1) } }), /is not in the own source/],
      [review(withFirst({ forward: (SPOT * 101n) / 100n })), /forward 2,020\.00 USD is not near the own/],
      [
        review({ slices: shape([slice(7, 70), ...SLICES.slice(1)]).report.slices }),
        /volatility \d+\.\d\d % .* is not near the own/,
      ],
      [review(withFirst({ rho: (8n * WAD) / 10n })), /deviations from the forward is not near/],
      [review(withFirst({ theta: first.theta + 1n })), /numbers are none that the contract packs/],
      [review(withFirst({ rho: WAD })), /numbers are none that the contract packs/],
      [review(withFirst({ expiry: first.expiry + 1 })), /numbers are none that the contract packs/],
      [review(withFirst({ psi: first.psi * 4n })), /butterfly arbitrage/],
      [review({ slices: [report.slices[1]!, report.slices[0]!, report.slices[2]!] }), /does not come after/],
      [
        review({ slices: [report.slices[0]!, { ...report.slices[1]!, theta: first.theta - 10n ** 6n }] }),
        /crosses/,
      ],
    ];
    for (const [objections, pattern] of cases) expect(objections.join("\n")).to.match(pattern);
  });
});

describe("publisher: journal", () => {
  it("lets nobody sign twice for a time, nor for an earlier one, whatever was restarted", () => {
    const file = temporary("journal.json");
    const before = publisherJournal(file);
    expect(before.recordSigned("a 0", 100, "0x01")).to.equal(undefined);
    const after = publisherJournal(file);
    expect(after.recordSigned("a 0", 100, "0x01")).to.equal(undefined);
    expect(after.recordSigned("a 0", 100, "0x02")).to.contain("another report of the same time");
    expect(after.recordSigned("a 0", 99, "0x03")).to.contain("later report");
    expect(after.recordSigned("a 1", 99, "0x03")).to.equal(undefined);
    expect(publisherJournal(file).recordSigned("a 0", 101, "0x04")).to.equal(undefined);
  });

  it("keeps commitments until they are forgotten", () => {
    const file = temporary("journal.json");
    const report = { market: 0, expiry: 7200, version: 3, page: "0x00" };
    publisherJournal(file).recordCommitment("0xaa", report);
    expect(publisherJournal(file).commitments()).to.deep.equal([["0xaa", report]]);
    publisherJournal(file).forgetCommitment("0xaa");
    expect(publisherJournal(file).commitments()).to.deep.equal([]);
    expect(JSON.parse(readFileSync(file, "utf8"))).to.deep.equal({ signed: {}, commitments: {} });
  });

  it("is not replaced when it cannot be read", () => {
    const file = temporary("journal.json");
    for (const text of ["{", '{"signed":{}}']) {
      writeFileSync(file, text);
      expect(() => publisherJournal(file)).to.throw(JournalError, "cannot be read");
    }
  });
});

describe("publisher: signatures", () => {
  const { report } = shape();
  const domain = surfaceDomain(31337, `0x${"22".repeat(20)}`);
  const wallets = [1, 2, 3].map((n) => new Wallet(`0x${String(n).repeat(64)}`));
  const signable = { domain, types: SURFACE_REPORT_TYPES, value: { ...report } };
  const answering = (name: string, answer: () => Promise<Answer>): Cosigner => ({
    name,
    address: async () => name,
    signSurface: answer,
    signArrays: answer,
  });
  const agreeing = wallets.map((wallet) =>
    answering(wallet.address, async () => ({
      signature: await wallet.signTypedData(domain, SURFACE_REPORT_TYPES, report),
    })),
  );
  const collect = (
    cosigners: readonly Cosigner[],
    threshold: number,
    allowed: (address: string) => boolean = () => true,
  ) =>
    collectSignatures(
      cosigners,
      threshold,
      async (address) => allowed(address),
      signable,
      (one) => one.signSurface(report),
    );

  it("come in the order of addresses, each signer once", async () => {
    const { signatures, signers } = await collect([...agreeing, ...agreeing], 3);
    expect(signatures).to.have.length(3);
    expect(signers).to.deep.equal(
      wallets.map(({ address }) => address).sort((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1)),
    );
  });

  it("do not count by strangers, over other reports, or where a signer fails; the rest still do", async () => {
    const other = answering("other", async () => ({
      signature: await wallets[0]!.signTypedData(domain, SURFACE_REPORT_TYPES, { ...report, spot: 1n }),
    }));
    const broken = answering("broken", () => Promise.reject(new Error("gone\nstack")));
    const objecting = answering("objecting", async () => ({ objections: ["too high", "too late"] }));
    const known = new Set(wallets.slice(1).map(({ address }) => address));
    const { signatures, refusals } = await collect([...agreeing, other, broken, objecting], 2, (address) =>
      known.has(address),
    );
    expect(signatures).to.have.length(2);
    expect(refusals.join("\n")).to.match(/broken: gone$/m);
    expect(refusals.join("\n")).to.contain("objecting: too high; too late");
    expect(refusals.filter((refusal) => refusal.includes("who may not sign"))).to.have.length(2);
  });

  it("are too few where signers disagree, and the error says why", async () => {
    const objecting = answering("B", async () => ({ objections: ["volatility is not near"] }));
    const error = await collect([agreeing[0]!, objecting], 2).catch((reason: Error) => reason);
    expect(error).to.be.instanceOf(NotEnoughSignaturesError);
    expect((error as Error).message).to.equal("1 of the 2 signatures needed: B: volatility is not near");
    const none = await collect([], 1).catch((reason: Error) => reason);
    expect((none as Error).message).to.contain("there are no more signers");
  });

  it("come from other processes just as well", async () => {
    const asked: unknown[] = [];
    const server = await serveCosigner(
      {
        name: "far",
        address: async () => "far",
        signSurface: async (one) => {
          asked.push(one);
          return agreeing[0]!.signSurface(one);
        },
        signArrays: async (one) => {
          asked.push(one);
          return { objections: ["no"] };
        },
      },
      0,
    );
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      const far = remoteCosigner(url);
      expect((await collect([far], 1)).signers).to.deep.equal([wallets[0]!.address]);
      const arrays = { market: 0, expiry: 7200, version: 1, page: "0xab" };
      expect(await far.address()).to.equal("far");
      expect(await far.signArrays(arrays)).to.deep.equal({ objections: ["no"] });
      expect(asked).to.deep.equal([report, arrays]);
      const post = async (path: string, body: string) =>
        (await fetch(`${url}${path}`, { method: "POST", body })).status;
      expect(await post("/surface", "{")).to.equal(400);
      expect(await post("/surface", JSON.stringify({ market: 0 }))).to.equal(400);
      expect(await post("/surface", " ".repeat(1_000_001))).to.equal(413);
      expect(await post("/other", "{}")).to.equal(404);
      expect(await (await fetch(`${url}/livez`)).json()).to.deep.equal({ signer: "far" });
    } finally {
      server.closeAllConnections();
      server.close();
    }
    const error = await remoteCosigner("http://127.0.0.1:9")
      .signSurface(report)
      .catch((reason: Error) => reason);
    expect(error).to.be.instanceOf(Error);
  });

  it("come, beyond the signer's own machine, only to those who know its word", async () => {
    const signer = agreeing[0]!;
    const open = await serveCosigner(signer, 0, "0.0.0.0").catch((reason: Error) => reason);
    expect(open).to.be.instanceOf(OpenSignerError);
    const word = "0123456789abcdef";
    const server = await serveCosigner(signer, 0, "0.0.0.0", { word });
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      expect((await collect([remoteCosigner(url, { word })], 1)).signers).to.have.length(1);
      for (const access of [{}, { word: "0123456789abcdeg" }]) {
        const refused = await remoteCosigner(url, access)
          .signSurface(report)
          .catch((reason: Error) => reason);
        expect((refused as Error).message).to.equal("it answers with status 401");
      }
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it("need a word of some length, if there is one", () => {
    expect(readSignerWord({})).to.equal(undefined);
    expect(readSignerWord({ BALLAST_SIGNER_WORD: "0123456789abcdef" })).to.equal("0123456789abcdef");
    expect(() => readSignerWord({ BALLAST_SIGNER_WORD: "short" })).to.throw(ConfigError, "16 characters");
    expect(() => readSignerWord({ BALLAST_SIGNER_WORD: "with a space in it" })).to.throw(
      ConfigError,
      "no spaces",
    );
  });

  it("are not asked for from a signer that cannot look", async () => {
    const server = await serveCosigner(
      answering("far", () => Promise.reject(new Error("secret"))),
      0,
    );
    try {
      const far = remoteCosigner(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
      const error = await far.signSurface(report).catch((reason: Error) => reason);
      expect((error as Error).message).to.equal("it answers with status 500");
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});

describe("publisher: Deribit as a source", () => {
  it("gives the chain's surface at the report's time, and nothing of other markets", async () => {
    const text = readFileSync(new URL("../../quant/examples/chain.csv", import.meta.url), "utf8");
    const server = await deribitServer({
      get_book_summary_by_currency: [rpcResult(booksOf(text, "ETH"))],
      get_index_price: [rpcResult({ index_price: 3000 })],
    });
    try {
      const source = deribitSource(new Map([[0, "ETH"]]), { url: server.url });
      const taken = Date.UTC(2026, 0, 5, 9) / 1000;
      const at = await source(0, taken);
      const later = await source(0, taken + 2 * 86_400);
      expect(at).to.have.length(4);
      for (const [i, { expiry, theta, forwardRatio }] of at.entries()) {
        const volatility = (time: number, variance: bigint) =>
          Math.sqrt(Number(variance) / 1e18 / ((expiry - time) / (365 * 86_400)));
        expect(volatility(taken, theta)).to.be.within(0.6, 0.66);
        expect(volatility(taken + 2 * 86_400, later[i]!.theta)).to.be.closeTo(volatility(taken, theta), 1e-6);
        expect(Number(forwardRatio) / 1e18).to.be.within(1, 1.03);
      }
      expect(await source(0, Date.UTC(2026, 0, 10) / 1000)).to.have.length(3);
      expect(await source(1, taken)).to.deep.equal([]);
    } finally {
      await server.close();
    }
  });
});

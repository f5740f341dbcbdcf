import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { whalleyWilmottBand, zakamoulineBand } from "../src/bands.ts";
import { main } from "../src/cli/main.ts";
import { booksOf, deribitServer, rpcResult } from "./support/deribitServer.ts";

const EXAMPLES = fileURLToPath(new URL("../examples/", import.meta.url));
const CHAIN = `${EXAMPLES}chain.csv`;
const PORTFOLIO = `${EXAMPLES}portfolio.json`;
const RFQS = `${EXAMPLES}rfqs.json`;
const BAND = ["--price", "3000", "--gamma", "-0.02", "--cost", "0.0005", "--aversion", "0.00001"];
const HISTORY = `ETH=${EXAMPLES}eth.csv,BTC=${EXAMPLES}btc.csv`;
const OPTION = ["--forward", "3000", "--strike", "3200", "--days", "30"];

const RFQ = { dealer: "a", instrument: "ETH-30JAN26-3000-C", forward: 3_000, validUntil: 2e9 };
const rfqWith = (quote: object, change: object = {}): string =>
  JSON.stringify({ currency: "ETH", time: 1_767_603_600, spot: 3_000, quotes: [quote], ...change });

async function quant(...argv: readonly string[]) {
  let out = "";
  let err = "";
  const code = await main(argv, { out: (text) => (out += text), err: (text) => (err += text) });
  return { code, out, err };
}

describe("quant: command line", () => {
  const folder = mkdtempSync(join(tmpdir(), "quant-"));
  const surface = join(folder, "surface.json");
  const temporary = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  before(async () => {
    expect((await quant("calibrate", CHAIN, "--out", surface)).code).to.equal(0);
  });
  after(() => rmSync(folder, { recursive: true }));

  it("prices, differentiates and inverts", async () => {
    const option = [...OPTION, "--call", "--json"];
    const { price } = JSON.parse((await quant("price", ...option, "--volatility", "0.6")).out);
    const greeks = JSON.parse((await quant("greeks", ...option, "--volatility", "0.6")).out);
    expect(greeks.price).to.equal(price);
    expect(Object.keys(greeks)).to.have.length(9);
    const { volatility } = JSON.parse((await quant("iv", ...option, "--price", String(price))).out);
    expect(volatility).to.be.closeTo(0.6, 1e-12);
    const years = await quant(
      "price",
      ...OPTION.slice(0, 4),
      "--years",
      String(30 / 365),
      "--call",
      "--volatility",
      "0.6",
    );
    expect(Number(years.out)).to.be.closeTo(price, 1e-6);
  });

  it("fits a chain file, says what it leaves out, and keeps progress from the result", async () => {
    const { code, out, err } = await quant("calibrate", CHAIN, "--json");
    const { markets, dropped } = JSON.parse(out);
    expect(code).to.equal(0);
    expect(Object.keys(markets)).to.deep.equal(["BTC", "ETH"]);
    expect(markets.ETH.slices).to.have.length(4);
    for (const { rmse } of markets.ETH.slices) expect(rmse).to.be.lessThan(0.2);
    expect(dropped.BTC.map(({ reason }: { reason: string }) => reason)).to.contain("its book is crossed");
    expect(err).to.contain("fitting 4 expiries of ETH");
    expect((await quant("calibrate", CHAIN, "--quiet")).err).to.equal("");
    expect(JSON.parse(readFileSync(surface, "utf8"))).to.deep.equal({ markets });
  });

  it("draws every quote and every fit, as a picture or as a page", async () => {
    const [svg, html] = [join(folder, "a.svg"), join(folder, "a.html")];
    await quant("calibrate", CHAIN, "--currency", "ETH", "--plot", svg);
    await quant("calibrate", CHAIN, "--plot", html);
    const picture = readFileSync(svg, "utf8");
    const { markets } = JSON.parse(readFileSync(surface, "utf8"));
    const quotes = (name: string) =>
      markets[name].slices.reduce((sum: number, slice: { quotes: number }) => sum + slice.quotes, 0);
    expect(picture.match(/<circle/g)).to.have.length(quotes("ETH"));
    expect(picture.match(/<polyline/g)).to.have.length(4);
    expect(picture).not.to.match(/NaN|undefined|Infinity/);
    const page = readFileSync(html, "utf8");
    expect(page.match(/<circle/g)).to.have.length(quotes("ETH") + quotes("BTC"));
    expect(page.match(/<tr>/g)).to.have.length(9);
    expect(page).not.to.match(/NaN|undefined|Infinity|https?:\/\/(?!www\.w3\.org)/);
  });

  it("asks Deribit where it is told to", async () => {
    const books = booksOf(readFileSync(CHAIN, "utf8"), "ETH");
    const server = await deribitServer({
      get_book_summary_by_currency: [rpcResult(books)],
      get_index_price: [rpcResult({ index_price: 3000 })],
    });
    try {
      const live = await quant("calibrate", "--deribit", "ETH", "--url", server.url, "--json");
      const file = await quant("calibrate", CHAIN, "--currency", "ETH", "--json");
      const [found, wanted] = [JSON.parse(live.out).markets, JSON.parse(file.out).markets];
      expect(found.ETH.slices.map((one: { quotes: number }) => one.quotes)).to.deep.equal(
        wanted.ETH.slices.map((one: { quotes: number }) => one.quotes),
      );
      expect(live.err).to.contain("asking Deribit for ETH");
    } finally {
      await server.close();
    }
  });

  it("draws a picture of pixels, letters and all, the same one every time", async () => {
    const [png, again] = [join(folder, "a.png"), join(folder, "b.png")];
    for (const file of [png, again])
      expect((await quant("calibrate", CHAIN, "--currency", "ETH", "--plot", file)).code).to.equal(0);
    const bytes = readFileSync(png);
    expect(bytes.subarray(1, 4).toString()).to.equal("PNG");
    const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
    expect([width, height]).to.deep.equal([2 * 1_248, 2 * 290]);
    expect(readFileSync(again).equals(bytes)).to.equal(true);
    // Letters, dots and lines take room; a picture without its letters would be far smaller.
    expect(bytes.length).to.be.greaterThan(60_000);
  });

  it("makes a chain of dealers' quotes, and says which of them it leaves out", async () => {
    const { code, out } = await quant("calibrate", "--rfqs", RFQS, "--json");
    expect(code).to.equal(0);
    const { markets, dropped } = JSON.parse(out);
    expect(markets.ETH.slices.map((slice: { quotes: number }) => slice.quotes)).to.deep.equal([8, 9]);
    for (const { rmse } of markets.ETH.slices) expect(rmse).to.be.lessThan(0.2);
    expect(dropped.ETH[0].reason).to.equal("it binds no more");
  });

  it("tells the insurance target of account files, and in which crash of which accounts", async () => {
    const short = (strike: number) =>
      JSON.stringify({ cash: 5_000, options: [{ instrument: `ETH-27MAR26-${strike}-P`, quantity: -20 }] });
    const files = [2_400, 2_600, 2_800].map((strike) => temporary(`${strike}.json`, short(strike)));
    const { out } = await quant("cover", ...files, PORTFOLIO, "--surface", surface, "--json");
    const { target, episode, accounts } = JSON.parse(out);
    expect(episode).to.equal("2020-03-12, one day");
    expect(accounts.map(({ account }: { account: string }) => account)).to.deep.equal([files[2], files[1]]);
    expect(accounts[0].lacks + accounts[1].lacks).to.be.closeTo(target, 1e-6);
    const alone = JSON.parse((await quant("stress", files[2] ?? "", "--surface", surface, "--json")).out);
    const worth = JSON.parse(
      (await quant("value", files[2] ?? "", "--surface", surface, "--json")).out,
    ).value;
    const crash = alone.episodes.find(({ name }: { name: string }) => name === episode);
    expect(-(worth + crash.profit)).to.be.closeTo(accounts[0].lacks, 1e-6);
    expect((await quant("cover", ...files, "--surface", surface)).out).to.contain("insurance target: ");
    const rich = temporary("rich.json", '{"cash":1}');
    expect((await quant("cover", rich, "--surface", surface)).out).to.contain("no account lacks anything");
  });

  it("tells both bands and the trade to their edge, of negative numbers too", async () => {
    const more = ["--volatility", "0.6", "--days", "30", "--delta", "12", "--held", "-1"];
    const { bands } = JSON.parse((await quant("band", ...BAND, ...more, "--json")).out);
    const [asymptotic, fitted] = bands;
    const inputs = { price: 3_000, gamma: -0.02, costRatio: 0.0005, riskAversion: 0.00001 };
    expect(asymptotic.halfWidth).to.equal(whalleyWilmottBand(inputs));
    expect(fitted.halfWidth).to.equal(
      zakamoulineBand({ ...inputs, volatility: 0.6, years: 30 / 365 }).halfWidth,
    );
    expect(fitted.hedgeVolatility).to.be.greaterThan(0.6);
    for (const { halfWidth, trade } of bands) expect(trade).to.be.closeTo(-(11 - halfWidth), 1e-9);
    expect(JSON.parse((await quant("band", ...BAND, "--json")).out).bands).to.have.length(1);
    expect((await quant("band", ...BAND)).out).to.contain("Whalley and Wilmott");
  });

  it("forecasts, and says what the regime makes of parameters", async () => {
    const hours = Array.from({ length: 24 * 240 }, (_, i) => {
      // The last week is five times as wild.
      const size = i > 24 * 233 ? 0.02 : 0.004;
      return `${1_735_689_600 + i * 3_600},1,1,1,${(3_000 * Math.exp(size * Math.sin(1.7 * i))).toFixed(4)},1`;
    });
    const file = temporary("hours.csv", `open_time_unix,open,high,low,close,volume\n${hours.join("\n")}\n`);
    const { forecasts, regime, terms } = JSON.parse((await quant("forecast", file, "--json")).out);
    expect(forecasts.map(({ days }: { days: number }) => days)).to.deep.equal([1, 7, 30]);
    expect(regime).to.equal("crisis");
    expect(terms).to.deep.equal({ ranges: 1.6, caps: 0.625, riskAversion: 1.6 * 1.6 });
    expect((await quant("forecast", file)).out).to.contain("caps x 0.63");
  });

  it("values and stresses a portfolio file", async () => {
    const value = JSON.parse((await quant("value", PORTFOLIO, "--surface", surface, "--json")).out);
    const { price } = value.greeks.ETH;
    expect(value.value).to.be.closeTo(25_000 + price + value.greeks.BTC.price, 1e-8);
    const stress = JSON.parse((await quant("stress", PORTFOLIO, "--surface", surface, "--json")).out);
    expect(stress.episodes[0].profit).to.be.lessThan(0);
    expect(stress.grid.profit).to.have.length(stress.grid.moves.length);
    for (const row of stress.grid.profit) expect(row).to.have.length(stress.grid.volatilityFactors.length);
    expect((await quant("stress", PORTFOLIO, "--surface", surface)).out).to.contain("2020-03-12, one day");
  });

  it("measures risk by history and by simulation, the same for the same seed", async () => {
    const ask = async (...more: string[]) =>
      JSON.parse(
        (
          await quant(
            "risk",
            PORTFOLIO,
            "--surface",
            surface,
            "--history",
            HISTORY,
            "--count",
            "2000",
            "--json",
            ...more,
          )
        ).out,
      );
    const first = await ask();
    for (const method of ["historical", "simulated"]) {
      expect(first[method].valueAtRisk).to.be.greaterThan(0);
      expect(first[method].expectedShortfall).to.be.greaterThan(first[method].valueAtRisk);
    }
    expect(await ask()).to.deep.equal(first);
    expect((await ask("--seed", "2")).simulated).not.to.deep.equal(first.simulated);
    expect((await ask("--level", "0.95")).historical.valueAtRisk).to.be.lessThan(
      first.historical.valueAtRisk,
    );
  });

  it("lists commands and options", async () => {
    expect(await quant("--help")).to.include({ code: 0, err: "" });
    expect((await quant("--help")).out).to.contain("calibrate");
    expect((await quant()).code).to.equal(2);
    for (const command of [
      "price",
      "greeks",
      "iv",
      "calibrate",
      "value",
      "stress",
      "risk",
      "cover",
      "band",
      "forecast",
    ])
      expect((await quant(command, "--help")).out, command).to.match(/--json\s+numbers/);
  });

  it("answers wrong use with one sentence and exit code 2", async () => {
    const cases: readonly [string[], RegExp][] = [
      [["dance"], /"dance" is no command/],
      [["price", ...OPTION, "--volatility", "0.6"], /either --call or --put/],
      [["price", ...OPTION, "--call", "--put", "--volatility", "0.6"], /either --call or --put/],
      [["price", ...OPTION, "--years", "1", "--call", "--volatility", "1"], /either --days or --years/],
      [["price", ...OPTION, "--call"], /--volatility is missing/],
      [["price", ...OPTION, "--call", "--volatility", "much"], /--volatility needs a number, not "much"/],
      [["price", "file", ...OPTION, "--call", "--volatility", "1"], /"file" is not understood/],
      [["price", "--loud"], /--loud/],
      [["calibrate"], /needs one chain file/],
      [["calibrate", CHAIN, CHAIN], /not several/],
      [["calibrate", CHAIN, "--plot", "a.gif"], /\.svg, \.png or \.html/],
      [["calibrate", CHAIN, "--plot", "a.png"], /one market/],
      [["calibrate", "--rfqs", RFQS, "--currency", "ETH"], /goes with no other source/],
      [["calibrate", "--rfqs", RFQS, "--deribit", "ETH"], /either --deribit or --rfqs/],
      [["calibrate", CHAIN, "--rfqs", RFQS], /is not understood/],
      [["cover", "--surface", surface], /at least one account file/],
      [["cover", PORTFOLIO], /--surface is missing/],
      [["band", ...BAND, "--volatility", "0.6"], /both --volatility and --days/],
      [["band", ...BAND, "--held", "-1"], /both --delta and --held/],
      [["band", "--price", "1"], /--gamma is missing/],
      [["calibrate", CHAIN, "--currency", ""], /--currency needs names/],
      [["calibrate", "--deribit", "ETH,"], /--deribit needs names/],
      ...["1e12", "0", "-5", "1.5"].map((count): [string[], RegExp] => [
        ["risk", PORTFOLIO, "--surface", surface, "--history", HISTORY, "--count", count],
        /--count needs a whole number from 1 to 2000000, not/,
      ]),
      [
        ["risk", PORTFOLIO, "--surface", surface, "--history", HISTORY, "--seed", "-1"],
        /--seed needs a whole/,
      ],
      [["calibrate", CHAIN, "--plot", "a.svg"], /one market/],
      [["calibrate", CHAIN, "--url", "http://localhost"], /needs --deribit/],
      [["calibrate", "--deribit", "ETH", "--currency", "ETH"], /names the currencies already/],
      [["value", PORTFOLIO], /--surface is missing/],
      [["risk", PORTFOLIO, "--surface", surface], /--history is missing/],
      [["risk", PORTFOLIO, "--surface", surface, "--history", "ETH"], /needs pairs/],
    ];
    for (const [argv, text] of cases) {
      const { code, out, err } = await quant(...argv, "--quiet");
      expect({ code, out }, argv.join(" ")).to.deep.equal({ code: 2, out: "" });
      expect(err).to.match(text);
      expect(err.trim().split("\n")).to.have.length(1);
    }
  });

  it("refuses a surface file that was changed into none, and says where", async () => {
    const text = readFileSync(surface, "utf8");
    const changes: readonly [string, string, RegExp][] = [
      ['"theta": 0', '"theta": -0', /BTC: slices, item 1 breaks "theta, psi, T > 0/],
      ['"rho": -0', '"rho": -7', /BTC: slices, item 1 breaks/],
      ['"psi": 0', '"psi": 9', /item 1 breaks "psi \(1 \+ \|rho\|\) < 4"/],
      ['"spot": 3000', '"spot": -3000', /ETH: spot must be positive/],
      ['"forward": ', '"forward": -', /BTC: slices, item 1: forward must be positive/],
      ['"years": 0', '"years": 1', /BTC: slices, item \d/],
      ['"time": 17', '"time": 16', /years is not the time/],
    ];
    for (const [from, to, said] of changes) {
      expect(text).to.contain(from);
      const changed = temporary("changed.json", text.replace(from, to));
      const { code, out, err } = await quant("value", PORTFOLIO, "--surface", changed);
      expect({ code, out }, err).to.deep.equal({ code: 1, out: "" });
      expect(err).to.match(said);
    }
    const marked = temporary("marked.json", `\uFEFF${text}`);
    expect((await quant("value", PORTFOLIO, "--surface", marked)).code).to.equal(0);
  });

  it("answers bad input with one sentence that names it, and exit code 1", async () => {
    const chain = readFileSync(CHAIN, "utf8").split("\n");
    const market = { spot: 1, time: 1, slices: [{ expiry: 1 }] };
    const cases: readonly [string[], RegExp][] = [
      [["iv", ...OPTION, "--call", "--price", "4000"], /not below the bound/],
      [["price", ...OPTION, "--call", "--volatility=-1"], /must not be negative/],
      [["calibrate", "missing.csv"], /missing\.csv cannot be read: ENOENT/],
      [["calibrate", CHAIN, "--currency", "DOGE"], /DOGE has no expiry/],
      [["calibrate", CHAIN, "--out", join(folder, "no", "file")], /cannot be written: ENOENT/],
      [["calibrate", temporary("a.csv", "a,b\n")], /no column "currency"/],
      [["calibrate", "--deribit", "ETH", "--url", "http://127.0.0.1:9"], /Deribit did not answer/],
      [["value", temporary("a.json", "{"), "--surface", surface], /a\.json is no JSON/],
      [["value", temporary("b.json", '{"gold":1}'), "--surface", surface], /"gold"; it may have cash/],
      [["value", temporary("c.json", '{"cash":"1"}'), "--surface", surface], /cash must be a number/],
      [["value", temporary("d.json", '{"options":{}}'), "--surface", surface], /options must be a list/],
      [["value", temporary("e.json", '{"options":[{"quantity":1}]}'), "--surface", surface], /item 1 needs/],
      [
        ["value", temporary("f.json", '{"options":[{"instrument":"X","quantity":1}]}'), "--surface", surface],
        /a name such as/,
      ],
      [["value", temporary("g.json", '{"spot":{"DOGE":1}}'), "--surface", surface], /no market "DOGE"/],
      [["value", temporary("g2.json", '{"spot":[]}'), "--surface", surface], /spot must be an object/],
      [
        ["value", temporary("g3.json", '{"options":[{"instrument":1,"quantity":1}]}'), "--surface", surface],
        /instrument must be a text/,
      ],
      [["value", PORTFOLIO, "--surface", temporary("h.json", "{}")], /has no markets/],
      [["value", PORTFOLIO, "--surface", temporary("i.json", '{"markets":{"ETH":{}}}')], /needs spot/],
      [
        ["value", PORTFOLIO, "--surface", temporary("j.json", JSON.stringify({ markets: { ETH: market } }))],
        /years must be a number/,
      ],
      [["risk", PORTFOLIO, "--surface", surface, "--history", `ETH=${EXAMPLES}eth.csv`], /no history of BTC/],
      [["band", ...BAND.slice(2), "--price", "-3000"], /No band has price -3000/],
      [["band", ...BAND, "--volatility", "0", "--days", "3"], /No band has volatility 0/],
      [["calibrate", "--rfqs", temporary("k.json", "{}")], /needs currency, time, spot and quotes/],
      [
        ["calibrate", "--rfqs", temporary("l.json", rfqWith({ dealer: "a" }))],
        /item 1 needs dealer, instrument/,
      ],
      [
        ["calibrate", "--rfqs", temporary("m.json", rfqWith({ ...RFQ, instrument: "BTC-30JAN26-3000-C" }))],
        /must be a name of ETH such as/,
      ],
      [["calibrate", "--rfqs", temporary("n.json", rfqWith({ ...RFQ, bid: "1" }))], /bid must be a number/],
      [
        ["calibrate", "--rfqs", temporary("o.json", rfqWith({ ...RFQ, bid: 1 }, { spot: -1 }))],
        /the spot -1/,
      ],
      [
        ["calibrate", "--rfqs", temporary("p.json", rfqWith({ ...RFQ, bid: 1 }, { time: -1e20 }))],
        /the time -1/,
      ],
      [
        ["calibrate", temporary("q.csv", `${chain[0]}\n${chain[1]?.replace(",3000,", ",Infinity,")}\n`)],
        /no number/,
      ],
      [
        [
          "value",
          temporary("r.json", '{"options":[{"instrument":"ETH-30JAN26-3000-C","quantity":1e16}]}'),
          "--surface",
          surface,
        ],
        /quantity must be at most/,
      ],
      [
        ["price", "--forward", "1e200", ...OPTION.slice(2), "--call", "--volatility", "1"],
        /within 1e-100 and 1e100/,
      ],
      [["iv", ...OPTION, "--call", "--price", "-1"], /price -1 is below intrinsic 0/],
      [["price", ...OPTION, "--call", "--volatility", "-0.1"], /must not be negative/],
      [["forecast", temporary("b.csv", "a,b\n")], /Line 1/],
    ];
    for (const [argv, text] of cases) {
      const { code, out, err } = await quant(...argv, "--quiet");
      expect({ code, out }, `${argv.join(" ")}: ${err}`).to.deep.equal({ code: 1, out: "" });
      expect(err).to.match(text);
      expect(err.trim().split("\n")).to.have.length(1);
    }
  }).timeout(30_000);
});

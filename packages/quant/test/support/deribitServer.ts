import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** An answer that the server gives, by path. */
export interface Answer {
  readonly status?: number;
  readonly body: string;
  /** Milliseconds before it is given. */
  readonly delay?: number;
}

/** A local server that replays answers of Deribit's API, the first of a path's list first and its last for ever. */
export async function deribitServer(answers: Readonly<Record<string, readonly Answer[]>>) {
  const requests: string[] = [];
  const asked = new Map<string, number>();
  const server: Server = createServer((request, response) => {
    const address = new URL(request.url ?? "/", "http://localhost");
    requests.push(address.pathname + address.search);
    const list = answers[address.pathname.replace("/api/v2/public/", "")] ?? [];
    const count = asked.get(address.pathname) ?? 0;
    asked.set(address.pathname, count + 1);
    const answer = list[Math.min(count, list.length - 1)] ?? { status: 404, body: "" };
    setTimeout(() => {
      response.writeHead(answer.status ?? 200, { "content-type": "application/json" });
      response.end(answer.body);
    }, answer.delay ?? 0);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/api/v2`,
    requests,
    close: () => {
      server.closeAllConnections();
      return new Promise((done) => server.close(done));
    },
  };
}

/** A result as the API wraps it. */
export function rpcResult(result: unknown): Answer {
  return { body: JSON.stringify({ jsonrpc: "2.0", result, usIn: 1, usOut: 2, usDiff: 1, testnet: false }) };
}

/** A recorded chain (CSV) of one currency in the form of `get_book_summary_by_currency`. */
export function booksOf(text: string, currency: string): Record<string, unknown>[] {
  const [header = "", ...lines] = text.trimEnd().split("\n");
  const names = header.split(",");
  return lines
    .map((line) => Object.fromEntries(line.split(",").map((cell, i) => [names[i] ?? "", cell])))
    .filter((row) => row["currency"] === currency)
    .map((row) => ({
      volume: Number(row["volume"]),
      underlying_price: Number(row["futures_price"]),
      underlying_index: "SYN.TEST",
      quote_currency: currency,
      price_change: null,
      open_interest: Number(row["open_interest"]),
      mid_price: null,
      mark_price: Number(row["mark_price"]),
      mark_iv: Number(row["implied_volatility"]) * 100,
      interest_rate: 0,
      instrument_name: row["instrument_name"],
      creation_timestamp: Date.parse(row["snapshot_utc"] ?? ""),
      bid_price: row["bid_price"] === "" ? null : Number(row["bid_price"]),
      base_currency: currency,
      ask_price: row["ask_price"] === "" ? null : Number(row["ask_price"]),
    }));
}

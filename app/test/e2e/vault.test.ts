import { mkdir } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import {
  type Ballast,
  connectBallast,
  formatDecimal,
  parseDeployment,
  readLp,
  readVault,
  readVaultGreeks,
} from "@ballast/sdk";
import { expect } from "chai";
import { type ContractRunner, JsonRpcProvider } from "ethers";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { type Sandbox, startSandbox } from "./sandbox.ts";

const PORT = 18545;
const APP_PORT = 15173;
const PACE = 1000;
/** Takes no part in the sandbox, so that nobody else claims for it. */
const LP_SIGNER = 14;
/** Starts with more USDC than it deposits. */
const RICH_SIGNER = 6;
const FUNDS = 100_000n * 10n ** 6n;
const REPORTS = fileURLToPath(new URL("../../../reports/", import.meta.url));
const CHROMIUM = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** What a test wallet may be told to do. */
interface WalletPlan {
  readonly rpc: string;
  readonly address: string;
  /** Chain id the wallet claims to be on; the node's own without it. */
  readonly chainId?: string;
}

/** Announces a wallet whose keys are the node's unlocked accounts. Runs inside the page. */
function announceWallet(plan: WalletPlan): void {
  const listeners = new Map<string, Set<(value: unknown) => void>>();
  const state = { chainId: plan.chainId, rejects: false };
  const forward = async (method: string, params: unknown) => {
    const response = await fetch(plan.rpc, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params: params ?? [] }),
    });
    const answer = (await response.json()) as {
      result?: unknown;
      error?: { message: string; code: number; data?: unknown };
    };
    if (answer.error) throw Object.assign(new Error(answer.error.message), answer.error);
    return answer.result;
  };
  const provider = {
    async request({ method, params }: { method: string; params?: unknown }) {
      if (method === "eth_accounts" || method === "eth_requestAccounts") return [plan.address];
      if (method === "eth_chainId" && state.chainId) return state.chainId;
      if (method === "wallet_switchEthereumChain") {
        state.chainId = undefined;
        const now = await forward("eth_chainId", []);
        for (const listener of listeners.get("chainChanged") ?? []) listener(now);
        return null;
      }
      if (method === "eth_sendTransaction" && state.rejects)
        throw Object.assign(new Error("no"), { code: 4001 });
      return forward(method, params);
    },
    on(event: string, listener: (value: unknown) => void) {
      listeners.set(event, (listeners.get(event) ?? new Set()).add(listener));
    },
    removeListener(event: string, listener: (value: unknown) => void) {
      listeners.get(event)?.delete(listener);
    },
  };
  (window as unknown as { testWallet: typeof state }).testWallet = state;
  const info = {
    uuid: "7b0c1f3e-0000-4000-8000-000000000001",
    name: "Test Wallet",
    icon: "",
    rdns: "test.wallet",
  };
  const announce = () =>
    window.dispatchEvent(
      new CustomEvent("eip6963:announceProvider", { detail: Object.freeze({ info, provider }) }),
    );
  window.addEventListener("eip6963:requestProvider", announce);
  announce();
}

/** [wad USD] as the page ought to show it. */
function dollars(amount: bigint, digits: number): string {
  const sign = amount < 0n && !/^[0.]*$/.test(formatDecimal(-amount, digits)) ? "-" : "";
  return `${sign}$${formatDecimal(amount < 0n ? -amount : amount, digits)}`;
}

describe("app: the vault's page", () => {
  let sandbox: Sandbox;
  let browser: Browser;
  let provider: JsonRpcProvider;
  let chain: Ballast;
  let lp: string;
  const contexts: BrowserContext[] = [];

  before(async () => {
    await mkdir(REPORTS, { recursive: true });
    sandbox = await startSandbox(PORT, APP_PORT, PACE);
    provider = new JsonRpcProvider(sandbox.rpc, undefined, { cacheTimeout: -1 });
    provider.pollingInterval = 100;
    const deployment = parseDeployment(await (await fetch(`${sandbox.page}deployment.json`)).json());
    chain = connectBallast(deployment, provider);
    lp = await (await provider.getSigner(LP_SIGNER)).getAddress();
    const rich = connectBallast(deployment, await provider.getSigner(RICH_SIGNER));
    await (await rich.usdc.transfer(lp, FUNDS)).wait();
    browser = await chromium.launch({ executablePath: CHROMIUM, headless: true, args: FLAGS });
  });

  after(async () => {
    await browser?.close();
    provider?.destroy();
    await sandbox?.stop();
  });

  afterEach(async () => {
    for (const context of contexts.splice(0)) await context.close();
  });

  /** A fresh page; with a plan, a wallet is announced in it. `prepare` runs before the page loads. */
  async function open(
    plan?: Partial<WalletPlan>,
    options: Parameters<Browser["newContext"]>[0] = {},
    prepare?: (page: Page) => Promise<unknown>,
  ): Promise<Page> {
    const context = await browser.newContext({ viewport: { width: 1100, height: 1000 }, ...options });
    contexts.push(context);
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    // The compiler of this file names inner functions by a helper that the page lacks.
    await page.addInitScript("globalThis.__name = (value) => value");
    // The wallet reaches the node by the page's own origin, as the node grants no other.
    if (plan) await page.addInitScript(announceWallet, { rpc: `${sandbox.page}rpc`, address: lp, ...plan });
    await prepare?.(page);
    await page.goto(sandbox.page);
    return page;
  }

  const figure = (page: Page, name: string) => page.locator(`[data-figure="${name}"]`);
  const status = (page: Page, action: string) => page.locator(`[data-action="${action}"] [role="status"]`);

  async function figures(page: Page): Promise<Map<string, string>> {
    await figure(page, "block").waitFor({ timeout: 60_000 });
    // One evaluation sees one rendering, so that all figures are of the block that is named beside them.
    const pairs = await page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>("[data-figure]")].map((one): [string, string] => [
        one.dataset["figure"] ?? "",
        (one.querySelector(".number") ?? one).textContent ?? "",
      ]),
    );
    return new Map(pairs);
  }

  /** The contracts as they were at a block. */
  function at(block: number): Ballast {
    const runner: ContractRunner = { provider, call: (tx) => provider.call({ ...tx, blockTag: block }) };
    return connectBallast(chain.deployment, runner);
  }

  async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + 120_000;
    while (!(await holds())) {
      if (Date.now() > deadline) throw new Error(`Waited two minutes for this in vain: ${what}.`);
      await sleep(250);
    }
  }

  async function connect(page: Page): Promise<void> {
    await page.getByRole("button", { name: "Connect Test Wallet" }).click();
    await figure(page, "lp-shares").waitFor({ timeout: 30_000 });
  }

  /** Fills a form, reviews and confirms it, and waits for its outcome. */
  async function submit(page: Page, form: string, amount: string): Promise<void> {
    await page.locator(`[data-form="${form}"] input`).fill(amount);
    await page.locator(`[data-form="${form}"] button[type="submit"]`).click();
    await confirm(page, form);
  }

  /** Waits for a phase of an action; if it fails instead, throws the sentence that the page shows. */
  async function reach(page: Page, action: string, phase: string): Promise<void> {
    const shown = page
      .locator(`[data-action="${action}"]`)
      .locator(`[data-phase="${phase}"], [data-phase="failed"]`);
    await shown.waitFor({ timeout: 60_000 });
    if (phase !== "failed" && (await shown.getAttribute("data-phase")) === "failed") {
      throw new Error(`The page says: ${await shown.textContent()}`);
    }
  }

  async function confirm(page: Page, action: string): Promise<void> {
    await reach(page, action, "review");
    await page.locator(`[data-action="${action}"]`).getByRole("button", { name: "Confirm" }).click();
    await reach(page, action, "done");
  }

  it("shows the vault before any wallet is connected, as the chain has it at the block named", async () => {
    const page = await open();
    const shown = await figures(page);
    const then = at(Number(shown.get("block")));
    const [vault, [greeks]] = [await readVault(then), await readVaultGreeks(then)];
    if (!greeks) throw new Error("The deployment has no market.");
    const expected = {
      "nav-mid": dollars(vault.navMid, 2),
      "nav-bid": dollars(vault.navBid, 2),
      "nav-ask": dollars(vault.navAsk, 2),
      "nav-cash": dollars(vault.cash, 2),
      "nav-options": dollars(vault.options, 2),
      "nav-hedge": dollars(vault.hedgeValue, 2),
      "nav-unreleased": dollars(vault.unreleased - vault.fundDue, 2),
      "nav-fund": dollars(vault.fundDue, 2),
      "share-mid": dollars(vault.shareMid, 6),
      supply: formatDecimal(vault.supply, 2, Number(await then.shares.decimals())),
      epoch: `${vault.currentEpoch}`,
      delta: formatDecimal(greeks.delta, 4),
      hedge: formatDecimal(greeks.hedge, 4),
      "net-delta": formatDecimal(greeks.netDelta, 4),
      band: `± ${formatDecimal(greeks.band, 4)}`,
      gamma: formatDecimal(greeks.gamma, 6),
      vega: dollars(greeks.vega / 100n, 2),
      theta: dollars(greeks.theta / 365n, 2),
    };
    const relevant = Object.fromEntries(Object.keys(expected).map((name) => [name, shown.get(name)]));
    expect(relevant).to.deep.equal(expected);
    expect(await page.getByText("No wallet found in this browser").isVisible()).to.equal(true);
  });

  it("takes an LP from a deposit to shares, and from shares back to USDC", async () => {
    const page = await open({});
    await connect(page);
    await submit(page, "deposit", "25000");
    expect((await readLp(chain, lp)).usdc).to.equal(FUNDS - 25_000n * 10n ** 6n);

    await until("the deposit is fulfilled", async () => (await readLp(chain, lp)).claimableDeposit > 0n);
    const promised = await chain.shares.maxMint(lp);
    await page.locator('[data-claim="claim-shares"]').click();
    await confirm(page, "claim-shares");
    expect(await chain.shares.balanceOf(lp)).to.equal(promised);
    await until("the page shows the shares", async () => {
      const shown = (await figures(page)).get("lp-shares");
      return shown === formatDecimal(promised, 4, Number(await chain.shares.decimals()));
    });
    await page.screenshot({ path: `${REPORTS}app-light.png`, fullPage: true });

    await submit(page, "redeem", "5000");
    expect(await chain.shares.balanceOf(lp)).to.equal(
      promised - 5000n * 10n ** (await chain.shares.decimals()),
    );
    await until("the redemption is fulfilled", async () => (await readLp(chain, lp)).claimableRedeem > 0n);
    const [before, owed] = [await chain.usdc.balanceOf(lp), await chain.shares.maxWithdraw(lp)];
    await page.locator('[data-claim="claim-cash"]').click();
    await confirm(page, "claim-cash");
    expect(await chain.usdc.balanceOf(lp)).to.equal(before + owed);
    await until("the page shows the USDC", async () => {
      return (await figures(page)).get("lp-cash") === formatDecimal(before + owed, 2, 6);
    });
  });

  it("refuses what the chain would refuse, before the wallet is asked", async () => {
    const page = await open({});
    await connect(page);
    const sent = await provider.getTransactionCount(lp);
    const outcome = async (form: string, amount: string) => {
      await page.locator(`[data-form="${form}"] input`).fill(amount);
      await page.locator(`[data-form="${form}"] button[type="submit"]`).click();
      await reach(page, form, "failed");
      return status(page, form).textContent();
    };
    expect(await outcome("deposit", "1")).to.contain("EpochQueue_BelowMinimum");
    expect(await outcome("deposit", "900000")).to.contain("You have only");
    expect(await outcome("deposit", "1e3")).to.contain("is not a decimal number");
    expect(await outcome("deposit", "0")).to.contain("above zero");
    expect(await outcome("redeem", "9e9")).to.contain("is not a decimal number");
    expect(await outcome("redeem", "900000")).to.contain("You have only");
    expect(await provider.getTransactionCount(lp)).to.equal(sent);
  });

  it("says that the wallet rejected, and sends nothing", async () => {
    const page = await open({});
    await connect(page);
    const sent = await provider.getTransactionCount(lp);
    await page.evaluate(() => {
      (window as unknown as { testWallet: { rejects: boolean } }).testWallet.rejects = true;
    });
    await page.locator('[data-form="deposit"] input').fill("100");
    await page.locator('[data-form="deposit"] button[type="submit"]').click();
    await page.getByRole("button", { name: "Confirm" }).click();
    await reach(page, "deposit", "failed");
    expect(await status(page, "deposit").textContent()).to.equal("The wallet rejected the request.");
    expect(await provider.getTransactionCount(lp)).to.equal(sent);
  });

  it("asks a wallet on another chain to switch, and goes on once it has", async () => {
    const page = await open({ chainId: "0x1" });
    await page.getByRole("button", { name: "Connect Test Wallet" }).click();
    await page.getByText("Your wallet is on chain 1").waitFor({ timeout: 30_000 });
    expect(await figure(page, "lp-shares").count()).to.equal(0);
    await page.getByRole("button", { name: /Switch to chain/ }).click();
    await figure(page, "lp-shares").waitFor({ timeout: 30_000 });
    expect(await page.getByText("Your wallet is on chain 1").count()).to.equal(0);
  });

  it("says in one sentence that the deployment is missing or the node silent", async () => {
    const missing = await open(undefined, {}, (page) =>
      page.route("**/deployment.json", (route) => route.fulfill({ status: 404, body: "" })),
    );
    await missing.getByText("There is no deployment here").waitFor({ timeout: 30_000 });
    const silent = await open(undefined, {}, (page) => page.route("**/rpc", (route) => route.abort()));
    await silent.getByText("The node does not answer").waitFor({ timeout: 30_000 });
  });

  it("names every control, and fits a phone in the dark without scrolling sideways", async () => {
    const options = { colorScheme: "dark", viewport: { width: 375, height: 740 } } as const;
    const page = await open({}, options);
    await connect(page);
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overflow).to.equal(0);
    const unnamed = await page.evaluate(
      () =>
        [...document.querySelectorAll<HTMLInputElement | HTMLButtonElement>("input, button")].filter(
          (one) => !(one.textContent?.trim() || one.labels?.[0]?.textContent?.trim()),
        ).length,
    );
    expect(unnamed).to.equal(0);
    await page.screenshot({ path: `${REPORTS}app-phone-dark.png`, fullPage: true });
    await page.setViewportSize({ width: 1100, height: 1000 });
    await page.locator('[data-form="deposit"] input').fill("2500");
    await page.keyboard.press("Enter");
    await reach(page, "deposit", "review");
    const focused = await page.evaluate(() => document.activeElement?.textContent);
    expect(focused).to.equal("Confirm");
    await page.screenshot({ path: `${REPORTS}app-dark.png`, fullPage: true });
  });
});

import { type BaseContract, Contract, type Signer, ZeroAddress } from "ethers";
import { type Artifact, deployArtifact, loadArtifact } from "./artifacts.ts";
import { approveMax, as, mined, type Sent } from "./token.ts";
import { mintUsdc, type Usdc } from "./usdc.ts";
import { type Weth, wrapWeth } from "./weth.ts";

const ROOT = "@aave/core-v3/artifacts/contracts";
const LOGIC = `${ROOT}/protocol/libraries/logic`;
const RAY = 10n ** 27n;
const MARKET_ID = "Local Aave market";
const BASE_CURRENCY_UNIT = 10n ** 8n;

/** Aave's Pool. */
export interface AavePool extends BaseContract {
  supply(asset: string, amount: bigint, onBehalfOf: string, referralCode: number): Sent;
  borrow(asset: string, amount: bigint, mode: number, referralCode: number, onBehalfOf: string): Sent;
  repay(asset: string, amount: bigint, mode: number, onBehalfOf: string): Sent;
  getReserveData(
    asset: string,
  ): Promise<{ readonly aTokenAddress: string; readonly variableDebtTokenAddress: string }>;
  getUserAccountData(user: string): Promise<{ readonly healthFactor: bigint }>;
}

/** Aave's PoolConfigurator. */
export interface AaveConfigurator extends BaseContract {
  initReserves(inputs: readonly unknown[]): Sent;
  configureReserveAsCollateral(asset: string, ltv: number, threshold: number, bonus: number): Sent;
  setReserveBorrowing(asset: string, enabled: boolean): Sent;
  setReserveFreeze(asset: string, frozen: boolean): Sent;
  setReservePause(asset: string, paused: boolean): Sent;
  setPoolPause(paused: boolean): Sent;
  setBorrowCap(asset: string, cap: bigint): Sent;
  setSupplyCap(asset: string, cap: bigint): Sent;
}

interface Provider extends BaseContract {
  setACLAdmin(admin: string): Sent;
  setACLManager(manager: string): Sent;
  setPoolImpl(pool: string): Sent;
  setPoolConfiguratorImpl(configurator: string): Sent;
  setPriceOracle(oracle: string): Sent;
  getPool(): Promise<string>;
  getPoolConfigurator(): Promise<string>;
}

interface AccessList extends BaseContract {
  addPoolAdmin(admin: string): Sent;
  addEmergencyAdmin(admin: string): Sent;
}

/** Aave v3 with USDC as collateral and WETH to borrow. */
export interface AaveV3 {
  readonly pool: AavePool;
  readonly configurator: AaveConfigurator;
}

/** What it is deployed on. */
export interface AaveMarkets {
  readonly usdc: Usdc;
  readonly weth: Weth;
  /** Chainlink proxies in dollars of eight decimals, as Aave's oracle reads them. */
  readonly feeds: { readonly usdc: string; readonly weth: string };
  /** WETH that is there to borrow [wei]. */
  readonly lentWeth: bigint;
}

/** Deploys the real Aave v3 (pool, configurator, tokens, oracle, rates) and supplies WETH for others to borrow. */
export async function deployAaveV3(signer: Signer, markets: AaveMarkets): Promise<AaveV3> {
  const owner = await signer.getAddress();
  const provider = await deployArtifact<Provider>(
    signer,
    loadArtifact(`${ROOT}/protocol/configuration/PoolAddressesProvider.sol/PoolAddressesProvider.json`),
    [MARKET_ID, owner],
  );
  const providerAt = await provider.getAddress();
  await mined(provider.setACLAdmin(owner));
  const access = await deployArtifact<AccessList>(
    signer,
    loadArtifact(`${ROOT}/protocol/configuration/ACLManager.sol/ACLManager.json`),
    [providerAt],
  );
  await mined(provider.setACLManager(await access.getAddress()));
  await mined(access.addPoolAdmin(owner));
  await mined(access.addEmergencyAdmin(owner));
  await setOracle(signer, provider, markets);

  const libraries = await deployLibraries(signer);
  const poolArtifact = linked(loadArtifact(`${ROOT}/protocol/pool/Pool.sol/Pool.json`), libraries);
  const poolImplementation = await deployArtifact(signer, poolArtifact, [providerAt]);
  await mined(provider.setPoolImpl(await poolImplementation.getAddress()));
  const configuratorArtifact = linked(
    loadArtifact(`${ROOT}/protocol/pool/PoolConfigurator.sol/PoolConfigurator.json`),
    libraries,
  );
  const configuratorImplementation = await deployArtifact(signer, configuratorArtifact);
  await mined(provider.setPoolConfiguratorImpl(await configuratorImplementation.getAddress()));
  const pool = new Contract(await provider.getPool(), poolArtifact.abi, signer) as unknown as AavePool;
  const configurator = new Contract(
    await provider.getPoolConfigurator(),
    configuratorArtifact.abi,
    signer,
  ) as unknown as AaveConfigurator;
  await listReserves(signer, { pool, configurator }, providerAt, markets);
  await lend(signer, pool, markets);
  return { pool, configurator };
}

async function setOracle(signer: Signer, provider: Provider, { usdc, weth, feeds }: AaveMarkets) {
  const oracle = await deployArtifact(signer, loadArtifact(`${ROOT}/misc/AaveOracle.sol/AaveOracle.json`), [
    await provider.getAddress(),
    [await usdc.getAddress(), await weth.getAddress()],
    [feeds.usdc, feeds.weth],
    ZeroAddress,
    ZeroAddress,
    BASE_CURRENCY_UNIT,
  ]);
  await mined(provider.setPriceOracle(await oracle.getAddress()));
}

/** The eight libraries, in an order in which each finds those that it calls. */
async function deployLibraries(signer: Signer): Promise<Map<string, string>> {
  const libraries = new Map<string, string>();
  for (const name of [
    "BorrowLogic",
    "BridgeLogic",
    "ConfiguratorLogic",
    "EModeLogic",
    "LiquidationLogic",
    "PoolLogic",
    "SupplyLogic",
    "FlashLoanLogic",
  ]) {
    const artifact = linked(loadArtifact(`${LOGIC}/${name}.sol/${name}.json`), libraries);
    libraries.set(name, await (await deployArtifact(signer, artifact)).getAddress());
  }
  return libraries;
}

function linked(artifact: Artifact, libraries: ReadonlyMap<string, string>): Artifact {
  let code = artifact.bytecode.slice(2);
  for (const [name, places] of Object.entries(artifact.links ?? {})) {
    const address = libraries.get(name)?.slice(2).toLowerCase();
    if (address === undefined) throw new Error(`The library ${name} is not deployed yet.`);
    for (const { start } of places) code = code.slice(0, 2 * start) + address + code.slice(2 * start + 40);
  }
  return { abi: artifact.abi, bytecode: `0x${code}` };
}

async function listReserves(
  signer: Signer,
  { pool, configurator }: AaveV3,
  providerAt: string,
  { usdc, weth }: AaveMarkets,
): Promise<void> {
  const poolAt = await pool.getAddress();
  const token = async (name: string) =>
    (
      await deployArtifact(signer, loadArtifact(`${ROOT}/protocol/tokenization/${name}.sol/${name}.json`), [
        poolAt,
      ])
    ).getAddress();
  const [aToken, stable, variable] = [
    await token("AToken"),
    await token("StableDebtToken"),
    await token("VariableDebtToken"),
  ];
  // Optimal use, base, first and second slope of variable and of stable rates, and their spreads.
  const rates = await deployArtifact(
    signer,
    loadArtifact(
      `${ROOT}/protocol/pool/DefaultReserveInterestRateStrategy.sol/DefaultReserveInterestRateStrategy.json`,
    ),
    [
      providerAt,
      (80n * RAY) / 100n,
      0n,
      (3n * RAY) / 100n,
      (80n * RAY) / 100n,
      0n,
      0n,
      0n,
      0n,
      (20n * RAY) / 100n,
    ],
  );
  const ratesAt = await rates.getAddress();
  const input = async (asset: Usdc | Weth, symbol: string, decimals: number) => ({
    aTokenImpl: aToken,
    stableDebtTokenImpl: stable,
    variableDebtTokenImpl: variable,
    underlyingAssetDecimals: decimals,
    interestRateStrategyAddress: ratesAt,
    underlyingAsset: await asset.getAddress(),
    treasury: await signer.getAddress(),
    incentivesController: ZeroAddress,
    aTokenName: `Aave ${symbol}`,
    aTokenSymbol: `a${symbol}`,
    variableDebtTokenName: `Aave variable debt ${symbol}`,
    variableDebtTokenSymbol: `variableDebt${symbol}`,
    stableDebtTokenName: `Aave stable debt ${symbol}`,
    stableDebtTokenSymbol: `stableDebt${symbol}`,
    params: "0x10",
  });
  await mined(configurator.initReserves([await input(usdc, "USDC", 6), await input(weth, "WETH", 18)]));
  // As on mainnet: USDC 77 % and 80 %, WETH 80.5 % and 83 %, liquidated at a premium of 5 %.
  await mined(configurator.configureReserveAsCollateral(await usdc.getAddress(), 7_700, 8_000, 10_450));
  await mined(configurator.configureReserveAsCollateral(await weth.getAddress(), 8_050, 8_300, 10_500));
  await mined(configurator.setReserveBorrowing(await usdc.getAddress(), true));
  await mined(configurator.setReserveBorrowing(await weth.getAddress(), true));
}

async function lend(signer: Signer, pool: AavePool, { usdc, weth, lentWeth }: AaveMarkets): Promise<void> {
  const owner = await signer.getAddress();
  await wrapWeth(weth, signer, lentWeth);
  await supplyAave(signer, { pool }, weth, lentWeth, owner);
  await mintUsdc(usdc, owner, 1_000_000n * 10n ** 6n);
  await supplyAave(signer, { pool }, usdc, 1_000_000n * 10n ** 6n, owner);
}

/** Supplies tokens of the signer on behalf of anybody. */
export async function supplyAave(
  signer: Signer,
  { pool }: Pick<AaveV3, "pool">,
  asset: Usdc | Weth,
  amount: bigint,
  onBehalfOf: string,
): Promise<void> {
  const owner = await signer.getAddress();
  await approveMax(as(asset, signer), owner, await pool.getAddress());
  await mined(as(pool, signer).supply(await asset.getAddress(), amount, onBehalfOf, 0));
}

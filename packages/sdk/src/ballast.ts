import { type Addressable, Contract, type ContractRunner, type ContractTransactionResponse } from "ethers";
import {
  type IArrayPosts,
  IArrayPosts__factory,
  type IAuctionHouse,
  IAuctionHouse__factory,
  type IBooks,
  IBooks__factory,
  type IClearinghouse,
  IClearinghouse__factory,
  type IEpochAccounts,
  IEpochAccounts__factory,
  type IGuardian,
  IGuardian__factory,
  type IHedgeController,
  IHedgeController__factory,
  type IInsuranceFund,
  IInsuranceFund__factory,
  type ILossWaterfall,
  ILossWaterfall__factory,
  type IOptionPricer,
  IOptionPricer__factory,
  type IOptionsVault,
  IOptionsVault__factory,
  type IPriceRouter,
  IPriceRouter__factory,
  type IQuoter,
  IQuoter__factory,
  type IRiskArrays,
  IRiskArrays__factory,
  type IRiskEngine,
  IRiskEngine__factory,
  type IRiskParameters,
  IRiskParameters__factory,
  type ISettlementOracle,
  ISettlementOracle__factory,
  type ISettler,
  ISettler__factory,
  type ISurfaceFeed,
  ISurfaceFeed__factory,
  type ITradeDesk,
  ITradeDesk__factory,
  type IValuation,
  IValuation__factory,
  type IVaultCloser,
  IVaultCloser__factory,
} from "../../../typechain-types/index.js";
import type { Deployment } from "./addresses.ts";

const ERC20_ABI = [
  "function name() view returns (string)",
  "function symbol() view returns (string)",
  "function decimals() view returns (uint8)",
  "function totalSupply() view returns (uint256)",
  "function balanceOf(address) view returns (uint256)",
  "function allowance(address,address) view returns (uint256)",
  "function approve(address,uint256) returns (bool)",
  "function transfer(address,uint256) returns (bool)",
] as const;

const SHARES_ABI = [
  ...ERC20_ABI,
  "function asset() view returns (address)",
  "function totalAssets() view returns (uint256)",
  "function maxDeposit(address) view returns (uint256)",
  "function maxMint(address) view returns (uint256)",
  "function maxWithdraw(address) view returns (uint256)",
  "function maxRedeem(address) view returns (uint256)",
  "function deposit(uint256,address) returns (uint256)",
  "function redeem(uint256,address,address) returns (uint256)",
  "function withdraw(uint256,address,address) returns (uint256)",
] as const;

type Sent = Promise<ContractTransactionResponse>;

/** An ERC-20 token, typed. */
export interface Token {
  readonly target: string | Addressable;
  name(): Promise<string>;
  symbol(): Promise<string>;
  decimals(): Promise<bigint>;
  totalSupply(): Promise<bigint>;
  balanceOf(owner: string): Promise<bigint>;
  allowance(owner: string, spender: string): Promise<bigint>;
  approve(spender: string, amount: bigint): Sent;
  transfer(receiver: string, amount: bigint): Sent;
}

/** The ERC-4626 face of shares (vault or insurance fund), typed. */
export interface Shares extends Token {
  asset(): Promise<string>;
  totalAssets(): Promise<bigint>;
  maxDeposit(owner: string): Promise<bigint>;
  maxMint(owner: string): Promise<bigint>;
  maxWithdraw(owner: string): Promise<bigint>;
  maxRedeem(owner: string): Promise<bigint>;
  deposit(assets: bigint, receiver: string): Sent;
  redeem(shares: bigint, receiver: string, owner: string): Sent;
  withdraw(assets: bigint, receiver: string, owner: string): Sent;
}

/** Every contract of a deployment, typed, on one runner. */
export interface Ballast {
  readonly deployment: Deployment;
  readonly runner: ContractRunner;
  readonly clearinghouse: IClearinghouse;
  readonly settler: ISettler;
  readonly priceRouter: IPriceRouter;
  readonly surfaceFeed: ISurfaceFeed;
  readonly optionPricer: IOptionPricer;
  readonly settlementOracle: ISettlementOracle;
  readonly riskParameters: IRiskParameters;
  readonly riskArrays: IRiskArrays;
  readonly arrayPosts: IArrayPosts;
  readonly books: IBooks;
  readonly riskEngine: IRiskEngine;
  readonly vault: IOptionsVault;
  readonly shares: Shares;
  readonly valuation: IValuation;
  /** Fees and attribution: the other face of `valuation`. */
  readonly epochAccounts: IEpochAccounts;
  readonly quoter: IQuoter;
  readonly tradeDesk: ITradeDesk;
  readonly hedgeController: IHedgeController;
  readonly auctionHouse: IAuctionHouse;
  readonly vaultCloser: IVaultCloser;
  readonly insuranceFund: IInsuranceFund;
  readonly fundShares: Shares;
  readonly lossWaterfall: ILossWaterfall;
  readonly guardian: IGuardian;
  readonly usdc: Token;
}

/** A typed handle on any ERC-20. */
export function token(address: string, runner: ContractRunner): Token {
  return new Contract(address, ERC20_ABI, runner) as unknown as Token;
}

/**
 * Connects every contract of a deployment.
 * @param runner a provider to read, a signer to send as well
 */
export function connectBallast(deployment: Deployment, runner: ContractRunner): Ballast {
  const at = deployment.contracts;
  return {
    deployment,
    runner,
    clearinghouse: IClearinghouse__factory.connect(at.clearinghouse, runner),
    settler: ISettler__factory.connect(at.settler, runner),
    priceRouter: IPriceRouter__factory.connect(at.priceRouter, runner),
    surfaceFeed: ISurfaceFeed__factory.connect(at.surfaceFeed, runner),
    optionPricer: IOptionPricer__factory.connect(at.optionPricer, runner),
    settlementOracle: ISettlementOracle__factory.connect(at.settlementOracle, runner),
    riskParameters: IRiskParameters__factory.connect(at.riskParameters, runner),
    riskArrays: IRiskArrays__factory.connect(at.riskArrays, runner),
    arrayPosts: IArrayPosts__factory.connect(at.arrayPosts, runner),
    books: IBooks__factory.connect(at.books, runner),
    riskEngine: IRiskEngine__factory.connect(at.riskEngine, runner),
    vault: IOptionsVault__factory.connect(at.vault, runner),
    shares: new Contract(at.vault, SHARES_ABI, runner) as unknown as Shares,
    valuation: IValuation__factory.connect(at.valuation, runner),
    epochAccounts: IEpochAccounts__factory.connect(at.valuation, runner),
    quoter: IQuoter__factory.connect(at.quoter, runner),
    tradeDesk: ITradeDesk__factory.connect(at.tradeDesk, runner),
    hedgeController: IHedgeController__factory.connect(at.hedgeController, runner),
    auctionHouse: IAuctionHouse__factory.connect(at.auctionHouse, runner),
    vaultCloser: IVaultCloser__factory.connect(at.vaultCloser, runner),
    insuranceFund: IInsuranceFund__factory.connect(at.insuranceFund, runner),
    fundShares: new Contract(at.insuranceFund, SHARES_ABI, runner) as unknown as Shares,
    lossWaterfall: ILossWaterfall__factory.connect(at.lossWaterfall, runner),
    guardian: IGuardian__factory.connect(at.guardian, runner),
    usdc: token(at.usdc, runner),
  };
}

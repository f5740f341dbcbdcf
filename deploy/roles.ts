/** Role ids in the AccessManager, as contracts/governance/Roles.sol numbers them. */
export const ROLES = {
  ADMIN: 0n,
  CURATOR: 1n,
  PUBLISHER: 2n,
  HEDGER: 3n,
  GUARDIAN: 4n,
  UPGRADER: 5n,
  SETTLER: 6n,
  WATERFALL: 7n,
  PAUSER: 8n,
  INSTALLER: 9n,
} as const;

/** Name of a role. */
export type RoleName = keyof typeof ROLES;

/** A restricted function and the duty that may call it. */
export interface Restriction {
  /** Key of the contract in the deployment's results. */
  readonly target: string;
  /** Signature, such as "setFeed(uint8,address)". */
  readonly signature: string;
  readonly role: RoleName;
}

/** Every restricted function. What is not listed here stays with the admin role, so that forgetting one opens nothing. */
export const RESTRICTIONS: readonly Restriction[] = [
  { target: "priceRouter", signature: "setFeed(uint8,address)", role: "CURATOR" },
  { target: "priceRouter", signature: "setSecondFeed(uint8,address,uint256)", role: "CURATOR" },
  { target: "surfaceFeed", signature: "setSigner(address,bool)", role: "CURATOR" },
  { target: "surfaceFeed", signature: "setThreshold(uint256)", role: "CURATOR" },
  {
    target: "riskParameters",
    signature:
      "setParameters(uint8,(uint64,uint64,uint64,uint64,uint64,uint64,uint64,uint64,uint32,uint64,uint64,uint64,uint64,uint64))",
    role: "CURATOR",
  },
  { target: "riskArrays", signature: "install(uint8,uint256,uint24,bytes)", role: "INSTALLER" },
  { target: "riskArrays", signature: "withdrawPage(uint8,uint256,address)", role: "INSTALLER" },
  { target: "clearinghouse", signature: "setVenue(address,bool)", role: "CURATOR" },
  { target: "clearinghouse", signature: "setCollateralAsset(address,uint8,uint128,bool)", role: "CURATOR" },
  { target: "clearinghouse", signature: "openBook(uint256)", role: "CURATOR" },
  {
    target: "clearinghouse",
    signature: "setInterestTerms((uint64,uint64,uint64,uint64))",
    role: "CURATOR",
  },
  { target: "clearinghouse", signature: "setDebtLimits(uint128,uint128)", role: "CURATOR" },
  { target: "clearinghouse", signature: "setInsuranceAccount(uint256)", role: "CURATOR" },
  { target: "clearinghouse", signature: "setHoldBackSource(address)", role: "CURATOR" },
  { target: "clearinghouse", signature: "setMinimumDeposit(address,uint128)", role: "CURATOR" },
  { target: "books", signature: "bind(address)", role: "CURATOR" },
  { target: "clearinghouse", signature: "setRiskPaused(bool)", role: "PAUSER" },
  { target: "clearinghouse", signature: "settlePosition(uint256,uint64,int256)", role: "SETTLER" },
  { target: "clearinghouse", signature: "shareLoss(uint256,int256)", role: "WATERFALL" },
  { target: "guardian", signature: "pause()", role: "GUARDIAN" },
  {
    target: "quoter",
    signature: `setParameters((${"uint64,".repeat(22)}uint32,uint32))`,
    role: "CURATOR",
  },
  { target: "quoter", signature: "postConditions(uint8,uint64,uint64)", role: "PUBLISHER" },
  { target: "quoter", signature: "setHedge(address)", role: "CURATOR" },
  {
    target: "hedgeController",
    signature: "setParameters(uint8,(uint64,uint128,uint32,uint128,uint64,uint64,uint64,uint64,uint128))",
    role: "CURATOR",
  },
  { target: "hedgeController", signature: "setVenues(uint8,address[])", role: "CURATOR" },
  { target: "hedgeController", signature: "setKeeper(address,bool)", role: "CURATOR" },
  { target: "valuation", signature: "setUncertainty((uint64,uint64,uint64,uint64))", role: "CURATOR" },
  { target: "valuation", signature: "setSources(uint256,(address,address,address))", role: "CURATOR" },
  { target: "valuation", signature: "setFeeTerms(uint256,(uint64,uint64,address))", role: "CURATOR" },
  { target: "vault", signature: "setHedger(address,bool)", role: "CURATOR" },
  { target: "vault", signature: "setFlowLimits((uint128,uint128,uint64))", role: "CURATOR" },
  { target: "vault", signature: "setWindDown(bool)", role: "CURATOR" },
  { target: "lossWaterfall", signature: "setAuctionHouse(address)", role: "CURATOR" },
  { target: "auctionHouse", signature: "setBackstop((uint64,uint64,uint64,uint64))", role: "CURATOR" },
  { target: "lossWaterfall", signature: "setVaultSlice(uint256,uint256)", role: "CURATOR" },
];

/** Risk parameters of one market, as plain numbers; see docs/MARGIN.md for what each does. */
export interface ReferenceParameters {
  readonly scanRange: number;
  readonly driftLimit: number;
  readonly volUp: number;
  readonly volDown: number;
  readonly shortOptionMinimum: number;
  readonly maintenanceFactor: number;
  readonly collateralHaircut: number;
  readonly crossMarketCredit: number;
  readonly bidSpread: number;
  readonly calendarCharge: number;
  /** Charge on net short options as their number reaches the liquidity limit, share of spot. */
  readonly concentration: number;
  /** [contracts] */
  readonly liquidityLimit: number;
  readonly staleAddOn: number;
}

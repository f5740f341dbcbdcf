import type { FlowMix } from "./flow.ts";
import type { Premium } from "./market.ts";
import type { QuotePolicy } from "./quotes.ts";

/** Spreads and limits, in doubles and fewer than the contracts have. */
export const POLICY: QuotePolicy = {
  halfSpread: 0.01,
  oneStep: 0.005,
  vegaCharge: 0.05,
  maxNetVega: 0.5,
  maxNetDelta: 1,
  minDelta: 0.02,
  maxDelta: 0.98,
};

/** Keepers look every minute; more than every five minutes is more than a bridge between hourly prices can say. */
const LOOKS = 12;
const EVERYBODY: FlowMix = { uninformed: 1, hedging: 1, latency: 1, direction: 1, volatility: 1 };

/** One way the world may be. */
export interface Scenario {
  readonly name: string;
  /** For the reader. */
  readonly what: string;
  readonly mix: FlowMix;
  readonly policy: QuotePolicy;
  readonly premium: Premium;
  /** Times an hour that the band is looked at; see `SimulationInput`. */
  readonly looks: number;
  /** Whether other ways of hedging are tried on the same options. */
  readonly comparesHedging: boolean;
}

/** The first is the base case. */
export const SCENARIOS: readonly Scenario[] = [
  {
    name: "base",
    what: "every flow; on average options ask the variance that is then realised, so that nobody is paid for volatility",
    mix: EVERYBODY,
    policy: POLICY,
    premium: "fair",
    looks: LOOKS,
    comparesHedging: true,
  },
  {
    name: "closesOnly",
    what: "the base case, but the band too is looked at once an hour",
    mix: EVERYBODY,
    policy: POLICY,
    premium: "fair",
    looks: 1,
    comparesHedging: true,
  },
  {
    name: "recordedPremium",
    what: "volatility asked as far from the forecast as it was where option prices were recorded",
    mix: EVERYBODY,
    policy: POLICY,
    premium: "recorded",
    looks: LOOKS,
    comparesHedging: false,
  },
  {
    name: "forecast",
    what: "volatility asked at its log-HAR forecast, which was above what was realised",
    mix: EVERYBODY,
    policy: POLICY,
    premium: 0,
    looks: LOOKS,
    comparesHedging: false,
  },
  {
    name: "noInformed",
    what: "nobody knows anything",
    mix: { ...EVERYBODY, latency: 0, direction: 0, volatility: 0 },
    policy: POLICY,
    premium: "fair",
    looks: LOOKS,
    comparesHedging: false,
  },
  {
    name: "onlyInformed",
    what: "nobody trades without knowing something",
    mix: { ...EVERYBODY, uninformed: 0, hedging: 0 },
    policy: POLICY,
    premium: "fair",
    looks: LOOKS,
    comparesHedging: false,
  },
  {
    name: "toxic",
    what: "half of those who know nothing, and four times of those who know something of volatility",
    mix: { ...EVERYBODY, uninformed: 0.5, hedging: 0.5, volatility: 4 },
    policy: POLICY,
    premium: "fair",
    looks: LOOKS,
    comparesHedging: false,
  },
  {
    name: "noStepSpread",
    what: "orders at the known price pay nothing for the feed's lag",
    mix: EVERYBODY,
    policy: { ...POLICY, oneStep: 0 },
    premium: "fair",
    looks: LOOKS,
    comparesHedging: false,
  },
];

import { expect } from "chai";
import type { ExactAssessment } from "../../packages/quant/src/exact/margin.ts";
import { gridScenarios, type ReferenceLeg, shockFactors } from "../../packages/quant/src/reference/index.ts";
import {
  type Environment,
  environmentOf,
  exactVectors,
  exactVerdict,
  grossNotional,
  type RandomPortfolio,
  randomEnvironment,
} from "../support/environments.ts";
import { PORTFOLIO_KINDS, randomPortfolio } from "../support/portfolios.ts";
import { seeded } from "../support/random.ts";

const STATES = 40;
const YEAR = 365 * 86_400;
/** Rounding of lanes, as a share of gross notional: what the arrays may be off. */
const LANES = 2 / 10_000;
const NODES = gridScenarios(0.2, 0.01);
/** Losses in tails are dampened. */
const isTail = (node: number): boolean => NODES[node]!.move !== undefined;
const usd = (amount: bigint): number => Number(amount) / 1e18;
const excess = (got: ExactAssessment): number => usd(got.equity - got.initialRequirement);

/** The same markets without the concentration charge, which grows faster than the position. */
const withoutConcentration = (environments: readonly Environment[]): Environment[] =>
  environments.map((each) => ({
    ...each,
    parameters: { ...each.parameters, exact: { ...each.parameters.exact, concentration: 0n } },
  }));

/** Calls `check` for 52 portfolios of every kind in each of forty states of two markets: 2,080. */
function everywhere(
  seed: number,
  check: (environments: readonly Environment[], portfolio: RandomPortfolio, next: () => number) => void,
): void {
  const next = seeded(seed);
  for (let state = 0; state < STATES; state++) {
    const depegShare = state % 4 === 3 ? Math.round(next() * 1e5) / 1e6 : 0;
    const environments = [0, 1].map((market) => {
      const staleness = state % 4 === 3 ? Math.round(next() * 1e6) / 1e6 : 0;
      return randomEnvironment(market, next, { staleness, depegShare });
    });
    for (let i = 0; i < 4 * PORTFOLIO_KINDS.length; i++) {
      const kind = PORTFOLIO_KINDS[i % PORTFOLIO_KINDS.length]!;
      check(environments, randomPortfolio(environments, kind, next), next);
    }
  }
}

/** Two portfolios as one; legs of the same series add up. */
function union(a: RandomPortfolio, b: RandomPortfolio): RandomPortfolio {
  const legs = new Map<string, ReferenceLeg>();
  for (const leg of [...a.legs, ...b.legs]) {
    const key = [leg.market, leg.expiry, leg.strike, leg.isPut].join("/");
    const quantity = Math.round(((legs.get(key)?.quantity ?? 0) + leg.quantity) * 1e8) / 1e8;
    legs.set(key, { ...leg, quantity });
  }
  const collateral = new Map(a.collateral);
  for (const [market, amount] of b.collateral) collateral.set(market, (collateral.get(market) ?? 0) + amount);
  return { kind: "union", legs: [...legs.values()].filter(({ quantity }) => quantity !== 0), collateral };
}

/** Largest change of the worth of a contract [USD] when the deviation of its strike changes by a share of itself. */
function vegaBound(environment: Environment, leg: ReferenceLeg, share: number): number {
  const { reference, parameters } = environment;
  const slice = reference.slices.get(leg.expiry)!;
  const left = leg.expiry - reference.computedAt;
  const wing = Math.abs(Math.log(leg.strike / slice.forward)) * slice.psi;
  const deviation = Math.sqrt(slice.theta + 2 * wing);
  const { up } = shockFactors(left, parameters.reference.volUp, parameters.reference.volDown);
  return 0.4 * 1.3 * slice.forward * deviation * up * share;
}

describe("Margin of random portfolios", () => {
  it("invariant 7: maintenance never exceeds the initial requirement, and neither is negative", () => {
    everywhere(71, (environments, portfolio) => {
      const got = exactVerdict(environments, portfolio);
      expect(got.maintenanceRequirement <= got.initialRequirement).to.equal(true);
      expect(got.maintenanceRequirement >= 0n).to.equal(true);
    });
  });

  it("invariant 10: cash adds itself to what is free, and a paid-up long never takes from it", () => {
    everywhere(101, (environments, portfolio, next) => {
      const before = exactVerdict(environments, portfolio);
      const cash = BigInt(Math.floor(next() * 1e12)) * 10n ** 9n;
      const richer = exactVerdict(environments, portfolio, cash);
      expect(richer.equity - before.equity).to.equal(cash);
      expect(richer.initialRequirement).to.equal(before.initialRequirement);

      const drawn = randomPortfolio(environments, "single", next);
      const long = {
        ...drawn,
        legs: drawn.legs.map((leg) => ({ ...leg, quantity: Math.abs(leg.quantity) })),
      };
      const after = exactVerdict(environments, union(portfolio, long));
      const limit = LANES * (grossNotional(environments, portfolio) + grossNotional(environments, long));
      // Bid spread and calendar charge are taken from what the long is worth at the reference, equity at live spot.
      const [vector] = exactVectors(environments, long);
      const { bidSpread, calendarCharge } = environments[0]!.parameters.exact;
      const charged = usd(vector!.longMark) * usd(bidSpread + calendarCharge);
      const drifted = Math.max(charged - usd(vector!.mark), 0);
      expect(excess(after)).to.be.at.least(excess(before) - limit - drifted);
    });
  });

  it("invariant 11: the whole asks for no more than its parts, and leaves no less free", () => {
    everywhere(111, (charged, portfolio, next) => {
      const environments = withoutConcentration(charged);
      const kind = PORTFOLIO_KINDS[Math.floor(next() * PORTFOLIO_KINDS.length)]!;
      const other = randomPortfolio(environments, kind, next);
      const [a, b] = [exactVerdict(environments, portfolio), exactVerdict(environments, other)];
      const whole = exactVerdict(environments, union(portfolio, other));
      // Each side's roundings are its own: some wei a node and market.
      const wei =
        1e-9 + 1e-15 * (grossNotional(environments, portfolio) + grossNotional(environments, other));
      expect(excess(whole)).to.be.at.least(excess(a) + excess(b) - wei);

      // Series held on one side only: nothing nets, so the requirement itself is subadditive.
      const cut = Math.floor(next() * (portfolio.legs.length + 1));
      const left = { ...portfolio, legs: portfolio.legs.slice(0, cut) };
      const right = { ...portfolio, legs: portfolio.legs.slice(cut), collateral: new Map() };
      const sum =
        exactVerdict(environments, left).initialRequirement +
        exactVerdict(environments, right).initialRequirement;
      expect(usd(exactVerdict(environments, portfolio).initialRequirement)).to.be.at.most(usd(sum) + wei);
    });
  });

  it("invariant 12: the requirement covers the worst scanned node of all markets together, in any order of legs", () => {
    everywhere(121, (environments, portfolio, next) => {
      const got = exactVerdict(environments, portfolio);
      const vectors = exactVectors(environments, portfolio);
      const bids = vectors.map(({ mark, longMark, market }) => {
        const { bidSpread } = environments[market]!.parameters.exact;
        return mark - (longMark * bidSpread) / 10n ** 18n;
      });
      for (let node = 0; node < NODES.length; node++) {
        if (isTail(node)) continue;
        const loss = vectors.reduce((sum, { values }, i) => sum + bids[i]! - values[node]!, 0n);
        expect(got.initialRequirement >= loss - 2n, `node ${node}`).to.equal(true);
      }
      const shuffled = [...portfolio.legs].sort(() => next() - 0.5);
      expect(exactVerdict(environments, { ...portfolio, legs: shuffled })).to.deep.equal(got);
    });
  });

  it("invariant 13: no more is free than cash and what the portfolio is worth at its worst scanned node", () => {
    everywhere(131, (environments, portfolio, next) => {
      const cash = BigInt(Math.floor(next() * 1e6)) * 10n ** 18n;
      const got = exactVerdict(environments, portfolio, cash);
      const vectors = exactVectors(environments, portfolio);
      let worst: bigint | undefined;
      for (let node = 0; node < NODES.length; node++) {
        if (isTail(node)) continue;
        const worth = vectors.reduce((sum, { values }) => sum + values[node]!, 0n);
        if (worst === undefined || worth < worst) worst = worth;
      }
      expect(got.equity - got.initialRequirement <= cash + worst! + 4n).to.equal(true);
    });
  });

  it("invariant 13: what a risen price adds to a long cannot be withdrawn before it is sold", () => {
    const next = seeded(132);
    for (let i = 0; i < 400; i++) {
      const environment = randomEnvironment(0, next, { drift: 0 });
      const drawn = randomPortfolio([environment], "single", next);
      const long = {
        ...drawn,
        legs: drawn.legs.map((leg) => ({ ...leg, quantity: Math.abs(leg.quantity) })),
      };
      const { bidSpread } = environment.parameters.exact;
      const got = exactVerdict([environment], long);
      const [vector] = exactVectors([environment], long);
      const worth = vector!.mark - (vector!.longMark * bidSpread) / 10n ** 18n;
      const least = vector!.values
        .filter((_, node) => NODES[node]!.state === "down")
        .reduce((a, b) => (a < b ? a : b));
      expect(got.equity <= worth).to.equal(true);
      expect(got.equity - got.initialRequirement <= least + 4n).to.equal(true);
    }
  });

  it("has no cliff in price: a hundredth of a percent of spot moves what is free by no more than its delta", () => {
    const step = 0.0001;
    everywhere(141, (environments, portfolio) => {
      const moved = environments.map(({ reference, parameters, strikes }) => {
        const spot = Math.round(reference.spot * (1 + step) * 1e8) / 1e8;
        return environmentOf({ ...reference, spot }, parameters, strikes);
      });
      const [before, after] = [exactVerdict(environments, portfolio), exactVerdict(moved, portfolio)];
      const limit = (1.5 * step + LANES) * grossNotional(environments, portfolio);
      expect(Math.abs(usd(after.equity - before.equity))).to.be.at.most(limit);
      expect(Math.abs(usd(after.initialRequirement - before.initialRequirement))).to.be.at.most(limit);
    });
  });

  it("has no cliff in volatility: a hundredth of a percent more moves the requirement by no more than its vega", () => {
    const step = 0.0001;
    everywhere(151, (environments, portfolio) => {
      const moved = environments.map(({ reference, parameters, strikes }) => {
        const slices = new Map(
          [...reference.slices].map(([expiry, slice]) => [
            expiry,
            { ...slice, theta: Math.round(slice.theta * (1 + step) ** 2 * 1e12) / 1e12 },
          ]),
        );
        return environmentOf({ ...reference, slices }, parameters, strikes);
      });
      const [before, after] = [exactVerdict(environments, portfolio), exactVerdict(moved, portfolio)];
      const vega = portfolio.legs.reduce(
        (sum, leg) => sum + Math.abs(leg.quantity) * vegaBound(environments[leg.market]!, leg, 2 * step),
        0,
      );
      const limit = 2 * vega + LANES * grossNotional(environments, portfolio);
      expect(Math.abs(usd(after.equity - before.equity))).to.be.at.most(limit);
      expect(Math.abs(usd(after.initialRequirement - before.initialRequirement))).to.be.at.most(limit);
    });
  });

  it("has no cliff in time: a minute moves the requirement by no more than its theta", () => {
    const minute = 60;
    everywhere(161, (environments, portfolio) => {
      const moved = environments.map(({ reference, parameters, strikes }) => {
        const computedAt = reference.computedAt + minute;
        return environmentOf({ ...reference, computedAt, now: computedAt }, parameters, strikes);
      });
      const [before, after] = [exactVerdict(environments, portfolio), exactVerdict(moved, portfolio)];
      const theta = portfolio.legs.reduce((sum, leg) => {
        const environment = environments[leg.market]!;
        const left = leg.expiry - environment.reference.computedAt;
        const share = 1 - Math.sqrt(1 - minute / left);
        // Half a year's volatility is the least that the up state has.
        const floor = 0.4 * 1.3 * environment.reference.spot * 0.5 * Math.sqrt(left / YEAR) * share;
        return sum + Math.abs(leg.quantity) * (vegaBound(environment, leg, 1.3 * share) + floor);
      }, 0);
      const limit = 2 * theta + LANES * grossNotional(environments, portfolio);
      expect(Math.abs(usd(after.equity - before.equity))).to.be.at.most(limit);
      expect(Math.abs(usd(after.initialRequirement - before.initialRequirement))).to.be.at.most(limit);
    });
  });
});

import accessManager from "@openzeppelin/contracts/build/contracts/AccessManager.json" with { type: "json" };
import { expect } from "chai";
import { ZeroAddress } from "ethers";
import { network } from "hardhat";
import {
  type CaseMarket,
  type CaseParameters,
  exactLegsOf,
  exactParametersOf,
  exactSlicesOf,
  MARKET_NAMES,
  type MarketName,
  marketIndex,
  marketNamed,
  mirrorCase,
  type PortfolioCase,
  parametersOf,
  scaled,
  secondsOf,
} from "../../packages/quant/src/reference/index.ts";
import { readCases } from "../support/cases.ts";
import { packLegs, WAD } from "../support/risk.ts";

const connection = await network.create();
const { ethers, networkHelpers } = connection;
const { time } = networkHelpers;
const { data, files } = readCases();
const HOUR = 3_600n;
/** Deviation of the cash token that is not counted. */
const PEG_TOLERANCE = (WAD * 5n) / 1_000n;

/** The risk room on inputs that the cases set, with a feed for the cash token's price. */
async function deployRoom() {
  const [deployer] = await ethers.getSigners();
  const managers = new ethers.ContractFactory(accessManager.abi, accessManager.bytecode, deployer);
  const manager = await managers.deploy(deployer!.address);
  const inputs = await ethers.deployContract("RiskInputs");
  const peg = await ethers.deployContract("FaultyAggregator");
  const pegFeed = await ethers.deployContract("ChainlinkPriceFeed", [
    {
      aggregator: peg.target,
      sequencerFeed: ZeroAddress,
      tradingAge: HOUR,
      liquidationAge: HOUR,
      sequencerGrace: 0n,
      minimum: WAD / 10n,
      maximum: 10n * WAD,
      jumpLimit: WAD,
    },
  ]);
  const riskParameters = await ethers.deployContract("RiskParameters", [manager.target, pegFeed.target]);
  const riskArrays = await ethers.deployContract("RiskArrays", [
    manager.target,
    inputs.target,
    inputs.target,
    riskParameters.target,
  ]);
  const books = await ethers.deployContract("Books", [manager.target, riskArrays.target]);
  const riskEngine = await ethers.deployContract("RiskEngine", [
    riskArrays.target,
    riskParameters.target,
    inputs.target,
    inputs.target,
    inputs.target,
    books.target,
  ]);
  return { inputs, peg, riskParameters, riskArrays, riskEngine };
}

type Room = Awaited<ReturnType<typeof deployRoom>>;

const contractParameters = (p: CaseParameters) => ({
  ...exactParametersOf(p),
  driftLimit: scaled(p.driftLimit, 18),
  arrayAgeLimit: HOUR,
});

/** Sets the cash token's price so that it is off its peg by a share beyond the tolerance. */
async function setPeg({ peg, riskParameters }: Room, share: bigint, round: number): Promise<void> {
  const price = share === 0n ? WAD : WAD - share - PEG_TOLERANCE;
  await peg.push(round, price / 10n ** 10n, await time.latest(), round);
  await riskParameters.updatePeg();
  expect(await riskParameters.depegShare()).to.equal(share);
}

/** Puts one market of a case on chain, all but its live spot. */
async function postMarket(room: Room, index: number, market: CaseMarket, start: bigint): Promise<void> {
  const reference = scaled(market.referenceSpot, 18);
  await room.inputs.setSpot(index, reference, 0);
  for (const { expiry, packed } of exactSlicesOf(market, start)) {
    await room.inputs.setSlice(index, expiry, packed, reference);
  }
  for (const { expiryDays, price } of market.fixings) {
    await room.inputs.setFixing(index, start + BigInt(secondsOf(expiryDays)), scaled(price, 18));
  }
  await room.inputs.setStaleShare(index, scaled(market.staleness, 18));
}

/**
 * The verdict of the contracts on a case. Every case has markets of its own, so that their first parameters apply at
 * once: case number n calls ETH 2n and BTC 2n + 1.
 */
async function assessOnChain(room: Room, made: PortfolioCase, number: number) {
  const start = ((BigInt(await time.latest()) + 2n * HOUR) / HOUR) * HOUR;
  const indexOf = (name: MarketName): number => 2 * number + marketIndex(name);
  const markets = made.markets.map((name) => marketNamed(data, name));
  const legs = MARKET_NAMES.flatMap((name) =>
    exactLegsOf(made, marketIndex(name), start).map((leg) => ({ ...leg, market: indexOf(name) })),
  );
  const words = packLegs(legs);
  const computedAt = start + BigInt(markets[0]!.elapsedSeconds);
  const now = computedAt + BigInt(markets[0]!.arraysAgeSeconds);
  await time.increaseTo(computedAt - 100n);
  await setPeg(room, scaled(made.depegShare, 18), number + 1);
  for (const market of markets) {
    const p = parametersOf(data, made, market.market, "inForce");
    await room.riskParameters.setParameters(indexOf(market.market), contractParameters(p));
    await postMarket(room, indexOf(market.market), market, start);
  }
  await time.setNextBlockTimestamp(computedAt);
  await room.riskArrays.refreshPositions(words);
  for (const { market, spot, surface } of markets) {
    // A market without live options has no grid yet; any strike gives it one, at the reference.
    if (!legs.some((leg) => leg.market === indexOf(market) && leg.expiry > now)) {
      const expiry = start + BigInt(secondsOf(surface.at(-1)!.expiryDays));
      await room.riskArrays.refresh(indexOf(market), expiry, [WAD]);
    }
    await room.inputs.setSpot(indexOf(market), scaled(spot, 18), 0);
  }
  await time.increaseTo(now - 1n);
  await time.setNextBlockTimestamp(now);
  const ramping = Object.keys(made.newRiskParameters) as MarketName[];
  expect(ramping.length).to.be.lessThan(2);
  if (ramping.length === 0) await networkHelpers.mine();
  for (const name of ramping) {
    // At the second of the proposal nothing has ramped yet for what is held.
    const p = parametersOf(data, made, name, "newRisk");
    await room.riskParameters.setParameters(indexOf(name), contractParameters(p));
  }
  const collateral = MARKET_NAMES.flatMap((name) => {
    const amount = made.collateral[name];
    return amount === undefined ? [] : [{ market: indexOf(name), amount: scaled(amount, 18) }];
  });
  const cash = scaled(made.cash, 18);
  const portfolio = { account: 1n, hasBook: false, cash, collateral, positionWords: words };
  return { got: await room.riskEngine.assess(portfolio), start, first: indexOf("ETH") };
}

describe("Portfolio cases on chain", () => {
  let room: Room;
  before(async () => {
    room = await deployRoom();
  });

  for (const [number, { made }] of files.entries()) {
    it(`${made.name}: the contracts say what the mirror says, to the last bit`, async () => {
      const { got, start, first } = await assessOnChain(room, made, number);
      const holds = made.legs.length > 0 || Object.keys(made.collateral).length > 0;
      expect({
        equity: got.equity,
        initialRequirement: got.initialRequirement,
        maintenanceRequirement: got.maintenanceRequirement,
        bindingNode: Number(got.bindingNode),
        bindingMarket: Number(got.bindingMarket) - (holds ? first : 0),
      }).to.deep.equal(mirrorCase(data, made, start));
    });
  }
});

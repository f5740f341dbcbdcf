// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {Clearinghouse} from "../../contracts/clearing/Clearinghouse.sol";
import {Registrar} from "../../contracts/clearing/Registrar.sol";
import {Settler} from "../../contracts/clearing/Settler.sol";
import {IClearinghouse} from "../../contracts/interfaces/IClearinghouse.sol";
import {InterestTerms} from "../../contracts/interfaces/IClearinghouseTerms.sol";
import {IPriceFeed, IPriceRouter, PriceStatus} from "../../contracts/interfaces/IPriceRouter.sol";
import {IRiskEngine} from "../../contracts/interfaces/IRiskEngine.sol";
import {ISettlementOracle} from "../../contracts/interfaces/ISettlementOracle.sol";
import {ISurfaceFeed} from "../../contracts/interfaces/ISurfaceFeed.sol";
import {Books} from "../../contracts/risk/Books.sol";
import {RiskArrays} from "../../contracts/risk/RiskArrays.sol";
import {RiskEngine} from "../../contracts/risk/RiskEngine.sol";
import {RiskParameters} from "../../contracts/risk/RiskParameters.sol";
import {AccountId, accountIdOf} from "../../contracts/types/AccountId.sol";
import {InstrumentId, InstrumentKind, instrumentIdOf} from "../../contracts/types/InstrumentId.sol";
import {Quantity} from "../../contracts/types/Quantity.sol";
import {Usd} from "../../contracts/types/Usd.sol";
import {HoldBackProbe} from "../harness/HoldBackProbe.sol";
import {RiskInputs} from "../harness/RiskInputs.sol";
import {TestToken} from "../harness/TestToken.sol";

interface Vm {
    function warp(uint256 timestamp) external;
}

/// @notice Does to the ledger whatever owners, venues, a settler, a waterfall and a donor can do, in any order. It is
/// the owner of every account and a registered venue; what the ledger refuses reverts and changes nothing.
contract LedgerHandler {
    Vm private constant VM = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    uint256 public constant ACCOUNTS = 5;
    uint256 public constant INSTRUMENTS = 6;

    Clearinghouse public immutable ledger;
    Settler public immutable settler;
    TestToken public immutable usdc;
    TestToken public immutable weth;
    uint256 public immutable expiry;

    uint256 public donatedUsdc;
    uint256 public donatedWeth;
    /// @dev What may have stayed in custody [wad USD]: one unit of an index, for all claims or debts, whenever it is written,
    /// and a wei an account or a unit of collateral. After losses of nearly everything units are coarse.
    uint256 public slack;
    /// @dev Losses absorbed that were not the shortfall, and withdrawals that took what was held back.
    uint256 public faults;
    RiskInputs private immutable _inputs;
    HoldBackProbe public immutable source;
    mapping(uint256 => int256) public settledQuantity;

    /// @dev Interest up to now is in the books afterwards, so that what claims earned can be compared with what debts owe.
    modifier accrued() {
        uint256 sum = _sumOfAll();
        _;
        // There and back with a stranger: between accounts of one owner what is held back may not move.
        AccountId stranger = accountIdOf(address(1), 0);
        ledger.moveCash(account(0), stranger, Usd.wrap(1));
        ledger.moveCash(stranger, account(0), Usd.wrap(1));
        (uint256 claimIndex, uint256 debtIndex) = ledger.indices();
        sum += _sumOfAll();
        slack += 2 * (sum / claimIndex + sum / debtIndex) + 1e9;
    }

    constructor(AccessManager manager, RiskInputs inputs, IRiskEngine engine, uint256 expiry_) {
        usdc = new TestToken(6);
        weth = new TestToken(18);
        ledger = new Clearinghouse(
            address(manager),
            address(usdc),
            engine,
            new Registrar(address(manager), address(usdc), engine)
        );
        settler = new Settler(ledger, ISettlementOracle(address(inputs)));
        _inputs = inputs;
        source = new HoldBackProbe();
        expiry = expiry_;
        usdc.approve(address(ledger), type(uint256).max);
        weth.approve(address(ledger), type(uint256).max);
    }

    function _sumOfAll() private view returns (uint256) {
        return uint256(Usd.unwrap(ledger.totalClaims() + ledger.totalDebt()));
    }

    function account(uint256 seed) public view returns (AccountId) {
        return accountIdOf(address(this), uint96(seed % ACCOUNTS));
    }

    function instrument(uint256 seed) public view returns (InstrumentId) {
        uint256 i = seed % INSTRUMENTS;
        return instrumentIdOf(0, expiry, (2_500 + 250 * (i / 2)) * 1e18, InstrumentKind(i % 2));
    }

    function depositCash(uint256 who, uint256 amount) external {
        amount = 1 + (amount % 1e12);
        usdc.mint(address(this), amount);
        ledger.deposit(account(who), address(usdc), amount);
    }

    function depositCollateral(uint256 who, uint256 amount) external {
        amount = 1 + (amount % 1e21);
        weth.mint(address(this), amount);
        ledger.deposit(account(who), address(weth), amount);
    }

    function withdrawCash(uint256 who, uint256 amount) external {
        int256 cash = Usd.unwrap(ledger.cashOf(account(who)));
        uint256 most = cash > 0 ? uint256(cash) / 1e12 : 0;
        ledger.withdraw(account(who), address(usdc), 1 + (amount % (most + 1)), address(0xbeef));
    }

    function withdrawCollateral(uint256 who, uint256 amount) external {
        uint256 most = ledger.collateralOf(account(who), address(weth));
        ledger.withdraw(account(who), address(weth), 1 + (amount % (most + 1)), address(0xbeef));
    }

    function moveCash(uint256 from, uint256 to, uint256 amount) external {
        ledger.moveCash(account(from), account(to), Usd.wrap(int256(amount % 1e24)));
    }

    function movePosition(uint256 from, uint256 to, uint256 which, int256 units) external {
        if (block.timestamp >= expiry) return;
        Quantity quantity = Quantity.wrap((units % 1e12) * 1e10);
        ledger.movePosition(account(from), account(to), instrument(which), quantity);
    }

    function moveCollateral(uint256 from, uint256 to, uint256 amount) external {
        ledger.moveCollateral(account(from), account(to), address(weth), 1 + (amount % 1e20));
    }

    function moveSliceOf(uint256 from, uint256 to, uint256 fraction) external {
        if (block.timestamp >= expiry) return;
        ledger.moveSliceOf(account(from), account(to), 0, expiry, fraction % 1.2e18);
    }

    function moveSlice(uint256 from, uint256 to, uint256 fraction) external accrued {
        ledger.moveSlice(account(from), account(to), fraction % 1.2e18);
    }

    function expireAndSettle(uint256 who, uint256 limit) external accrued {
        if (block.timestamp <= expiry) VM.warp(expiry + 1);
        AccountId id = account(who);
        int256[INSTRUMENTS] memory before;
        for (uint256 i = 0; i < INSTRUMENTS; ++i) {
            before[i] = Quantity.unwrap(ledger.positionOf(id, instrument(i)));
        }
        settler.settle(id, 1 + (limit % 8));
        for (uint256 i = 0; i < INSTRUMENTS; ++i) {
            settledQuantity[i] += before[i] - Quantity.unwrap(ledger.positionOf(id, instrument(i)));
        }
    }

    function shareLoss(uint256 who, uint256 amount) external accrued {
        ledger.shareLoss(account(who), Usd.wrap(int256(1 + (amount % 1e22))));
    }

    /// @dev Whatever an account owes is paid by all others, as at the end of an insolvency.
    function absorb(uint256 who) external accrued {
        ledger.shareLoss(account(who), -ledger.cashOf(account(who)));
        if (Usd.unwrap(ledger.cashOf(account(who))) != 0) ++faults;
    }

    function accrue() external accrued {}

    function passTime(uint256 span) external accrued {
        VM.warp(block.timestamp + (span % 400 days));
    }

    function setTerms(uint64 base, uint64 slope, uint64 steepSlope, uint64 kink) external accrued {
        ledger.setInterestTerms(
            InterestTerms(base % 0.2e18, slope % 0.5e18, steepSlope % 5e18, 0.5e18 + (kink % 0.45e18))
        );
    }

    function collectInterest() external accrued {
        ledger.collectInterest();
    }

    function holdBack(uint256 share, uint256 episode, uint8 fault) external {
        source.set(share % 1.1e18, episode % 4, HoldBackProbe.Fault(fault % 12 < 4 ? fault % 4 : 0));
    }

    function setPrice(uint256 price) external {
        // A dead feed now and then.
        if (price % 10 == 0) _inputs.setSpot(0, 0, PriceStatus.Reverted);
        else _inputs.setSpot(0, 1_000e18 + (price % 4_000e18), PriceStatus.Ok);
    }

    /// @dev Lets an owner take out whatever it may in as many steps as it likes: never more than it has less what is held.
    function withdrawHeld(uint256 who, uint256 amount) external {
        AccountId id = account(who);
        uint256 most = ledger.withdrawable(id, address(usdc));
        amount = most == 0 ? 1 : 1 + (amount % most);
        ledger.withdraw(id, address(usdc), amount, address(0xbeef));
        uint256 held = ledger.heldBack(id, address(usdc));
        if (Usd.unwrap(ledger.cashOf(id)) < int256(held * 1e12)) ++faults;
    }

    function donate(uint256 amount) external {
        amount %= 1e9;
        usdc.mint(address(ledger), amount);
        weth.mint(address(ledger), amount);
        donatedUsdc += amount;
        donatedWeth += amount;
    }
}

/// @notice The ledger's first stateful invariants, on the real clearinghouse, settler and risk engine.
contract ClearinghouseInvariantsTest {
    LedgerHandler private _handler;
    Clearinghouse private _ledger;

    function setUp() public {
        AccessManager manager = new AccessManager(address(this));
        RiskInputs inputs = new RiskInputs();
        RiskParameters parameters = new RiskParameters(address(manager), IPriceFeed(address(0)));
        RiskArrays arrays = new RiskArrays(
            address(manager),
            ISurfaceFeed(address(inputs)),
            IPriceRouter(address(inputs)),
            parameters
        );
        RiskEngine engine = new RiskEngine(
            arrays,
            parameters,
            ISurfaceFeed(address(inputs)),
            IPriceRouter(address(inputs)),
            ISettlementOracle(address(inputs)),
            new Books(address(manager), arrays)
        );
        uint256 expiry = (block.timestamp / 1 hours + 48) * 1 hours;
        inputs.setSpot(0, 2_700e18, PriceStatus.Ok);
        inputs.setFixing(0, expiry, 2_733.333333333333333333e18);
        _handler = new LedgerHandler(manager, inputs, engine, expiry);
        _ledger = _handler.ledger();
        bytes4[] memory duties = new bytes4[](2);
        duties[0] = IClearinghouse.settlePosition.selector;
        duties[1] = IClearinghouse.shareLoss.selector;
        manager.setTargetFunctionRole(address(_ledger), duties, 6);
        manager.grantRole(6, address(_handler), 0);
        manager.grantRole(6, address(_handler.settler()), 0);
        _ledger.setVenue(address(_handler), true);
        bytes4[] memory settings = new bytes4[](1);
        settings[0] = IClearinghouse.setInterestTerms.selector;
        manager.setTargetFunctionRole(address(_ledger), settings, 6);
        _ledger.setHoldBackSource(_handler.source());
        _ledger.setInsuranceAccount(_handler.account(4));
        _ledger.setCollateralAsset(address(_handler.weth()), 0, type(uint128).max, true);
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_handler);
    }

    /// @notice CLR-01, CLR-03: what is held is what is owed, to the wei but for what shared losses rounded down.
    function invariant_CustodyEqualsObligations() public {
        // The clock that a refused call has moved stays moved.
        _handler.accrue();
        int256 owed = Usd.unwrap(_ledger.settlementTransit() + _ledger.interestReserve());
        uint256 debts = 0;
        uint256 positive = 0;
        uint256 weth = 0;
        for (uint256 i = 0; i < _handler.ACCOUNTS(); ++i) {
            AccountId id = _handler.account(i);
            int256 cash = Usd.unwrap(_ledger.cashOf(id));
            owed += cash;
            if (cash > 0) positive += uint256(cash);
            else debts += uint256(-cash);
            weth += _ledger.collateralOf(id, address(_handler.weth()));
        }
        uint256 held = _handler.usdc().balanceOf(address(_ledger)) - _handler.donatedUsdc();
        int256 dust = int256(held * 1e12) - owed;
        require(dust >= 0, "owes more than it holds");
        require(uint256(dust) <= 1e9 + _handler.slack(), "cash went missing");
        require(uint256(Usd.unwrap(_ledger.totalClaims())) >= positive, "claims are understated");
        require(uint256(Usd.unwrap(_ledger.totalDebt())) <= debts, "debts are overstated");
        require(
            _handler.weth().balanceOf(address(_ledger)) - _handler.donatedWeth() == weth,
            "collateral went missing"
        );
    }

    /// @notice CLR-02: every contract has two sides; what one side has settled is what its other side still holds.
    function invariant_PositionsSumToZero() public view {
        for (uint256 i = 0; i < _handler.INSTRUMENTS(); ++i) {
            int256 sum = _handler.settledQuantity(i);
            for (uint256 who = 0; who < _handler.ACCOUNTS(); ++who) {
                sum += Quantity.unwrap(_ledger.positionOf(_handler.account(who), _handler.instrument(i)));
            }
            require(sum == 0, "a contract lost one of its sides");
        }
    }

    /// @notice CLR-12, CLR-13: a shared loss is the shortfall to the wei, and what is held back stays.
    function invariant_LossesAndHoldBackAreExact() public view {
        require(_handler.faults() == 0, "a loss or a hold-back was not exact");
    }

    /// @notice CLR-06: nothing of a batch outlives it.
    function invariant_NoBatchIsLeftOpen() public view {
        require(AccountId.unwrap(_ledger.activeAccount()) == 0, "an account is still active");
        require(_ledger.activeCaller() == address(0), "a caller is still active");
    }
}

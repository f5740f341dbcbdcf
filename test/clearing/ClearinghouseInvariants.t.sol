// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {Clearinghouse} from "../../contracts/clearing/Clearinghouse.sol";
import {Settler} from "../../contracts/clearing/Settler.sol";
import {IClearinghouse} from "../../contracts/interfaces/IClearinghouse.sol";
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
    uint256 public losses;
    mapping(uint256 => int256) public settledQuantity;

    constructor(AccessManager manager, RiskInputs inputs, IRiskEngine engine, uint256 expiry_) {
        usdc = new TestToken(6);
        weth = new TestToken(18);
        ledger = new Clearinghouse(address(manager), address(usdc), engine);
        settler = new Settler(ledger, ISettlementOracle(address(inputs)));
        expiry = expiry_;
        usdc.approve(address(ledger), type(uint256).max);
        weth.approve(address(ledger), type(uint256).max);
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

    function moveSlice(uint256 from, uint256 to, uint256 fraction) external {
        ledger.moveSlice(account(from), account(to), fraction % 1.2e18);
    }

    function expireAndSettle(uint256 who, uint256 limit) external {
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

    function shareLoss(uint256 who, uint256 amount) external {
        ledger.shareLoss(account(who), Usd.wrap(int256(1 + (amount % 1e22))));
        ++losses;
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
        _ledger.setCollateralAsset(address(_handler.weth()), 0, type(uint128).max, true);
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_handler);
    }

    /// @notice CLR-01, CLR-03: what is held is what is owed, to the wei but for what shared losses rounded down.
    function invariant_CustodyEqualsObligations() public view {
        int256 owed = Usd.unwrap(_ledger.settlementTransit());
        uint256 positive = 0;
        uint256 weth = 0;
        for (uint256 i = 0; i < _handler.ACCOUNTS(); ++i) {
            AccountId id = _handler.account(i);
            int256 cash = Usd.unwrap(_ledger.cashOf(id));
            owed += cash;
            if (cash > 0) positive += uint256(cash);
            weth += _ledger.collateralOf(id, address(_handler.weth()));
        }
        uint256 held = _handler.usdc().balanceOf(address(_ledger)) - _handler.donatedUsdc();
        int256 dust = int256(held * 1e12) - owed;
        require(dust >= 0, "owes more than it holds");
        require(uint256(dust) <= 4 * _handler.ACCOUNTS() * _handler.losses(), "cash went missing");
        require(uint256(Usd.unwrap(_ledger.totalClaims())) >= positive, "claims are understated");
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

    /// @notice CLR-06: nothing of a batch outlives it.
    function invariant_NoBatchIsLeftOpen() public view {
        require(AccountId.unwrap(_ledger.activeAccount()) == 0, "an account is still active");
        require(_ledger.activeCaller() == address(0), "a caller is still active");
    }
}

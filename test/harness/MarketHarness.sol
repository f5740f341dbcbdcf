// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAavePool} from "../../contracts/hedging/IAaveV3.sol";
import {ISwapRouter} from "../../contracts/hedging/IUniswapV3.sol";
import {IBooks} from "../../contracts/interfaces/IBooks.sol";
import {IClearinghouse} from "../../contracts/interfaces/IClearinghouse.sol";
import {IOptionPricer} from "../../contracts/interfaces/IOptionPricer.sol";
import {IPriceRouter} from "../../contracts/interfaces/IPriceRouter.sol";
import {Grid} from "../../contracts/interfaces/IRiskArrays.sol";
import {ISettlementOracle} from "../../contracts/interfaces/ISettlementOracle.sol";
import {ISurfaceFeed} from "../../contracts/interfaces/ISurfaceFeed.sol";
import {VaultReading} from "../../contracts/interfaces/IValuation.sol";
import {GridWords} from "../../contracts/risk/GridWords.sol";
import {AccountId} from "../../contracts/types/AccountId.sol";
import {Valuation} from "../../contracts/vault/Valuation.sol";
import {TestToken} from "./TestToken.sol";

/// @notice A token whose balance of everybody, and whose supply, are what a test says.
contract BalanceDouble {
    uint256 public balance;
    uint256 public totalSupply;

    function set(uint256 balance_, uint256 supply) external {
        (balance, totalSupply) = (balance_, supply);
    }

    function balanceOf(address) external view returns (uint256) {
        return balance;
    }
}

/// @notice A lending pool and a swap router of two tokens whose numbers a test sets, and which move nothing.
contract PoolDouble {
    TestToken public immutable cash;
    TestToken public immutable underlying;
    BalanceDouble public immutable collateral = new BalanceDouble();
    BalanceDouble public immutable debt = new BalanceDouble();
    uint256 public health;
    mapping(address asset => uint256) public getConfiguration;

    constructor(TestToken cash_, TestToken underlying_) {
        (cash, underlying) = (cash_, underlying_);
    }

    function setHealth(uint256 value) external {
        health = value;
    }

    function setConfiguration(address asset, uint256 value) external {
        getConfiguration[asset] = value;
    }

    function supply(address, uint256, address, uint16) external {}

    function withdraw(address, uint256 amount, address) external pure returns (uint256) {
        return amount;
    }

    function repay(address, uint256 amount, uint256, address) external pure returns (uint256) {
        return amount;
    }

    function exactOutputSingle(ISwapRouter.ExactOutput calldata) external pure returns (uint256) {
        return 0;
    }

    function getReserveData(address asset) external view returns (IAavePool.ReserveData memory reserve) {
        reserve.aTokenAddress = asset == address(cash) ? address(collateral) : address(underlying);
        reserve.variableDebtTokenAddress = address(debt);
    }

    function getUserAccountData(
        address
    ) external view returns (uint256, uint256, uint256, uint256, uint256, uint256) {
        return (0, 0, 0, 0, 0, health);
    }
}

/// @notice Opens the theta of an account's options.
contract ThetaProbe is Valuation {
    constructor(
        address authority,
        IClearinghouse ledger,
        IBooks books_,
        IOptionPricer pricer,
        IPriceRouter router,
        ISurfaceFeed surfaces,
        ISettlementOracle fixings
    ) Valuation(authority, ledger, books_, pricer, router, surfaces, fixings) {}

    function thetaOf(AccountId account, VaultReading calldata read_) external view returns (int256) {
        return _thetaOf(account, read_);
    }
}

/// @notice Opens when a grid's arrays may be used.
contract GridHarness {
    function isCurrent(
        Grid memory grid,
        uint256 computedAt,
        uint256 expiry,
        uint256 time
    ) external pure returns (bool) {
        uint256 header = (computedAt << 216) | (uint256(grid.version & 0x7f) << 248);
        return GridWords.isCurrent(GridWords.pack(grid), header, expiry, time);
    }

    function isNear(Grid memory grid, uint256 spot) external pure returns (bool) {
        return GridWords.isNear(GridWords.pack(grid), spot);
    }
}

// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    Assessment,
    CollateralAmount,
    IRiskEngine,
    Portfolio
} from "../../contracts/interfaces/IRiskEngine.sol";
import {AccountId} from "../../contracts/types/AccountId.sol";
import {Quantity} from "../../contracts/types/Quantity.sol";
import {Usd} from "../../contracts/types/Usd.sol";

/// @notice Keeps a portfolio in storage, packed as the ledger does, and has it judged: what a margin check costs.
contract PortfolioHolder {
    int256 private _cash;
    uint256[] private _words;

    event Judged(int256 equity, uint256 gas);

    function store(int256 cash, uint256[] calldata words) external {
        _cash = cash;
        _words = words;
    }

    /// @notice Loads everything and asks for the verdict; emits what that took.
    function judge(IRiskEngine engine) external {
        uint256 gas = gasleft();
        Portfolio memory portfolio;
        portfolio.account = AccountId.wrap(1);
        portfolio.cash = Usd.wrap(_cash);
        portfolio.collateral = new CollateralAmount[](0);
        portfolio.positionWords = _words;
        Assessment memory verdict = engine.assess(portfolio);
        gas -= gasleft();
        emit Judged(Usd.unwrap(verdict.equity), gas);
    }
}

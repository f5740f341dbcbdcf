// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {PositionSet} from "../../contracts/clearing/PositionSet.sol";
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
    struct Slot {
        int128 cash;
        uint16 words;
    }

    Slot private _slot;
    mapping(uint256 => uint256) private _words;

    event Judged(int256 equity, uint256 gas);

    function store(int128 cash, uint256[] calldata words) external {
        _slot = Slot(cash, uint16(words.length));
        for (uint256 i = 0; i < words.length; ++i) _words[i] = words[i];
    }

    /// @notice Loads everything and asks for the verdict; emits what that took.
    function judge(IRiskEngine engine) external {
        uint256 gas = gasleft();
        Portfolio memory portfolio;
        portfolio.account = AccountId.wrap(1);
        Slot memory slot = _slot;
        portfolio.cash = Usd.wrap(slot.cash);
        portfolio.collateral = new CollateralAmount[](0);
        portfolio.positionWords = PositionSet.load(_words, 2 * uint256(slot.words));
        Assessment memory verdict = engine.assess(portfolio);
        gas -= gasleft();
        emit Judged(Usd.unwrap(verdict.equity), gas);
    }

    /// @notice Asks for the verdict on an account whose positions are kept as a book; emits what that took.
    function judgeBook(IRiskEngine engine, AccountId account) external {
        uint256 gas = gasleft();
        Portfolio memory portfolio;
        portfolio.account = account;
        portfolio.hasBook = true;
        portfolio.cash = Usd.wrap(_slot.cash);
        Assessment memory verdict = engine.assess(portfolio);
        gas -= gasleft();
        emit Judged(Usd.unwrap(verdict.equity), gas);
    }
}

// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IBooks} from "../../../contracts/interfaces/IBooks.sol";
import {IClearinghouse} from "../../../contracts/interfaces/IClearinghouse.sol";
import {FeeState} from "../../../contracts/interfaces/IEpochAccounts.sol";
import {BookValue, IOptionPricer} from "../../../contracts/interfaces/IOptionPricer.sol";
import {IPriceRouter} from "../../../contracts/interfaces/IPriceRouter.sol";
import {ISettlementOracle} from "../../../contracts/interfaces/ISettlementOracle.sol";
import {ISurfaceFeed} from "../../../contracts/interfaces/ISurfaceFeed.sol";
import {VaultReading} from "../../../contracts/interfaces/IValuation.sol";
import {AccountId} from "../../../contracts/types/AccountId.sol";
import {Usd} from "../../../contracts/types/Usd.sol";
import {Valuation} from "../../../contracts/vault/Valuation.sol";

/// @dev What all mutants of the valuation are made like.
abstract contract ValuationMutant is Valuation {
    constructor(
        address authority,
        IClearinghouse ledger,
        IBooks books_,
        IOptionPricer pricer,
        IPriceRouter router,
        ISurfaceFeed surfaces,
        ISettlementOracle fixings
    ) Valuation(authority, ledger, books_, pricer, router, surfaces, fixings) {}
}

/// @notice Counts tokens that were sent to the vault's address as its cash.
contract BalanceValuation is ValuationMutant {
    constructor(
        address authority,
        IClearinghouse ledger,
        IBooks books_,
        IOptionPricer pricer,
        IPriceRouter router,
        ISurfaceFeed surfaces,
        ISettlementOracle fixings
    ) ValuationMutant(authority, ledger, books_, pricer, router, surfaces, fixings) {}

    function _cashOf(AccountId account) internal view override returns (Usd) {
        (address token, ) = clearinghouse.cashAsset();
        uint256 sent = IERC20(token).balanceOf(account.ownerOf()) * 1e12;
        return super._cashOf(account) + Usd.wrap(int256(sent));
    }
}

/// @notice Has one NAV for those who enter and those who leave.
contract OneSidedValuation is ValuationMutant {
    constructor(
        address authority,
        IClearinghouse ledger,
        IBooks books_,
        IOptionPricer pricer,
        IPriceRouter router,
        ISurfaceFeed surfaces,
        ISettlementOracle fixings
    ) ValuationMutant(authority, ledger, books_, pricer, router, surfaces, fixings) {}

    function _finish(Work memory work, VaultReading memory result) internal view override {
        super._finish(work, result);
        (result.bid, result.ask) = (result.mid, result.mid);
    }
}

/// @notice Takes every mark for a new one.
contract TimelessValuation is ValuationMutant {
    constructor(
        address authority,
        IClearinghouse ledger,
        IBooks books_,
        IOptionPricer pricer,
        IPriceRouter router,
        ISurfaceFeed surfaces,
        ISettlementOracle fixings
    ) ValuationMutant(authority, ledger, books_, pricer, router, surfaces, fixings) {}

    function _finish(Work memory work, VaultReading memory result) internal view override {
        super._finish(work, result);
        result.markTime = block.timestamp;
    }
}

/// @notice Values what is current in the book and forgets the rest.
contract ForgetfulValuation is ValuationMutant {
    constructor(
        address authority,
        IClearinghouse ledger,
        IBooks books_,
        IOptionPricer pricer,
        IPriceRouter router,
        ISurfaceFeed surfaces,
        ISettlementOracle fixings
    ) ValuationMutant(authority, ledger, books_, pricer, router, surfaces, fixings) {}

    function _addLegs(
        Work memory,
        VaultReading memory,
        uint8,
        uint256,
        uint256[] memory,
        BookValue memory
    ) internal view override {}
}

/// @notice Does not see that a batch runs.
contract BlindValuation is ValuationMutant {
    constructor(
        address authority,
        IClearinghouse ledger,
        IBooks books_,
        IOptionPricer pricer,
        IPriceRouter router,
        ISurfaceFeed surfaces,
        ISettlementOracle fixings
    ) ValuationMutant(authority, ledger, books_, pricer, router, surfaces, fixings) {}

    function _isHalfWay() internal pure override returns (bool) {
        return false;
    }
}

/// @notice Measures performance from the last epoch, not from the highest one.
contract ResettingValuation is ValuationMutant {
    constructor(
        address authority,
        IClearinghouse ledger,
        IBooks books_,
        IOptionPricer pricer,
        IPriceRouter router,
        ISurfaceFeed surfaces,
        ISettlementOracle fixings
    ) ValuationMutant(authority, ledger, books_, pricer, router, surfaces, fixings) {}

    function _raise(FeeState memory state, uint256 mark) internal pure override {
        state.highWater = uint128(mark);
    }
}

/// @notice Takes what entries pay above NAV for performance.
contract GreedyValuation is ValuationMutant {
    constructor(
        address authority,
        IClearinghouse ledger,
        IBooks books_,
        IOptionPricer pricer,
        IPriceRouter router,
        ISurfaceFeed surfaces,
        ISettlementOracle fixings
    ) ValuationMutant(authority, ledger, books_, pricer, router, surfaces, fixings) {}

    function _lift(AccountId, int256, uint256, int256, uint256) internal override {}
}

/// @notice A venue that has given away the vault's cash, and not yet given it back, when it calls somebody.
contract HalfWayVenue {
    IClearinghouse public immutable clearinghouse;
    bytes public answer;
    bool public answered;

    constructor(IClearinghouse ledger) {
        clearinghouse = ledger;
    }

    function run(AccountId from, AccountId to, Usd amount, address target, bytes calldata data) external {
        clearinghouse.moveCash(from, to, amount);
        // solhint-disable-next-line avoid-low-level-calls
        (answered, answer) = target.call(data);
        clearinghouse.moveCash(to, from, amount);
    }
}

// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IClearinghouse, ISettler} from "../interfaces/IClearinghouse.sol";
import {ISettlementOracle} from "../interfaces/ISettlementOracle.sol";
import {AccountId} from "../types/AccountId.sol";
import {InstrumentId, InstrumentKind} from "../types/InstrumentId.sol";
import {Position} from "../types/Position.sol";
import {Price} from "../types/Price.sol";
import {Quantity} from "../types/Quantity.sol";
import {Usd} from "../types/Usd.sol";

/// @notice Turns expired positions into cash at their fixing. Holds nothing, trusts the settlement oracle and the
/// clearinghouse, and may be called by anyone for anyone.
contract Settler is ISettler {
    IClearinghouse public immutable clearinghouse;
    ISettlementOracle public immutable settlementOracle;

    /// @param ledger needs to grant this contract the settler role
    constructor(IClearinghouse ledger, ISettlementOracle oracle) {
        if (address(ledger) == address(0) || address(oracle) == address(0)) revert Settler_ZeroAddress();
        clearinghouse = ledger;
        settlementOracle = oracle;
    }

    /// @inheritdoc ISettler
    /// @dev Of a book only expiries that are over and fixed are read, and no more of them than are settled.
    function settle(AccountId account, uint256 limit) external returns (uint256 settled) {
        int256 total;
        if (clearinghouse.hasBook(account)) {
            uint256[] memory groups = clearinghouse.bookGroups(account);
            for (uint256 i = 0; i < groups.length && settled < limit; ++i) {
                (, bool exists) = _fixingOf(uint8(groups[i] >> 20), (groups[i] & 0xfffff) * 1 hours);
                if (!exists) continue;
                uint256[] memory words = clearinghouse.bookLegs(account, groups[i]);
                (uint256 count, int256 cash) = _settleAmong(account, words, limit - settled);
                (settled, total) = (settled + count, total + cash);
            }
        } else {
            (settled, total) = _settleAmong(account, clearinghouse.positionWords(account), limit);
        }
        if (settled == 0) revert Settler_NothingToSettle(account);
        emit AccountSettled(account, settled, Usd.wrap(total));
    }

    /// @dev Settles up to `limit` of the positions in `words`: those that have a fixing.
    function _settleAmong(
        AccountId account,
        uint256[] memory words,
        uint256 limit
    ) private returns (uint256 settled, int256 total) {
        for (uint256 i = 0; i < words.length * 2 && settled < limit; ++i) {
            Position entry = Position.wrap(uint128(i & 1 == 0 ? words[i >> 1] : words[i >> 1] >> 128));
            if (Position.unwrap(entry) == 0) continue;
            InstrumentId instrument = entry.instrumentOf();
            (Price fixingPrice, bool exists) = _fixingOf(instrument.marketOf(), instrument.expiryOf());
            if (!exists) continue;
            int256 cash = _payoff(instrument, entry.quantityOf(), Price.unwrap(fixingPrice));
            clearinghouse.settlePosition(account, instrument, Usd.wrap(cash));
            total += cash;
            ++settled;
        }
    }

    /// @dev None before the expiry is over.
    function _fixingOf(uint8 market, uint256 expiry) private view returns (Price, bool) {
        if (expiry > block.timestamp) return (Price.wrap(0), false);
        return settlementOracle.fixing(market, expiry);
    }

    /// @dev What the position is worth [wad USD]: a gain rounds down, a debt rounds up in size, both by the same floor.
    function _payoff(
        InstrumentId instrument,
        Quantity quantity,
        uint256 fixingPrice
    ) internal pure virtual returns (int256) {
        uint256 strike = instrument.strikeOf();
        bool isCall = instrument.kindOf() == InstrumentKind.Call;
        if (isCall ? fixingPrice <= strike : fixingPrice >= strike) return 0;
        uint256 intrinsic = isCall ? fixingPrice - strike : strike - fixingPrice;
        int256 product = Quantity.unwrap(quantity) * int256(intrinsic);
        int256 value = product / 1e18;
        return product < 0 && value * 1e18 != product ? value - 1 : value;
    }
}

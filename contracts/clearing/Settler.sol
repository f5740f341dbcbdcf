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
    function settle(AccountId account, uint256 limit) external returns (uint256 settled) {
        uint256[] memory words = clearinghouse.positionWords(account);
        int256 total = 0;
        for (uint256 i = 0; i < words.length * 2 && settled < limit; ++i) {
            Position entry = Position.wrap(uint128(i & 1 == 0 ? words[i >> 1] : words[i >> 1] >> 128));
            if (Position.unwrap(entry) == 0) continue;
            InstrumentId instrument = entry.instrumentOf();
            if (instrument.expiryOf() > block.timestamp) continue;
            (Price fixingPrice, bool exists) = settlementOracle.fixing(
                instrument.marketOf(),
                instrument.expiryOf()
            );
            if (!exists) continue;
            int256 cash = _payoff(instrument, entry.quantityOf(), Price.unwrap(fixingPrice));
            clearinghouse.settlePosition(account, instrument, Usd.wrap(cash));
            total += cash;
            ++settled;
        }
        if (settled == 0) revert Settler_NothingToSettle(account);
        emit AccountSettled(account, settled, Usd.wrap(total));
    }

    /// @dev What the position is worth [wad USD]: a gain rounds down, a debt rounds up in size, both by the same floor.
    function _payoff(
        InstrumentId instrument,
        Quantity quantity,
        uint256 fixingPrice
    ) private pure returns (int256) {
        uint256 strike = instrument.strikeOf();
        bool isCall = instrument.kindOf() == InstrumentKind.Call;
        if (isCall ? fixingPrice <= strike : fixingPrice >= strike) return 0;
        uint256 intrinsic = isCall ? fixingPrice - strike : strike - fixingPrice;
        int256 product = Quantity.unwrap(quantity) * int256(intrinsic);
        int256 value = product / 1e18;
        return product < 0 && value * 1e18 != product ? value - 1 : value;
    }
}

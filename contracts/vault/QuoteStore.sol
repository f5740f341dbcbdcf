// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IHedgeController} from "../interfaces/IHedging.sol";
import {IOptionsVault} from "../interfaces/IOptionsVault.sol";
import {Conditions, QuoterParameters} from "../interfaces/IQuoter.sol";
import {ISurfaceFeed} from "../interfaces/ISurfaceFeed.sol";
import {FixedPoint} from "../libraries/FixedPoint.sol";
import {AccountId, accountIdOf} from "../types/AccountId.sol";
import {Usd} from "../types/Usd.sol";

/// @notice What quotes depend on beside an order, and where it is kept: parameters, posted conditions, capital, the hedge.
/// @dev The storage of the quoter, which the code of QuoteConditions runs on too.
abstract contract QuoteStore is AccessManaged {
    /// @dev Lowest volatility after a shift [wad], as the pricer has it.
    uint256 internal constant VOLATILITY_FLOOR = 0.01e18;
    uint256 internal constant IN_FORCE = 0;
    uint256 internal constant PROPOSED = 1;
    uint256 internal constant MARK_LIFE = 6 hours;

    IOptionsVault public immutable vault;
    ISurfaceFeed public immutable surfaceFeed;
    AccountId internal immutable _account;

    /// @notice Asked for what it can absorb.
    IHedgeController public hedge;
    /// @dev When capital was marked; beside the hedge, as both are read with every quote.
    uint40 internal _markedAt;

    /// @dev Parameters are kept as code (see CodeStore), a word a field.
    address internal _inForce;
    /// @dev As marked [wad USD].
    uint96 internal _capital;
    address internal _proposed;
    uint256 internal _effectiveAt;
    mapping(uint8 market => Conditions) internal _conditions;

    constructor(address authority, IOptionsVault vault_, ISurfaceFeed surfaces) AccessManaged(authority) {
        vault = vault_;
        surfaceFeed = surfaces;
        _account = accountIdOf(address(vault_), 0);
    }

    /// @dev What limits are shares of [wad USD]: NAV as marked, or while no mark is young enough, as it is, but no more, and
    /// nothing while exits wait.
    function _capitalNow() internal view returns (uint256) {
        uint256 marked = _capital;
        if (block.timestamp < _markedAt + MARK_LIFE) return marked;
        if (vault.exitsWaiting()) return 0;
        uint256 live = _positive(vault.reading().mid);
        return _markedAt == 0 ? live : FixedPoint.min(marked, live);
    }

    function _read(uint256 which) internal view returns (QuoterParameters memory p) {
        address stored = which == IN_FORCE ? _inForce : _proposed;
        assembly ("memory-safe") {
            // 24 fields, a word each in memory; zeros for the zero address.
            extcodecopy(stored, p, 1, 0x300)
        }
    }

    function _positive(Usd nav) internal pure returns (uint256) {
        int256 value = Usd.unwrap(nav);
        return value > 0 ? FixedPoint.min(uint256(value), type(uint96).max) : 0;
    }
}

// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IHedgeController} from "../interfaces/IHedging.sol";
import {IOptionsVault} from "../interfaces/IOptionsVault.sol";
import {Conditions, IQuoter, QuoterParameters} from "../interfaces/IQuoter.sol";
import {ISurfaceFeed} from "../interfaces/ISurfaceFeed.sol";
import {FLAW_IN_BATCH, FLAW_NOT_FIXED, VaultReading} from "../interfaces/IValuation.sol";
import {FixedPoint} from "../libraries/FixedPoint.sol";
import {AccountId, accountIdOf} from "../types/AccountId.sol";
import {Usd} from "../types/Usd.sol";
import {QuoteTerms} from "./QuoteTerms.sol";

/// @title QuoteConditions
/// @notice What quotes depend on beside an order: parameters, posted conditions, capital, and where the rest is found.
abstract contract QuoteConditions is IQuoter, AccessManaged {
    /// @dev Lowest volatility after a shift [wad], as the pricer has it.
    uint256 internal constant VOLATILITY_FLOOR = 0.01e18;
    uint256 internal constant IN_FORCE = 0;
    uint256 private constant PROPOSED = 1;
    uint256 private constant MARK_LIFE = 6 hours;
    uint256 private constant FALL = 1 days;
    uint256 private constant MOST_REALISED = 5e18;
    uint256 private constant MOST_TOXICITY = 0.25e18;
    /// @dev Trades happen in batches, and an expiry without a fixing yet counts at intrinsic.
    uint256 private constant TOLERATED = FLAW_NOT_FIXED | FLAW_IN_BATCH;

    IOptionsVault public immutable vault;
    ISurfaceFeed public immutable surfaceFeed;
    AccountId internal immutable _account;

    /// @notice Asked for what it can absorb.
    IHedgeController public hedge;

    QuoterParameters[2] private _sets;
    uint256 private _effectiveAt;
    mapping(uint8 market => Conditions) internal _conditions;
    uint128 private _capital;
    uint40 private _markedAt;

    constructor(address authority, IOptionsVault vault_, ISurfaceFeed surfaces) AccessManaged(authority) {
        vault = vault_;
        surfaceFeed = surfaces;
        _account = accountIdOf(address(vault_), 0);
    }

    /// @inheritdoc IQuoter
    function setParameters(QuoterParameters calldata newParameters) external restricted {
        QuoterParameters memory older = _read(IN_FORCE);
        QuoterParameters memory wanted = newParameters;
        QuoteTerms.check(wanted);
        // Nothing has a half-spread of zero but parameters that were never set.
        bool isLooser;
        QuoterParameters memory tighter = wanted;
        if (older.halfSpreadVol != 0) (tighter, isLooser) = QuoteTerms.tighterOf(older, wanted);
        _write(IN_FORCE, tighter);
        emit QuoterParametersSet(older, tighter);
        _effectiveAt = isLooser ? block.timestamp + QuoteTerms.DELAY : 0;
        if (!isLooser) return;
        _write(PROPOSED, wanted);
        emit QuoterParametersProposed(wanted, _effectiveAt);
    }

    /// @inheritdoc IQuoter
    function applyParameters() external {
        if (_effectiveAt == 0) revert Quoter_NothingProposed();
        if (block.timestamp < _effectiveAt) revert Quoter_TooEarly(_effectiveAt);
        _effectiveAt = 0;
        QuoterParameters memory older = _read(IN_FORCE);
        QuoterParameters memory newer = _read(PROPOSED);
        _write(IN_FORCE, newer);
        emit QuoterParametersSet(older, newer);
    }

    /// @inheritdoc IQuoter
    function postConditions(uint8 market, uint64 realised, uint64 toxicity) external restricted {
        if (realised > MOST_REALISED) revert Quoter_BadParameter("realised", realised);
        if (toxicity > MOST_TOXICITY) revert Quoter_BadParameter("toxicity", toxicity);
        Conditions memory older = _conditions[market];
        uint256 elapsed = FixedPoint.min(block.timestamp - older.postedAt, FALL);
        _requireSlowFall(older.realised, realised, elapsed);
        _requireSlowFall(older.toxicity, toxicity, elapsed);
        Conditions memory newer = Conditions(realised, toxicity, uint40(block.timestamp));
        _conditions[market] = newer;
        emit ConditionsPosted(market, older, newer);
    }

    /// @inheritdoc IQuoter
    function ensureMarked() external {
        if (block.timestamp >= _markedAt + MARK_LIFE) markCapital();
    }

    /// @inheritdoc IQuoter
    function markCapital() public {
        VaultReading memory reading = vault.reading();
        if (reading.flaws & ~TOLERATED != 0) revert Quoter_MarkUnusable(reading.flaws);
        uint256 older = _capital;
        uint256 newer = _positive(reading.mid);
        if (block.timestamp < _markedAt + MARK_LIFE) {
            if (newer < older) _capital = uint128(newer);
            else return;
        } else {
            (_capital, _markedAt) = (uint128(newer), uint40(block.timestamp));
        }
        emit CapitalMarked(Usd.wrap(int256(older)), Usd.wrap(int256(newer)));
    }

    /// @inheritdoc IQuoter
    function setHedge(IHedgeController newHedge) external restricted {
        if (address(newHedge) == address(0)) revert Quoter_ZeroAddress();
        emit HedgeSet(hedge, newHedge);
        hedge = newHedge;
    }

    /// @inheritdoc IQuoter
    function parameters() external view returns (QuoterParameters memory) {
        return _read(IN_FORCE);
    }

    /// @inheritdoc IQuoter
    function proposedParameters() external view returns (QuoterParameters memory, uint256 effectiveAt) {
        return (_read(_effectiveAt == 0 ? IN_FORCE : PROPOSED), _effectiveAt);
    }

    /// @inheritdoc IQuoter
    function conditions(uint8 market) external view returns (Conditions memory) {
        return _conditions[market];
    }

    /// @inheritdoc IQuoter
    function capitalMarkedAt() external view returns (uint256) {
        return _markedAt;
    }

    /// @inheritdoc IQuoter
    function capital() public view returns (Usd) {
        uint256 marked = _capital;
        if (block.timestamp < _markedAt + MARK_LIFE) return Usd.wrap(int256(marked));
        uint256 live = _positive(vault.reading().mid);
        return Usd.wrap(int256(_markedAt == 0 ? live : FixedPoint.min(marked, live)));
    }

    function _positive(Usd nav) private pure returns (uint256) {
        int256 value = Usd.unwrap(nav);
        return value > 0 ? FixedPoint.min(uint256(value), type(uint128).max) : 0;
    }

    /// @dev One copy of the code that unpacks so many fields, and one of that which packs them.
    function _read(uint256 which) internal view returns (QuoterParameters memory) {
        return _sets[which];
    }

    function _write(uint256 which, QuoterParameters memory p) private {
        _sets[which] = p;
    }

    function _requireSlowFall(uint256 older, uint256 newer, uint256 elapsed) private pure {
        uint256 least = FixedPoint.mulDivUp(older, FALL - elapsed, FALL);
        if (newer < least) revert Quoter_FallsTooFast(newer, least);
    }
}

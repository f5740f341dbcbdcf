// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IHedgeController} from "../interfaces/IHedging.sol";
import {IOptionsVault} from "../interfaces/IOptionsVault.sol";
import {Conditions, IQuoter, QuoterParameters} from "../interfaces/IQuoter.sol";
import {ISurfaceFeed} from "../interfaces/ISurfaceFeed.sol";
import {FLAW_IN_BATCH, FLAW_NOT_FIXED, VaultReading} from "../interfaces/IValuation.sol";
import {CodeStore} from "../libraries/CodeStore.sol";
import {FixedPoint} from "../libraries/FixedPoint.sol";
import {Usd} from "../types/Usd.sol";
import {QuoteStore} from "./QuoteStore.sol";
import {QuoteTerms} from "./QuoteTerms.sol";

/// @title QuoteConditions
/// @notice The part of the quoter that sets what quotes depend on. Its code runs on the quoter's storage, and on its own it
/// has nobody to obey: one contract would be too large to deploy.
contract QuoteConditions is QuoteStore {
    uint256 private constant FALL = 1 days;
    uint256 private constant MOST_REALISED = 5e18;
    uint256 private constant MOST_TOXICITY = 0.25e18;
    /// @dev Trades happen in batches, and an expiry without a fixing yet counts at intrinsic.
    uint256 private constant TOLERATED = FLAW_NOT_FIXED | FLAW_IN_BATCH;

    /// @param authority the AccessManager
    /// @param vault_ whose book is quoted
    /// @param surfaces how old they are
    constructor(
        address authority,
        IOptionsVault vault_,
        ISurfaceFeed surfaces
    ) QuoteStore(authority, vault_, surfaces) {}

    /// @notice See IQuoter.
    function setParameters(QuoterParameters calldata newParameters) external restricted {
        QuoterParameters memory older = _read(IN_FORCE);
        QuoterParameters memory wanted = newParameters;
        QuoteTerms.check(wanted);
        // Nothing has a half-spread of zero but parameters that were never set.
        bool isLooser;
        QuoterParameters memory tighter = wanted;
        if (older.halfSpreadVol != 0) (tighter, isLooser) = QuoteTerms.tighterOf(older, wanted);
        _write(IN_FORCE, tighter);
        emit IQuoter.QuoterParametersSet(older, tighter);
        _effectiveAt = isLooser ? block.timestamp + QuoteTerms.DELAY : 0;
        if (!isLooser) return;
        _write(PROPOSED, wanted);
        emit IQuoter.QuoterParametersProposed(wanted, _effectiveAt);
    }

    /// @notice See IQuoter.
    function applyParameters() external {
        if (_effectiveAt == 0) revert IQuoter.Quoter_NothingProposed();
        if (block.timestamp < _effectiveAt) revert IQuoter.Quoter_TooEarly(_effectiveAt);
        _effectiveAt = 0;
        QuoterParameters memory older = _read(IN_FORCE);
        QuoterParameters memory newer = _read(PROPOSED);
        _write(IN_FORCE, newer);
        emit IQuoter.QuoterParametersSet(older, newer);
    }

    /// @notice See IQuoter.
    function postConditions(uint8 market, uint64 realised, uint64 toxicity) external restricted {
        if (realised > MOST_REALISED) revert IQuoter.Quoter_BadParameter("realised", realised);
        if (toxicity > MOST_TOXICITY) revert IQuoter.Quoter_BadParameter("toxicity", toxicity);
        Conditions memory older = _conditions[market];
        uint256 elapsed = FixedPoint.min(block.timestamp - older.postedAt, FALL);
        _requireSlowFall(older.realised, realised, elapsed);
        _requireSlowFall(older.toxicity, toxicity, elapsed);
        Conditions memory newer = Conditions(realised, toxicity, uint40(block.timestamp));
        _conditions[market] = newer;
        emit IQuoter.ConditionsPosted(market, older, newer);
    }

    /// @notice See IQuoter.
    function ensureMarked() external {
        if (block.timestamp >= _markedAt + MARK_LIFE) markCapital();
    }

    /// @notice See IQuoter.
    function markCapital() public {
        uint256 older = _capital;
        uint256 newer;
        // What leavers wait for opens nothing.
        if (!vault.exitsWaiting()) {
            VaultReading memory reading = vault.reading();
            if (reading.flaws & ~TOLERATED != 0) revert IQuoter.Quoter_MarkUnusable(reading.flaws);
            newer = _positive(reading.mid);
        }
        if (block.timestamp < _markedAt + MARK_LIFE) {
            if (newer < older) _capital = uint96(newer);
            else return;
        } else {
            (_capital, _markedAt) = (uint96(newer), uint40(block.timestamp));
        }
        emit IQuoter.CapitalMarked(Usd.wrap(int256(older)), Usd.wrap(int256(newer)));
    }

    /// @notice See IQuoter.
    function setHedge(IHedgeController newHedge) external restricted {
        if (address(newHedge) == address(0)) revert IQuoter.Quoter_ZeroAddress();
        emit IQuoter.HedgeSet(hedge, newHedge);
        hedge = newHedge;
    }

    /// @notice See IQuoter.
    function parameters() external view returns (QuoterParameters memory) {
        return _read(IN_FORCE);
    }

    /// @notice See IQuoter.
    function proposedParameters() external view returns (QuoterParameters memory, uint256 effectiveAt) {
        return (_read(_effectiveAt == 0 ? IN_FORCE : PROPOSED), _effectiveAt);
    }

    function _write(uint256 which, QuoterParameters memory p) private {
        address stored = CodeStore.write(abi.encode(p));
        if (which == IN_FORCE) _inForce = stored;
        else _proposed = stored;
    }

    function _requireSlowFall(uint256 older, uint256 newer, uint256 elapsed) private pure {
        uint256 least = FixedPoint.mulDivUp(older, FALL - elapsed, FALL);
        if (newer < least) revert IQuoter.Quoter_FallsTooFast(newer, least);
    }
}

// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IHedgeController} from "../interfaces/IHedging.sol";
import {IOptionsVault} from "../interfaces/IOptionsVault.sol";
import {Conditions, IQuoter, QuoterParameters} from "../interfaces/IQuoter.sol";
import {ISurfaceFeed} from "../interfaces/ISurfaceFeed.sol";
import {Delegation} from "../libraries/Delegation.sol";
import {Usd} from "../types/Usd.sol";
import {QuoteConditions} from "./QuoteConditions.sol";
import {QuoteStore} from "./QuoteStore.sol";

/// @notice The side of the quoter that curator and publisher see. Setting runs the code of QuoteConditions.
abstract contract QuoteFace is IQuoter, QuoteStore {
    /// @dev Created here and never changed.
    address private immutable _code;

    constructor(
        address authority,
        IOptionsVault vault_,
        ISurfaceFeed surfaces
    ) QuoteStore(authority, vault_, surfaces) {
        _code = address(new QuoteConditions(authority, vault_, surfaces));
    }

    /// @inheritdoc IQuoter
    function setParameters(QuoterParameters calldata) external {
        Delegation.run(_code);
    }

    /// @inheritdoc IQuoter
    function applyParameters() external {
        Delegation.run(_code);
    }

    /// @inheritdoc IQuoter
    function postConditions(uint8, uint64, uint64) external {
        Delegation.run(_code);
    }

    /// @inheritdoc IQuoter
    function ensureMarked() external {
        Delegation.run(_code);
    }

    /// @inheritdoc IQuoter
    function markCapital() external {
        Delegation.run(_code);
    }

    /// @inheritdoc IQuoter
    function setHedge(IHedgeController) external {
        Delegation.run(_code);
    }

    /// @inheritdoc IQuoter
    function parameters() external view returns (QuoterParameters memory) {
        Delegation.look(_code);
    }

    /// @inheritdoc IQuoter
    function proposedParameters() external view returns (QuoterParameters memory, uint256) {
        Delegation.look(_code);
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
    function capital() external view returns (Usd) {
        return Usd.wrap(int256(_capitalNow()));
    }
}

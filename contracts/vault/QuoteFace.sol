// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IHedgeController} from "../interfaces/IHedging.sol";
import {IOptionsVault} from "../interfaces/IOptionsVault.sol";
import {Conditions, IQuoter, QuoterParameters} from "../interfaces/IQuoter.sol";
import {ISurfaceFeed} from "../interfaces/ISurfaceFeed.sol";
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
        _delegate();
    }

    /// @inheritdoc IQuoter
    function applyParameters() external {
        _delegate();
    }

    /// @inheritdoc IQuoter
    function postConditions(uint8, uint64, uint64) external {
        _delegate();
    }

    /// @inheritdoc IQuoter
    function ensureMarked() external {
        _delegate();
    }

    /// @inheritdoc IQuoter
    function markCapital() external {
        _delegate();
    }

    /// @inheritdoc IQuoter
    function setHedge(IHedgeController) external {
        _delegate();
    }

    /// @inheritdoc IQuoter
    function parameters() external view returns (QuoterParameters memory) {
        _delegateView();
    }

    /// @inheritdoc IQuoter
    function proposedParameters() external view returns (QuoterParameters memory, uint256) {
        _delegateView();
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

    /// @dev What only reads there: nothing that code does writes, and Solidity cannot know.
    function _delegateView() private view {
        function() internal run = _delegate;
        function() internal view look;
        assembly ("memory-safe") {
            look := run
        }
        look();
    }

    /// @dev Runs the call in hand with the code of QuoteConditions on this contract's storage, and ends it as that ends.
    function _delegate() private {
        address code = _code;
        assembly ("memory-safe") {
            let pointer := mload(0x40)
            calldatacopy(pointer, 0, calldatasize())
            let done := delegatecall(gas(), code, pointer, calldatasize(), 0, 0)
            returndatacopy(pointer, 0, returndatasize())
            switch done
            case 0 {
                revert(pointer, returndatasize())
            }
            default {
                return(pointer, returndatasize())
            }
        }
    }
}

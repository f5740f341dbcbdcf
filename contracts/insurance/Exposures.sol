// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccountId} from "../types/AccountId.sol";
import {Usd} from "../types/Usd.sol";

/// @notice Which accounts may still bring a loss, and how large, as their auction house said last. An episode lasts
/// while there is any. No permissions of its own.
abstract contract Exposures {
    /// @dev Counts the auction houses there have been: what an earlier one said is forgotten without a loop.
    uint64 private _generation;
    uint64 private _open;
    uint64 private _episode;
    uint256 private _total;
    mapping(uint256 generation => mapping(AccountId => uint256)) private _exposures;

    /// @dev The first exposure opens an episode. `largest` is not negative.
    function _setExposure(AccountId account, Usd largest) internal returns (Usd old) {
        uint256 before = _exposures[_generation][account];
        uint256 afterwards = uint256(Usd.unwrap(largest));
        _exposures[_generation][account] = afterwards;
        _total = _total - before + afterwards;
        if (before == 0 && afterwards != 0) {
            if (_open++ == 0) ++_episode;
        } else if (before != 0 && afterwards == 0) {
            --_open;
        }
        return Usd.wrap(int256(before));
    }

    function _forgetExposures() internal {
        ++_generation;
        _open = 0;
        _total = 0;
    }

    function _exposureOf(AccountId account) internal view returns (Usd) {
        return Usd.wrap(int256(_exposures[_generation][account]));
    }

    function _totalExposed() internal view returns (uint256) {
        return _total;
    }

    function _openCount() internal view returns (uint256) {
        return _open;
    }

    function _episodeNow() internal view returns (uint256) {
        return _open == 0 ? 0 : _episode;
    }
}

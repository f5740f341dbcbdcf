// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IHoldBack} from "../../contracts/interfaces/IInsurance.sol";

/// @notice A hold-back source that says what it is told, or fails in the way it is told.
contract HoldBackProbe is IHoldBack {
    enum Fault {
        None,
        Reverts,
        Loops,
        Floods
    }

    uint256 private _share;
    uint256 private _episode;
    Fault private _fault;

    function set(uint256 share, uint256 episode, Fault fault) external {
        (_share, _episode, _fault) = (share, episode, fault);
    }

    function heldShare() external view returns (uint256) {
        _fail();
        return _share;
    }

    function heldEpisode() external view returns (uint256) {
        _fail();
        return _episode;
    }

    function _fail() private view {
        if (_fault == Fault.Reverts) revert("dead");
        if (_fault == Fault.Loops) while (true) {}
        if (_fault == Fault.Floods) {
            assembly ("memory-safe") {
                revert(0, 30000)
            }
        }
    }
}

// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccountId} from "../types/AccountId.sol";

/// @notice How far an account stands above what is asked of it [wad USD].
/// @param excess equity above the initial requirement
/// @param requirement that requirement
/// @param headroom equity above the maintenance requirement
/// @param debt negative cash, as a positive number
struct Standing {
    int256 excess;
    int256 requirement;
    int256 headroom;
    uint256 debt;
}

/// @notice What is known only while a batch runs: whose it is, who called it, and which accounts may have gained risk.
/// Transient, so a transaction can leave nothing behind.
abstract contract BatchContext {
    /// @dev None: no batch runs. Batch: touched accounts must end healthy. Reduce: or at least not worse than before.
    enum Mode {
        None,
        Batch,
        Reduce
    }

    /// @dev keccak256("ballast.clearing.touched") - 1; the list lives in the slots after it, five per entry.
    uint256 private constant TOUCHED = 0x9accb5fabef29163f6342624307938747f65d3777c39efe4229ff6cd88ee2445;

    Mode internal transient _mode;
    bool internal transient _entered;
    uint256 internal transient _touchedCount;
    uint256 internal transient _activeAccount;
    address internal transient _activeCaller;

    /// @dev Index of `account` among the touched ones, or the count.
    function _touchedIndex(AccountId account) internal view returns (uint256 index) {
        uint256 count = _touchedCount;
        for (index = 0; index < count; ++index) {
            if (_load(TOUCHED + 5 * index) == AccountId.unwrap(account)) return index;
        }
    }

    /// @dev Appends an account with how it stood before.
    function _appendTouched(AccountId account, Standing memory before) internal {
        uint256 slot = TOUCHED + 5 * _touchedCount;
        _store(slot, AccountId.unwrap(account));
        _store(slot + 1, uint256(before.excess));
        _store(slot + 2, uint256(before.requirement));
        _store(slot + 3, uint256(before.headroom));
        _store(slot + 4, before.debt);
        ++_touchedCount;
    }

    /// @dev Touched account `index`, and how it stood before.
    function _touchedAt(uint256 index) internal view returns (AccountId account, Standing memory before) {
        uint256 slot = TOUCHED + 5 * index;
        account = AccountId.wrap(_load(slot));
        before.excess = int256(_load(slot + 1));
        before.requirement = int256(_load(slot + 2));
        before.headroom = int256(_load(slot + 3));
        before.debt = _load(slot + 4);
    }

    function _store(uint256 slot, uint256 value) private {
        assembly ("memory-safe") {
            tstore(slot, value)
        }
    }

    function _load(uint256 slot) private view returns (uint256 value) {
        assembly ("memory-safe") {
            value := tload(slot)
        }
    }
}

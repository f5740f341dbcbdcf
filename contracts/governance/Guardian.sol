// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IClearinghouse} from "../interfaces/IClearinghouse.sol";
import {IGuardian} from "../interfaces/IGovernance.sol";

/// @notice Stops new risk at once. It can only pause: resuming takes the curator, and exits are never paused.
contract Guardian is IGuardian, AccessManaged {
    IClearinghouse public immutable clearinghouse;

    /// @param authority AccessManager; the clearinghouse must let this contract call setRiskPaused
    constructor(address authority, IClearinghouse ledger) AccessManaged(authority) {
        if (address(ledger) == address(0)) revert Guardian_ZeroAddress();
        clearinghouse = ledger;
    }

    /// @inheritdoc IGuardian
    function pause() external restricted {
        emit RiskPaused(msg.sender);
        clearinghouse.setRiskPaused(true);
    }
}

// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IOptionsVault, NetAssetValue} from "../../contracts/interfaces/IOptionsVault.sol";
import {ITradeDesk} from "../../contracts/interfaces/ITradeDesk.sol";
import {Usd} from "../../contracts/types/Usd.sol";

/// @notice Has the insurance fund paid, and looks at NAV before and after it at one moment.
contract FundProbe {
    function pay(
        ITradeDesk desk,
        IOptionsVault vault
    ) external returns (NetAssetValue memory navBefore, NetAssetValue memory navAfter, Usd paid) {
        navBefore = vault.nav();
        paid = desk.payFund();
        navAfter = vault.nav();
    }
}

/// @notice Refuses to mark anything.
contract RefusingQuoter {
    error Refused();

    function markCapital() external pure {
        revert Refused();
    }
}

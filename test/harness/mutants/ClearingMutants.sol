// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Clearinghouse} from "../../../contracts/clearing/Clearinghouse.sol";
import {Registrar} from "../../../contracts/clearing/Registrar.sol";
import {IRiskEngine} from "../../../contracts/interfaces/IRiskEngine.sol";
import {AccountId} from "../../../contracts/types/AccountId.sol";

/// @notice A ledger in which what is held back of withdrawals stays behind when the cash itself moves on.
contract LooseLocks is Clearinghouse {
    constructor(
        address authority,
        address cashToken,
        IRiskEngine engine,
        Registrar registrar_
    ) Clearinghouse(authority, cashToken, engine, registrar_) {}

    function _followLock(AccountId, AccountId, address, uint256) internal override {}
}

// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IClearinghouseTerms} from "../interfaces/IClearinghouseTerms.sol";
import {AccountId} from "../types/AccountId.sol";
import {BatchContext} from "./BatchContext.sol";

/// @notice Who may act for an account: its owner, operators within their scopes and time, and the clearinghouse itself
/// on behalf of whoever called the running batch.
abstract contract Permissions is IClearinghouseTerms, BatchContext {
    /// @dev One word: scopes and the time they end.
    struct Operator {
        uint192 scopes;
        uint64 expiresAt;
    }

    /// @notice May run batches: trade, and move nothing out.
    uint256 public constant SCOPE_TRADE = 1;
    /// @notice May pay cash and collateral out.
    uint256 public constant SCOPE_WITHDRAW = 2;
    uint256 private constant ALL_SCOPES = 3;

    mapping(AccountId => mapping(address => Operator)) private _operators;
    /// @dev By owner, then nonce / 256: a bit for each nonce used or cancelled.
    mapping(address => mapping(uint256 => uint256)) internal _usedNonces;

    /// @dev Writes down what `operator` may do; whoever calls this has checked that the owner wants it.
    function _setOperator(AccountId account, address operator, uint256 scopes, uint256 expiresAt) internal {
        if (scopes & ~ALL_SCOPES != 0) revert Clearinghouse_UnknownScopes(scopes);
        if (operator == address(0)) revert Clearinghouse_ZeroAddress();
        uint64 ends = expiresAt > type(uint64).max ? type(uint64).max : uint64(expiresAt);
        _operators[account][operator] = Operator(uint192(scopes), ends);
        emit OperatorSet(account, operator, scopes, ends);
    }

    /// @dev Whether `caller` may act for `account` with all of `scopes`.
    function _isAuthorised(AccountId account, address caller, uint256 scopes) internal view returns (bool) {
        if (caller == account.ownerOf()) return true;
        Operator memory operator = _operators[account][caller];
        return operator.expiresAt > block.timestamp && uint256(operator.scopes) & scopes == scopes;
    }

    /// @dev Reverts unless the caller, or within a batch the batch's caller, has `scope` over `account`.
    function _requireScope(AccountId account, uint256 scope) internal view {
        if (!_isAuthorised(account, _effectiveCaller(account), scope)) {
            revert Clearinghouse_NotAuthorised(account, msg.sender);
        }
    }

    /// @dev A call of the clearinghouse to itself acts for the batch's caller, and only on the batch's account;
    /// otherwise an operator could reach beyond its scopes by wrapping a call in a batch.
    function _effectiveCaller(AccountId account) internal view returns (address) {
        if (msg.sender != address(this)) return msg.sender;
        if (_activeAccount != AccountId.unwrap(account))
            revert Clearinghouse_NotAuthorised(account, msg.sender);
        return _activeCaller;
    }
}

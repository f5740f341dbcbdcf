// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice A cross-margin account. It embeds its owner, so ownership costs no storage:
/// bits 255..96 owner address, bits 95..0 sub-account number chosen by the owner.
type AccountId is uint256;

using {ownerOf, subAccountOf, equals as ==} for AccountId global;

/// @notice The account `subAccount` of `owner`.
function accountIdOf(address owner, uint96 subAccount) pure returns (AccountId) {
    return AccountId.wrap((uint256(uint160(owner)) << 96) | subAccount);
}

/// @notice The address that owns `account`.
function ownerOf(AccountId account) pure returns (address) {
    return address(uint160(AccountId.unwrap(account) >> 96));
}

/// @notice The sub-account number of `account`.
function subAccountOf(AccountId account) pure returns (uint96) {
    return uint96(AccountId.unwrap(account));
}

/// @notice Whether `a` and `b` are the same account.
function equals(AccountId a, AccountId b) pure returns (bool) {
    return AccountId.unwrap(a) == AccountId.unwrap(b);
}

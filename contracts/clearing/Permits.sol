// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {IRiskEngine} from "../interfaces/IRiskEngine.sol";
import {AccountId} from "../types/AccountId.sol";
import {Solvency} from "./Solvency.sol";

/// @title Permits
/// @notice How owners name operators, by a call or by a signature (EIP-712; ERC-1271 where the owner is a contract). Code
/// only, like the registrar, and run on the clearinghouse's storage: signatures are for the clearinghouse.
/// @dev Layout: the same bases as the clearinghouse, and no variables. Nonces have no order, so one can be cancelled
/// without touching another.
contract Permits is Solvency {
    bytes32 private constant DOMAIN_TYPE = keccak256(
        "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
    );
    bytes32 private constant PERMIT_TYPE = keccak256(
        "OperatorPermit(uint256 account,address operator,uint256 scopes,uint256 expiresAt,uint256 nonce,uint256 deadline)"
    );

    /// @param authority AccessManager of the system
    /// @param cashToken USDC
    /// @param engine risk engine
    constructor(
        address authority,
        address cashToken,
        IRiskEngine engine
    ) Solvency(authority, cashToken, engine) {}

    /// @notice See IClearinghouse.
    function setOperator(AccountId account, address operator, uint256 scopes, uint256 expiresAt) external {
        if (_effectiveCaller(account) != account.ownerOf())
            revert Clearinghouse_NotAuthorised(account, msg.sender);
        _setOperator(account, operator, scopes, expiresAt);
    }

    /// @notice See IClearinghouse.
    function permitOperator(
        AccountId account,
        address operator,
        uint256 scopes,
        uint256 expiresAt,
        uint256 nonce,
        uint256 deadline,
        bytes calldata signature
    ) external {
        if (block.timestamp > deadline) revert Clearinghouse_PermitExpired(deadline);
        address owner = account.ownerOf();
        _useNonce(owner, nonce);
        bytes32 permit = keccak256(
            abi.encode(PERMIT_TYPE, account, operator, scopes, expiresAt, nonce, deadline)
        );
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", domainSeparator(), permit));
        if (!_isSigned(owner, digest, signature)) revert Clearinghouse_BadSignature(account, owner);
        _setOperator(account, operator, scopes, expiresAt);
    }

    /// @notice See IClearinghouse.
    /// @dev Within a batch it is who called the batch that cancels.
    function cancelNonce(uint256 nonce) external {
        _useNonce(msg.sender == address(this) ? _activeCaller : msg.sender, nonce);
    }

    /// @notice See IClearinghouse.
    function isNonceUsed(address owner, uint256 nonce) external view returns (bool) {
        return (_usedNonces[owner][nonce >> 8] >> (nonce & 0xff)) & 1 != 0;
    }

    /// @notice See IClearinghouse.
    /// @dev Made anew each time, so that a fork of the chain has its own.
    function domainSeparator() public view virtual returns (bytes32) {
        return
            keccak256(
                abi.encode(
                    DOMAIN_TYPE,
                    keccak256("Ballast Clearinghouse"),
                    keccak256("1"),
                    block.chainid,
                    address(this)
                )
            );
    }

    /// @dev An owner that is a contract answers for itself (ERC-1271).
    function _isSigned(
        address owner,
        bytes32 digest,
        bytes calldata signature
    ) internal view virtual returns (bool) {
        return SignatureChecker.isValidSignatureNowCalldata(owner, digest, signature);
    }

    function _useNonce(address owner, uint256 nonce) internal virtual {
        uint256 bit = 1 << (nonce & 0xff);
        uint256 word = _usedNonces[owner][nonce >> 8];
        if (word & bit != 0) revert Clearinghouse_NonceUsed(owner, nonce);
        _usedNonces[owner][nonce >> 8] = word | bit;
        emit NonceUsed(owner, nonce);
    }
}

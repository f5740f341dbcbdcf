// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {ISurfaceFeed, SurfaceReport} from "../interfaces/ISurfaceFeed.sol";

/// @title ReportQuorum
/// @notice Who may sign surface reports and how many must: the half of SurfaceFeed that knows signatures. Signers sign
/// EIP-712 data of this chain and contract, market and time included, so that a report counts once and in one place.
abstract contract ReportQuorum is ISurfaceFeed, AccessManaged, EIP712 {
    bytes32 private constant SLICE_TYPEHASH = keccak256(
        "SliceReport(uint40 expiry,uint256 forward,uint256 theta,uint256 psi,int256 rho)"
    );
    bytes32 private constant REPORT_TYPEHASH = keccak256(
        "SurfaceReport(uint8 market,uint40 timestamp,uint256 spot,SliceReport[] slices)"
        "SliceReport(uint40 expiry,uint256 forward,uint256 theta,uint256 psi,int256 rho)"
    );

    uint256 private _threshold = 1;
    uint256 private _signerCount;
    mapping(address => bool) private _signers;

    constructor(address authority) AccessManaged(authority) EIP712("Ballast SurfaceFeed", "1") {}

    /// @inheritdoc ISurfaceFeed
    function setSigner(address signer, bool allowed) external restricted {
        if (signer == address(0)) revert SurfaceFeed_ZeroAddress();
        if (_signers[signer] != allowed) {
            _signerCount = allowed ? _signerCount + 1 : _signerCount - 1;
            _signers[signer] = allowed;
        }
        emit SignerSet(signer, allowed);
    }

    /// @inheritdoc ISurfaceFeed
    function setThreshold(uint256 newThreshold) external restricted {
        if (newThreshold == 0 || newThreshold > _signerCount) {
            revert SurfaceFeed_BadThreshold(newThreshold, _signerCount);
        }
        emit ThresholdSet(_threshold, newThreshold);
        _threshold = newThreshold;
    }

    /// @inheritdoc ISurfaceFeed
    function threshold() external view returns (uint256) {
        return _threshold;
    }

    /// @inheritdoc ISurfaceFeed
    function isSigner(address signer) external view returns (bool) {
        return _signers[signer];
    }

    /// @inheritdoc ISurfaceFeed
    function digest(SurfaceReport calldata report) public view virtual returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](report.slices.length);
        for (uint256 i = 0; i < hashes.length; ++i) {
            hashes[i] = keccak256(abi.encode(SLICE_TYPEHASH, report.slices[i]));
        }
        bytes32 slicesHash = keccak256(abi.encodePacked(hashes));
        return
            _hashTypedDataV4(
                keccak256(
                    abi.encode(REPORT_TYPEHASH, report.market, report.timestamp, report.spot, slicesHash)
                )
            );
    }

    /// @dev At least the threshold of distinct signers, which increasing addresses make sure of.
    function _requireQuorum(bytes32 signed, bytes[] calldata signatures) internal view virtual {
        address previous = address(0);
        for (uint256 i = 0; i < signatures.length; ++i) {
            address signer = ECDSA.recover(signed, signatures[i]);
            if (!_signers[signer]) revert SurfaceFeed_UnknownSigner(signer);
            if (signer <= previous) revert SurfaceFeed_SignersNotSorted(previous, signer);
            previous = signer;
        }
        if (signatures.length < _threshold) revert SurfaceFeed_TooFewSigners(signatures.length, _threshold);
    }
}

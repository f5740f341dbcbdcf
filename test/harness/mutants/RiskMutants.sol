// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IPriceFeed} from "../../../contracts/interfaces/IPriceRouter.sol";
import {IRiskArrays} from "../../../contracts/interfaces/IRiskArrays.sol";
import {ISurfaceFeed} from "../../../contracts/interfaces/ISurfaceFeed.sol";
import {ArrayPosts} from "../../../contracts/risk/ArrayPosts.sol";
import {RiskParameters} from "../../../contracts/risk/RiskParameters.sol";

/// @notice Lets new risk take its time like old risk.
contract PatientParameters is RiskParameters {
    constructor(address authority, IPriceFeed pegFeed_) RiskParameters(authority, pegFeed_) {}

    function _wordsOf(
        uint8 market
    )
        internal
        view
        override
        returns (uint256 first, uint256 second, uint256 firstForNewRisk, uint256 secondForNewRisk)
    {
        (first, second, , ) = super._wordsOf(market);
        return (first, second, first, second);
    }
}

/// @notice Counts signatures, not signers.
contract CountingPosts is ArrayPosts {
    constructor(
        IRiskArrays riskArrays_,
        ISurfaceFeed surfaceFeed_,
        IERC20 cashToken_,
        address treasury_,
        uint256 bond_
    ) ArrayPosts(riskArrays_, surfaceFeed_, cashToken_, treasury_, bond_) {}

    function _requireQuorum(bytes32 signed, bytes[] calldata signatures) internal view override {
        for (uint256 i; i < signatures.length; ++i) {
            address signer = ECDSA.recover(signed, signatures[i]);
            if (!surfaceFeed.isSigner(signer)) revert ArrayPosts_UnknownSigner(signer);
        }
        uint256 required = surfaceFeed.threshold();
        if (signatures.length < required) revert ArrayPosts_TooFewSigners(signatures.length, required);
    }
}

// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {IAggregatorV3} from "../../../contracts/interfaces/IAggregatorV3.sol";
import {IPriceRouter} from "../../../contracts/interfaces/IPriceRouter.sol";
import {SurfaceReport} from "../../../contracts/interfaces/ISurfaceFeed.sol";
import {SettlementOracle} from "../../../contracts/oracle/SettlementOracle.sol";
import {SurfaceFeed} from "../../../contracts/oracle/SurfaceFeed.sol";

/// @notice Weighs whatever rounds it is given alike, wherever they are from.
contract AnyRoundsOracle is SettlementOracle {
    constructor(IPriceRouter router) SettlementOracle(router) {}

    function _weighted(
        IAggregatorV3 aggregator,
        uint256,
        uint80[] calldata roundIds
    ) internal view override returns (uint256 weighted) {
        uint256 scale = _scaleOf(aggregator, roundIds[0]);
        for (uint256 i = 0; i < roundIds.length; ++i) weighted += _read(aggregator, roundIds[i], scale).price;
        weighted = (weighted * WINDOW) / roundIds.length;
    }
}

/// @notice Falls back to any round before expiry, not the last.
contract AnyLastRoundOracle is SettlementOracle {
    constructor(IPriceRouter router) SettlementOracle(router) {}

    function _requireLastOfPhase(IAggregatorV3, uint80, uint256) internal view override {}
}

/// @notice Reads the rounds of every phase in the decimals of today's.
contract TodaysDecimalsOracle is SettlementOracle {
    constructor(IPriceRouter router) SettlementOracle(router) {}

    function _scaleOf(IAggregatorV3 aggregator, uint80) internal view override returns (uint256) {
        return 10 ** (18 - aggregator.decimals());
    }
}

/// @notice Reports that do not say where they count.
contract PlacelessFeed is SurfaceFeed {
    constructor(address authority, IPriceRouter router) SurfaceFeed(authority, router) {}

    function digest(SurfaceReport calldata report) public pure override returns (bytes32) {
        return keccak256(abi.encode(report));
    }
}

/// @notice Counts signatures, not signers.
contract CountingFeed is SurfaceFeed {
    constructor(address authority, IPriceRouter router) SurfaceFeed(authority, router) {}

    function _requireQuorum(bytes32 signed, bytes[] calldata signatures) internal view override {
        for (uint256 i = 0; i < signatures.length; ++i) {
            address signer = ECDSA.recover(signed, signatures[i]);
            if (!this.isSigner(signer)) revert SurfaceFeed_UnknownSigner(signer);
        }
        if (signatures.length < this.threshold()) revert SurfaceFeed_TooFewSigners(signatures.length, 0);
    }
}

// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {Permits} from "../../../contracts/clearing/Permits.sol";
import {IRiskEngine} from "../../../contracts/interfaces/IRiskEngine.sol";

/// @notice Permits that do not say where they count.
contract PlacelessPermits is Permits {
    constructor(address authority, address cash, IRiskEngine engine) Permits(authority, cash, engine) {}

    function domainSeparator() public pure override returns (bytes32) {
        return keccak256("Ballast Clearinghouse");
    }
}

/// @notice Permits whose nonces are forgotten.
contract ForgetfulPermits is Permits {
    constructor(address authority, address cash, IRiskEngine engine) Permits(authority, cash, engine) {}

    function _useNonce(address owner, uint256 nonce) internal override {
        emit NonceUsed(owner, nonce);
    }
}

/// @notice Permits that are told apart by their signatures, of which there are two forms.
contract MalleablePermits is Permits {
    constructor(address authority, address cash, IRiskEngine engine) Permits(authority, cash, engine) {}

    function _useNonce(address, uint256) internal override {
        // The signature's place in the call of permitOperator: after the selector, seven words and its length.
        bytes32 form = keccak256(msg.data[260:325]);
        super._useNonce(address(0), uint256(form));
    }

    function _isSigned(
        address owner,
        bytes32 digest,
        bytes calldata signature
    ) internal pure override returns (bool) {
        uint8 v = uint8(signature[64]);
        return ecrecover(digest, v, bytes32(signature[:32]), bytes32(signature[32:64])) == owner;
    }
}

/// @notice Takes any answer of a contract for a yes.
contract AgreeablePermits is Permits {
    constructor(address authority, address cash, IRiskEngine engine) Permits(authority, cash, engine) {}

    function _isSigned(
        address owner,
        bytes32 digest,
        bytes calldata signature
    ) internal view override returns (bool ok) {
        (ok, ) = owner.staticcall(abi.encodeCall(IERC1271.isValidSignature, (digest, signature)));
    }
}

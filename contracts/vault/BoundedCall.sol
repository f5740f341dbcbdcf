// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IValuation} from "../interfaces/IValuation.sol";
import {FixedPoint} from "../libraries/FixedPoint.sol";

/// @title BoundedCall
/// @notice Reads from contracts that are not trusted: with bounded gas, and nothing copied beyond what is asked for.
/// Whoever brings too little gas could otherwise choose what fails: then it reverts.
library BoundedCall {
    uint256 private constant GAS = 1_000_000;
    /// @dev No number is believed that is larger [wad].
    uint256 private constant MOST_BELIEVED = 1e36;

    /// @notice One signed number; `isRead` is false, and it is zero, if there is none or it is beyond belief.
    function number(address source, bytes memory data) internal view returns (bool isRead, int256 value) {
        uint256[] memory words;
        (isRead, words) = read(source, data, 1);
        if (!isRead || words.length == 0) return (false, 0);
        value = int256(words[0]);
        if (FixedPoint.abs(value) > MOST_BELIEVED) return (false, 0);
    }

    /// @notice Up to `most` words of what `source` answers.
    function read(
        address source,
        bytes memory data,
        uint256 most
    ) internal view returns (bool isRead, uint256[] memory words) {
        words = new uint256[](most);
        assembly ("memory-safe") {
            isRead := staticcall(GAS, source, add(data, 0x20), mload(data), 0, 0)
            let count := shr(5, returndatasize())
            if lt(most, count) {
                count := most
            }
            returndatacopy(add(words, 0x20), 0, shl(5, count))
            mstore(words, count)
        }
        if (!isRead) requireGas(GAS / 63);
    }

    /// @notice After a failed call: a call gets all but a 64th of the gas, so with `least` left it failed for another reason.
    function requireGas(uint256 least) internal view {
        uint256 left = gasleft();
        if (left < least) revert IValuation.Valuation_OutOfGas(left);
    }
}

// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {FixedPoint} from "../../contracts/libraries/FixedPoint.sol";
import {NodeGrid} from "../../contracts/risk/NodeGrid.sol";

/// @notice Levels by their formula, logarithms that are shared where levels are, and sums read at the lanes they name.
contract NodeGridTest {
    error Broken(string property, uint256 node);

    function test_Levels_AreThoseOfTheDecision(uint32 thousandths, uint32 drift) public pure {
        // As Grid stores them [1e-9]; an odd drift limit has a whole half in wad.
        uint256 outer = (1 + uint256(thousandths % 999)) * 1e15;
        uint256 d = (1e6 + uint256(drift % 19e6)) * 1e9;
        uint256[30] memory m = NodeGrid.multipliers(outer, d);
        for (uint256 i; i < 5; ++i) {
            _same("up", i, m[i], 1e18 - outer + (i * outer) / 2);
            _same("dense", 25 + i, m[25 + i], 1e18 - d + (i * d) / 2);
        }
        for (uint256 i; i < 13; ++i) _same("down", 11 + i, m[11 + i], 1e18 - outer + (i * outer) / 6);
        for (uint256 i; i < 6; ++i) {
            uint256 move = NodeGrid.tailMove(5 + i);
            uint256 nominal = i < 3 ? 1e18 - move : 1e18 + move;
            uint256 widened = nominal * (i < 3 ? 1e18 - d : 1e18 + d);
            _same("tail", 5 + i, m[5 + i] * 1e18, widened);
        }
        _same("edge", 24, m[24], 1e18 + outer);
        _same("edge", 23, m[23], 1e18 + outer);
        _same("centre", 2, m[2], 1e18);
        _same("centre", 17, m[17], 1e18);
        _same("centre", 27, m[NodeGrid.LANES + NodeGrid.CENTRE_LANE], 1e18);
    }

    function test_Logarithms_AreThoseOfTheirLevels(uint32 thousandths, uint32 drift) public pure {
        uint256 outer = (1 + uint256(thousandths % 999)) * 1e15;
        uint256[30] memory m = NodeGrid.multipliers(outer, (1e6 + uint256(drift % 19e6)) * 1e9);
        int256[30] memory logs = NodeGrid.logarithms(m);
        for (uint256 i; i < NodeGrid.NODES; ++i) {
            if (logs[i] != FixedPoint.lnRatio(m[i], 1e18)) revert Broken("logarithm", i);
        }
    }

    function test_VegaLosses_AreThoseOfTheLevelOne(uint256 seed, uint8 legs) public pure {
        uint256[14] memory cells;
        for (uint256 i; i < legs; ++i) {
            uint256 a = uint256(keccak256(abi.encode(seed, i, "a")));
            uint256 b = uint256(keccak256(abi.encode(seed, i, "b")));
            int256 quantity = int256(int40(int256(uint256(keccak256(abi.encode(seed, i, "q"))))));
            NodeGrid.add(cells, a, b, quantity);
        }
        int256[30] memory values;
        uint256[30] memory m;
        NodeGrid.decode(cells, m, 1 << 29, 0, 0, values);
        (int256 up, int256 down) = NodeGrid.vegaLosses(cells);
        // What decoding takes off every lane, the losses take off longs unshocked and off shorts shocked.
        int256 grossB = int256(cells[11]);
        if (up != values[27] - values[2] + grossB) revert Broken("up", 2);
        if (down != values[27] - values[17] + grossB) revert Broken("down", 17);
    }

    function _same(string memory level, uint256 node, uint256 got, uint256 wanted) private pure {
        if (got != wanted) revert Broken(level, node);
    }
}

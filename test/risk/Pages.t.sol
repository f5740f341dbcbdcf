// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {NodeGrid} from "../../contracts/risk/NodeGrid.sol";
import {HASH_FACTOR, HASH_SHIFT, Pages, PROBES} from "../../contracts/risk/Pages.sol";
import {SheetMath} from "../../contracts/risk/SheetMath.sol";
import {MarketSums, Sheet} from "../../contracts/risk/Walk.sol";

/// @notice A page with its directory, and legs counted on it: found by the directory or by their order, called or put,
/// netted or alone, the sums are those of NodeGrid.add over net quantities.
contract PagesTest {
    uint256 private constant GROUP = 500_000;

    error Broken(string property, uint256 left, uint256 right);

    function test_KeepsAPageAndADirectoryOfItsStrikes(uint256 seed) public {
        bytes memory page = _page(seed, 1 + (seed % Pages.MOST_ENTRIES), false);
        (bytes memory loaded, uint256 slots) = Pages.loadIndexed(Pages.store(page));
        if (keccak256(loaded) != keccak256(page)) revert Broken("page", loaded.length, page.length);
        if (keccak256(Pages.load(Pages.store(page))) != keccak256(page)) revert Broken("load", 0, 0);
        uint256 entries = Pages.count(page);
        if (slots < 2 * entries && slots != 512) revert Broken("slots", slots, entries);
        uint256[] memory expected = new uint256[](slots);
        for (uint256 i; i < entries; ++i) {
            uint256 slot = _slotOf(Pages.strikeAt(page, i), slots);
            uint256 tried;
            while (tried < PROBES && expected[(slot + tried) % slots] != 0) ++tried;
            if (tried < PROBES) expected[(slot + tried) % slots] = i + 1;
        }
        for (uint256 slot; slot < slots; ++slot) {
            uint256 kept = _byteBehind(loaded, slot);
            if (kept != expected[slot]) revert Broken("slot", kept, expected[slot]);
        }
    }

    function test_FindsAStrikeWithoutLoadingItsPage(uint256 seed) public {
        _checkLocate(_page(seed, 1 + (seed % Pages.MOST_ENTRIES), false));
        _checkLocate(_page(seed, 1 + (seed % 12), true));
        (uint256 index, bool found) = Pages.locate(address(0), 1);
        if (found) revert Broken("none", index, 0);
    }

    function _checkLocate(bytes memory page) private {
        address stored = Pages.store(page);
        uint256 entries = Pages.count(page);
        for (uint256 i; i < entries; ++i) {
            uint256 strike = Pages.strikeAt(page, i);
            (uint256 index, bool found) = Pages.locate(stored, strike);
            if (!found || index != i) revert Broken("locate", index, i);
            (uint256 a, uint256 b) = Pages.wordsIn(stored, index);
            (uint256 wordA, uint256 wordB, ) = Pages.wordsAt(page, i);
            if (a != wordA || b != wordB) revert Broken("words", a, wordA);
            bool isThere = Pages.find(page, entries, strike + 1) != entries;
            (index, found) = Pages.locate(stored, strike + 1);
            if (found != isThere) revert Broken("absent", index, i);
        }
    }

    function test_AFullPageFitsACodeWithItsDirectory() public {
        bytes memory page = _page(7, Pages.MOST_ENTRIES, false);
        (bytes memory loaded, uint256 slots) = Pages.loadIndexed(Pages.store(page));
        if (slots != 512 || keccak256(loaded) != keccak256(page)) revert Broken("full", slots, 512);
        (loaded, slots) = Pages.loadIndexed(address(0));
        if (loaded.length != 0 || slots != 0) revert Broken("none", loaded.length, slots);
    }

    function test_CountsLegsWhereverTheyStand(uint256 seed) public {
        _checkLegs(seed, _page(seed, 1 + (seed % 60), false), true);
        _checkLegs(seed, _page(seed, 1 + (seed % 60), false), false);
    }

    /// @dev A stranger may fill a page with strikes that all hash to one slot.
    function test_CountsLegsWhoseStrikesCollide(uint256 seed) public {
        bytes memory page = _page(seed, 2 + (seed % 8), true);
        (, uint256 slots) = Pages.loadIndexed(Pages.store(page));
        uint256 slot = _slotOf(Pages.strikeAt(page, 0), slots);
        for (uint256 i; i < Pages.count(page); ++i) {
            if (_slotOf(Pages.strikeAt(page, i), slots) != slot) revert Broken("collision", i, slot);
        }
        _checkLegs(seed, page, true);
    }

    /// @param stored whether the page has a directory
    function _checkLegs(uint256 seed, bytes memory page, bool stored) private {
        MarketSums memory sums;
        Sheet memory sheet;
        SheetMath.clear(sheet, GROUP, sums);
        (sheet.counted, sheet.base, sheet.forward) = (true, 2_000e18, 2_010e18);
        if (stored) (sheet.page, sheet.slotMask) = Pages.loadIndexed(Pages.store(page));
        else sheet.page = page;
        SheetMath.prepare(sheet);
        int256[] memory nets = new int256[](Pages.count(page));
        uint256[] memory words = _legs(seed, page, nets);
        uint256[] memory entries = SheetMath.entriesOf(words);
        uint256[] memory others = SheetMath.roomFor(entries.length);
        SheetMath.peel(sheet, entries, others);
        // One leg in ten is of another group, one of a strike that the page does not have.
        if (entries.length != words.length / 10) revert Broken("kept", entries.length, words.length / 10);
        if (others.length != words.length / 10) revert Broken("others", others.length, words.length / 10);
        SheetMath.close(sheet, sums);
        uint256[14] memory expected;
        for (uint256 i; i < nets.length; ++i) {
            (uint256 a, uint256 b, ) = Pages.wordsAt(page, i);
            if (nets[i] != 0) NodeGrid.add(expected, a, b, nets[i]);
        }
        for (uint256 i; i < 14; ++i) {
            if (sums.cells[i] != expected[i]) revert Broken("cell", sums.cells[i], expected[i]);
        }
    }

    /// @dev Legs one a word, each strike several times, as calls and puts, long and short.
    function _legs(
        uint256 seed,
        bytes memory page,
        int256[] memory nets
    ) private pure returns (uint256[] memory words) {
        words = new uint256[](40);
        for (uint256 i; i < words.length; ++i) {
            seed = uint256(keccak256(abi.encode(seed, i)));
            uint256 index = seed % nets.length;
            uint256 strike = Pages.strikeAt(page, index);
            uint256 group = GROUP;
            int256 quantity = int256((seed >> 16) % 1e12) - 5e11;
            if (i % 10 == 0) group = GROUP + 1;
            else if (i % 10 == 1) strike = 1;
            else nets[index] += quantity;
            uint256 kind = (seed >> 8) & 1;
            words[i] = (group << 100) | (strike << 68) | (kind << 64) | uint64(int64(quantity));
        }
    }

    /// @dev Increasing strikes above one; if they collide, all of one slot however many slots there are.
    function _page(uint256 seed, uint256 entries, bool collide) private pure returns (bytes memory page) {
        page = Pages.create(entries);
        uint256 strike = 2;
        for (uint256 i; i < entries; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            strike += 1 + (seed % 100_000);
            while (collide && _slotOf(strike, 512) != 5) ++strike;
            // Lanes and exponents of any kind.
            Pages.set(page, i, strike, seed, uint256(keccak256(abi.encode(seed, 1))), seed);
        }
    }

    function _slotOf(uint256 strike, uint256 slots) private pure returns (uint256) {
        return ((strike * HASH_FACTOR) >> HASH_SHIFT) & (slots - 1);
    }

    function _byteBehind(bytes memory page, uint256 slot) private pure returns (uint256 kept) {
        assembly ("memory-safe") {
            kept := byte(0, mload(add(add(page, 0x20), add(mload(page), slot))))
        }
    }
}

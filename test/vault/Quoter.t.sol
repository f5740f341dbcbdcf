// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BookRisk, GroupRisk} from "../../contracts/interfaces/IBooks.sol";
import {QuoterParameters} from "../../contracts/interfaces/IQuoter.sol";
import {Exposure} from "../../contracts/vault/QuoteRisk.sol";
import {ChargeByExpiryMutant, ChargeByLevelMutant, ChargeProbe} from "../harness/mutants/QuoteMutants.sol";

/// @notice Charges add up over pieces for any book, order and limits; charges that do not are caught by the same sums.
contract QuoterTest {
    ChargeProbe private immutable _real = new ChargeProbe();
    ChargeProbe private immutable _byLevel = new ChargeByLevelMutant();
    ChargeProbe private immutable _byExpiry = new ChargeByExpiryMutant();

    function _parameters() private pure returns (QuoterParameters memory p) {
        (p.vegaCharge, p.gammaCharge, p.deltaCharge) = (0.05e18, 0.01e18, 0.001e18);
        (p.maxNetVega, p.maxExpiryVega, p.maxNetGamma) = (0.25e18, 0.2e18, 0.1e18);
        (p.maxNetDelta, p.maxNotional) = (1e18, 5e18);
    }

    function _book(
        int256[4] memory x
    ) private pure returns (BookRisk memory book, GroupRisk[] memory groups) {
        book = BookRisk(x[0], x[1], x[2]);
        groups = new GroupRisk[](1);
        groups[0] = GroupRisk(0, x[3], 0, 0);
    }

    function _exposure(
        int256[4] memory a,
        int256[4] memory b,
        int256 hedge
    ) private pure returns (Exposure memory exposure) {
        (exposure.change.beforehand, exposure.change.groupsBefore) = _book(a);
        (exposure.change.afterwards, exposure.change.groupsAfter) = _book(b);
        (exposure.hedge, exposure.spot, exposure.capital) = (hedge, 2_000e18, 1_000_000e18);
    }

    function _draw(int128 seed, uint256 most) private pure returns (int256) {
        return int256(seed) % int256(most);
    }

    function _state(int128[4] memory seeds) private pure returns (int256[4] memory) {
        return
            [
                _draw(seeds[0], 500_000e18),
                _draw(seeds[1], 200_000e18),
                _draw(seeds[2], 1_000e18),
                _draw(seeds[3], 500_000e18)
            ];
    }

    function testFuzz_twoPiecesNeverCostLessThanTheWhole(
        int128[4] memory start,
        int128[4] memory middle,
        int128[4] memory last,
        int128 hedgeSeed
    ) public view {
        QuoterParameters memory p = _parameters();
        int256 hedge = _draw(hedgeSeed, 1_000e18);
        (int256[4] memory a, int256[4] memory b) = (_state(start), _state(middle));
        int256[4] memory c = _state(last);
        uint256 pieces = _real.charge(p, _exposure(a, b, hedge)) + _real.charge(p, _exposure(b, c, hedge));
        require(pieces >= _real.charge(p, _exposure(a, c, hedge)), "two pieces are cheaper than the whole");
    }

    function testFuzz_lessOfEveryRiskIsFreeAndNeverStopped(
        int128[4] memory start,
        uint64[4] memory shares
    ) public view {
        int256[4] memory a = _state(start);
        int256[4] memory b;
        for (uint256 i; i < 4; ++i) b[i] = (a[i] * int256(uint256(shares[i]) % 1e18)) / 1e18;
        Exposure memory exposure = _exposure(a, b, 0);
        require(_real.charge(_parameters(), exposure) == 0, "less risk is charged");
        exposure.capital = 1e18;
        _real.requireWithinLimits(_parameters(), exposure);
    }

    function test_aChargeByLevelIsCheaperInPieces() public view {
        (uint256 pieces, uint256 whole) = _inTwo(_byLevel);
        require(pieces < whole, "the attack on the mutant fails");
        (pieces, whole) = _inTwo(_real);
        require(pieces >= whole, "the attack succeeds");
    }

    function test_aChargeByExpiryIsCheaperOverExpiries() public view {
        // As much vega again as the book has, in an expiry that has none.
        int256[4] memory full = [int256(-100_000e18), 0, 0, -100_000e18];
        int256[4] memory more = [int256(-200_000e18), 0, 0, -200_000e18];
        int256[4] memory other = [int256(-200_000e18), 0, 0, -100_000e18];
        int256[4] memory none = [int256(-100_000e18), 0, 0, 0];
        QuoterParameters memory p = _parameters();
        uint256 same = _byExpiry.charge(p, _exposure(full, more, 0));
        uint256 spread = _byExpiry.charge(p, _exposure(none, other, 0));
        // The mutant asks a third for what the book as a whole bears alike.
        require(3 * spread <= same + 3, "the attack on the mutant fails");
        uint256 book = _real.charge(p, _exposure(none, other, 0)) - spread;
        require(book > spread, "the whole book is not charged");
    }

    function _inTwo(ChargeProbe probe) private view returns (uint256 pieces, uint256 whole) {
        QuoterParameters memory p = _parameters();
        int256[4] memory a;
        int256[4] memory b = [int256(-50_000e18), 0, 0, 0];
        int256[4] memory c = [int256(-100_000e18), 0, 0, 0];
        pieces = probe.charge(p, _exposure(a, b, 0)) + probe.charge(p, _exposure(b, c, 0));
        whole = probe.charge(p, _exposure(a, c, 0));
    }
}

// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ExpiryHeader, ExpiryShocks, Grid, IRiskArrays} from "../../contracts/interfaces/IRiskArrays.sol";
import {ArrayReport, PageBasis} from "../../contracts/interfaces/IArrayPosts.sol";
import {ISurfaceFeed} from "../../contracts/interfaces/ISurfaceFeed.sol";
import {ArrayPosts} from "../../contracts/risk/ArrayPosts.sol";
import {Basis, NodeValuation} from "../../contracts/risk/NodeValuation.sol";
import {PageSample} from "../../contracts/risk/PageSample.sol";
import {TestToken} from "../harness/TestToken.sol";

interface Vm {
    function warp(uint256 timestamp) external;
    function roll(uint256 blockNumber) external;
    function prank(address sender) external;
}

/// @notice Arrays of one expiry whose version the handler moves, and a quorum of nobody.
contract StillArrays {
    uint24 public version = 1;

    function move() external {
        ++version;
    }

    function threshold() external pure returns (uint256) {
        return 0;
    }

    function install(uint8, uint256, uint24, bytes calldata) external view returns (address) {
        return address(this);
    }

    function withdrawPage(uint8, uint256, address) external {}

    function gridOf(uint8) external pure returns (Grid memory grid) {
        (grid.referenceSpot, grid.version, grid.outer) = (3_000e8, 1, 0.212e9);
    }

    function basisOf(
        uint8,
        uint256
    )
        external
        view
        returns (ExpiryHeader memory header, ExpiryShocks memory shocks, uint256 slice, bool current)
    {
        (header.forward, header.computedAt) = (3_000e8, 1e9);
        (shocks.version, shocks.upFactor, shocks.downFactor) = (version, 1.5e6, 0.7e6);
        return (header, shocks, 0, true);
    }
}

/// @notice Does whatever posters and others can do, in any order and at any time. Pages have three entries, the last of
/// which is wrong: the sample of two spares it once in three.
contract BondHandler {
    Vm private constant VM = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    uint256 public constant BOND = 1_000e6 + 7;
    uint256 public constant POSTERS = 3;
    uint40 private constant EXPIRY = 1_000_080_000;

    TestToken public immutable cash = new TestToken(6);
    StillArrays public immutable arrays = new StillArrays();
    ArrayPosts public immutable posts;

    /// @dev What the handler knows of each poster: bonds that are locked.
    mapping(address => uint256) public locks;
    uint256 public challenges;
    uint256 public donated;
    uint256 public time = 1e9 + 1;
    uint256 public height = 100;

    struct Known {
        address poster;
        uint24 version;
        bytes page;
    }

    Known[] private _committed;
    Known[] private _posted;
    uint256 private _salt;

    constructor() {
        posts = new ArrayPosts(
            IRiskArrays(address(arrays)),
            ISurfaceFeed(address(arrays)),
            IERC20(address(cash)),
            address(0x7ea),
            BOND
        );
    }

    function poster(uint256 seed) public pure returns (address) {
        return address(uint160(0x1000 + (seed % POSTERS)));
    }

    function pass(uint256 seconds_, uint256 blocks) external {
        (time, height) = (time + (seconds_ % 5 days), height + (blocks % 200) + 1);
    }

    function move() external {
        arrays.move();
    }

    function deposit(uint256 who, uint256 amount) external {
        amount = 1 + (amount % (4 * BOND));
        cash.mint(poster(who), amount);
        VM.prank(poster(who));
        cash.approve(address(posts), amount);
        VM.prank(poster(who));
        posts.deposit(amount);
    }

    function leave(uint256 who, uint256 amount) external {
        (uint256 free, , uint256 leaving, ) = posts.bondsOf(poster(who));
        _now();
        VM.prank(poster(who));
        posts.requestWithdrawal(amount % (free + leaving + 1));
    }

    function withdraw(uint256 who) external {
        _now();
        VM.prank(poster(who));
        posts.withdraw(poster(who + 1));
    }

    function commit(uint256 who) external {
        _now();
        Known memory known = Known(poster(who), arrays.version(), "");
        known.page = _page(known.version, ++_salt);
        bytes32 hash = posts.hashOf(_report(known));
        VM.prank(known.poster);
        posts.commit(0, EXPIRY, known.version, hash);
        _committed.push(known);
        ++locks[known.poster];
    }

    function post(uint256 which) external {
        Known memory known = _committed[which % _committed.length];
        _now();
        VM.prank(known.poster);
        posts.post(_report(known), new bytes[](0));
        _posted.push(known);
    }

    function expire(uint256 which) external {
        Known memory known = _committed[which % _committed.length];
        _now();
        posts.expire(known.poster, posts.hashOf(_report(known)));
        --locks[known.poster];
    }

    function release(uint256 which) external {
        which %= _posted.length;
        _now();
        posts.release(which + 1);
        --locks[_posted[which].poster];
    }

    function challenge(uint256 which, uint256 index) external {
        which %= _posted.length;
        Known memory known = _posted[which];
        _now();
        posts.challenge(which + 1, _basis(known.version), known.page, index % 4);
        --locks[known.poster];
        ++challenges;
    }

    function collect() external {
        posts.collect();
    }

    function donate(uint256 amount) external {
        donated += amount % BOND;
        cash.mint(address(posts), amount % BOND);
    }

    function _basis(uint24 version) private view returns (PageBasis memory basis) {
        (basis.market, basis.expiry) = (0, EXPIRY);
        (basis.header, basis.shocks, basis.slice, ) = arrays.basisOf(0, EXPIRY);
        basis.shocks.version = version;
        basis.grid = arrays.gridOf(0);
    }

    function _page(uint24 version, uint256 salt) private view returns (bytes memory page) {
        PageBasis memory basis = _basis(version);
        Basis memory valuation;
        (valuation.grid, valuation.header, valuation.shocks) = (basis.grid, basis.header, basis.shocks);
        valuation.expiry = EXPIRY;
        uint256[] memory strikes = new uint256[](3);
        for (uint256 i; i < 3; ++i) strikes[i] = 200_000 + 3 * salt + i;
        page = NodeValuation.pageOf(valuation, strikes);
        page[299] = bytes1(uint8(page[299]) ^ 1);
    }

    function _report(Known memory known) private pure returns (ArrayReport memory) {
        return ArrayReport(0, EXPIRY, known.version, known.page);
    }

    function _now() private {
        VM.warp(time);
        VM.roll(height);
    }
}

/// @notice RSK-05: bonds of posters add up to what is held, and nothing locked can leave; and what a sample is.
contract PostBondsTest {
    error Broken(string property, uint256 left, uint256 right);

    BondHandler private _handler;

    function setUp() public {
        _handler = new BondHandler();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_handler);
    }

    function invariant_whatIsHeldIsWhatIsOwed() external view {
        ArrayPosts posts = _handler.posts();
        uint256 owed = posts.penalties() + _handler.donated();
        for (uint256 i; i < _handler.POSTERS(); ++i) {
            (uint256 free, uint256 locked, uint256 leaving, ) = posts.bondsOf(_handler.poster(i));
            owed += free + locked + leaving;
        }
        uint256 held = _handler.cash().balanceOf(address(posts));
        if (held != owed) revert Broken("held is owed", held, owed);
    }

    function invariant_everyOpenCommitmentAndPostIsBacked() external view {
        for (uint256 i; i < _handler.POSTERS(); ++i) {
            address poster = _handler.poster(i);
            (, uint256 locked, , ) = _handler.posts().bondsOf(poster);
            uint256 needed = _handler.locks(poster) * _handler.BOND();
            if (locked != needed) revert Broken("locked is needed", locked, needed);
        }
    }

    function testFuzz_aSampleHasEveryIndexAtMostOnce(bytes32 seed, uint256 entries) external pure {
        entries = 1 + (entries % 240);
        uint256[] memory sample = PageSample.indexes(seed, entries);
        uint256 size = (entries + 7) / 8;
        if (size < 2) size = entries < 2 ? 1 : 2;
        if (sample.length != size) revert Broken("size", sample.length, size);
        uint256 seen;
        for (uint256 i; i < size; ++i) {
            if (sample[i] >= entries) revert Broken("index", sample[i], entries);
            if ((seen >> sample[i]) & 1 != 0) revert Broken("once", sample[i], i);
            seen |= 1 << sample[i];
        }
    }

    /// @dev The handler reaches a challenge that pays; otherwise the invariants would hold for want of one.
    function test_theHandlerReachesChallenges() external {
        for (uint256 i; i < 40 && _handler.challenges() == 0; ++i) {
            _handler.deposit(0, 4 * _handler.BOND() - 1);
            _handler.commit(0);
            _handler.pass(1, 0);
            try _handler.post(i) {
                _handler.challenge(0, 2);
            } catch {}
        }
        if (_handler.challenges() != 1) revert Broken("challenges", _handler.challenges(), 1);
    }
}

// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {ArrayReport, IArrayPosts, PageBasis} from "../interfaces/IArrayPosts.sol";
import {ExpiryHeader, ExpiryShocks, IRiskArrays} from "../interfaces/IRiskArrays.sol";
import {ISurfaceFeed} from "../interfaces/ISurfaceFeed.sol";
import {Basis} from "./NodeValuation.sol";
import {Pages} from "./Pages.sol";
import {PageSample} from "./PageSample.sol";
import {PostBonds} from "./PostBonds.sol";

/// @title ArrayPosts
/// @notice Lets whole expiries be posted that were computed off chain. A page is a pure function of its basis, so an entry
/// is right if it is, bit for bit, what this contract computes; there is no tolerance.
/// The poster commits to a signed report, whose sample the hash of that block decides, and posts it in a later block. Who
/// sees an unlucky sample may keep silent, which costs part of the bond while the version lasts. A wrong entry that was not
/// in the sample can be challenged for seven days by anyone, who earns half of the bond.
/// Trusts the surface feed for its signers and the risk arrays for the basis; needs the right to install and withdraw pages
/// there. Whoever proposes the block of a commitment may influence its hash, hence bond and challenge besides the sample.
/// Without this contract everything goes on: arrays are then refreshed on chain.
contract ArrayPosts is PostBonds, EIP712 {
    /// @dev One word.
    struct Commitment {
        uint64 blockNumber;
        uint8 market;
        uint40 expiry;
        uint24 version;
    }

    /// @param content hash of the basis and of the page's hash
    struct Post {
        address poster;
        uint64 postedAt;
        bytes32 content;
    }

    /// @notice Blocks after a commitment in which it can be posted: as long as its block's hash is known.
    uint256 public constant POST_BLOCKS = 255;

    bytes32 private constant REPORT_TYPEHASH = keccak256(
        "ArrayReport(uint8 market,uint40 expiry,uint24 version,bytes page)"
    );
    /// @dev Part of the bond that a commitment costs that was not posted, part of that for who says so, and part of the
    /// bond for a challenger. The treasury gets the rest of each, so that accusing oneself does not pay.
    uint256 private constant EXPIRY_SHARE = 5;
    uint256 private constant CALLER_SHARE = 4;
    uint256 private constant CHALLENGER_SHARE = 2;

    IRiskArrays public immutable riskArrays;
    ISurfaceFeed public immutable surfaceFeed;

    uint256 private _lastPost;
    mapping(address poster => mapping(bytes32 reportHash => Commitment)) private _commitments;
    mapping(uint256 postId => Post) private _posts;

    /// @param riskArrays_ where pages are installed
    /// @param surfaceFeed_ whose signers sign reports
    /// @param cashToken_ of bonds, without a fee on transfers
    /// @param treasury_ that gets penalties
    /// @param bond_ of one report [cash token units]
    constructor(
        IRiskArrays riskArrays_,
        ISurfaceFeed surfaceFeed_,
        IERC20 cashToken_,
        address treasury_,
        uint256 bond_
    ) PostBonds(cashToken_, treasury_, bond_) EIP712("Ballast ArrayPosts", "1") {
        if (address(riskArrays_) == address(0) || address(surfaceFeed_) == address(0)) {
            revert ArrayPosts_ZeroAddress();
        }
        (riskArrays, surfaceFeed) = (riskArrays_, surfaceFeed_);
    }

    /// @inheritdoc IArrayPosts
    function commit(uint8 market, uint40 expiry, uint24 version, bytes32 reportHash) external {
        Commitment storage commitment = _commitments[msg.sender][reportHash];
        if (commitment.blockNumber != 0) revert ArrayPosts_AlreadyCommitted(msg.sender, reportHash);
        // Arrays that are not current could be moved, and the commitment released, by whoever dislikes its sample.
        _basisOf(market, expiry, version);
        _lock(msg.sender);
        _commitments[msg.sender][reportHash] = Commitment(uint64(block.number), market, expiry, version);
        emit ReportCommitted(msg.sender, reportHash, market, expiry, version);
    }

    /// @inheritdoc IArrayPosts
    function post(
        ArrayReport calldata report,
        bytes[] calldata signatures
    ) external returns (uint256 postId) {
        bytes32 reportHash = hashOf(report);
        bytes32 seed = _redeem(report, reportHash);
        _requireQuorum(_hashTypedDataV4(reportHash), signatures);
        bytes memory page = report.page;
        if (!PageSample.isSound(page)) revert ArrayPosts_BadPage();
        PageBasis memory basis = _basisOf(report.market, report.expiry, report.version);
        _requireRight(_valuationBasis(basis), page, seed);
        postId = ++_lastPost;
        _posts[postId] = Post(msg.sender, uint64(block.timestamp), _contentOf(basis, page));
        address installed = riskArrays.install(report.market, report.expiry, report.version, page);
        // The page as well, since a poster could hide it from those who read transactions but not traces.
        emit ArraysPosted(postId, msg.sender, report.market, report.expiry, basis, page, installed);
    }

    /// @inheritdoc IArrayPosts
    function expire(address poster, bytes32 reportHash) external {
        Commitment memory commitment = _commitments[poster][reportHash];
        if (commitment.blockNumber == 0) revert ArrayPosts_NoCommitment(poster, reportHash);
        (, ExpiryShocks memory shocks, , ) = riskArrays.basisOf(commitment.market, commitment.expiry);
        uint256 penalty;
        if (shocks.version == commitment.version) {
            uint256 lastBlock = commitment.blockNumber + POST_BLOCKS;
            if (block.number <= lastBlock) revert ArrayPosts_StillOpen(lastBlock);
            penalty = bond / EXPIRY_SHARE;
        }
        delete _commitments[poster][reportHash];
        emit CommitmentExpired(poster, reportHash, msg.sender, penalty);
        _unlock(poster, penalty, penalty / CALLER_SHARE, msg.sender);
    }

    /// @inheritdoc IArrayPosts
    function challenge(
        uint256 postId,
        PageBasis calldata basis,
        bytes calldata page,
        uint256 index
    ) external {
        Post memory challenged = _known(postId);
        uint256 closesAt = challenged.postedAt + CHALLENGE_WINDOW;
        if (block.timestamp > closesAt) revert ArrayPosts_WindowClosed(postId, closesAt);
        if (_contentOf(basis, page) != challenged.content) revert ArrayPosts_NotAsPosted(postId);
        uint256 entries = Pages.count(page);
        if (index >= entries) revert ArrayPosts_NoSuchEntry(index, entries);
        uint256 strike = PageSample.strikeAt(page, index);
        if (PageSample.isRight(_valuationBasis(basis), page, index)) revert ArrayPosts_RightEntry(strike);
        delete _posts[postId];
        _withdrawPage(basis);
        emit PostChallenged(postId, challenged.poster, msg.sender, strike);
        _unlock(challenged.poster, bond, bond / CHALLENGER_SHARE, msg.sender);
    }

    /// @inheritdoc IArrayPosts
    function release(uint256 postId) external {
        Post memory released = _known(postId);
        uint256 closesAt = released.postedAt + CHALLENGE_WINDOW;
        if (block.timestamp <= closesAt) revert ArrayPosts_WindowOpen(postId, closesAt);
        delete _posts[postId];
        emit PostReleased(postId, released.poster);
        _unlock(released.poster, 0, 0, address(0));
    }

    /// @inheritdoc IArrayPosts
    function committedAt(address poster, bytes32 reportHash) external view returns (uint256) {
        return _commitments[poster][reportHash].blockNumber;
    }

    /// @inheritdoc IArrayPosts
    function postOf(uint256 postId) external view returns (address poster, uint256 postedAt) {
        Post storage posted = _posts[postId];
        return (posted.poster, posted.postedAt);
    }

    /// @inheritdoc IArrayPosts
    function hashOf(ArrayReport calldata report) public pure returns (bytes32) {
        return
            keccak256(
                abi.encode(
                    REPORT_TYPEHASH,
                    report.market,
                    report.expiry,
                    report.version,
                    keccak256(report.page)
                )
            );
    }

    /// @inheritdoc IArrayPosts
    function digest(ArrayReport calldata report) external view returns (bytes32) {
        return _hashTypedDataV4(hashOf(report));
    }

    /// @inheritdoc IArrayPosts
    function sampleOf(
        bytes32 blockHash,
        bytes32 reportHash,
        uint256 entries
    ) external pure returns (uint256[] memory) {
        return PageSample.indexes(_seedOf(blockHash, reportHash), entries);
    }

    /// @dev Takes the caller's commitment of a report and returns the seed of its sample.
    function _redeem(ArrayReport calldata report, bytes32 reportHash) private returns (bytes32 seed) {
        Commitment memory commitment = _commitments[msg.sender][reportHash];
        uint256 committed = commitment.blockNumber;
        if (committed == 0) revert ArrayPosts_NoCommitment(msg.sender, reportHash);
        if (block.number == committed) revert ArrayPosts_TooEarly(committed + 1);
        uint256 lastBlock = committed + POST_BLOCKS;
        if (block.number > lastBlock) revert ArrayPosts_TooLate(lastBlock);
        if (
            commitment.market != report.market ||
            commitment.expiry != report.expiry ||
            commitment.version != report.version
        ) revert ArrayPosts_NotAsCommitted(reportHash);
        delete _commitments[msg.sender][reportHash];
        return _seedOf(blockhash(committed), reportHash);
    }

    /// @dev Takes back whatever page the expiry has: strikes added since the post have moved its entries to another
    /// contract. A newer version has a page of its own, which the wrong entry is not on.
    function _withdrawPage(PageBasis calldata basis) private {
        (ExpiryHeader memory header, ExpiryShocks memory shocks, , ) = riskArrays.basisOf(
            basis.market,
            basis.expiry
        );
        if (shocks.version != basis.shocks.version) return;
        riskArrays.withdrawPage(basis.market, basis.expiry, header.page);
    }

    function _requireQuorum(bytes32 signed, bytes[] calldata signatures) internal view virtual {
        address previous = address(0);
        for (uint256 i; i < signatures.length; ++i) {
            address signer = ECDSA.recover(signed, signatures[i]);
            if (!surfaceFeed.isSigner(signer)) revert ArrayPosts_UnknownSigner(signer);
            if (signer <= previous) revert ArrayPosts_SignersNotSorted(previous, signer);
            previous = signer;
        }
        uint256 required = surfaceFeed.threshold();
        if (signatures.length < required) revert ArrayPosts_TooFewSigners(signatures.length, required);
    }

    /// @dev What the arrays of an expiry are computed from, which must be current and of `version`.
    function _basisOf(
        uint8 market,
        uint40 expiry,
        uint24 version
    ) private view returns (PageBasis memory basis) {
        bool current;
        (basis.market, basis.expiry) = (market, expiry);
        (basis.header, basis.shocks, basis.slice, current) = riskArrays.basisOf(market, expiry);
        if (basis.shocks.version != version) revert ArrayPosts_WrongVersion(basis.shocks.version, version);
        if (!current) revert ArrayPosts_NotCurrent(market, expiry);
        basis.header.page = address(0);
        basis.grid = riskArrays.gridOf(market);
    }

    function _known(uint256 postId) private view returns (Post memory posted) {
        posted = _posts[postId];
        if (posted.poster == address(0)) revert ArrayPosts_UnknownPost(postId);
    }

    function _requireRight(Basis memory basis, bytes memory page, bytes32 seed) private pure {
        uint256[] memory sample = PageSample.indexes(seed, Pages.count(page));
        for (uint256 i; i < sample.length; ++i) {
            if (!PageSample.isRight(basis, page, sample[i])) {
                revert ArrayPosts_WrongEntry(PageSample.strikeAt(page, sample[i]));
            }
        }
    }

    function _valuationBasis(PageBasis memory basis) private pure returns (Basis memory valuation) {
        valuation.grid = basis.grid;
        valuation.header = basis.header;
        valuation.shocks = basis.shocks;
        valuation.slice = basis.slice;
        valuation.expiry = basis.expiry;
    }

    function _contentOf(PageBasis memory basis, bytes memory page) private pure returns (bytes32) {
        return keccak256(abi.encode(basis, keccak256(page)));
    }

    function _seedOf(bytes32 blockHash, bytes32 reportHash) private pure returns (bytes32) {
        return keccak256(abi.encode(blockHash, reportHash));
    }
}

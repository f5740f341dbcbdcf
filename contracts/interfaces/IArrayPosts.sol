// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ExpiryHeader, ExpiryShocks, Grid} from "./IRiskArrays.sol";

/// @notice Arrays of strikes of one expiry, as the feed's signers sign them (EIP-712).
/// @param market index of the underlying
/// @param expiry unix seconds, on the hour
/// @param version that the expiry's arrays have
/// @param page entries as in risk/Pages.sol, increasing strictly by strike
struct ArrayReport {
    uint8 market;
    uint40 expiry;
    uint24 version;
    bytes page;
}

/// @notice All that the entries of a page depend on, besides the strike of each.
/// @param header with its page left out, which installing changes
/// @param slice packed (see pricing/VolSurface.sol)
struct PageBasis {
    uint8 market;
    uint40 expiry;
    Grid grid;
    ExpiryHeader header;
    ExpiryShocks shocks;
    uint256 slice;
}

/// @notice Takes risk arrays that were computed off chain and signed by the surface feed's quorum. A sample that the
/// poster could not know is recomputed at once; any other entry may be challenged for seven days, at the cost of the
/// poster's bond. Amounts are in units of the cash token.
interface IArrayPosts {
    event BondDeposited(address indexed poster, uint256 amount);
    event WithdrawalRequested(address indexed poster, uint256 amount, uint256 availableAt);
    event BondWithdrawn(address indexed poster, address receiver, uint256 amount);
    event PenaltiesCollected(address indexed treasury, uint256 amount);
    event ReportCommitted(
        address indexed poster,
        bytes32 indexed reportHash,
        uint8 market,
        uint256 expiry,
        uint24 version
    );
    event CommitmentExpired(
        address indexed poster,
        bytes32 indexed reportHash,
        address caller,
        uint256 penalty
    );
    event ArraysPosted(
        uint256 indexed postId,
        address indexed poster,
        uint8 indexed market,
        uint256 expiry,
        PageBasis basis,
        bytes page,
        address installed
    );
    event PostChallenged(uint256 indexed postId, address indexed poster, address challenger, uint256 strike);
    event PostReleased(uint256 indexed postId, address indexed poster);

    error ArrayPosts_ZeroAddress();
    error ArrayPosts_ZeroAmount();
    error ArrayPosts_ReceivedLess(uint256 amount, uint256 received);
    error ArrayPosts_BondTooSmall(uint256 free, uint256 needed);
    error ArrayPosts_NothingRequested(address poster);
    error ArrayPosts_Unbonding(uint256 availableAt);
    error ArrayPosts_NothingToCollect();
    error ArrayPosts_NotCurrent(uint8 market, uint256 expiry);
    error ArrayPosts_WrongVersion(uint24 expected, uint24 version);
    error ArrayPosts_AlreadyCommitted(address poster, bytes32 reportHash);
    error ArrayPosts_NoCommitment(address poster, bytes32 reportHash);
    error ArrayPosts_NotAsCommitted(bytes32 reportHash);
    error ArrayPosts_TooEarly(uint256 firstBlock);
    error ArrayPosts_TooLate(uint256 lastBlock);
    error ArrayPosts_StillOpen(uint256 lastBlock);
    error ArrayPosts_TooFewSigners(uint256 valid, uint256 required);
    error ArrayPosts_UnknownSigner(address signer);
    error ArrayPosts_SignersNotSorted(address previous, address current);
    error ArrayPosts_BadPage();
    error ArrayPosts_WrongEntry(uint256 strike);
    error ArrayPosts_UnknownPost(uint256 postId);
    error ArrayPosts_NotAsPosted(uint256 postId);
    error ArrayPosts_NoSuchEntry(uint256 index, uint256 entries);
    error ArrayPosts_RightEntry(uint256 strike);
    error ArrayPosts_WindowOpen(uint256 postId, uint256 closesAt);
    error ArrayPosts_WindowClosed(uint256 postId, uint256 closedAt);

    // Bonds

    /// @notice Adds `amount` to the caller's free bond.
    function deposit(uint256 amount) external;

    /// @notice Sets `amount` of the caller's free bond apart, to be withdrawn after UNBONDING; replaces an earlier
    /// request, so that zero cancels it.
    function requestWithdrawal(uint256 amount) external;

    /// @notice Pays what the caller requested to `receiver`, once it is available.
    function withdraw(address receiver) external;

    /// @notice Pays the penalties so far to the treasury. Anyone may call.
    function collect() external;

    // Posting

    /// @notice Announces a report by its hash, and locks a bond for it. The expiry's arrays must be current, of `version`.
    /// @param reportHash `hashOf` the report
    function commit(uint8 market, uint40 expiry, uint24 version, bytes32 reportHash) external;

    /// @notice Installs the arrays of a report that the caller committed in an earlier block, at most POST_BLOCKS before.
    /// The bond stays locked until the post is released.
    /// @dev Order of checks: commitment, signatures, page, version, sample.
    /// @param signatures by at least the surface feed's threshold of its signers, in increasing order of addresses
    /// @return postId counted from one
    function post(ArrayReport calldata report, bytes[] calldata signatures) external returns (uint256 postId);

    /// @notice Closes a commitment that was not posted in time: at the cost of a fifth of its bond, a quarter of which the
    /// caller gets; free of charge, and at once, if the expiry has moved to another version. Anyone may call.
    function expire(address poster, bytes32 reportHash) external;

    /// @notice Proves an entry of a post wrong, within CHALLENGE_WINDOW. The caller gets half of the bond and the treasury
    /// the rest. The expiry's page is taken back if its version is still that of the post.
    /// @param basis as in the event of the post
    /// @param page as in the event of the post
    /// @param index of the wrong entry
    function challenge(uint256 postId, PageBasis calldata basis, bytes calldata page, uint256 index) external;

    /// @notice Gives the poster the bond of a post back that can no longer be challenged. Anyone may call.
    function release(uint256 postId) external;

    // Reads

    /// @notice The poster's bond: free, locked by commitments and posts, and leaving at a time.
    function bondsOf(
        address poster
    ) external view returns (uint256 free, uint256 locked, uint256 leaving, uint256 availableAt);

    /// @notice Penalties that wait for the treasury.
    function penalties() external view returns (uint256);

    /// @notice Bond of one report.
    function bond() external view returns (uint256);

    /// @notice Block in which the poster committed the report; zero if it is not committed.
    function committedAt(address poster, bytes32 reportHash) external view returns (uint256 blockNumber);

    /// @notice Poster and time of a post that can be challenged or released; zeros if there is none.
    function postOf(uint256 postId) external view returns (address poster, uint256 postedAt);

    /// @notice EIP-712 struct hash of a report: what is committed.
    function hashOf(ArrayReport calldata report) external pure returns (bytes32);

    /// @notice EIP-712 digest of a report: what is signed.
    function digest(ArrayReport calldata report) external view returns (bytes32);

    /// @notice Indexes of the entries that are checked in a report of `entries` entries: max(2, entries / 8 rounded up)
    /// different ones, or all if there are no more than two.
    /// @param blockHash of the block that the report was committed in
    function sampleOf(
        bytes32 blockHash,
        bytes32 reportHash,
        uint256 entries
    ) external pure returns (uint256[] memory indexes);
}

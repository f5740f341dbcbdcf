// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice How much may flow in an epoch. Exits never below the coded floor, and unbounded for those who waited long.
/// @param depositPerEpoch most that enters in one epoch [USDC units]
/// @param capacity ask NAV up to which deposits are taken [USDC units]
/// @param redeemPerEpoch share of the supply that leaves in one epoch [wad], at least MIN_REDEEM_PER_EPOCH
struct FlowLimits {
    uint128 depositPerEpoch;
    uint128 capacity;
    uint64 redeemPerEpoch;
}

/// @notice What an LP asked for, as it stands at the current mark.
/// @param assetsPending USDC units that wait to enter
/// @param sharesForAssets shares that they would get at the current ask NAV, rounded down
/// @param sharesPending shares that wait to leave
/// @param assetsForShares USDC units that they would get at the current bid NAV, rounded down
struct Estimate {
    uint256 assetsPending;
    uint256 sharesForAssets;
    uint256 sharesPending;
    uint256 assetsForShares;
}

/// @notice Requests and claims of LPs: ERC-7540 (asynchronous deposit and redemption), ERC-7887 (cancellation) and
/// ERC-7575 (share). The request id is always zero, so requests are told apart by their controller alone.
///
/// Requests that nobody knew a newer mark for form a cohort. A cohort is filled by epochs whose mark is newer than its
/// last request by LEAD: in the order of cohorts, pro rata within one, and what is short of capacity waits for the next
/// epoch. A cancellation within GRACE of the cohort's last request takes effect at once, since no mark that could fill
/// it can be known yet. Later ones take part in the next epoch that may fill them and get back what it left, so that
/// nobody chooses after having seen the mark; without any epoch they are free after ESCAPE.
interface IEpochQueue {
    // ERC-7540
    event DepositRequest(
        address indexed controller,
        address indexed owner,
        uint256 indexed requestId,
        address sender,
        uint256 assets
    );
    event RedeemRequest(
        address indexed controller,
        address indexed owner,
        uint256 indexed requestId,
        address sender,
        uint256 shares
    );
    event OperatorSet(address indexed controller, address indexed operator, bool approved);

    // ERC-4626, as ERC-7540 wants it: `sender` of Deposit is the controller, `owner` the receiver.
    event Deposit(address indexed sender, address indexed owner, uint256 assets, uint256 shares);
    event Withdraw(
        address indexed sender,
        address indexed receiver,
        address indexed owner,
        uint256 assets,
        uint256 shares
    );

    // ERC-7887
    event CancelDepositRequest(address indexed controller, uint256 indexed requestId, address sender);
    event CancelRedeemRequest(address indexed controller, uint256 indexed requestId, address sender);
    event CancelDepositClaim(
        address indexed controller,
        address indexed receiver,
        uint256 indexed requestId,
        address sender,
        uint256 assets
    );
    event CancelRedeemClaim(
        address indexed controller,
        address indexed receiver,
        uint256 indexed requestId,
        address sender,
        uint256 shares
    );

    event FlowLimitsSet(FlowLimits previous, FlowLimits current);
    event WindDownSet(bool isWindingDown);

    error EpochQueue_NotAuthorised(address owner, address caller);
    error EpochQueue_BelowMinimum(uint256 amount, uint256 minimum);
    error EpochQueue_PreviewNotSupported();
    error EpochQueue_ZeroAddress();
    error EpochQueue_WindingDown();
    error EpochQueue_BadLimit(uint256 given, uint256 least, uint256 most);

    /// @notice Hands `assets` of `owner` to the silo as a request of `controller`. The caller is the owner or its operator.
    /// @return requestId always zero
    function requestDeposit(
        uint256 assets,
        address controller,
        address owner
    ) external returns (uint256 requestId);

    /// @notice Hands `shares` of `owner` to the silo as a redemption request of `controller`. The caller is the owner, its
    /// operator or has its allowance.
    /// @return requestId always zero
    function requestRedeem(
        uint256 shares,
        address controller,
        address owner
    ) external returns (uint256 requestId);

    /// @notice USDC units that wait to enter. Views ignore the id: a controller's requests are one.
    function pendingDepositRequest(uint256 requestId, address controller) external view returns (uint256);

    /// @notice USDC units whose shares may be claimed.
    function claimableDepositRequest(uint256 requestId, address controller) external view returns (uint256);

    /// @notice Shares that wait to leave.
    function pendingRedeemRequest(uint256 requestId, address controller) external view returns (uint256);

    /// @notice Shares whose USDC may be claimed.
    function claimableRedeemRequest(uint256 requestId, address controller) external view returns (uint256);

    function isOperator(address controller, address operator) external view returns (bool);
    function setOperator(address operator, bool approved) external returns (bool);

    /// @notice ERC-7540 claim of a fulfilled deposit.
    function deposit(uint256 assets, address receiver, address controller) external returns (uint256 shares);

    /// @notice ERC-7540 claim of a fulfilled deposit, by shares.
    function mint(uint256 shares, address receiver, address controller) external returns (uint256 assets);

    /// @notice ERC-7540 claim of a fulfilled redemption, by shares.
    function redeem(uint256 shares, address receiver, address controller) external returns (uint256 assets);

    /// @notice ERC-7540 claim of a fulfilled redemption, by assets.
    function withdraw(uint256 assets, address receiver, address controller) external returns (uint256 shares);

    /// @notice Cancels all that waits of a controller's deposits. While it is pending, no new one is taken.
    function cancelDepositRequest(uint256 requestId, address controller) external;

    /// @notice Whether a cancellation of deposits waits for an epoch.
    function pendingCancelDepositRequest(uint256 requestId, address controller) external view returns (bool);

    /// @notice USDC units of cancelled deposits that may be claimed.
    function claimableCancelDepositRequest(
        uint256 requestId,
        address controller
    ) external view returns (uint256);

    /// @notice Pays the USDC of cancelled deposits to `receiver`.
    function claimCancelDepositRequest(
        uint256 requestId,
        address receiver,
        address controller
    ) external returns (uint256 assets);

    /// @notice Cancels all that waits of a controller's redemptions. While it is pending, no new one is taken.
    function cancelRedeemRequest(uint256 requestId, address controller) external;

    /// @notice Whether a cancellation of redemptions waits for an epoch.
    function pendingCancelRedeemRequest(uint256 requestId, address controller) external view returns (bool);

    /// @notice Shares of cancelled redemptions that may be claimed.
    function claimableCancelRedeemRequest(
        uint256 requestId,
        address controller
    ) external view returns (uint256);

    /// @notice Pays the shares of cancelled redemptions to `receiver`.
    function claimCancelRedeemRequest(
        uint256 requestId,
        address receiver,
        address controller
    ) external returns (uint256 shares);

    /// @notice ERC-7575: the share token, which is the vault itself.
    function share() external view returns (address);

    /// @notice ERC-7575: the vault of an asset; zero for any but the vault's own.
    function vault(address asset) external view returns (address);

    /// @notice What waits on each side, and the time that a mark must be newer than to fill any of it.
    function pendingTotals() external view returns (uint256 assets, uint256 shares, uint256 markAfter);

    /// @notice What a controller's pending requests would get at the current mark. Reverts only if there never was a price.
    function estimateRequests(address controller) external view returns (Estimate memory);

    /// @notice Whether redemptions have waited for cash longer than they should. Nothing that takes cash or margin from
    /// them may be opened meanwhile.
    function exitsWaiting() external view returns (bool);

    function flowLimits() external view returns (FlowLimits memory);

    /// @notice Whether the curator has declared the end: no deposits, redemptions without a flow limit.
    function isWindingDown() external view returns (bool);

    /// @notice Restricted to the curator.
    function setFlowLimits(FlowLimits calldata limits) external;

    /// @notice Restricted to the curator.
    function setWindDown(bool isEnding) external;
}

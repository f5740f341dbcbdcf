// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Deposits wait in assets and get shares, redemptions the other way round.
enum Side {
    Deposit,
    Redeem
}

/// @notice What a controller may claim: `out` for `filled` of its requests, and what came back of cancelled ones.
struct Claim {
    uint128 filled;
    uint128 out;
    uint128 returned;
}

/// @notice A controller's standing: its claim, what waits, and whether that is being cancelled.
struct Standing {
    Claim claim;
    uint256 pending;
    bool isLeaving;
}

/// @notice What an epoch did on one side; `isShort` if capacity ended before what it could have filled.
struct Filled {
    uint256 amountIn;
    uint256 amountOut;
    bool isShort;
}

/// @notice Holds requested and claimable USDC and shares apart from the vault, so that they back no options, and the books
/// of who they belong to. Everything but the views is the vault's; it checks who may act for a controller.
interface ISilo {
    error Silo_NotVault(address caller);
    error Silo_ZeroAddress();
    error Silo_NothingToClaim(address controller);
    error Silo_ExceedsClaimable(uint256 asked, uint256 claimable);
    error Silo_NothingToCancel(address controller);
    error Silo_CancellationPending(address controller);
    error Silo_TooManyRequests(address controller, uint256 most);

    /// @notice Notes a request whose tokens the vault brings.
    /// @param mark time of the current mark: a cohort that it is newer than takes no more
    /// @param isStranger whether neither the controller nor its operator asks; strangers may open half of the cohorts
    function join(Side side, address controller, uint256 amount, uint256 mark, bool isStranger) external;

    /// @notice Cancels all that waits of a controller: at once if no mark that fills it can be known or `isFree`, else with
    /// the next epoch that may fill it.
    function cancel(Side side, address controller, bool isFree) external;

    /// @notice Fills cohorts in their order with an epoch's capacity: `out = in * numerator / denominator`, rounded down.
    function fill(
        Side side,
        uint256 mark,
        uint256 capacity,
        uint256 numerator,
        uint256 denominator
    ) external returns (Filled memory done);

    /// @notice Pays a claim by what was asked for, rounding down what is paid.
    function claimIn(
        Side side,
        address controller,
        address receiver,
        uint256 amountIn
    ) external returns (uint256 amountOut);

    /// @notice Pays a claim by what it brings, rounding up what it uses.
    function claimOut(
        Side side,
        address controller,
        address receiver,
        uint256 amountOut
    ) external returns (uint256 amountIn);

    /// @notice Pays back what came back of cancelled requests.
    function claimReturned(Side side, address controller, address receiver) external returns (uint256 amount);

    /// @notice Moves assets of filled deposits to the vault.
    function release(uint256 assets) external;

    /// @notice A controller's standing after all epochs so far.
    function standingOf(Side side, address controller) external view returns (Standing memory);

    /// @notice Sum of what waits.
    function waiting(Side side) external view returns (uint256);

    /// @notice When the first cohort that waits got its last request; now if none waits.
    function waitingSince(Side side) external view returns (uint256);

    /// @notice The time that a mark must be newer than for an epoch to fill anything.
    function markAfter() external view returns (uint256);
}

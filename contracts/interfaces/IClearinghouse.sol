// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccountId} from "../types/AccountId.sol";
import {InstrumentId} from "../types/InstrumentId.sol";
import {Quantity} from "../types/Quantity.sol";
import {Usd} from "../types/Usd.sol";
import {CollateralAsset, IClearinghouseTerms, InterestTerms} from "./IClearinghouseTerms.sol";
import {IHoldBack} from "./IInsurance.sol";
import {Assessment, Portfolio} from "./IRiskEngine.sol";

/// @notice One call of a batch.
/// @param target the clearinghouse itself, a registered venue, or the risk arrays or books (to refresh them)
/// @param data calldata, selector included
struct Call {
    address target;
    bytes data;
}

/// @notice The ledger: cash, collateral, positions and permissions of every account. Knows nothing of pricing.
/// Trusts: the risk engine's verdict, and registered venues to move cash and positions between accounts.
/// Sum of all positions of an instrument is always zero. USDC held >= sum of signed cash + settlementTransit + interest
/// of the insurance fund; what rounding leaves stays in custody. Negative cash owes interest, positive cash earns it.
interface IClearinghouse is IClearinghouseTerms {
    // Owner actions: the owner, an operator with the scope, or the clearinghouse itself within a batch of that account.

    /// @notice Pulls `amount` token units from the caller (in a batch: from the batch's caller) into `account`. Anyone may;
    /// of collateral, who is neither owner nor operator brings at least the minimum deposit, while it has a live price.
    /// @dev Collateral without any price is no new asset for an account with positions or debt: Clearinghouse_NoPrice.
    function deposit(AccountId account, address asset, uint256 amount) external;

    /// @notice Pays `amount` token units out to `receiver`. Cash may not go negative by it. Scope WITHDRAW.
    /// @dev While the hold-back source names a share h, amount * h / (1 - h) more has to be there, and is locked in the
    /// account until the episode is over: of what an owner asks back in all, the share h waits.
    function withdraw(AccountId account, address asset, uint256 amount, address receiver) external;

    /// @notice Runs `calls` for `account`; afterwards every account touched must have equity >= its initial requirement.
    /// @dev Scope TRADE. All calls pass or all fail. Calls to venues run with `activeAccount() == account`.
    function batch(AccountId account, Call[] calldata calls) external returns (bytes[] memory results);

    /// @notice The same for an account that is below its initial requirement, or while data is stale or risk is paused:
    /// afterwards the account's excess (equity - initial requirement) must not be lower, nor its requirement higher, than before,
    /// nor its equity further below maintenance. A counterparty that keeps its initial requirement need not be better off.
    function reduce(AccountId account, Call[] calldata calls) external returns (bytes[] memory results);

    /// @notice Gives `operator` scopes over `account` until `expiresAt`; zero scopes revoke. Owner only.
    function setOperator(AccountId account, address operator, uint256 scopes, uint256 expiresAt) external;

    /// @notice setOperator by the owner's signature (EIP-712; ERC-1271 where the owner is a contract), sent by anyone until
    /// `deadline`. Each nonce is good once; nonces have no order.
    /// @dev OperatorPermit(uint256 account,address operator,uint256 scopes,uint256 expiresAt,uint256 nonce,uint256 deadline),
    /// domain "Ballast Clearinghouse", version "1", this chain and contract.
    function permitOperator(
        AccountId account,
        address operator,
        uint256 scopes,
        uint256 expiresAt,
        uint256 nonce,
        uint256 deadline,
        bytes calldata signature
    ) external;

    /// @notice Makes the caller's permits with `nonce` void for good.
    function cancelNonce(uint256 nonce) external;

    // Venue actions: registered venues only. Every account that may have gained risk is checked: at the end of
    // the running batch or, outside a batch, by the venue calling `requireHealthy`.

    /// @notice Moves cash; `amount` >= 0. `from` may go negative.
    function moveCash(AccountId from, AccountId to, Usd amount) external;

    /// @notice Moves `quantity` (signed) of `instrument`: `from` loses it, `to` gains it.
    function movePosition(AccountId from, AccountId to, InstrumentId instrument, Quantity quantity) external;

    /// @notice Moves collateral [token units].
    function moveCollateral(AccountId from, AccountId to, address asset, uint256 amount) external;

    /// @notice Moves the share `fraction` [wad] of all positions, collateral and cash of `from` to `to`;
    /// at 1e18 exactly everything. Positions round towards zero, leaving dust with `from`.
    function moveSlice(AccountId from, AccountId to, uint256 fraction) external;

    /// @notice Moves the share `fraction` [wad] of the positions of one expiry; at 1e18 all of them. Cash and collateral stay:
    /// see moveCash and moveCollateral. For accounts with more positions than one transaction can carry.
    /// @return moved how many positions
    function moveSliceOf(
        AccountId from,
        AccountId to,
        uint8 market,
        uint256 expiry,
        uint256 fraction
    ) external returns (uint256 moved);

    /// @notice Turns an expired position into `cash` (signed). Only the settler.
    function settlePosition(AccountId account, InstrumentId instrument, Usd cash) external;

    /// @notice Shares a loss over all claims pro rata by value, and credits `account` with exactly `amount`. Cash of others
    /// and their collateral at its live price, before haircut, bear alike: cash through the index of claims, collateral
    /// by a levy in cash for each unit, due at once and collected when the holding is next touched. Only the loss
    /// waterfall. What `account` itself holds as collateral bears nothing, nor does collateral without any price.
    /// @dev Balances round down and levies up; what rounding leaves stays in custody.
    function shareLoss(AccountId account, Usd amount) external;

    /// @notice Reverts with Clearinghouse_BelowInitial unless equity >= initial requirement.
    function requireHealthy(AccountId account) external view;

    // Reads

    /// @notice The account whose batch is running; zero outside one.
    function activeAccount() external view returns (AccountId account);

    /// @notice Who called the running batch; zero outside one.
    function activeCaller() external view returns (address caller);

    /// @notice Signed cash [wad USD]: a claim with interest as of the last accrual, a debt with interest up to now, less
    /// levies that collateral owes.
    function cashOf(AccountId account) external view returns (Usd);

    /// @notice Collateral [token units].
    function collateralOf(AccountId account, address asset) external view returns (uint256);

    /// @notice All collateral of one market [wad underlying].
    function collateralIn(AccountId account, uint8 market) external view returns (uint256);

    /// @notice Signed quantity; zero if none.
    function positionOf(AccountId account, InstrumentId instrument) external view returns (Quantity);

    /// @notice How many positions an account has, in a book or not.
    function positionCount(AccountId account) external view returns (uint256);

    /// @notice Packed positions, two a word, without gaps except possibly the last high half. Reads every position, also of
    /// an account with a book.
    function positionWords(AccountId account) external view returns (uint256[] memory);

    /// @notice Whether `account` has a book (see IBooks): up to 1,024 positions, summed by expiry for margin.
    function hasBook(AccountId account) external view returns (bool);

    /// @notice Groups (market << 20 | expiry hours) in which an account with a book has positions.
    function bookGroups(AccountId account) external view returns (uint256[] memory);

    /// @notice How many positions an account with a book has in a group.
    function bookLegCount(AccountId account, uint256 group) external view returns (uint256);

    /// @notice Packed positions of an account with a book in a group, two a word.
    function bookLegs(AccountId account, uint256 group) external view returns (uint256[] memory);

    /// @notice Everything that margin depends on; the positions of an account with a book are left to its book.
    function portfolio(AccountId account) external view returns (Portfolio memory);

    /// @notice The engine's verdict on `account`, stale strikes valued on the fly.
    function assess(AccountId account) external view returns (Assessment memory);

    /// @notice Whether `caller` may act for `account` with all of `scopes`.
    function isAuthorised(AccountId account, address caller, uint256 scopes) external view returns (bool);

    /// @notice Whether permits of `owner` with `nonce` were used or cancelled.
    function isNonceUsed(address owner, uint256 nonce) external view returns (bool);

    /// @notice EIP-712 domain separator of permits.
    function domainSeparator() external view returns (bytes32);

    /// @notice The cash token (USDC) and its decimals.
    function cashAsset() external view returns (address token, uint8 decimals);

    /// @notice Collateral assets ever enabled.
    function collateralAssets() external view returns (address[] memory);

    /// @notice Configuration of a collateral asset.
    function collateralAsset(address asset) external view returns (CollateralAsset memory);

    /// @notice Cash that has left short settled accounts and not yet reached long ones (or the reverse) [wad USD, signed].
    function settlementTransit() external view returns (Usd);

    /// @notice Sum of all positive cash, the claims that share a loss [wad USD].
    function totalClaims() external view returns (Usd);

    /// @notice Sum of all negative cash, with interest as of the last accrual [wad USD].
    function totalDebt() external view returns (Usd);

    /// @notice Indices of claims and of debts [1e22 at first]; that of debts with interest up to now.
    function indices() external view returns (uint256 claimIndex, uint256 debtIndex);

    /// @notice What borrowed cash costs now [wad a year], and its terms.
    function interestRate() external view returns (uint256 yearly, InterestTerms memory terms);

    /// @notice Most that one account, and that all together, may borrow by their own actions [wad USD].
    function debtLimits() external view returns (uint256 perAccount, uint256 total);

    /// @notice Interest of the insurance fund that waits for `collectInterest` [wad USD], as of the last accrual.
    function interestReserve() external view returns (Usd);

    /// @notice The insurance fund's account, to which interest and fees are credited; zero if there is none.
    function insuranceAccount() external view returns (AccountId);

    /// @notice Token units that are held back in an account now.
    function heldBack(AccountId account, address asset) external view returns (uint256);

    /// @notice Most token units that could be withdrawn now as far as balance, hold-back and cash in custody go; margin is
    /// not looked at.
    function withdrawable(AccountId account, address asset) external view returns (uint256);

    /// @notice All of an asset that is held, and the least that others may deposit [token units].
    function collateralTotals(address asset) external view returns (uint256 amount, uint256 minimum);

    /// @notice Whether risk-raising batches are paused. Exits never are.
    function riskPaused() external view returns (bool);

    /// @notice Credits the insurance fund's account with the interest that waits for it. Anyone may.
    function collectInterest() external;

    // Governance

    /// @notice Sets what borrowed cash costs from now on. Restricted to the curator; bounds: see InterestTerms.
    function setInterestTerms(InterestTerms calldata terms) external;

    /// @notice Sets how much may be borrowed [wad USD]; `perAccount` <= `total` <= 1e28. Restricted to the curator.
    function setDebtLimits(uint128 perAccount, uint128 total) external;

    /// @notice Names the account that interest is credited to. Restricted to the curator.
    function setInsuranceAccount(AccountId account) external;

    /// @notice Names who says what part of withdrawals to hold back; zero for none. Restricted to the curator.
    function setHoldBackSource(IHoldBack source) external;

    /// @notice Sets the least that others may deposit of an asset [token units], at most one whole token. Restricted to
    /// the curator.
    function setMinimumDeposit(address asset, uint128 minimum) external;

    /// @notice Registers or removes a venue. Restricted to the curator.
    function setVenue(address venue, bool allowed) external;

    /// @notice Configures a collateral asset. Restricted to the curator.
    function setCollateralAsset(address asset, uint8 market, uint128 cap, bool enabled) external;

    /// @notice Gives `account`, which has no positions, a book. Restricted to the curator; for good.
    function openBook(AccountId account) external;

    /// @notice Pauses or resumes risk-raising batches. Restricted to the guardian (pausing) and curator (resuming).
    function setRiskPaused(bool paused) external;
}

/// @notice Turns expired positions into cash at the fixing.
interface ISettler {
    event AccountSettled(AccountId indexed account, uint256 positions, Usd cash);

    error Settler_NothingToSettle(AccountId account);
    error Settler_ZeroAddress();

    /// @notice Settles up to `limit` positions of `account` whose fixing exists. Anyone may call. Payoffs owed to the
    /// account round down, those it owes round up. Returns how many were settled.
    function settle(AccountId account, uint256 limit) external returns (uint256 settled);
}

// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccountId} from "../types/AccountId.sol";
import {Usd} from "../types/Usd.sol";

/// @notice Takes the first loss that an account cannot pay. ERC-4626 shares of USDC. Leaving needs a cooldown, and then
/// happens within an exit window, or the cooldown must be started anew; it is closed while a shortfall is open.
interface IInsuranceFund {
    event Covered(address indexed receiver, uint256 amount, uint256 asked);
    event CooldownStarted(address indexed owner, uint256 shares, uint256 endsAt, uint256 expiresAt);
    event OpenShortfallsSet(uint256 oldOpen, uint256 newOpen);
    event Contributed(address indexed payer, uint256 amount);
    event FeesCollected(uint256 amount);

    error InsuranceFund_NotWaterfall(address caller);
    error InsuranceFund_CoolingDown(address owner, uint256 endsAt);
    error InsuranceFund_CooldownExpired(address owner, uint256 expiredAt);
    error InsuranceFund_NoCooldown(address owner);
    error InsuranceFund_ShortfallOpen(uint256 open);
    error InsuranceFund_ExceedsCooldown(uint256 shares, uint256 cooled);
    error InsuranceFund_ZeroAddress();
    error InsuranceFund_ZeroAmount();

    /// @notice Pays up to `amount` USDC units to `receiver`; returns what it could pay. Only the waterfall.
    function cover(uint256 amount, address receiver) external returns (uint256 paid);

    /// @notice How many insolvent auctions are open; exits are closed while any is. Only the waterfall.
    function setOpenShortfalls(uint256 open) external;

    /// @notice Starts the cooldown of the caller's `shares`; replaces an earlier one.
    function startCooldown(uint256 shares) external;

    /// @notice Shares of `owner` that cool, when they may leave, and when that permission expires.
    function cooldownOf(
        address owner
    ) external view returns (uint256 shares, uint256 endsAt, uint256 expiresAt);

    /// @notice Pulls `amount` USDC units from the caller for all depositors; nobody gets shares for it.
    function contribute(uint256 amount) external;

    /// @notice Collects waiting interest, and takes what interest and fees have left in the fund's account of the
    /// clearinghouse, as far as it may be withdrawn now [USDC units]. Anyone may.
    function collectFees() external returns (uint256 amount);

    /// @notice The fund's account in the clearinghouse, to which interest and fees are credited.
    function feeAccount() external view returns (AccountId);

    /// @notice Insolvent auctions that are open.
    function openShortfalls() external view returns (uint256);

    /// @notice USDC units that back the shares; donations do not count.
    function assetsHeld() external view returns (uint256);
}

/// @notice What part of withdrawals open shortfalls may yet need.
interface IHoldBack {
    /// @notice Share of each withdrawal that must stay, alike for all [wad], at most 1e18; rounded up. What may be needed
    /// is measured against positive cash alone, though collateral bears losses as well: a feed that is dead when the loss
    /// comes makes collateral bear nothing, and then cash alone has to be there (see docs/LIQUIDATION.md). It asks for no
    /// price.
    function heldShare() external view returns (uint256);

    /// @notice Number of the episode in which withdrawals are held back; zero while no shortfall is open. What was held
    /// in an episode is free as soon as this is another number.
    function heldEpisode() external view returns (uint256);
}

/// @notice How one loss was paid, in order. All [wad USD].
struct Absorption {
    Usd insurance;
    Usd vault;
    Usd shared;
}

/// @notice Who pays, in this order.
enum Payer {
    InsuranceFund,
    Vault,
    AllClaims
}

/// @notice Pays shortfalls in a fixed order: insurance fund, first-loss slice of the vault, then all claims pro rata.
interface ILossWaterfall is IHoldBack {
    /// @notice One step of a loss: `payer` paid `amount`, and `left` went on to the next [wad USD].
    event PayerCharged(AccountId indexed account, Payer indexed payer, Usd amount, Usd left);
    event LossAbsorbed(AccountId indexed account, Usd shortfall, Usd insurance, Usd vault, Usd shared);
    event ExposureSet(AccountId indexed account, Usd oldExposure, Usd newExposure, uint256 episode);
    event VaultMeasured(Usd nav);
    event VaultSliceSet(uint256 oldPerEvent, uint256 newPerEvent, uint256 oldPerYear, uint256 newPerYear);
    event AuctionHouseSet(address oldAuctionHouse, address newAuctionHouse);

    error LossWaterfall_NotAuctionHouse(address caller);
    error LossWaterfall_ZeroShortfall();
    error LossWaterfall_NegativeExposure(Usd exposure);
    error LossWaterfall_SliceTooLarge(uint256 slice, uint256 maximum);
    error LossWaterfall_ZeroAddress();

    /// @notice All that the vault ever paid for others' shortfalls [wad USD].
    function slicesPaid() external view returns (Usd);

    /// @notice Credits `account` with exactly `shortfall` [wad USD], taken from the payers in order. Only the auction house.
    /// @dev Reverts if all claims together cannot pay, so that nothing is ever credited without a payer.
    function absorb(AccountId account, Usd shortfall) external returns (Absorption memory);

    /// @notice Names the largest loss that the open insolvent auction of `account` may still bring [wad USD]; zero once it
    /// is closed or solvent. While any is above zero nobody leaves the fund, and withdrawals are held back in part. Only
    /// the auction house.
    function setExposure(AccountId account, Usd largest) external;

    /// @notice What was named for `account` last [wad USD].
    function exposureOf(AccountId account) external view returns (Usd);

    /// @notice Sum of all exposures [wad USD], and how many there are.
    function exposures() external view returns (Usd total, uint256 open);

    /// @notice Reads the vault's NAV, so that its slice counts even when the NAV cannot be read in time. Anyone may.
    /// @dev A loss reads it anew, with bounded gas; only if that fails is the last measure used.
    function measureVault() external returns (Usd nav);

    /// @notice The vault's NAV as last read [wad USD], and when.
    function lastVaultMeasure() external view returns (Usd nav, uint256 measuredAt);

    /// @notice Most that the vault's slice pays towards a loss now, after its last measured NAV [wad USD].
    function sliceLeft() external view returns (Usd);

    /// @notice Who may report shortfalls.
    function auctionHouse() external view returns (address);

    /// @notice Names the auction house, and forgets the exposures of the old one. Restricted to the curator.
    function setAuctionHouse(address newAuctionHouse) external;

    /// @notice Caps of the vault's slice as shares of its NAV, per event and within any year [wad].
    function vaultSlice() external view returns (uint256 perEvent, uint256 perYear);

    /// @notice Sets the caps, each at most 20 %. Restricted to the curator.
    function setVaultSlice(uint256 perEvent, uint256 perYear) external;
}

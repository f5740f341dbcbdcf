// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccountId} from "../types/AccountId.sol";
import {Usd} from "../types/Usd.sol";

/// @notice Takes the first loss that an account cannot pay. ERC-4626 shares of USDC with a cooldown before leaving.
interface IInsuranceFund {
    event Covered(address indexed receiver, uint256 amount, uint256 asked);
    event CooldownStarted(address indexed owner, uint256 shares, uint256 endsAt);
    event ShortfallOpened(uint256 open);
    event ShortfallClosed(uint256 open);

    error InsuranceFund_NotWaterfall(address caller);
    error InsuranceFund_CoolingDown(address owner, uint256 endsAt);
    error InsuranceFund_NoCooldown(address owner);
    error InsuranceFund_ShortfallOpen(uint256 open);
    error InsuranceFund_ExceedsCooldown(uint256 shares, uint256 cooled);
    error InsuranceFund_ZeroAddress();
    error InsuranceFund_ZeroAmount();

    /// @notice Pays up to `amount` USDC units to `receiver`; returns what it could pay. Only the waterfall.
    function cover(uint256 amount, address receiver) external returns (uint256 paid);

    /// @notice Counts an insolvent auction opened or closed; exits are closed while any is open. Only the auction house's waterfall.
    function setShortfallOpen(bool open) external;

    /// @notice Starts the cooldown of the caller's `shares`; replaces an earlier one.
    function startCooldown(uint256 shares) external;

    /// @notice USDC units that back the shares; donations do not count.
    function assetsHeld() external view returns (uint256);
}

/// @notice How one loss was paid, in order. All [wad USD].
struct Absorption {
    Usd insurance;
    Usd vault;
    Usd shared;
}

/// @notice Pays shortfalls in a fixed order: insurance fund, first-loss slice of the vault, then all claims pro rata.
interface ILossWaterfall {
    event LossAbsorbed(AccountId indexed account, Usd shortfall, Usd insurance, Usd vault, Usd shared);
    event VaultSliceSet(uint256 oldPerEvent, uint256 newPerEvent, uint256 oldPerYear, uint256 newPerYear);
    event AuctionHouseSet(address oldAuctionHouse, address newAuctionHouse);

    error LossWaterfall_NotAuctionHouse(address caller);
    error LossWaterfall_ZeroShortfall();
    error LossWaterfall_SliceTooLarge(uint256 slice, uint256 maximum);
    error LossWaterfall_ZeroAddress();

    /// @notice Credits `account` with exactly `shortfall` [wad USD], taken from the payers in order. Only the auction house.
    function absorb(AccountId account, Usd shortfall) external returns (Absorption memory);

    /// @notice Tells the fund that an insolvent auction opened or closed. Only the auction house.
    function setShortfallOpen(bool open) external;

    /// @notice Who may report shortfalls.
    function auctionHouse() external view returns (address);

    /// @notice Names the auction house. Restricted to the curator.
    function setAuctionHouse(address newAuctionHouse) external;

    /// @notice Caps of the vault's slice as shares of its NAV, per event and per year [wad].
    function vaultSlice() external view returns (uint256 perEvent, uint256 perYear);

    /// @notice Sets the caps, each at most 20 %. Restricted to the curator.
    function setVaultSlice(uint256 perEvent, uint256 perYear) external;
}

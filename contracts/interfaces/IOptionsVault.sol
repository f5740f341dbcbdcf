// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccountId} from "../types/AccountId.sol";
import {Price} from "../types/Price.sol";
import {Usd} from "../types/Usd.sol";
import {IEpochQueue} from "./IEpochQueue.sol";
import {VaultReading} from "./IValuation.sol";

/// @notice The vault's two-sided net asset value.
/// @param bid what leavers burn at [wad USD], signed
/// @param ask what joiners mint at [wad USD], signed
/// @param mid mark value [wad USD], signed
/// @param markTime oldest timestamp of what it rests on; zero if something held could not be valued and is left out
struct NetAssetValue {
    Usd bid;
    Usd ask;
    Usd mid;
    uint256 markTime;
}

/// @notice One processed epoch.
/// @param nav at which it was processed
/// @param supplyBefore shares before it
/// @param assetsIn USDC units fulfilled for deposits, sharesOut minted for them
/// @param sharesIn shares burnt for redemptions, assetsOut USDC units owed for them
struct Epoch {
    NetAssetValue nav;
    uint256 supplyBefore;
    uint256 assetsIn;
    uint256 sharesOut;
    uint256 sharesIn;
    uint256 assetsOut;
    uint40 processedAt;
}

/// @notice The LP vault: an account of the clearinghouse whose equity belongs to ERC-4626 shares with asynchronous
/// deposits and redemptions (IEpochQueue). preview* revert as ERC-7540 demands. What ERC-20 and ERC-4626 declare is not
/// repeated here.
interface IOptionsVault is IEpochQueue {
    event EpochProcessed(
        uint256 indexed epochId,
        Usd navBid,
        Usd navAsk,
        uint256 assetsIn,
        uint256 sharesOut,
        uint256 sharesIn,
        uint256 assetsOut
    );
    event Seeded(address indexed seeder, uint256 assets, uint256 shares);

    error OptionsVault_NothingToProcess();
    error OptionsVault_MarkNotNewer(uint256 markTime, uint256 lastRequest);
    error OptionsVault_MarkFlawed(uint256 flaws);
    error OptionsVault_NotSeeded();
    error OptionsVault_AlreadySeeded();
    error OptionsVault_ZeroAddress();
    error OptionsVault_WindDown(Usd navBid);

    /// @notice Fills what waits at the current mark, if that is newer than the last epoch's and newer by LEAD than the oldest
    /// cohort that waits. Anyone may call. Work does not grow with the number of requests. Once no flow limit binds exits,
    /// an account that holds nothing but cash needs no mark: its NAV is known without a price.
    function processEpoch() external returns (uint256 epochId);

    /// @notice First deposit, whose shares are locked for ever, so that supply is never zero. Once.
    function seed(uint256 assets) external;

    /// @notice The vault's account.
    function account() external view returns (AccountId);

    /// @notice All that is known of the vault's account now (see IValuation). Reverts for nothing but lack of gas.
    function reading() external view returns (VaultReading memory);

    /// @notice Two-sided NAV at the current mark. Signed; reverts for nothing but lack of gas.
    function nav() external view returns (NetAssetValue memory);

    /// @notice Price of one whole share at bid, ask and mid NAV [wad USD].
    function sharePrice() external view returns (Price bid, Price ask, Price mid);

    /// @notice Cash that may leave without debt, with the initial requirement met and nothing held back [USDC units]; zero on
    /// data that is not good.
    function freeCash() external view returns (uint256);

    /// @notice A processed epoch; zeros if it has not been processed.
    function epoch(uint256 epochId) external view returns (Epoch memory);

    /// @notice Id of the epoch to be processed next.
    function currentEpoch() external view returns (uint256);
}

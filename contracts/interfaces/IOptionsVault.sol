// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccountId} from "../types/AccountId.sol";
import {Price} from "../types/Price.sol";
import {Usd} from "../types/Usd.sol";
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
/// (ERC-7540) deposits and redemptions. preview* revert as ERC-7540 demands. Only the parts beyond ERC-20, ERC-4626
/// and ERC-7540 are declared here.
interface IOptionsVault {
    event EpochProcessed(
        uint256 indexed epochId,
        Usd navBid,
        Usd navAsk,
        uint256 assetsIn,
        uint256 sharesOut,
        uint256 sharesIn,
        uint256 assetsOut
    );
    event RequestCancelled(address indexed controller, uint256 assets, uint256 shares);
    event Seeded(address indexed seeder, uint256 assets, uint256 shares);

    // ERC-7540 events
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

    error OptionsVault_NotAuthorised(address owner, address caller);
    error OptionsVault_BelowMinimum(uint256 amount, uint256 minimum);
    error OptionsVault_NothingToProcess();
    error OptionsVault_MarkNotNewer(uint256 markTime, uint256 lastRequest);
    error OptionsVault_MarkFlawed(uint256 flaws);
    error OptionsVault_NothingToClaim(address controller);
    error OptionsVault_ExceedsClaimable(uint256 asked, uint256 claimable);
    error OptionsVault_PreviewNotSupported();
    error OptionsVault_NotSeeded();
    error OptionsVault_AlreadySeeded();
    error OptionsVault_ZeroAddress();
    error OptionsVault_CancellationNotAvailable();
    error OptionsVault_WindDown(Usd navBid);

    /// @notice Processes the pending epoch if the mark is newer than its last request. Anyone may call.
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

    /// @notice An epoch; the one after the last processed is pending.
    function epoch(uint256 epochId) external view returns (Epoch memory);

    /// @notice Id of the epoch now collecting requests.
    function currentEpoch() external view returns (uint256);

    /// @notice Totals waiting in the current epoch, and the time of its last request.
    function pendingTotals() external view returns (uint256 assets, uint256 shares, uint256 lastRequestAt);

    /// @notice Cancels the caller's pending deposit or redemption (ERC-7887). Not available yet:
    /// reverts with OptionsVault_CancellationNotAvailable.
    function cancelRequest(address controller) external;

    // ERC-7540

    /// @notice Hands `assets` of `owner` to the silo as a request of `controller`. The request id is the epoch.
    function requestDeposit(
        uint256 assets,
        address controller,
        address owner
    ) external returns (uint256 requestId);

    /// @notice Hands `shares` of `owner` to the silo as a redemption request of `controller`.
    function requestRedeem(
        uint256 shares,
        address controller,
        address owner
    ) external returns (uint256 requestId);

    function pendingDepositRequest(
        uint256 requestId,
        address controller
    ) external view returns (uint256 assets);
    function claimableDepositRequest(
        uint256 requestId,
        address controller
    ) external view returns (uint256 assets);
    function pendingRedeemRequest(
        uint256 requestId,
        address controller
    ) external view returns (uint256 shares);
    function claimableRedeemRequest(
        uint256 requestId,
        address controller
    ) external view returns (uint256 shares);
    function isOperator(address controller, address operator) external view returns (bool);
    function setOperator(address operator, bool approved) external returns (bool);

    /// @notice ERC-7540 claim of a fulfilled deposit.
    function deposit(uint256 assets, address receiver, address controller) external returns (uint256 shares);

    /// @notice ERC-7540 claim of a fulfilled deposit, by shares.
    function mint(uint256 shares, address receiver, address controller) external returns (uint256 assets);
}

/// @notice Holds requested USDC and shares apart from the vault, so that they back no options.
interface ISilo {
    error Silo_NotVault(address caller);
    error Silo_ZeroAddress();

    /// @notice Pays `amount` of `token` to `receiver`. Only the vault.
    function release(address token, address receiver, uint256 amount) external;
}

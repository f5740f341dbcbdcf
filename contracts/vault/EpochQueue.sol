// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Epoch, IOptionsVault} from "../interfaces/IOptionsVault.sol";
import {Silo} from "./Silo.sol";

/// @notice Requests and claims of LPs, epoch by epoch (ERC-7540). What waits and what may be claimed lies in the silo.
/// Redemptions may be fulfilled in part; what is left of them rolls into the next epoch.
abstract contract EpochQueue is ERC20, IOptionsVault {
    using SafeERC20 for IERC20;

    /// @dev One controller's standing as of `epoch`: waiting, and claimable from epochs before it.
    struct Standing {
        uint64 epoch;
        uint192 waitingAssets;
        uint256 waitingShares;
        uint256 depositAssets;
        uint256 depositShares;
        uint256 redeemShares;
        uint256 redeemAssets;
    }

    /// @dev What an epoch asked for; the rest of it is in Epoch.
    struct Asked {
        uint256 assets;
        uint256 shares;
        uint256 lastRequestAt;
    }

    /// @notice ERC-4626: shares of a deposit were claimed.
    event Deposit(address indexed sender, address indexed owner, uint256 assets, uint256 shares);
    /// @notice ERC-4626: assets of a redemption were claimed.
    event Withdraw(
        address indexed sender,
        address indexed receiver,
        address indexed owner,
        uint256 assets,
        uint256 shares
    );

    /// @notice Smallest deposit request [USDC units].
    uint256 public constant MIN_DEPOSIT = 10e6;
    /// @notice Smallest redemption request [share units].
    uint256 public constant MIN_REDEEM = 1e18;

    Silo public immutable silo;
    address internal immutable _usdc;

    uint256 internal _currentEpoch = 1;
    mapping(uint256 epochId => Epoch) internal _epochs;
    mapping(uint256 epochId => Asked) internal _asked;
    mapping(address controller => Standing) private _standings;
    mapping(address controller => mapping(address operator => bool)) private _isOperator;

    constructor(address usdc) {
        _usdc = usdc;
        silo = new Silo(address(this));
    }

    /// @inheritdoc IOptionsVault
    function requestDeposit(
        uint256 assets,
        address controller,
        address owner
    ) external returns (uint256 requestId) {
        if (controller == address(0)) revert OptionsVault_ZeroAddress();
        _requireAuthorised(owner);
        if (assets < MIN_DEPOSIT) revert OptionsVault_BelowMinimum(assets, MIN_DEPOSIT);
        requestId = _currentEpoch;
        _sync(controller).waitingAssets += uint192(assets);
        _asked[requestId].assets += assets;
        _asked[requestId].lastRequestAt = block.timestamp;
        emit DepositRequest(controller, owner, requestId, msg.sender, assets);
        IERC20(_usdc).safeTransferFrom(owner, address(silo), assets);
    }

    /// @inheritdoc IOptionsVault
    function requestRedeem(
        uint256 shares,
        address controller,
        address owner
    ) external returns (uint256 requestId) {
        if (controller == address(0)) revert OptionsVault_ZeroAddress();
        if (msg.sender != owner && !_isOperator[owner][msg.sender])
            _spendAllowance(owner, msg.sender, shares);
        if (shares < MIN_REDEEM) revert OptionsVault_BelowMinimum(shares, MIN_REDEEM);
        requestId = _currentEpoch;
        _sync(controller).waitingShares += shares;
        _asked[requestId].shares += shares;
        _asked[requestId].lastRequestAt = block.timestamp;
        emit RedeemRequest(controller, owner, requestId, msg.sender, shares);
        _transfer(owner, address(silo), shares);
    }

    /// @inheritdoc IOptionsVault
    function cancelRequest(address) external pure {
        revert OptionsVault_CancellationNotAvailable();
    }

    /// @inheritdoc IOptionsVault
    function setOperator(address operator, bool approved) external returns (bool) {
        _isOperator[msg.sender][operator] = approved;
        emit OperatorSet(msg.sender, operator, approved);
        return true;
    }

    /// @inheritdoc IOptionsVault
    function isOperator(address controller, address operator) external view returns (bool) {
        return _isOperator[controller][operator];
    }

    /// @inheritdoc IOptionsVault
    function deposit(uint256 assets, address receiver, address controller) public returns (uint256 shares) {
        Standing storage standing = _claimable(controller);
        if (standing.depositAssets == 0) revert OptionsVault_NothingToClaim(controller);
        if (assets > standing.depositAssets) {
            revert OptionsVault_ExceedsClaimable(assets, standing.depositAssets);
        }
        shares = (standing.depositShares * assets) / standing.depositAssets;
        _claimShares(standing, receiver, controller, assets, shares);
    }

    /// @inheritdoc IOptionsVault
    function mint(uint256 shares, address receiver, address controller) public returns (uint256 assets) {
        Standing storage standing = _claimable(controller);
        if (standing.depositShares == 0) revert OptionsVault_NothingToClaim(controller);
        if (shares > standing.depositShares) {
            revert OptionsVault_ExceedsClaimable(shares, standing.depositShares);
        }
        assets = _ceilDiv(standing.depositAssets * shares, standing.depositShares);
        _claimShares(standing, receiver, controller, assets, shares);
    }

    /// @notice ERC-4626 face of `deposit` for the caller's own claim.
    function deposit(uint256 assets, address receiver) external returns (uint256) {
        return deposit(assets, receiver, msg.sender);
    }

    /// @notice ERC-4626 face of `mint` for the caller's own claim.
    function mint(uint256 shares, address receiver) external returns (uint256) {
        return mint(shares, receiver, msg.sender);
    }

    /// @notice ERC-7540 claim of a fulfilled redemption, by shares.
    function redeem(uint256 shares, address receiver, address controller) external returns (uint256 assets) {
        Standing storage standing = _claimable(controller);
        if (standing.redeemShares == 0) revert OptionsVault_NothingToClaim(controller);
        if (shares > standing.redeemShares) {
            revert OptionsVault_ExceedsClaimable(shares, standing.redeemShares);
        }
        assets = (standing.redeemAssets * shares) / standing.redeemShares;
        _claimAssets(standing, receiver, controller, assets, shares);
    }

    /// @notice ERC-7540 claim of a fulfilled redemption, by assets.
    function withdraw(
        uint256 assets,
        address receiver,
        address controller
    ) external returns (uint256 shares) {
        Standing storage standing = _claimable(controller);
        if (standing.redeemAssets == 0) revert OptionsVault_NothingToClaim(controller);
        if (assets > standing.redeemAssets) {
            revert OptionsVault_ExceedsClaimable(assets, standing.redeemAssets);
        }
        shares = _ceilDiv(standing.redeemShares * assets, standing.redeemAssets);
        _claimAssets(standing, receiver, controller, assets, shares);
    }

    /// @inheritdoc IOptionsVault
    function epoch(uint256 epochId) external view returns (Epoch memory) {
        return _epochs[epochId];
    }

    /// @inheritdoc IOptionsVault
    function currentEpoch() external view returns (uint256) {
        return _currentEpoch;
    }

    /// @inheritdoc IOptionsVault
    function pendingTotals() external view returns (uint256 assets, uint256 shares, uint256 lastRequestAt) {
        Asked memory asked = _asked[_currentEpoch];
        return (asked.assets, asked.shares, asked.lastRequestAt);
    }

    /// @inheritdoc IOptionsVault
    /// @dev What rolled over waits under the current epoch's id, like the requests made in it.
    function pendingDepositRequest(uint256 requestId, address controller) external view returns (uint256) {
        return requestId == _currentEpoch ? _standingOf(controller).waitingAssets : 0;
    }

    /// @inheritdoc IOptionsVault
    function claimableDepositRequest(uint256 requestId, address controller) external view returns (uint256) {
        return requestId < _currentEpoch ? _standingOf(controller).depositAssets : 0;
    }

    /// @inheritdoc IOptionsVault
    function pendingRedeemRequest(uint256 requestId, address controller) external view returns (uint256) {
        return requestId == _currentEpoch ? _standingOf(controller).waitingShares : 0;
    }

    /// @inheritdoc IOptionsVault
    function claimableRedeemRequest(uint256 requestId, address controller) external view returns (uint256) {
        return requestId < _currentEpoch ? _standingOf(controller).redeemShares : 0;
    }

    /// @notice Assets whose deposit `controller` may claim.
    function maxDeposit(address controller) external view returns (uint256) {
        return _standingOf(controller).depositAssets;
    }

    /// @notice Shares that `controller` may claim.
    function maxMint(address controller) external view returns (uint256) {
        return _standingOf(controller).depositShares;
    }

    /// @notice Redeemed shares whose assets `controller` may claim.
    function maxRedeem(address controller) external view returns (uint256) {
        return _standingOf(controller).redeemShares;
    }

    /// @notice Assets that `controller` may claim.
    function maxWithdraw(address controller) external view returns (uint256) {
        return _standingOf(controller).redeemAssets;
    }

    function _requireAuthorised(address owner) private view {
        if (msg.sender != owner && !_isOperator[owner][msg.sender]) {
            revert OptionsVault_NotAuthorised(owner, msg.sender);
        }
    }

    function _claimable(address controller) private returns (Standing storage) {
        _requireAuthorised(controller);
        return _sync(controller);
    }

    function _claimShares(
        Standing storage standing,
        address receiver,
        address controller,
        uint256 assets,
        uint256 shares
    ) private {
        standing.depositAssets -= assets;
        standing.depositShares -= shares;
        emit Deposit(msg.sender, controller, assets, shares);
        silo.release(address(this), receiver, shares);
    }

    function _claimAssets(
        Standing storage standing,
        address receiver,
        address controller,
        uint256 assets,
        uint256 shares
    ) private {
        standing.redeemShares -= shares;
        standing.redeemAssets -= assets;
        emit Withdraw(msg.sender, receiver, controller, assets, shares);
        silo.release(_usdc, receiver, assets);
    }

    /// @dev Writes down what the epochs since the last visit have brought.
    function _sync(address controller) private returns (Standing storage standing) {
        standing = _standings[controller];
        if (standing.epoch != _currentEpoch) _standings[controller] = _standingOf(controller);
    }

    /// @dev Everything rounds down; the dust stays in the silo.
    function _standingOf(address controller) private view returns (Standing memory standing) {
        standing = _standings[controller];
        uint256 epochId = standing.epoch;
        while (epochId < _currentEpoch && (standing.waitingAssets != 0 || standing.waitingShares != 0)) {
            Epoch memory done = _epochs[epochId];
            if (standing.waitingAssets != 0) {
                standing.depositAssets += standing.waitingAssets;
                standing.depositShares += (done.sharesOut * standing.waitingAssets) / done.assetsIn;
                standing.waitingAssets = 0;
            }
            if (standing.waitingShares != 0 && done.sharesIn != 0) {
                uint256 filled = (done.sharesIn * standing.waitingShares) / _asked[epochId].shares;
                standing.waitingShares -= filled;
                standing.redeemShares += filled;
                standing.redeemAssets += (done.assetsOut * filled) / done.sharesIn;
            }
            ++epochId;
        }
        standing.epoch = uint64(_currentEpoch);
    }

    function _ceilDiv(uint256 a, uint256 b) private pure returns (uint256) {
        return a == 0 ? 0 : (a - 1) / b + 1;
    }
}

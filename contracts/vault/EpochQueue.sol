// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IEpochQueue} from "../interfaces/IEpochQueue.sol";
import {Side} from "../interfaces/ISilo.sol";
import {ShareClaims} from "./ShareClaims.sol";

/// @notice Requests of LPs and their cancellation (ERC-7540, ERC-7887). What waits lies in the silo and backs no options;
/// requesting, cancelling and claiming need no price, no margin and no keeper.
abstract contract EpochQueue is ShareClaims {
    using SafeERC20 for IERC20;

    /// @notice Smallest deposit request [USDC units].
    uint256 public constant MIN_DEPOSIT = 10e6;
    /// @notice Smallest redemption request [share units].
    uint256 public constant MIN_REDEEM = 1e18;

    bool internal _isWindingDown;

    constructor(address usdc) ShareClaims(usdc) {}

    /// @inheritdoc IEpochQueue
    function requestDeposit(uint256 assets, address controller, address owner) external returns (uint256) {
        if (controller == address(0)) revert EpochQueue_ZeroAddress();
        _requireAuthorised(owner);
        if (assets < MIN_DEPOSIT) revert EpochQueue_BelowMinimum(assets, MIN_DEPOSIT);
        if (_isWindingDown) revert EpochQueue_WindingDown();
        silo.join(Side.Deposit, controller, assets, _markTime(), !_isAuthorised(controller));
        emit DepositRequest(controller, owner, 0, msg.sender, assets);
        IERC20(_usdc).safeTransferFrom(owner, address(silo), assets);
        return 0;
    }

    /// @inheritdoc IEpochQueue
    function requestRedeem(uint256 shares, address controller, address owner) external returns (uint256) {
        if (controller == address(0)) revert EpochQueue_ZeroAddress();
        if (!_isAuthorised(owner)) _spendAllowance(owner, msg.sender, shares);
        if (shares < MIN_REDEEM) revert EpochQueue_BelowMinimum(shares, MIN_REDEEM);
        silo.join(Side.Redeem, controller, shares, _markTime(), !_isAuthorised(controller));
        emit RedeemRequest(controller, owner, 0, msg.sender, shares);
        _transfer(owner, address(silo), shares);
        return 0;
    }

    /// @inheritdoc IEpochQueue
    function cancelDepositRequest(uint256, address controller) external {
        _requireAuthorised(controller);
        // No deposit is taken any more, so there is no mark to look at.
        silo.cancel(Side.Deposit, controller, _takesNoDeposits());
        emit CancelDepositRequest(controller, 0, msg.sender);
    }

    /// @inheritdoc IEpochQueue
    function cancelRedeemRequest(uint256, address controller) external {
        _requireAuthorised(controller);
        silo.cancel(Side.Redeem, controller, false);
        emit CancelRedeemRequest(controller, 0, msg.sender);
    }

    /// @inheritdoc IEpochQueue
    function claimCancelDepositRequest(
        uint256,
        address receiver,
        address controller
    ) external returns (uint256 assets) {
        _requireAuthorised(controller);
        assets = silo.claimReturned(Side.Deposit, controller, receiver);
        emit CancelDepositClaim(controller, receiver, 0, msg.sender, assets);
    }

    /// @inheritdoc IEpochQueue
    function claimCancelRedeemRequest(
        uint256,
        address receiver,
        address controller
    ) external returns (uint256 shares) {
        _requireAuthorised(controller);
        shares = silo.claimReturned(Side.Redeem, controller, receiver);
        emit CancelRedeemClaim(controller, receiver, 0, msg.sender, shares);
    }

    /// @inheritdoc IEpochQueue
    function pendingTotals() external view returns (uint256 assets, uint256 shares, uint256 markAfter) {
        return (silo.waiting(Side.Deposit), silo.waiting(Side.Redeem), silo.markAfter());
    }

    /// @inheritdoc IEpochQueue
    function pendingDepositRequest(uint256, address controller) external view returns (uint256) {
        return _standing(Side.Deposit, controller).pending;
    }

    /// @inheritdoc IEpochQueue
    function pendingRedeemRequest(uint256, address controller) external view returns (uint256) {
        return _standing(Side.Redeem, controller).pending;
    }

    /// @inheritdoc IEpochQueue
    function pendingCancelDepositRequest(uint256, address controller) external view returns (bool) {
        return _standing(Side.Deposit, controller).isLeaving;
    }

    /// @inheritdoc IEpochQueue
    function pendingCancelRedeemRequest(uint256, address controller) external view returns (bool) {
        return _standing(Side.Redeem, controller).isLeaving;
    }

    /// @inheritdoc IEpochQueue
    function claimableCancelDepositRequest(uint256, address controller) external view returns (uint256) {
        return _standing(Side.Deposit, controller).claim.returned;
    }

    /// @inheritdoc IEpochQueue
    function claimableCancelRedeemRequest(uint256, address controller) external view returns (uint256) {
        return _standing(Side.Redeem, controller).claim.returned;
    }

    /// @inheritdoc IEpochQueue
    function isWindingDown() external view returns (bool) {
        return _isWindingDown;
    }

    /// @dev Time of the current mark: the older of the price's and the surface's timestamps.
    function _markTime() internal view virtual returns (uint256);

    /// @dev Whether no epoch could take a deposit, because the vault is ending or there is nothing to share.
    function _takesNoDeposits() internal view virtual returns (bool);
}

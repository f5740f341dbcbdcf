// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {IEpochQueue} from "../interfaces/IEpochQueue.sol";
import {IOptionsVault} from "../interfaces/IOptionsVault.sol";
import {Side, Standing} from "../interfaces/ISilo.sol";
import {Silo} from "./Silo.sol";

/// @notice Shares and the claims of fulfilled requests (ERC-4626 as ERC-7540 changes it, ERC-7575, ERC-165). Everything is
/// pulled by its controller or the controller's operator and paid out of the silo.
abstract contract ShareClaims is ERC20, IERC165, IOptionsVault {
    /// @dev ERC-165 ids: ERC-165, ERC-7575 (whole, minimal, by function, share token), ERC-7540 (operator, deposit, redeem)
    /// and ERC-7887 (deposit, redeem).
    bytes4 private constant ID_ERC7575 = 0x2f0a18c5;
    bytes4 private constant ID_MINIMAL_VAULT = 0x50a526d6;
    bytes4 private constant ID_DEPOSIT_VAULT = 0xc1f329ef;
    bytes4 private constant ID_MINT_VAULT = 0xe1550342;
    bytes4 private constant ID_REDEEM_VAULT = 0x2fd7d42a;
    bytes4 private constant ID_WITHDRAW_VAULT = 0x70dec094;
    bytes4 private constant ID_SHARE_TOKEN = 0xf815c03d;
    bytes4 private constant ID_OPERATORS = 0xe3bc4e65;
    bytes4 private constant ID_ASYNC_DEPOSIT = 0xce3bbe50;
    bytes4 private constant ID_ASYNC_REDEEM = 0x620ee8e4;
    bytes4 private constant ID_CANCEL_DEPOSIT = 0x8bf840e3;
    bytes4 private constant ID_CANCEL_REDEEM = 0xe76cffc7;

    Silo public immutable silo;
    address internal immutable _usdc;

    mapping(address controller => mapping(address operator => bool)) private _isOperator;

    constructor(address usdc) {
        _usdc = usdc;
        silo = _openSilo(usdc);
    }

    /// @inheritdoc IEpochQueue
    function setOperator(address operator, bool approved) external returns (bool) {
        _isOperator[msg.sender][operator] = approved;
        emit OperatorSet(msg.sender, operator, approved);
        return true;
    }

    /// @inheritdoc IEpochQueue
    function isOperator(address controller, address operator) external view returns (bool) {
        return _isOperator[controller][operator];
    }

    /// @inheritdoc IEpochQueue
    function deposit(uint256 assets, address receiver, address controller) public returns (uint256 shares) {
        _requireAuthorised(controller);
        shares = silo.claimIn(Side.Deposit, controller, receiver, assets);
        emit Deposit(controller, receiver, assets, shares);
    }

    /// @inheritdoc IEpochQueue
    function mint(uint256 shares, address receiver, address controller) public returns (uint256 assets) {
        _requireAuthorised(controller);
        assets = silo.claimOut(Side.Deposit, controller, receiver, shares);
        emit Deposit(controller, receiver, assets, shares);
    }

    /// @notice ERC-4626 face of `deposit` for the caller's own claim.
    function deposit(uint256 assets, address receiver) external returns (uint256) {
        return deposit(assets, receiver, msg.sender);
    }

    /// @notice ERC-4626 face of `mint` for the caller's own claim.
    function mint(uint256 shares, address receiver) external returns (uint256) {
        return mint(shares, receiver, msg.sender);
    }

    /// @inheritdoc IEpochQueue
    function redeem(uint256 shares, address receiver, address controller) external returns (uint256 assets) {
        _requireAuthorised(controller);
        assets = silo.claimIn(Side.Redeem, controller, receiver, shares);
        emit Withdraw(msg.sender, receiver, controller, assets, shares);
    }

    /// @inheritdoc IEpochQueue
    function withdraw(
        uint256 assets,
        address receiver,
        address controller
    ) external returns (uint256 shares) {
        _requireAuthorised(controller);
        shares = silo.claimOut(Side.Redeem, controller, receiver, assets);
        emit Withdraw(msg.sender, receiver, controller, assets, shares);
    }

    /// @inheritdoc IEpochQueue
    function claimableDepositRequest(uint256, address controller) external view returns (uint256) {
        return _standing(Side.Deposit, controller).claim.filled;
    }

    /// @inheritdoc IEpochQueue
    function claimableRedeemRequest(uint256, address controller) external view returns (uint256) {
        return _standing(Side.Redeem, controller).claim.filled;
    }

    /// @notice Assets whose deposit `controller` may claim.
    function maxDeposit(address controller) external view returns (uint256) {
        return _standing(Side.Deposit, controller).claim.filled;
    }

    /// @notice Shares that `controller` may claim.
    function maxMint(address controller) external view returns (uint256) {
        return _standing(Side.Deposit, controller).claim.out;
    }

    /// @notice Redeemed shares whose assets `controller` may claim.
    function maxRedeem(address controller) external view returns (uint256) {
        return _standing(Side.Redeem, controller).claim.filled;
    }

    /// @notice Assets that `controller` may claim.
    function maxWithdraw(address controller) external view returns (uint256) {
        return _standing(Side.Redeem, controller).claim.out;
    }

    /// @notice ERC-7540: an asynchronous vault cannot preview.
    function previewDeposit(uint256) external pure returns (uint256) {
        revert EpochQueue_PreviewNotSupported();
    }

    /// @notice ERC-7540: an asynchronous vault cannot preview.
    function previewMint(uint256) external pure returns (uint256) {
        revert EpochQueue_PreviewNotSupported();
    }

    /// @notice ERC-7540: an asynchronous vault cannot preview.
    function previewRedeem(uint256) external pure returns (uint256) {
        revert EpochQueue_PreviewNotSupported();
    }

    /// @notice ERC-7540: an asynchronous vault cannot preview.
    function previewWithdraw(uint256) external pure returns (uint256) {
        revert EpochQueue_PreviewNotSupported();
    }

    /// @notice The asset that shares are claims on.
    function asset() external view returns (address) {
        return _usdc;
    }

    /// @inheritdoc IEpochQueue
    function share() external view returns (address) {
        return address(this);
    }

    /// @inheritdoc IEpochQueue
    function vault(address asset_) external view returns (address) {
        return asset_ == _usdc ? address(this) : address(0);
    }

    /// @inheritdoc IERC165
    function supportsInterface(bytes4 id) external pure returns (bool) {
        return
            id == type(IERC165).interfaceId ||
            id == ID_OPERATORS ||
            id == ID_ASYNC_DEPOSIT ||
            id == ID_ASYNC_REDEEM ||
            id == ID_CANCEL_DEPOSIT ||
            id == ID_CANCEL_REDEEM ||
            id == ID_ERC7575 ||
            id == ID_MINIMAL_VAULT ||
            id == ID_DEPOSIT_VAULT ||
            id == ID_MINT_VAULT ||
            id == ID_REDEEM_VAULT ||
            id == ID_WITHDRAW_VAULT ||
            id == ID_SHARE_TOKEN;
    }

    /// @dev What holds the requests; called once, while the vault is built.
    function _openSilo(address usdc) internal virtual returns (Silo) {
        return new Silo(address(this), usdc);
    }

    function _isAuthorised(address owner) internal view returns (bool) {
        return msg.sender == owner || _isOperator[owner][msg.sender];
    }

    function _requireAuthorised(address owner) internal view {
        if (!_isAuthorised(owner)) revert EpochQueue_NotAuthorised(owner, msg.sender);
    }

    function _standing(Side side, address controller) internal view returns (Standing memory) {
        return silo.standingOf(side, controller);
    }
}

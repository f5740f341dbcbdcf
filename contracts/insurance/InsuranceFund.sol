// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IInsuranceFund} from "../interfaces/IInsurance.sol";

/// @title InsuranceFund
/// @notice Holds the USDC that takes the first loss an account cannot pay. Trusts the waterfall, and nobody else, to
/// take from it. Its depositors leave after a cooldown and never while a shortfall is open.
/// @dev Shares are ERC-4626 over `assetsHeld`, which donations do not change; virtual shares guard the first depositor.
contract InsuranceFund is IInsuranceFund, ERC4626 {
    using SafeERC20 for IERC20;

    struct Cooldown {
        uint192 shares;
        uint64 endsAt;
    }

    /// @notice Seconds between announcing and leaving.
    uint256 public constant COOLDOWN = 3 days;

    address public immutable waterfall;

    uint256 private _held;
    uint256 private _openShortfalls;
    mapping(address owner => Cooldown) private _cooldowns;

    modifier onlyWaterfall() {
        if (msg.sender != waterfall) revert InsuranceFund_NotWaterfall(msg.sender);
        _;
    }

    /// @param asset_ USDC
    /// @param waterfall_ who may take from the fund
    constructor(IERC20 asset_, address waterfall_) ERC4626(asset_) ERC20("Ballast Insurance Fund", "blINS") {
        if (address(asset_) == address(0) || waterfall_ == address(0)) revert InsuranceFund_ZeroAddress();
        waterfall = waterfall_;
    }

    /// @inheritdoc IInsuranceFund
    function cover(uint256 amount, address receiver) external onlyWaterfall returns (uint256 paid) {
        paid = amount < _held ? amount : _held;
        _held -= paid;
        emit Covered(receiver, paid, amount);
        if (paid != 0) IERC20(asset()).safeTransfer(receiver, paid);
    }

    /// @inheritdoc IInsuranceFund
    function setShortfallOpen(bool open) external onlyWaterfall {
        if (open) {
            emit ShortfallOpened(++_openShortfalls);
        } else if (_openShortfalls != 0) {
            emit ShortfallClosed(--_openShortfalls);
        }
    }

    /// @inheritdoc IInsuranceFund
    function startCooldown(uint256 shares) external {
        if (shares == 0) revert InsuranceFund_ZeroAmount();
        if (shares > balanceOf(msg.sender))
            revert InsuranceFund_ExceedsCooldown(shares, balanceOf(msg.sender));
        uint64 endsAt = uint64(block.timestamp + COOLDOWN);
        _cooldowns[msg.sender] = Cooldown(uint192(shares), endsAt);
        emit CooldownStarted(msg.sender, shares, endsAt);
    }

    /// @inheritdoc IInsuranceFund
    function assetsHeld() public view returns (uint256) {
        return _held;
    }

    /// @notice Assets behind the shares; donations do not count.
    function totalAssets() public view override returns (uint256) {
        return _held;
    }

    /// @notice Shares that `owner` may redeem now.
    function maxRedeem(address owner) public view override returns (uint256) {
        Cooldown memory cooled = _cooldowns[owner];
        if (_openShortfalls != 0 || cooled.shares == 0 || cooled.endsAt > block.timestamp) return 0;
        uint256 held = balanceOf(owner);
        return cooled.shares < held ? cooled.shares : held;
    }

    /// @notice Assets that `owner` may withdraw now.
    function maxWithdraw(address owner) public view override returns (uint256) {
        return previewRedeem(maxRedeem(owner));
    }

    /// @notice Redeems cooled shares. See IERC4626.
    function redeem(uint256 shares, address receiver, address owner) public override returns (uint256) {
        _requireCooled(owner, shares);
        return super.redeem(shares, receiver, owner);
    }

    /// @notice Withdraws against cooled shares. See IERC4626.
    function withdraw(uint256 assets, address receiver, address owner) public override returns (uint256) {
        _requireCooled(owner, previewWithdraw(assets));
        return super.withdraw(assets, receiver, owner);
    }

    function _requireCooled(address owner, uint256 shares) private view {
        if (_openShortfalls != 0) revert InsuranceFund_ShortfallOpen(_openShortfalls);
        Cooldown memory cooled = _cooldowns[owner];
        if (cooled.shares == 0) revert InsuranceFund_NoCooldown(owner);
        if (cooled.endsAt > block.timestamp) revert InsuranceFund_CoolingDown(owner, cooled.endsAt);
        if (shares > cooled.shares) revert InsuranceFund_ExceedsCooldown(shares, cooled.shares);
    }

    function _deposit(address caller, address receiver, uint256 assets, uint256 shares) internal override {
        if (assets == 0 || shares == 0) revert InsuranceFund_ZeroAmount();
        _held += assets;
        super._deposit(caller, receiver, assets, shares);
    }

    function _withdraw(
        address caller,
        address receiver,
        address owner,
        uint256 assets,
        uint256 shares
    ) internal override {
        _held -= assets;
        _cooldowns[owner].shares -= uint192(shares);
        super._withdraw(caller, receiver, owner, assets, shares);
    }

    function _decimalsOffset() internal pure override returns (uint8) {
        return 12;
    }
}

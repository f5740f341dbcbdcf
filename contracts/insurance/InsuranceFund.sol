// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IClearinghouse} from "../interfaces/IClearinghouse.sol";
import {IInsuranceFund} from "../interfaces/IInsurance.sol";
import {FixedPoint} from "../libraries/FixedPoint.sol";
import {AccountId, accountIdOf} from "../types/AccountId.sol";

/// @title InsuranceFund
/// @notice Holds the USDC that takes the first loss an account cannot pay. Trusts the waterfall, and nobody else, to
/// take from it. Its depositors earn what interest and fees bring; they leave after a cooldown, within the exit window
/// that follows it, and never while a shortfall is open.
/// @dev Shares are ERC-4626 over `assetsHeld`, which donations do not change; virtual shares guard the first depositor.
/// A cooldown that could be kept for ever would let its holder leave just before a loss, hence the window.
contract InsuranceFund is IInsuranceFund, ERC4626 {
    using SafeERC20 for IERC20;

    struct Cooldown {
        uint256 shares;
        uint64 endsAt;
    }

    /// @notice Seconds between announcing and leaving.
    uint256 public constant COOLDOWN = 3 days;
    /// @notice Seconds after the cooldown in which one may leave.
    uint256 public constant EXIT_WINDOW = 2 days;

    address public immutable waterfall;
    IClearinghouse public immutable clearinghouse;

    uint256 private _held;
    uint256 private _openShortfalls;
    mapping(address owner => Cooldown) private _cooldowns;

    modifier onlyWaterfall() {
        if (msg.sender != waterfall) revert InsuranceFund_NotWaterfall(msg.sender);
        _;
    }

    /// @param asset_ USDC
    /// @param waterfall_ who may take from the fund
    /// @param ledger whose interest and fees feed it
    constructor(
        IERC20 asset_,
        address waterfall_,
        IClearinghouse ledger
    ) ERC4626(asset_) ERC20("Ballast Insurance Fund", "blINS") {
        if (address(asset_) == address(0) || waterfall_ == address(0) || address(ledger) == address(0))
            revert InsuranceFund_ZeroAddress();
        waterfall = waterfall_;
        clearinghouse = ledger;
    }

    /// @inheritdoc IInsuranceFund
    function cover(uint256 amount, address receiver) external onlyWaterfall returns (uint256 paid) {
        paid = FixedPoint.min(amount, _held);
        _held -= paid;
        emit Covered(receiver, paid, amount);
        if (paid != 0) IERC20(asset()).safeTransfer(receiver, paid);
    }

    /// @inheritdoc IInsuranceFund
    function setOpenShortfalls(uint256 open) external onlyWaterfall {
        emit OpenShortfallsSet(_openShortfalls, open);
        _openShortfalls = open;
    }

    /// @inheritdoc IInsuranceFund
    function startCooldown(uint256 shares) external {
        if (shares == 0) revert InsuranceFund_ZeroAmount();
        if (shares > balanceOf(msg.sender))
            revert InsuranceFund_ExceedsCooldown(shares, balanceOf(msg.sender));
        uint64 endsAt = uint64(block.timestamp + COOLDOWN);
        _cooldowns[msg.sender] = Cooldown(shares, endsAt);
        emit CooldownStarted(msg.sender, shares, endsAt, endsAt + EXIT_WINDOW);
    }

    /// @inheritdoc IInsuranceFund
    function contribute(uint256 amount) external {
        if (amount == 0) revert InsuranceFund_ZeroAmount();
        _held += amount;
        emit Contributed(msg.sender, amount);
        IERC20(asset()).safeTransferFrom(msg.sender, address(this), amount);
    }

    /// @inheritdoc IInsuranceFund
    function collectFees() external returns (uint256 amount) {
        // None may wait, or it may go to another account; what is there already is worth collecting.
        try clearinghouse.collectInterest() {} catch {}
        amount = clearinghouse.withdrawable(feeAccount(), asset());
        if (amount == 0) revert InsuranceFund_ZeroAmount();
        _held += amount;
        emit FeesCollected(amount);
        clearinghouse.withdraw(feeAccount(), asset(), amount, address(this));
    }

    /// @inheritdoc IInsuranceFund
    function feeAccount() public view returns (AccountId) {
        return accountIdOf(address(this), 0);
    }

    /// @inheritdoc IInsuranceFund
    function openShortfalls() external view returns (uint256) {
        return _openShortfalls;
    }

    /// @inheritdoc IInsuranceFund
    function cooldownOf(
        address owner
    ) external view returns (uint256 shares, uint256 endsAt, uint256 expiresAt) {
        Cooldown memory cooled = _cooldowns[owner];
        if (cooled.shares == 0) return (0, 0, 0);
        return (cooled.shares, cooled.endsAt, cooled.endsAt + EXIT_WINDOW);
    }

    /// @inheritdoc IInsuranceFund
    function assetsHeld() public view returns (uint256) {
        return _held;
    }

    /// @notice Assets behind the shares; donations do not count.
    function totalAssets() public view virtual override returns (uint256) {
        return _held;
    }

    /// @notice Shares that `owner` may redeem now.
    function maxRedeem(address owner) public view virtual override returns (uint256) {
        Cooldown memory cooled = _cooldowns[owner];
        bool isWindowOpen = block.timestamp >= cooled.endsAt && block.timestamp < cooled.endsAt + EXIT_WINDOW;
        if (_openShortfalls != 0 || !isWindowOpen) return 0;
        return FixedPoint.min(cooled.shares, balanceOf(owner));
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

    function _requireCooled(address owner, uint256 shares) internal view virtual {
        if (_openShortfalls != 0) revert InsuranceFund_ShortfallOpen(_openShortfalls);
        Cooldown memory cooled = _cooldowns[owner];
        if (cooled.shares == 0) revert InsuranceFund_NoCooldown(owner);
        if (block.timestamp < cooled.endsAt) revert InsuranceFund_CoolingDown(owner, cooled.endsAt);
        if (block.timestamp >= cooled.endsAt + EXIT_WINDOW)
            revert InsuranceFund_CooldownExpired(owner, cooled.endsAt + EXIT_WINDOW);
        if (shares > cooled.shares) revert InsuranceFund_ExceedsCooldown(shares, cooled.shares);
    }

    /// @dev The token is called before either is counted: assets before shares would be a share price that nobody paid.
    function _deposit(
        address caller,
        address receiver,
        uint256 assets,
        uint256 shares
    ) internal virtual override {
        if (assets == 0 || shares == 0) revert InsuranceFund_ZeroAmount();
        super._deposit(caller, receiver, assets, shares);
        _held += assets;
    }

    function _withdraw(
        address caller,
        address receiver,
        address owner,
        uint256 assets,
        uint256 shares
    ) internal override {
        _held -= assets;
        _cooldowns[owner].shares -= shares;
        super._withdraw(caller, receiver, owner, assets, shares);
    }

    function _decimalsOffset() internal pure virtual override returns (uint8) {
        return 12;
    }
}

// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IClearinghouse} from "../interfaces/IClearinghouse.sol";
import {Estimate, FlowLimits, IEpochQueue} from "../interfaces/IEpochQueue.sol";
import {Epoch, IOptionsVault, NetAssetValue} from "../interfaces/IOptionsVault.sol";
import {Assessment, DataStatus} from "../interfaces/IRiskEngine.sol";
import {Filled, Side} from "../interfaces/ISilo.sol";
import {VaultReading} from "../interfaces/IValuation.sol";
import {FixedPoint} from "../libraries/FixedPoint.sol";
import {Units} from "../libraries/Units.sol";
import {AccountId} from "../types/AccountId.sol";
import {Usd} from "../types/Usd.sol";
import {EpochQueue} from "./EpochQueue.sol";

/// @notice Epochs: at one mark entries are minted at ask NAV and exits burnt at bid NAV, as far as the flow limits, the
/// vault's free cash and its margin reach. There is at most one epoch a mark.
abstract contract Epochs is EpochQueue, AccessManaged {
    using SafeERC20 for IERC20;

    uint256 internal constant WAD = 1e18;
    /// @notice Least share of the supply that may leave in an epoch [wad], whatever the curator sets.
    uint256 public constant MIN_REDEEM_PER_EPOCH = 0.05e18;
    /// @notice Who has waited so long to leave is bound by no flow limit any more.
    uint256 public constant MAX_WAIT = 7 days;
    /// @notice Epochs in a row that could not pay all redemptions, after which no new risk may be opened.
    uint256 public constant PATIENCE = 2;
    /// @dev Where the seed's shares stay for ever.
    address private constant LOCKED = address(0xdead);

    IClearinghouse public immutable clearinghouse;
    uint8 internal immutable _cashDecimals;

    bool internal _seeded;
    uint8 private _shortEpochs;
    uint64 private _currentEpoch = 1;
    FlowLimits private _limits;
    mapping(uint256 epochId => Epoch) private _epochs;

    constructor(
        address authority,
        IClearinghouse ledger
    ) EpochQueue(_cashOf(ledger)) AccessManaged(authority) {
        clearinghouse = ledger;
        (, _cashDecimals) = ledger.cashAsset();
        _limits = FlowLimits({
            depositPerEpoch: uint128(20e6 * Units.scaleOf(18 - _cashDecimals)),
            capacity: uint128(200e6 * Units.scaleOf(18 - _cashDecimals)),
            redeemPerEpoch: 0.5e18
        });
        IERC20(_usdc).forceApprove(address(ledger), type(uint256).max);
    }

    /// @inheritdoc IOptionsVault
    function seed(uint256 assets) external virtual {
        if (_seeded) revert OptionsVault_AlreadySeeded();
        if (assets < MIN_DEPOSIT) revert EpochQueue_BelowMinimum(assets, MIN_DEPOSIT);
        _seeded = true;
        uint256 shares = Units.toWad(assets, _cashDecimals);
        _mint(LOCKED, shares);
        emit Seeded(msg.sender, assets, shares);
        IERC20(_usdc).safeTransferFrom(msg.sender, address(this), assets);
        clearinghouse.deposit(account(), _usdc, assets);
    }

    /// @inheritdoc IOptionsVault
    function processEpoch() external returns (uint256 epochId) {
        if (!_seeded) revert OptionsVault_NotSeeded();
        if (silo.waiting(Side.Deposit) == 0 && silo.waiting(Side.Redeem) == 0)
            revert OptionsVault_NothingToProcess();
        VaultReading memory read_ = _usableReading();
        uint256 markAfter = silo.markAfter();
        if (read_.markTime <= markAfter) revert OptionsVault_MarkNotNewer(read_.markTime, markAfter);
        NetAssetValue memory mark = _navOf(read_);
        if (Usd.unwrap(mark.bid) <= 0) revert OptionsVault_WindDown(mark.bid);

        epochId = _currentEpoch++;
        Epoch memory done;
        done.nav = mark;
        _takeFees(epochId, read_);
        done.supplyBefore = totalSupply();
        done.processedAt = uint40(block.timestamp);
        _fulfil(done);
        if (exitsWaiting()) _stopOpening();
        _epochs[epochId] = done;
        _settleEpoch(done);
        _noteEpoch(read_, done);
        emit EpochProcessed(
            epochId,
            mark.bid,
            mark.ask,
            done.assetsIn,
            done.sharesOut,
            done.sharesIn,
            done.assetsOut
        );
    }

    /// @inheritdoc IEpochQueue
    function setFlowLimits(FlowLimits calldata limits) external restricted {
        uint256 redeemable = limits.redeemPerEpoch;
        if (redeemable < MIN_REDEEM_PER_EPOCH || redeemable > WAD)
            revert EpochQueue_BadLimit(redeemable, MIN_REDEEM_PER_EPOCH, WAD);
        emit FlowLimitsSet(_limits, limits);
        _limits = limits;
    }

    /// @inheritdoc IEpochQueue
    function setWindDown(bool isEnding) external restricted {
        _isWindingDown = isEnding;
        emit WindDownSet(isEnding);
        if (isEnding) _stopOpening();
    }

    /// @inheritdoc IOptionsVault
    function epoch(uint256 epochId) external view returns (Epoch memory) {
        return _epochs[epochId];
    }

    /// @inheritdoc IOptionsVault
    function currentEpoch() external view returns (uint256) {
        return _currentEpoch;
    }

    /// @inheritdoc IEpochQueue
    function flowLimits() external view returns (FlowLimits memory) {
        return _limits;
    }

    /// @inheritdoc IEpochQueue
    function estimateRequests(address controller) external view returns (Estimate memory estimate) {
        NetAssetValue memory mark = nav();
        estimate.assetsPending = _standing(Side.Deposit, controller).pending;
        estimate.sharesPending = _standing(Side.Redeem, controller).pending;
        estimate.sharesForAssets = _toShares(estimate.assetsPending, Usd.unwrap(mark.ask));
        estimate.assetsForShares = _toAssets(estimate.sharesPending, Usd.unwrap(mark.bid));
    }

    /// @notice ERC-4626: shares for `assets` at mid NAV, rounded down; what an epoch gives differs by the half-spread.
    function convertToShares(uint256 assets) external view returns (uint256) {
        return _toShares(assets, Usd.unwrap(nav().mid));
    }

    /// @notice ERC-4626: assets for `shares` at mid NAV, rounded down; what an epoch gives differs by the half-spread.
    function convertToAssets(uint256 shares) external view returns (uint256) {
        return _toAssets(shares, Usd.unwrap(nav().mid));
    }

    /// @inheritdoc IEpochQueue
    function exitsWaiting() public view returns (bool) {
        return _isWindingDown || _shortEpochs >= PATIENCE;
    }

    /// @inheritdoc IOptionsVault
    function freeCash() public view returns (uint256) {
        int256 cash = Usd.unwrap(clearinghouse.cashOf(account()));
        Assessment memory verdict = clearinghouse.assess(account());
        // On data that is not good the ledger lets no cash go; entries still pay exits.
        if (verdict.status != DataStatus.Good) return 0;
        int256 excess = Usd.unwrap(verdict.equity - verdict.initialRequirement);
        int256 free = excess < cash ? excess : cash;
        uint256 units = free > 0 ? Units.fromWadDown(uint256(free), _cashDecimals) : 0;
        // Cash may be lent out, or held back while a shortfall is open.
        return FixedPoint.min(units, clearinghouse.withdrawable(account(), _usdc));
    }

    /// @inheritdoc IOptionsVault
    function account() public view virtual returns (AccountId);

    /// @inheritdoc IOptionsVault
    function nav() public view virtual returns (NetAssetValue memory);

    /// @dev What the vault is worth now, from a price and a surface good enough to trade on.
    function _usableReading() internal view virtual returns (VaultReading memory);

    /// @dev Mints what is due for fees, before anybody enters or leaves.
    function _takeFees(uint256 epochId, VaultReading memory read_) internal virtual;

    /// @dev Notes what the next epoch's fees and attribution are measured from.
    function _noteEpoch(VaultReading memory read_, Epoch memory done) internal virtual;

    /// @dev Has whoever quotes for the vault look at what leavers wait for. May fail without failing anything.
    function _stopOpening() internal virtual;

    /// @dev Whether exits are bound by no flow limit: the vault is ending, or the first of them has waited too long.
    function _isFlowFree() internal view returns (bool) {
        return _isWindingDown || block.timestamp > silo.waitingSince(Side.Redeem) + MAX_WAIT;
    }

    function _navOf(VaultReading memory read_) internal pure returns (NetAssetValue memory) {
        return NetAssetValue(read_.bid, read_.ask, read_.mid, read_.markTime);
    }

    function _takesNoDeposits() internal view override returns (bool) {
        if (_isWindingDown) return true;
        // A NAV that cannot be read, or leaves something out, frees nobody, and stops no cancellation either.
        try this.nav() returns (NetAssetValue memory mark) {
            return mark.markTime != 0 && Usd.unwrap(mark.bid) <= 0;
        } catch {
            return false;
        }
    }

    /// @dev Entries at ask up to the limits; exits at bid as far as limit, cash and margin reach. Rounds for those who stay.
    function _fulfil(Epoch memory done) private {
        uint256 bid = uint256(Usd.unwrap(done.nav.bid));
        uint256 ask = uint256(Usd.unwrap(done.nav.ask));
        uint256 supply = done.supplyBefore;
        uint256 scale = Units.scaleOf(_cashDecimals);
        Filled memory entries = silo.fill(Side.Deposit, done.nav.markTime, _roomIn(ask), supply * scale, ask);
        (done.assetsIn, done.sharesOut) = (entries.amountIn, entries.amountOut);

        uint256 free = (done.assetsIn + freeCash()) * scale;
        uint256 payable_ = FixedPoint.mulDivDown(free, supply, bid);
        uint256 allowed = _roomOut(supply);
        Filled memory exits = silo.fill(
            Side.Redeem,
            done.nav.markTime,
            FixedPoint.min(payable_, allowed),
            bid,
            supply * scale
        );
        (done.sharesIn, done.assetsOut) = (exits.amountIn, exits.amountOut);
        if (!exits.isShort || payable_ >= allowed) _shortEpochs = 0;
        else if (_shortEpochs < PATIENCE) ++_shortEpochs;
    }

    /// @dev What may enter in this epoch [USDC units].
    function _roomIn(uint256 ask) private view returns (uint256) {
        if (_isWindingDown) return 0;
        uint256 present = Units.fromWadUp(ask, _cashDecimals);
        uint256 room = present < _limits.capacity ? _limits.capacity - present : 0;
        return FixedPoint.min(room, _limits.depositPerEpoch);
    }

    /// @dev Shares that may leave in this epoch.
    function _roomOut(uint256 supply) private view returns (uint256) {
        return _isFlowFree() ? supply : FixedPoint.mulUp(supply, _limits.redeemPerEpoch);
    }

    /// @dev Nets entries against exits, so that only the difference enters or leaves the account.
    function _settleEpoch(Epoch memory done) private {
        if (done.sharesOut != 0) _mint(address(silo), done.sharesOut);
        if (done.sharesIn != 0) _burn(address(silo), done.sharesIn);
        if (done.assetsIn > done.assetsOut) {
            uint256 units = done.assetsIn - done.assetsOut;
            silo.release(units);
            clearinghouse.deposit(account(), _usdc, units);
        } else if (done.assetsOut > done.assetsIn) {
            clearinghouse.withdraw(account(), _usdc, done.assetsOut - done.assetsIn, address(silo));
        }
    }

    function _toShares(uint256 assets, int256 value) private view returns (uint256) {
        if (value <= 0) return 0;
        return FixedPoint.mulDivDown(Units.toWad(assets, _cashDecimals), totalSupply(), uint256(value));
    }

    function _toAssets(uint256 shares, int256 value) private view returns (uint256) {
        uint256 supply = totalSupply();
        if (value <= 0 || supply == 0) return 0;
        return Units.fromWadDown(FixedPoint.mulDivDown(shares, uint256(value), supply), _cashDecimals);
    }

    function _cashOf(IClearinghouse ledger) private view returns (address usdc) {
        if (address(ledger) == address(0)) revert OptionsVault_ZeroAddress();
        (usdc, ) = ledger.cashAsset();
    }
}

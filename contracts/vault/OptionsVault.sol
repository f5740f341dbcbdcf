// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IClearinghouse} from "../interfaces/IClearinghouse.sol";
import {IOptionPricer} from "../interfaces/IOptionPricer.sol";
import {Epoch, IOptionsVault, NetAssetValue} from "../interfaces/IOptionsVault.sol";
import {IPriceRouter} from "../interfaces/IPriceRouter.sol";
import {Assessment} from "../interfaces/IRiskEngine.sol";
import {ISurfaceFeed} from "../interfaces/ISurfaceFeed.sol";
import {IValuation, VaultReading} from "../interfaces/IValuation.sol";
import {FixedPoint} from "../libraries/FixedPoint.sol";
import {Units} from "../libraries/Units.sol";
import {AccountId, accountIdOf} from "../types/AccountId.sol";
import {Price} from "../types/Price.sol";
import {Usd} from "../types/Usd.sol";
import {EpochQueue} from "./EpochQueue.sol";

/// @title OptionsVault
/// @notice LP shares over one account of the clearinghouse, which writes options through the trade desk. The vault holds
/// nothing itself: cash, hedge and options are in its account, requests and claims in its silo. It trusts the
/// clearinghouse to keep its books and to let only good venues at its account (the desk among them), the pricer for its
/// marks, and the hedge controller, which it makes operator of its account.
/// Entries are minted at ask NAV and exits burnt at bid NAV; the difference stays with those who remain.
/// @dev For one market so far. USDC with at most 18 decimals, no fee on transfer.
contract OptionsVault is EpochQueue, AccessManaged {
    using SafeERC20 for IERC20;

    uint256 private constant WAD = 1e18;
    uint8 private constant MARKET = 0;
    uint256 private constant ALL_SCOPES = 3;
    /// @dev Where the seed's shares stay for ever.
    address private constant LOCKED = address(0xdead);

    IClearinghouse public immutable clearinghouse;
    IOptionPricer public immutable optionPricer;
    IPriceRouter public immutable priceRouter;
    ISurfaceFeed public immutable surfaceFeed;
    IValuation public immutable valuation;
    uint8 private immutable _cashDecimals;

    bool private _seeded;

    /// @param authority the AccessManager
    /// @param ledger where the vault's account is; it tells the cash token
    /// @param pricer marks and Greeks
    /// @param router live spot
    /// @param surfaces posted surfaces
    /// @param valuer what the account is worth
    constructor(
        address authority,
        IClearinghouse ledger,
        IOptionPricer pricer,
        IPriceRouter router,
        ISurfaceFeed surfaces,
        IValuation valuer
    ) ERC20("Ballast ETH Vault", "blETH") EpochQueue(_cashOf(ledger)) AccessManaged(authority) {
        if (
            address(pricer) == address(0) ||
            address(router) == address(0) ||
            address(surfaces) == address(0) ||
            address(valuer) == address(0)
        ) revert OptionsVault_ZeroAddress();
        clearinghouse = ledger;
        optionPricer = pricer;
        priceRouter = router;
        surfaceFeed = surfaces;
        valuation = valuer;
        (, _cashDecimals) = ledger.cashAsset();
        IERC20(_usdc).forceApprove(address(ledger), type(uint256).max);
    }

    /// @inheritdoc IOptionsVault
    function seed(uint256 assets) external {
        if (_seeded) revert OptionsVault_AlreadySeeded();
        if (assets < MIN_DEPOSIT) revert OptionsVault_BelowMinimum(assets, MIN_DEPOSIT);
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
        epochId = _currentEpoch;
        Asked memory asked = _asked[epochId];
        if (asked.assets == 0 && asked.shares == 0) revert OptionsVault_NothingToProcess();
        NetAssetValue memory mark = _requireMark(asked.lastRequestAt);
        if (Usd.unwrap(mark.bid) <= 0) revert OptionsVault_WindDown(mark.bid);

        Epoch memory done;
        done.nav = mark;
        done.supplyBefore = totalSupply();
        done.processedAt = uint40(block.timestamp);
        _fulfil(done, asked);
        _epochs[epochId] = done;
        _currentEpoch = epochId + 1;
        if (asked.shares > done.sharesIn) {
            // What was not fulfilled waits on, with the time of its request.
            _asked[epochId + 1].shares = asked.shares - done.sharesIn;
            _asked[epochId + 1].lastRequestAt = asked.lastRequestAt;
        }
        _settleEpoch(done);
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

    /// @notice Lets the hedge controller trade the vault's account. Restricted to the curator.
    function setHedger(address hedger, bool allowed) external restricted {
        uint256 scopes = allowed ? ALL_SCOPES : 0;
        clearinghouse.setOperator(account(), hedger, scopes, type(uint64).max);
    }

    /// @inheritdoc IOptionsVault
    function account() public view returns (AccountId) {
        return accountIdOf(address(this), 0);
    }

    /// @inheritdoc IOptionsVault
    function reading() public view returns (VaultReading memory) {
        return valuation.read(account(), MARKET);
    }

    /// @inheritdoc IOptionsVault
    function nav() public view returns (NetAssetValue memory) {
        return _navOf(reading());
    }

    /// @inheritdoc IOptionsVault
    function sharePrice() external view returns (Price bid, Price ask, Price mid) {
        NetAssetValue memory mark = nav();
        uint256 supply = totalSupply();
        if (supply == 0) revert OptionsVault_NotSeeded();
        return (_perShare(mark.bid, supply), _perShare(mark.ask, supply), _perShare(mark.mid, supply));
    }

    /// @notice The asset that shares are claims on.
    function asset() external view returns (address) {
        return _usdc;
    }

    /// @notice Bid NAV in USDC units; zero if it is negative.
    function totalAssets() external view returns (uint256) {
        int256 bid = Usd.unwrap(nav().bid);
        return bid > 0 ? Units.fromWadDown(uint256(bid), _cashDecimals) : 0;
    }

    /// @notice ERC-7540: an asynchronous vault cannot preview.
    function previewDeposit(uint256) external pure returns (uint256) {
        revert OptionsVault_PreviewNotSupported();
    }

    /// @notice ERC-7540: an asynchronous vault cannot preview.
    function previewMint(uint256) external pure returns (uint256) {
        revert OptionsVault_PreviewNotSupported();
    }

    /// @notice ERC-7540: an asynchronous vault cannot preview.
    function previewRedeem(uint256) external pure returns (uint256) {
        revert OptionsVault_PreviewNotSupported();
    }

    /// @notice ERC-7540: an asynchronous vault cannot preview.
    function previewWithdraw(uint256) external pure returns (uint256) {
        revert OptionsVault_PreviewNotSupported();
    }

    /// @dev A mark newer than every request, from a price and a surface good enough to trade on.
    function _requireMark(uint256 lastRequestAt) private view returns (NetAssetValue memory mark) {
        VaultReading memory read_ = reading();
        if (read_.flaws != 0) revert OptionsVault_MarkFlawed(read_.flaws);
        mark = _navOf(read_);
        if (mark.markTime <= lastRequestAt) {
            revert OptionsVault_MarkNotNewer(mark.markTime, lastRequestAt);
        }
    }

    /// @dev Entries in full at ask; exits at bid, as far as free cash and margin reach. All round for those who stay.
    function _fulfil(Epoch memory done, Asked memory asked) private view {
        uint256 bid = uint256(Usd.unwrap(done.nav.bid));
        uint256 ask = uint256(Usd.unwrap(done.nav.ask));
        done.assetsIn = asked.assets;
        done.sharesOut = FixedPoint.mulDivDown(
            Units.toWad(asked.assets, _cashDecimals),
            done.supplyBefore,
            ask
        );
        uint256 wanted = Units.fromWadDown(
            FixedPoint.mulDivDown(asked.shares, bid, done.supplyBefore),
            _cashDecimals
        );
        uint256 free = asked.assets + _freeCash();
        done.sharesIn = asked.shares;
        done.assetsOut = wanted;
        if (wanted > free) {
            done.assetsOut = free;
            done.sharesIn = FixedPoint.mulDivUp(asked.shares, free, wanted);
        }
    }

    /// @dev Cash that may leave without debt and with the initial requirement met [USDC units].
    function _freeCash() private view returns (uint256) {
        int256 cash = Usd.unwrap(clearinghouse.cashOf(account()));
        Assessment memory verdict = clearinghouse.assess(account());
        int256 excess = Usd.unwrap(verdict.equity - verdict.initialRequirement);
        int256 free = excess < cash ? excess : cash;
        uint256 units = free > 0 ? Units.fromWadDown(uint256(free), _cashDecimals) : 0;
        // Cash may be lent out, or held back while a shortfall is open.
        return FixedPoint.min(units, clearinghouse.withdrawable(account(), _usdc));
    }

    /// @dev Nets entries against exits, so that only the difference enters or leaves the account.
    function _settleEpoch(Epoch memory done) private {
        if (done.sharesOut != 0) _mint(address(silo), done.sharesOut);
        if (done.sharesIn != 0) _burn(address(silo), done.sharesIn);
        if (done.assetsIn > done.assetsOut) {
            uint256 units = done.assetsIn - done.assetsOut;
            silo.release(_usdc, address(this), units);
            clearinghouse.deposit(account(), _usdc, units);
        } else if (done.assetsOut > done.assetsIn) {
            clearinghouse.withdraw(account(), _usdc, done.assetsOut - done.assetsIn, address(silo));
        }
    }

    function _navOf(VaultReading memory read_) private pure returns (NetAssetValue memory) {
        return NetAssetValue(read_.bid, read_.ask, read_.mid, read_.markTime);
    }

    function _perShare(Usd value, uint256 supply) private pure returns (Price) {
        int256 amount = Usd.unwrap(value);
        return Price.wrap(amount > 0 ? FixedPoint.mulDivDown(uint256(amount), WAD, supply) : 0);
    }

    function _cashOf(IClearinghouse ledger) private view returns (address usdc) {
        if (address(ledger) == address(0)) revert OptionsVault_ZeroAddress();
        (usdc, ) = ledger.cashAsset();
    }
}

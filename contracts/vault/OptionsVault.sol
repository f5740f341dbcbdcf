// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IClearinghouse} from "../interfaces/IClearinghouse.sol";
import {IOptionPricer} from "../interfaces/IOptionPricer.sol";
import {IEpochAccounts} from "../interfaces/IEpochAccounts.sol";
import {Epoch, IOptionsVault, NetAssetValue} from "../interfaces/IOptionsVault.sol";
import {IPriceRouter} from "../interfaces/IPriceRouter.sol";
import {IQuoter} from "../interfaces/IQuoter.sol";
import {ISurfaceFeed} from "../interfaces/ISurfaceFeed.sol";
import {ITradeDesk} from "../interfaces/ITradeDesk.sol";
// prettier-ignore
import {
    FLAW_NO_PRICE, FLAW_PRICE_UNUSABLE, FLAW_SURFACE_STALE, IValuation, VaultReading
} from "../interfaces/IValuation.sol";
import {FixedPoint} from "../libraries/FixedPoint.sol";
import {Units} from "../libraries/Units.sol";
import {AccountId, accountIdOf} from "../types/AccountId.sol";
import {Price} from "../types/Price.sol";
import {Usd} from "../types/Usd.sol";
import {BoundedCall} from "./BoundedCall.sol";
import {Epochs} from "./Epochs.sol";

/// @title OptionsVault
/// @notice LP shares over one account of the clearinghouse, which writes options through the trade desk. The vault holds
/// nothing itself: cash, hedge and options are in its account, requests and claims in its silo. It trusts the
/// clearinghouse to keep its books and to let only good venues at its account (the desk among them), the pricer for its
/// marks, and the hedge controller, which it makes operator of its account.
/// @dev For one market so far. USDC with at most 18 decimals, no fee on transfer.
contract OptionsVault is Epochs {
    uint8 private constant MARKET = 0;
    uint256 private constant ALL_SCOPES = 3;
    /// @dev What may be wrong with a reading that rests on no market.
    uint256 private constant NO_MARKET = FLAW_NO_PRICE | FLAW_PRICE_UNUSABLE | FLAW_SURFACE_STALE;

    IOptionPricer public immutable optionPricer;
    IPriceRouter public immutable priceRouter;
    ISurfaceFeed public immutable surfaceFeed;
    IValuation public immutable valuation;

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
    ) ERC20("Ballast ETH Vault", "blETH") Epochs(authority, ledger) {
        if (
            address(pricer) == address(0) ||
            address(router) == address(0) ||
            address(surfaces) == address(0) ||
            address(valuer) == address(0)
        ) revert OptionsVault_ZeroAddress();
        optionPricer = pricer;
        priceRouter = router;
        surfaceFeed = surfaces;
        valuation = valuer;
    }

    /// @notice Lets the hedge controller trade the vault's account. Restricted to the curator.
    function setHedger(address hedger, bool allowed) external restricted {
        uint256 scopes = allowed ? ALL_SCOPES : 0;
        clearinghouse.setOperator(account(), hedger, scopes, type(uint64).max);
    }

    /// @inheritdoc IOptionsVault
    function account() public view override returns (AccountId) {
        return accountIdOf(address(this), 0);
    }

    /// @inheritdoc IOptionsVault
    function reading() public view returns (VaultReading memory) {
        return valuation.read(account(), MARKET);
    }

    /// @inheritdoc IOptionsVault
    function nav() public view override returns (NetAssetValue memory) {
        return _navOf(reading());
    }

    /// @inheritdoc IOptionsVault
    function sharePrice() external view returns (Price bid, Price ask, Price mid) {
        NetAssetValue memory mark = nav();
        uint256 supply = totalSupply();
        if (supply == 0) revert OptionsVault_NotSeeded();
        return (_perShare(mark.bid, supply), _perShare(mark.ask, supply), _perShare(mark.mid, supply));
    }

    /// @notice Bid NAV in USDC units; zero if it is negative.
    function totalAssets() external view returns (uint256) {
        int256 bid = Usd.unwrap(nav().bid);
        return bid > 0 ? Units.fromWadDown(uint256(bid), _cashDecimals) : 0;
    }

    function _markTime() internal view override returns (uint256) {
        (, uint256 surfaceTime) = surfaceFeed.lastReport(MARKET);
        return FixedPoint.min(priceRouter.spot(MARKET).updatedAt, surfaceTime);
    }

    function _usableReading() internal view override returns (VaultReading memory read_) {
        read_ = reading();
        if (read_.flaws == 0) return read_;
        if (read_.flaws & ~NO_MARKET != 0 || !_isFlowFree() || !_hasCashOnly(read_))
            revert OptionsVault_MarkFlawed(read_.flaws);
        // No price could change what is there, so a dead feed keeps nobody in: the mark is of now.
        read_.markTime = block.timestamp;
    }

    /// @dev Whether the account holds nothing that has a price.
    function _hasCashOnly(VaultReading memory read_) private view returns (bool) {
        if (read_.hedge != 0 || Usd.unwrap(read_.hedgeValue) != 0) return false;
        if (clearinghouse.positionWords(account()).length != 0) return false;
        address[] memory assets = clearinghouse.collateralAssets();
        for (uint256 i; i < assets.length; ++i)
            if (clearinghouse.collateralOf(account(), assets[i]) != 0) return false;
        return true;
    }

    /// @dev The quoter is the desk's, and the desk one that NAV counts for. Neither is trusted to answer; who brings too little
    /// gas for them has too little for what comes after.
    function _stopOpening() internal override {
        address desk = address(valuation.sourcesOf(account()).desk);
        bytes memory ask = abi.encodeCall(ITradeDesk.quoter, ());
        (bool isRead, uint256[] memory words) = BoundedCall.read(desk, ask, 1);
        if (!isRead || words.length == 0) return;
        address quoter = address(uint160(words[0]));
        if (quoter.code.length == 0) return;
        try IQuoter(quoter).markCapital() {} catch {}
    }

    function _takeFees(uint256 epochId, VaultReading memory read_) internal override {
        IEpochAccounts accounts = IEpochAccounts(address(valuation));
        (address recipient, uint256 shares) = accounts.beginEpoch(account(), epochId, read_, totalSupply());
        if (shares != 0) _mint(recipient, shares);
    }

    function _noteEpoch(VaultReading memory read_, Epoch memory done) internal override {
        Usd flow =
            Usd.wrap(int256(Units.toWad(done.assetsIn, _cashDecimals))) -
                Usd.wrap(int256(Units.toWad(done.assetsOut, _cashDecimals)));
        IEpochAccounts accounts = IEpochAccounts(address(valuation));
        accounts.endEpoch(account(), read_, done.supplyBefore, totalSupply(), flow);
    }

    function _perShare(Usd value, uint256 supply) private pure returns (Price) {
        int256 amount = Usd.unwrap(value);
        return Price.wrap(amount > 0 ? FixedPoint.mulDivDown(uint256(amount), WAD, supply) : 0);
    }
}

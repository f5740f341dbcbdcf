// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Clearinghouse} from "../../../contracts/clearing/Clearinghouse.sol";
import {Registrar} from "../../../contracts/clearing/Registrar.sol";
import {Settler} from "../../../contracts/clearing/Settler.sol";
import {InsuranceFund} from "../../../contracts/insurance/InsuranceFund.sol";
import {Call, IClearinghouse} from "../../../contracts/interfaces/IClearinghouse.sol";
import {IAuctionHouse, Leg} from "../../../contracts/interfaces/ILiquidation.sol";
import {IPriceFeed, PriceReading} from "../../../contracts/interfaces/IPriceRouter.sol";
import {IRiskEngine} from "../../../contracts/interfaces/IRiskEngine.sol";
import {ISettlementOracle} from "../../../contracts/interfaces/ISettlementOracle.sol";
import {ITradeDesk} from "../../../contracts/interfaces/ITradeDesk.sol";
import {VaultCloser} from "../../../contracts/liquidation/VaultCloser.sol";
import {PriceRouter} from "../../../contracts/oracle/PriceRouter.sol";
import {AccountId} from "../../../contracts/types/AccountId.sol";
import {InstrumentId, InstrumentKind} from "../../../contracts/types/InstrumentId.sol";
import {Price} from "../../../contracts/types/Price.sol";
import {Quantity} from "../../../contracts/types/Quantity.sol";
import {Usd} from "../../../contracts/types/Usd.sol";

/// @notice A ledger that judges accounts before a batch and not after it (Sharwa, Euler, JELLY).
contract UnjudgedLedger is Clearinghouse {
    constructor(
        address authority,
        address cashToken,
        IRiskEngine engine,
        Registrar registrar_
    ) Clearinghouse(authority, cashToken, engine, registrar_) {}

    function _checkTouched(Mode) internal view override {}
}

/// @notice A ledger in which a settled position stays where it is (Opyn).
contract RepeatingLedger is Clearinghouse {
    constructor(
        address authority,
        address cashToken,
        IRiskEngine engine,
        Registrar registrar_
    ) Clearinghouse(authority, cashToken, engine, registrar_) {}

    function settlePosition(
        AccountId account,
        InstrumentId instrument,
        Usd cash
    ) external override notEntered restricted {
        _addCash(account, Usd.unwrap(cash));
        _settlementTransit -= Usd.unwrap(cash);
        emit PositionSettled(account, instrument, _positionOf(account, instrument), cash);
    }
}

/// @notice Pays before it books, and has no lock meanwhile (Siren, Cream).
contract PayFirstRegistrar is Registrar {
    constructor(
        address authority,
        address cashToken_,
        IRiskEngine engine
    ) Registrar(authority, cashToken_, engine) {}

    function withdraw(AccountId account, address asset, uint256 amount, address receiver) external override {
        _requireScope(account, SCOPE_WITHDRAW);
        if (asset == _cashToken) {
            _payCash(account, amount);
            _requireGoodHealth(account);
            IERC20(asset).transfer(receiver, amount);
            return;
        }
        uint256 left = _collateralOf(account, asset) - amount;
        // Judged as it will be, but for what happens while the token is called.
        _takeCollateral(account, asset, amount);
        _requireGoodHealth(account);
        _addCollateral(account, asset, amount);
        IERC20(asset).transfer(receiver, amount);
        uint256 held = _collateralOf(account, asset);
        if (held > left) _takeCollateral(account, asset, held - left);
        _assetTotals[asset].amount -= uint128(amount);
    }
}

/// @notice Adds what comes in to a balance that it read before, has no lock, and does not count what came (Lendf.Me).
contract StaleRegistrar is Registrar {
    constructor(
        address authority,
        address cashToken_,
        IRiskEngine engine
    ) Registrar(authority, cashToken_, engine) {}

    function deposit(AccountId account, address asset, uint256 amount) external override {
        uint256 before = _collateralOf(account, asset);
        IERC20(asset).transferFrom(msg.sender, address(this), amount);
        uint256 held = _collateralOf(account, asset);
        if (held != 0) _takeCollateral(account, asset, held);
        _addCollateral(account, asset, before + amount);
        _assetTotals[asset].amount += uint128(amount);
    }
}

/// @notice Lends cash against the marks of positions (Mango).
contract LendingRegistrar is Registrar {
    constructor(
        address authority,
        address cashToken_,
        IRiskEngine engine
    ) Registrar(authority, cashToken_, engine) {}

    function withdraw(AccountId account, address asset, uint256 amount, address receiver) external override {
        _requireScope(account, SCOPE_WITHDRAW);
        _cashHeld -= uint128(amount);
        _addCash(account, -int256(amount * 1e12));
        _requireGoodHealth(account);
        IERC20(asset).transfer(receiver, amount);
    }
}

/// @notice Does not book what it pays (Hegic, 2025).
contract ForgetfulRegistrar is Registrar {
    constructor(
        address authority,
        address cashToken_,
        IRiskEngine engine
    ) Registrar(authority, cashToken_, engine) {}

    function withdraw(AccountId account, address asset, uint256 amount, address receiver) external override {
        _requireScope(account, SCOPE_WITHDRAW);
        if (_collateralOf(account, asset) < amount)
            revert Clearinghouse_InsufficientCollateral(
                account,
                asset,
                _collateralOf(account, asset),
                amount
            );
        IERC20(asset).transfer(receiver, amount);
    }
}

/// @notice Rounds what is owed the way it rounds what is due: towards nothing (Balancer).
contract TruncatingSettler is Settler {
    constructor(IClearinghouse ledger, ISettlementOracle oracle) Settler(ledger, oracle) {}

    function _payoff(
        InstrumentId instrument,
        Quantity quantity,
        uint256 fixingPrice
    ) internal pure override returns (int256) {
        uint256 strike = instrument.strikeOf();
        bool isCall = instrument.kindOf() == InstrumentKind.Call;
        if (isCall ? fixingPrice <= strike : fixingPrice >= strike) return 0;
        uint256 intrinsic = isCall ? fixingPrice - strike : strike - fixingPrice;
        return (Quantity.unwrap(quantity) * int256(intrinsic)) / 1e18;
    }
}

/// @notice Lets anybody say that there was a bid (Cork).
contract OpenCloser is VaultCloser {
    constructor(
        IClearinghouse ledger,
        IAuctionHouse house,
        ITradeDesk desk_
    ) VaultCloser(ledger, house, desk_) {}

    function onAuctionBid(AccountId, AccountId bidder, Usd, bytes calldata data) external override {
        Leg[] memory legs = abi.decode(data, (Leg[]));
        Call[] memory calls = new Call[](legs.length);
        for (uint256 i = 0; i < legs.length; ++i) {
            calls[i].target = address(desk);
            calls[i].data = abi.encodeCall(
                ITradeDesk.trade,
                (bidder, legs[i].instrument, -legs[i].quantity, Usd.wrap(type(int128).max), block.timestamp)
            );
        }
        clearinghouse.batch(bidder, calls);
    }
}

/// @notice Counts assets before shares, with the token called in between (Sentiment).
contract HalfCountedFund is InsuranceFund {
    uint256 private _early;

    constructor(
        IERC20 asset_,
        address waterfall_,
        IClearinghouse ledger
    ) InsuranceFund(asset_, waterfall_, ledger) {}

    function totalAssets() public view override returns (uint256) {
        return super.totalAssets() + _early;
    }

    function _deposit(address caller, address receiver, uint256 assets, uint256 shares) internal override {
        _early = assets;
        super._deposit(caller, receiver, assets, shares);
        _early = 0;
    }
}

/// @notice Gives whoever comes first all that there is, and asks for a truncated price (Thetanuts).
contract LowSupplyFund is InsuranceFund {
    constructor(
        IERC20 asset_,
        address waterfall_,
        IClearinghouse ledger
    ) InsuranceFund(asset_, waterfall_, ledger) {}

    function _convertToShares(uint256 assets, Math.Rounding) internal view override returns (uint256) {
        uint256 supply = totalSupply();
        return supply == 0 ? assets : (assets * supply) / totalAssets();
    }

    function _convertToAssets(uint256 shares, Math.Rounding) internal view override returns (uint256) {
        uint256 supply = totalSupply();
        return supply == 0 ? shares : (shares * totalAssets()) / supply;
    }
}

/// @notice Takes any feed that it is told to take (Moonwell).
contract TrustingRouter is PriceRouter {
    constructor(address authority) PriceRouter(authority) {}

    function _requireAgreement(uint8, IPriceFeed) internal view override {}
}

interface IPool {
    function slot0() external view returns (uint160 sqrtPriceX96, int24, uint16, uint16, uint16, uint8, bool);
}

/// @notice A feed that believes what a pool says at this moment (Harvest).
contract PoolFeed is IPriceFeed {
    uint8 public constant decimals = 8;
    address public immutable aggregator;
    IPool private immutable _pool;
    bool private immutable _cashIsFirst;

    constructor(address aggregator_, IPool pool, bool cashIsFirst) {
        (aggregator, _pool, _cashIsFirst) = (aggregator_, pool, cashIsFirst);
    }

    function read() external view returns (PriceReading memory reading) {
        (uint160 root, , , , , , ) = _pool.slot0();
        uint256 ratio = Math.mulDiv(uint256(root) * uint256(root), 1e18, 1 << 192);
        // USDC has twelve decimals less than ether.
        uint256 price = _cashIsFirst ? 1e48 / ratio : ratio * 1e12;
        reading.price = Price.wrap(price);
        reading.updatedAt = block.timestamp;
    }
}

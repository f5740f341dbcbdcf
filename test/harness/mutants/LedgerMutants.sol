// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Clearinghouse} from "../../../contracts/clearing/Clearinghouse.sol";
import {Registrar} from "../../../contracts/clearing/Registrar.sol";
import {Standing} from "../../../contracts/clearing/BatchContext.sol";
import {IRiskEngine, Portfolio} from "../../../contracts/interfaces/IRiskEngine.sol";
import {AccountId} from "../../../contracts/types/AccountId.sol";

/// @notice Deposits that anybody may enter half-way, and that credit whatever arrived meanwhile.
contract EnterableRegistrar is Registrar {
    using SafeERC20 for IERC20;

    constructor(address authority, address cash, IRiskEngine engine) Registrar(authority, cash, engine) {}

    function deposit(AccountId account, address asset, uint256 amount) external override {
        uint256 before = IERC20(asset).balanceOf(address(this));
        IERC20(asset).safeTransferFrom(msg.sender, address(this), amount);
        uint256 arrived = IERC20(asset).balanceOf(address(this)) - before;
        _assetTotals[asset].amount += uint128(arrived);
        _addCollateral(account, asset, arrived);
    }
}

/// @notice Withdrawals that write down what is left only after they have paid.
contract LateRegistrar is Registrar {
    using SafeERC20 for IERC20;

    constructor(address authority, address cash, IRiskEngine engine) Registrar(authority, cash, engine) {}

    function withdraw(AccountId account, address asset, uint256 amount, address receiver) external override {
        _requireScope(account, SCOPE_WITHDRAW);
        uint256 left = _collateralOf(account, asset) - amount;
        IERC20(asset).safeTransfer(receiver, amount);
        _takeCollateral(account, asset, _collateralOf(account, asset) - left);
    }
}

/// @notice Takes a token's word for what it moved.
contract CredulousRegistrar is Registrar {
    constructor(address authority, address cash, IRiskEngine engine) Registrar(authority, cash, engine) {}

    function _pull(address asset, address payer, uint256 amount) internal override {
        IERC20(asset).transferFrom(payer, address(this), amount);
    }
}

/// @notice Credits who deposits with all that is here and nobody's yet.
contract BalanceRegistrar is Registrar {
    using SafeERC20 for IERC20;

    constructor(address authority, address cash, IRiskEngine engine) Registrar(authority, cash, engine) {}

    function deposit(AccountId account, address asset, uint256 amount) external override {
        IERC20(asset).safeTransferFrom(msg.sender, address(this), amount);
        uint256 arrived = IERC20(asset).balanceOf(address(this)) - _assetTotals[asset].amount;
        _assetTotals[asset].amount += uint128(arrived);
        _addCollateral(account, asset, arrived);
    }
}

/// @notice Lists tokens of any decimals as if they had eighteen.
contract LooseRegistrar is Registrar {
    constructor(address authority, address cash, IRiskEngine engine) Registrar(authority, cash, engine) {}

    function setCollateralAsset(
        address asset,
        uint8 market,
        uint128 cap,
        bool enabled
    ) external override restricted {
        _assetList.push(asset);
        _assets[asset] = Asset(market, 18, cap, enabled, 0);
    }
}

/// @notice Lets anybody bring anything to any account.
contract WelcomingRegistrar is Registrar {
    constructor(address authority, address cash, IRiskEngine engine) Registrar(authority, cash, engine) {}

    function _requireWelcome(AccountId, address, uint256, address) internal view override {}
}

/// @notice Pays out without asking how the account stands afterwards.
contract BlindRegistrar is Registrar {
    constructor(address authority, address cash, IRiskEngine engine) Registrar(authority, cash, engine) {}

    function _requireGoodHealth(AccountId, Portfolio memory) internal view override {}
}

/// @notice A pause that closes exits too.
contract ShuttingRegistrar is Registrar {
    using SafeERC20 for IERC20;

    constructor(address authority, address cash, IRiskEngine engine) Registrar(authority, cash, engine) {}

    function withdraw(AccountId account, address asset, uint256 amount, address receiver) external override {
        _requireScope(account, SCOPE_WITHDRAW);
        if (_riskPaused) revert Clearinghouse_RiskPaused();
        _payCash(account, amount);
        IERC20(asset).safeTransfer(receiver, amount);
    }
}

/// @notice A batch at whose end nobody is looked at.
contract BlindLedger is Clearinghouse {
    constructor(
        address authority,
        address cash,
        IRiskEngine engine,
        Registrar registrar_
    ) Clearinghouse(authority, cash, engine, registrar_) {}

    function _requireGoodHealth(AccountId, Portfolio memory) internal view override {}
}

/// @notice A reducing batch that does not compare before and after.
contract RecklessLedger is Clearinghouse {
    constructor(
        address authority,
        address cash,
        IRiskEngine engine,
        Registrar registrar_
    ) Clearinghouse(authority, cash, engine, registrar_) {}

    function _requireLessRisk(AccountId, Standing memory) internal view override {}
}

/// @notice Lets a batch say to the books what it likes, in the ledger's name.
contract EchoingLedger is Clearinghouse {
    constructor(
        address authority,
        address cash,
        IRiskEngine engine,
        Registrar registrar_
    ) Clearinghouse(authority, cash, engine, registrar_) {}

    function _requireRefresh(bytes calldata) internal view override {}
}

/// @notice Claims that round up.
contract GenerousLedger is Clearinghouse {
    constructor(
        address authority,
        address cash,
        IRiskEngine engine,
        Registrar registrar_
    ) Clearinghouse(authority, cash, engine, registrar_) {}

    function _bookedCash(AccountSlot memory slot) internal view override returns (int256) {
        if (slot.cash <= 0 || slot.index == _indices.claim) return super._bookedCash(slot);
        return int256(_ceilDiv(uint256(uint128(slot.cash)) * _indices.claim, slot.index));
    }
}

/// @notice Deposits of ether in a loop, each of which counts what was sent once.
contract PaidLedger is Clearinghouse {
    constructor(
        address authority,
        address cash,
        IRiskEngine engine,
        Registrar registrar_
    ) Clearinghouse(authority, cash, engine, registrar_) {}

    function depositEther(AccountId[] calldata accounts) external payable {
        for (uint256 i = 0; i < accounts.length; ++i) _addCash(accounts[i], int256(msg.value));
    }
}

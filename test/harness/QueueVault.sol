// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IClearinghouse} from "../../contracts/interfaces/IClearinghouse.sol";
import {Epoch, NetAssetValue} from "../../contracts/interfaces/IOptionsVault.sol";
import {Assessment, DataStatus} from "../../contracts/interfaces/IRiskEngine.sol";
import {Epochs} from "../../contracts/vault/Epochs.sol";
import {VaultReading} from "../../contracts/interfaces/IValuation.sol";
import {AccountId, accountIdOf} from "../../contracts/types/AccountId.sol";
import {Price} from "../../contracts/types/Price.sol";
import {Usd} from "../../contracts/types/Usd.sol";
import {TestToken} from "./TestToken.sol";

/// @notice A ledger of one account whose positions, requirement, cash in custody and data are whatever a test says.
contract OneAccountLedger {
    TestToken public immutable cash;
    int256 public positions;
    uint256 public requirement;
    uint256 public lent;
    DataStatus public status;
    uint256 private _units;

    constructor(TestToken cash_) {
        cash = cash_;
    }

    function setPositions(int256 value) external {
        positions = value;
    }

    function setRequirement(uint256 value) external {
        requirement = value;
    }

    function setLent(uint256 units) external {
        lent = units;
    }

    function setStatus(DataStatus value) external {
        status = value;
    }

    function deposit(AccountId, address, uint256 units) external {
        _units += units;
        cash.transferFrom(msg.sender, address(this), units);
    }

    function withdraw(AccountId account, address token, uint256 units, address receiver) external {
        require(status == DataStatus.Good, "data are not good");
        require(units <= withdrawable(account, token), "cash is lent");
        require(Usd.unwrap(cashOf(account)) + positions >= int256(units * 1e12 + requirement), "margin");
        _units -= units;
        cash.transfer(receiver, units);
    }

    function cashAsset() external view returns (address, uint8) {
        return (address(cash), cash.decimals());
    }

    function cashOf(AccountId) public view returns (Usd) {
        return Usd.wrap(int256(_units * 1e12));
    }

    function withdrawable(AccountId, address) public view returns (uint256) {
        return _units > lent ? _units - lent : 0;
    }

    function assess(AccountId account) external view returns (Assessment memory verdict) {
        verdict.equity = Usd.wrap(Usd.unwrap(cashOf(account)) + positions);
        verdict.initialRequirement = Usd.wrap(int256(requirement));
        verdict.status = status;
    }
}

/// @notice The vault's queue and epochs over a NAV that a test marks: cash as it is, positions as of the last mark.
contract QueueVault is Epochs {
    uint256 public constant HALF_SPREAD = 0.002e18;

    OneAccountLedger public immutable ledger;
    int256 public markedPositions;
    uint256 public markedAt;

    constructor(
        address authority,
        OneAccountLedger ledger_
    ) ERC20("Queue", "QUE") Epochs(authority, IClearinghouse(address(ledger_))) {
        ledger = ledger_;
    }

    /// @notice Posts a mark: what the positions are worth now.
    function post() external {
        markedPositions = ledger.positions();
        markedAt = block.timestamp;
    }

    /// @notice Price of a share at bid, ask and mid.
    function sharePrice() external view returns (Price, Price, Price) {
        return (_perShare(nav().bid), _perShare(nav().ask), _perShare(nav().mid));
    }

    /// @notice Only what a NAV is made of.
    function reading() external view returns (VaultReading memory) {
        return _usableReading();
    }

    function account() public view override returns (AccountId) {
        return accountIdOf(address(this), 0);
    }

    function nav() public view override returns (NetAssetValue memory mark) {
        int256 mid = Usd.unwrap(ledger.cashOf(account())) + markedPositions;
        int256 half = (mid < 0 ? -mid : mid) / int256(WAD / HALF_SPREAD);
        return NetAssetValue(Usd.wrap(mid - half), Usd.wrap(mid + half), Usd.wrap(mid), markedAt);
    }

    function _perShare(Usd value) private view returns (Price) {
        return Price.wrap((uint256(Usd.unwrap(value)) * WAD) / totalSupply());
    }

    function _usableReading() internal view override returns (VaultReading memory read_) {
        NetAssetValue memory mark = nav();
        (read_.bid, read_.ask, read_.mid, read_.markTime) = (mark.bid, mark.ask, mark.mid, mark.markTime);
    }

    function _stopOpening() internal override {}

    function _takeFees(uint256, VaultReading memory) internal override {}

    function _noteEpoch(VaultReading memory, Epoch memory) internal override {}

    function _markTime() internal view override returns (uint256) {
        return markedAt;
    }
}

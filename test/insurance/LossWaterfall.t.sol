// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IClearinghouse} from "../../contracts/interfaces/IClearinghouse.sol";
import {Absorption} from "../../contracts/interfaces/IInsurance.sol";
import {IOptionsVault, NetAssetValue} from "../../contracts/interfaces/IOptionsVault.sol";
import {LossWaterfall} from "../../contracts/insurance/LossWaterfall.sol";
import {AccountId, accountIdOf} from "../../contracts/types/AccountId.sol";
import {Usd} from "../../contracts/types/Usd.sol";
import {TestToken} from "../harness/TestToken.sol";

interface Vm {
    function warp(uint256 timestamp) external;
}

/// @notice Cash of accounts, and claims that share a loss without end.
contract CashLedger {
    TestToken public immutable cash;
    mapping(AccountId => int256) public balances;
    int256 public claims = 1e30;
    int256 public shared;

    constructor(TestToken cash_) {
        cash = cash_;
    }

    function set(AccountId account, int256 amount) external {
        balances[account] = amount;
    }

    function setClaims(int256 amount) external {
        claims = amount;
    }

    function cashAsset() external view returns (address, uint8) {
        return (address(cash), 6);
    }

    function totalClaims() external view returns (Usd) {
        return Usd.wrap(claims);
    }

    function cashOf(AccountId account) external view returns (Usd) {
        return Usd.wrap(balances[account]);
    }

    function deposit(AccountId account, address, uint256 units) external {
        cash.transferFrom(msg.sender, address(this), units);
        balances[account] += int256(units * 1e12);
    }

    function moveCash(AccountId from, AccountId to, Usd amount) external {
        balances[from] -= Usd.unwrap(amount);
        balances[to] += Usd.unwrap(amount);
    }

    function shareLoss(AccountId account, Usd amount) external {
        balances[account] += Usd.unwrap(amount);
        shared += Usd.unwrap(amount);
    }
}

/// @notice A vault whose NAV is whatever it is told, or cannot be read, or costs all the gas there is.
contract TestVault {
    int256 public value;
    bool public broken;
    bool public endless;

    error Dead();

    function set(int256 value_, bool broken_, bool endless_) external {
        (value, broken, endless) = (value_, broken_, endless_);
    }

    function account() external view returns (AccountId) {
        return accountIdOf(address(this), 0);
    }

    function nav() external view returns (NetAssetValue memory mark) {
        if (broken) revert Dead();
        uint256 i;
        while (endless) ++i;
        mark.bid = Usd.wrap(value);
        mark.markTime = block.timestamp;
    }
}

/// @notice Lets everybody do everything.
contract OpenAuthority {
    function canCall(address, address, bytes4) external pure returns (bool, uint32) {
        return (true, 0);
    }
}

/// @notice SLV-01 and SLV-02 for any sizes of loss, fund, slice and cash, and SLV-03 for any exposures.
contract LossWaterfallTest {
    Vm private constant VM = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    AccountId private constant ACCOUNT = AccountId.wrap(1 << 96);

    TestToken private _cash;
    CashLedger private _ledger;
    TestVault private _vault;
    LossWaterfall private _waterfall;

    error Broken(string what, uint256 left, uint256 right);

    function setUp() external {
        VM.warp(1e9);
        _cash = new TestToken(6);
        _ledger = new CashLedger(_cash);
        _vault = new TestVault();
        _waterfall = new LossWaterfall(
            address(new OpenAuthority()),
            IClearinghouse(address(_ledger)),
            IOptionsVault(address(_vault))
        );
        _waterfall.setAuctionHouse(address(this));
    }

    function testFuzz_SLV01_OrderAndSum(
        uint96[3] calldata losses,
        uint48 fund,
        int96 nav,
        int96 vaultCash,
        uint64 perEvent,
        uint64 perYear
    ) external {
        _waterfall.setVaultSlice(perEvent % 0.2e18, perYear % 0.2e18);
        if (fund != 0) _fill(fund);
        _vault.set(nav, false, false);
        _ledger.set(_vault.account(), vaultCash);
        uint256 slices;
        for (uint256 i; i < 3; ++i) {
            uint256 loss = 1 + uint256(losses[i]);
            uint256 held = _waterfall.insuranceFund().assetsHeld();
            _waterfall.measureVault();
            uint256 slice = uint256(Usd.unwrap(_waterfall.sliceLeft()));
            int256 before = _ledger.balances(ACCOUNT);
            Absorption memory paid = _waterfall.absorb(ACCOUNT, Usd.wrap(int256(loss)));
            uint256 insurance = uint256(Usd.unwrap(paid.insurance));
            uint256 fromVault = uint256(Usd.unwrap(paid.vault));
            uint256 shared = uint256(Usd.unwrap(paid.shared));
            _equal("sum", insurance + fromVault + shared, loss);
            _equal("credited", uint256(_ledger.balances(ACCOUNT) - before), loss);
            uint256 whole = (loss / 1e12) * 1e12;
            _equal("fund first", insurance, whole < held * 1e12 ? whole : held * 1e12);
            uint256 rest = loss - insurance;
            _equal("then the slice", fromVault, rest < slice ? rest : slice);
            slices += fromVault;
        }
        if (slices != 0) {
            _atMost("yearly cap", slices, (uint256(uint96(nav)) * (perYear % 0.2e18)) / 1e18);
            _atMost("cash", slices, uint256(uint96(vaultCash)));
        }
    }

    function testFuzz_SLV01_DeadOrEndlessNavBlocksNothing(
        uint96 nav,
        uint64 loss,
        bool broken,
        bool measured
    ) external {
        _waterfall.setVaultSlice(0.1e18, 0.1e18);
        _ledger.set(_vault.account(), 1e30);
        _vault.set(int256(uint256(nav)), false, false);
        if (measured) _waterfall.measureVault();
        _vault.set(int256(uint256(nav)), broken, !broken);
        uint256 amount = 1 + uint256(loss);
        Absorption memory paid = _waterfall.absorb(ACCOUNT, Usd.wrap(int256(amount)));
        uint256 slice = measured ? uint256(nav) / 10 : 0;
        _equal("last measure", uint256(Usd.unwrap(paid.vault)), amount < slice ? amount : slice);
        _equal("sum", uint256(Usd.unwrap(paid.vault + paid.shared)), amount);
    }

    function testFuzz_SLV03_HeldShareCoversWhatMayBeNeeded(
        uint96[4] calldata amounts,
        uint48 fund,
        uint96 claims
    ) external {
        if (fund != 0) _fill(fund);
        _ledger.setClaims(int256(uint256(claims)) + 1);
        uint256 total;
        uint256 open;
        for (uint256 i; i < 4; ++i) {
            _waterfall.setExposure(AccountId.wrap(i), Usd.wrap(int256(uint256(amounts[i]))));
            total += amounts[i];
            if (amounts[i] != 0) ++open;
        }
        (Usd sum, uint256 count) = _waterfall.exposures();
        _equal("sum", uint256(Usd.unwrap(sum)), total);
        _equal("count", count, open);
        _equal("fund", _waterfall.insuranceFund().openShortfalls(), open);
        uint256 share = _waterfall.heldShare();
        _atMost("share", share, 1e18);
        uint256 cushion = uint256(fund) * 1e12;
        uint256 needed = total > cushion ? total - cushion : 0;
        if (needed > uint256(claims) + 1) needed = uint256(claims) + 1;
        _atMost("enough", needed * 1e18, share * (uint256(claims) + 1));
        if (needed == 0) _equal("nothing", share, 0);
        for (uint256 i; i < 4; ++i) _waterfall.setExposure(AccountId.wrap(i), Usd.wrap(0));
        _equal("released", _waterfall.heldShare() + _waterfall.heldEpisode(), 0);
    }

    function _fill(uint256 units) private {
        _cash.mint(address(this), units);
        _cash.approve(address(_waterfall.insuranceFund()), units);
        _waterfall.insuranceFund().contribute(units);
    }

    function _equal(string memory what, uint256 left, uint256 right) private pure {
        if (left != right) revert Broken(what, left, right);
    }

    function _atMost(string memory what, uint256 left, uint256 right) private pure {
        if (left > right) revert Broken(what, left, right);
    }
}

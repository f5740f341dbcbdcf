// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {FlowLimits} from "../../contracts/interfaces/IEpochQueue.sol";
import {OneAccountLedger, QueueVault} from "../harness/QueueVault.sol";
import {QueueGuard, QueueMutant, SiloMutant, ThinVault} from "../harness/mutants/QueueMutants.sol";
import {TestToken} from "../harness/TestToken.sol";

interface Vm {
    function warp(uint256 timestamp) external;
    function prank(address sender) external;
}

/// @notice Attacks on the queue, each on the vault's own code, where it fails, and on a mutant, where it succeeds.
contract QueueAttacksTest {
    Vm private constant VM = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    address private constant VICTIM = address(0x71c);
    address private constant ATTACKER = address(0xbad);
    uint256 private constant RICH = 1e6 * 1e6;

    TestToken private _usdc;
    OneAccountLedger private _ledger;
    uint256 private _now = 1e9;

    error Broken(string what, uint256 left, uint256 right);

    /// @dev The mark is too high and not processed yet: who has asked to enter would rather not have.
    function test_FreeOptionByCancelling() external {
        if (_returnedAfterALook(QueueGuard.None) != 0) revert Broken("came back", 1, 0);
        uint256 returned = _returnedAfterALook(QueueGuard.Cancellation);
        if (returned != 10_000e6) revert Broken("the mutant kept it", returned, 10_000e6);
    }

    /// @dev The positions have gained 5 % that the mark does not show: enter at the old mark, leave at the new one.
    function test_SandwichOfAMark() external {
        int256 profit = _sandwich(QueueGuard.None);
        if (profit > 0) revert Broken("profit", uint256(profit), 0);
        profit = _sandwich(QueueGuard.Foresight);
        if (profit < 100e6) revert Broken("the mutant's attacker earned nothing", 0, 0);
    }

    /// @dev Loss of 10 % that the mark does not show: leave before it.
    function test_RedeemBeforeALoss() external {
        uint256 paid = _flight(QueueGuard.None);
        if (paid > 90_000e6) revert Broken("left without the loss", paid, 90_000e6);
        paid = _flight(QueueGuard.Foresight);
        if (paid < 99_000e6) revert Broken("the mutant's leaver carried the loss", paid, 99_000e6);
    }

    /// @dev A request every minute, so that the last one is always newer than the mark.
    function test_StreamOfLateRequests() external {
        uint256 left = _stream(QueueGuard.None);
        if (left != 0) revert Broken("the exit was stalled", left, 0);
        left = _stream(QueueGuard.Closing);
        if (left == 0) revert Broken("the mutant was not stalled", 0, 1);
    }

    /// @dev A gift to the vault before the first deposit, in the hope that it rounds to nothing.
    function test_FirstDepositorAndDonation() external {
        uint256 worth = _afterDonation(false);
        if (worth < 1_990e6) revert Broken("the depositor lost", worth, 2_000e6);
        worth = _afterDonation(true);
        if (worth > 1_500e6) revert Broken("the mutant's depositor lost nothing", worth, 2_000e6);
    }

    /// @dev Hundreds of claims of one unit each, by every measure.
    function test_RoundingCompounded() external {
        (uint256 got, uint256 due) = _crumbs(QueueGuard.None);
        if (got > due) revert Broken("got more than was due", got, due);
        (got, due) = _crumbs(QueueGuard.Rounding);
        if (got <= due) revert Broken("the mutant's crumbs add up", got, due);
    }

    /// @dev A stranger opens cohorts in the victim's name until it has none left.
    function test_QueueSpam() external {
        if (!_mayStillAsk(QueueGuard.None)) revert Broken("the victim is shut out", 0, 1);
        if (_mayStillAsk(QueueGuard.Strangers)) revert Broken("the mutant's victim may still ask", 1, 0);
    }

    /// @dev A hundred requests cost an epoch no more than one does.
    function test_EpochsCostTheSameForManyRequests() external {
        uint256 one = _costOf(1);
        uint256 many = _costOf(100);
        if (many > one + 1_000) revert Broken("gas", many, one);
    }

    /// @dev A huge redemption beside, and margin held full, do not keep an earlier exit from its turn.
    function test_StarvingAnExit() external {
        QueueVault vault = _open(QueueGuard.None);
        vault.setFlowLimits(FlowLimits(uint128(RICH), uint128(100 * RICH), 0.05e18));
        _enter(vault, VICTIM, 5_000e6);
        _enter(vault, ATTACKER, 900_000e6);
        _ledger.setRequirement(type(uint128).max);
        _redeemAll(vault, VICTIM);
        _mark(vault);
        _redeemAll(vault, ATTACKER);
        for (uint256 i = 0; i < 2; ++i) {
            if (vault.exitsWaiting()) revert Broken("no patience", i, 2);
            vault.processEpoch();
            _mark(vault);
        }
        // Two epochs without cash for them: nothing may take cash or margin from those who leave any more.
        if (!vault.exitsWaiting()) revert Broken("nobody is told", 0, 1);
        _ledger.setRequirement(0);
        vault.processEpoch();
        if (vault.exitsWaiting()) revert Broken("still told", 1, 0);
        if (vault.pendingRedeemRequest(0, VICTIM) != 0) revert Broken("starved", 0, 0);
        if (vault.pendingRedeemRequest(0, ATTACKER) == 0) revert Broken("no flow limit", 0, 0);
    }

    /// @dev Cash that is lent out, held back or behind bad data stays; what was paid in by others still pays exits.
    function test_ExitsWithoutCash() external {
        QueueVault vault = _open(QueueGuard.None);
        _enter(vault, VICTIM, 10_000e6);
        _ledger.setLent(RICH);
        _redeemAll(vault, VICTIM);
        _ask(vault, ATTACKER, 4_000e6);
        _mark(vault);
        vault.processEpoch();
        uint256 paid = vault.maxWithdraw(VICTIM);
        if (paid > 4_000e6 || paid < 3_999e6) revert Broken("not netted", paid, 4_000e6);
        VM.prank(VICTIM);
        vault.withdraw(paid, VICTIM, VICTIM);
    }

    /// @dev A receiver whom the token refuses blocks nobody, and its claim stays.
    function test_RefusedReceiver() external {
        QueueVault vault = _open(QueueGuard.None);
        _enter(vault, VICTIM, 1_000e6);
        _enter(vault, ATTACKER, 1_000e6);
        _redeemAll(vault, VICTIM);
        _redeemAll(vault, ATTACKER);
        _mark(vault);
        vault.processEpoch();
        uint256 due = vault.maxWithdraw(ATTACKER);
        VM.prank(ATTACKER);
        try vault.withdraw(due, address(0), ATTACKER) {
            revert Broken("paid to nobody", 1, 0);
        } catch {}
        uint256 shares = vault.maxRedeem(VICTIM);
        VM.prank(VICTIM);
        vault.redeem(shares, VICTIM, VICTIM);
        if (vault.maxWithdraw(ATTACKER) != due) revert Broken("a claim was lost", 0, due);
    }

    function _returnedAfterALook(QueueGuard missing) private returns (uint256 returned) {
        QueueVault vault = _open(missing);
        _ask(vault, ATTACKER, 10_000e6);
        _ledger.setPositions(20_000e18);
        _mark(vault);
        VM.prank(ATTACKER);
        vault.cancelDepositRequest(0, ATTACKER);
        if (missing == QueueGuard.None) vault.processEpoch();
        returned = vault.claimableCancelDepositRequest(0, ATTACKER);
    }

    function _sandwich(QueueGuard missing) private returns (int256) {
        QueueVault vault = _open(missing);
        uint256 before = _usdc.balanceOf(ATTACKER);
        _pass(6 minutes);
        _ledger.setPositions(5_000e18);
        _ask(vault, ATTACKER, 10_000e6);
        _tryEpoch(vault);
        _mark(vault);
        _tryEpoch(vault);
        _claim(vault, ATTACKER);
        _redeemAll(vault, ATTACKER);
        _mark(vault);
        _tryEpoch(vault);
        uint256 shares = vault.maxRedeem(ATTACKER);
        VM.prank(ATTACKER);
        vault.redeem(shares, ATTACKER, ATTACKER);
        return int256(_usdc.balanceOf(ATTACKER)) - int256(before);
    }

    function _flight(QueueGuard missing) private returns (uint256) {
        QueueVault vault = _open(missing);
        _enter(vault, ATTACKER, 100_000e6);
        _mark(vault);
        _ledger.setPositions(-20_000e18);
        _redeemAll(vault, ATTACKER);
        _tryEpoch(vault);
        _mark(vault);
        _tryEpoch(vault);
        return vault.maxWithdraw(ATTACKER);
    }

    function _stream(QueueGuard missing) private returns (uint256) {
        QueueVault vault = _open(missing);
        _enter(vault, VICTIM, 1_000e6);
        _redeemAll(vault, VICTIM);
        _enterShares(vault, ATTACKER);
        for (uint256 i = 0; i < 40; ++i) {
            _pass(1 minutes);
            if (i % 10 == 9) vault.post();
            VM.prank(ATTACKER);
            vault.requestRedeem(1e18, ATTACKER, ATTACKER);
            _tryEpoch(vault);
        }
        return vault.pendingRedeemRequest(0, VICTIM);
    }

    function _afterDonation(bool isThin) private returns (uint256) {
        QueueVault vault = _fresh(isThin);
        if (!isThin) vault.seed(10e6);
        else vault.seed(0);
        uint256 gift = 2_500e6;
        _usdc.mint(address(this), gift);
        _usdc.approve(address(_ledger), gift);
        _ledger.deposit(vault.account(), address(_usdc), gift);
        vault.post();
        _ask(vault, VICTIM, 2_000e6);
        _mark(vault);
        vault.processEpoch();
        return vault.convertToAssets(vault.maxMint(VICTIM));
    }

    function _crumbs(QueueGuard missing) private returns (uint256 got, uint256 due) {
        QueueVault vault = _open(missing);
        _ledger.setPositions(33_333e18);
        _enter(vault, ATTACKER, 999e6);
        _enter(vault, VICTIM, 999e6);
        _redeemAll(vault, VICTIM);
        VM.prank(ATTACKER);
        vault.requestRedeem(333e18 + 7, ATTACKER, ATTACKER);
        _mark(vault);
        vault.processEpoch();
        due = vault.maxWithdraw(ATTACKER);
        uint256 before = _usdc.balanceOf(ATTACKER);
        for (uint256 i = 0; i < 300; ++i) {
            VM.prank(ATTACKER);
            vault.redeem(1, ATTACKER, ATTACKER);
        }
        uint256 rest = vault.maxRedeem(ATTACKER);
        VM.prank(ATTACKER);
        vault.redeem(rest, ATTACKER, ATTACKER);
        got = _usdc.balanceOf(ATTACKER) - before;
    }

    function _mayStillAsk(QueueGuard missing) private returns (bool) {
        QueueVault vault = _open(missing);
        vault.setFlowLimits(FlowLimits(0, 0, 1e18));
        for (uint256 i = 0; i < 8; ++i) {
            VM.prank(ATTACKER);
            try vault.requestDeposit(10e6, VICTIM, ATTACKER) {} catch {}
            _mark(vault);
        }
        VM.prank(VICTIM);
        try vault.requestDeposit(10e6, VICTIM, VICTIM) {
            return true;
        } catch {
            return false;
        }
    }

    function _costOf(uint256 requests) private returns (uint256 gas) {
        QueueVault vault = _open(QueueGuard.None);
        for (uint256 i = 0; i < requests; ++i) {
            VM.prank(VICTIM);
            vault.requestDeposit(10e6, address(uint160(0x1000 + i)), VICTIM);
        }
        _mark(vault);
        gas = gasleft();
        vault.processEpoch();
        gas -= gasleft();
    }

    function _open(QueueGuard missing) private returns (QueueVault vault) {
        _base();
        if (missing == QueueGuard.None) {
            vault = new QueueVault(address(new AccessManager(address(this))), _ledger);
        } else {
            vault = new QueueMutant(address(new AccessManager(address(this))), _ledger);
            SiloMutant(address(vault.silo())).lack(missing);
        }
        _equip(vault);
        vault.seed(100_000e6);
        vault.post();
    }

    function _fresh(bool isThin) private returns (QueueVault vault) {
        _base();
        address manager = address(new AccessManager(address(this)));
        vault = isThin ? new ThinVault(manager, _ledger) : new QueueVault(manager, _ledger);
        _equip(vault);
    }

    function _base() private {
        _pass(1 hours);
        _usdc = new TestToken(6);
        _ledger = new OneAccountLedger(_usdc);
    }

    function _equip(QueueVault vault) private {
        address[3] memory all = [address(this), VICTIM, ATTACKER];
        for (uint256 i = 0; i < 3; ++i) {
            _usdc.mint(all[i], RICH);
            VM.prank(all[i]);
            _usdc.approve(address(vault), type(uint256).max);
        }
    }

    function _ask(QueueVault vault, address who, uint256 assets) private {
        VM.prank(who);
        vault.requestDeposit(assets, who, who);
    }

    function _enter(QueueVault vault, address who, uint256 assets) private {
        _ask(vault, who, assets);
        _mark(vault);
        vault.processEpoch();
        _claim(vault, who);
    }

    function _enterShares(QueueVault vault, address to) private {
        vault.requestDeposit(1_000e6, address(this), address(this));
        // The victim's exit must not be filled yet, so shares come from the test's own claim at the next mark.
        VM.prank(VICTIM);
        vault.cancelRedeemRequest(0, VICTIM);
        _mark(vault);
        vault.processEpoch();
        vault.mint(vault.maxMint(address(this)), to, address(this));
        VM.prank(VICTIM);
        vault.claimCancelRedeemRequest(0, VICTIM, VICTIM);
        _redeemAll(vault, VICTIM);
    }

    function _claim(QueueVault vault, address who) private {
        uint256 claimable = vault.maxMint(who);
        VM.prank(who);
        vault.mint(claimable, who, who);
    }

    function _redeemAll(QueueVault vault, address who) private {
        uint256 shares = vault.balanceOf(who);
        VM.prank(who);
        vault.requestRedeem(shares, who, who);
    }

    function _tryEpoch(QueueVault vault) private {
        try vault.processEpoch() {} catch {}
    }

    function _mark(QueueVault vault) private {
        _pass(6 minutes);
        vault.post();
    }

    function _pass(uint256 seconds_) private {
        _now += seconds_;
        VM.warp(_now);
    }
}

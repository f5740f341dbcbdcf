// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IClearinghouse} from "../../contracts/interfaces/IClearinghouse.sol";
import {IInsuranceFund} from "../../contracts/interfaces/IInsurance.sol";
import {IOptionsVault} from "../../contracts/interfaces/IOptionsVault.sol";
import {InsuranceFund} from "../../contracts/insurance/InsuranceFund.sol";
import {LossWaterfall} from "../../contracts/insurance/LossWaterfall.sol";
import {AccountId} from "../../contracts/types/AccountId.sol";
import {Usd} from "../../contracts/types/Usd.sol";
import {DonatedFund, OpenDoorFund, TrustingWaterfall} from "../harness/mutants/InsuranceMutants.sol";
import {TestToken} from "../harness/TestToken.sol";
import {FeeLedger} from "../insurance/InsuranceFund.t.sol";
import {CashLedger, OpenAuthority, TestVault} from "../insurance/LossWaterfall.t.sol";

interface Vm {
    function warp(uint256 timestamp) external;
    function prank(address sender) external;
}

/// @notice Attacks on the insurance room, each on the contract, where it fails, and on a mutant, where it succeeds.
contract InsuranceAttacksTest {
    Vm private constant VM = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    address private constant VICTIM = address(0x71c);
    address private constant ATTACKER = address(0xbad);
    uint256 private constant START = 1e9;

    TestToken private _cash;

    error Broken(string what, uint256 left, uint256 right);

    function setUp() external {
        VM.warp(START);
        _cash = new TestToken(6);
    }

    /// @dev First depositor and donation: what a victim's deposit is worth afterwards.
    function test_FirstDepositorAndDonation() external {
        uint256 deposit = 1_500e6;
        uint256 worth = _afterDonation(new InsuranceFund(_usdc(), address(this), _ledger()), deposit);
        if (worth + 1 < deposit) revert Broken("the fund's depositor lost", worth, deposit);
        worth = _afterDonation(new DonatedFund(_usdc(), address(this), _ledger()), deposit);
        if (worth > (deposit * 9) / 10) revert Broken("the mutant's depositor lost nothing", worth, deposit);
    }

    /// @dev A depositor cools once, collects for a year, and leaves when it sees a loss coming.
    function test_LeavingBeforeTheLoss() external {
        (bool left, bytes4 reason) = _flight(new InsuranceFund(_usdc(), address(this), _ledger()));
        if (left) revert Broken("left the fund", 1, 0);
        if (reason != IInsuranceFund.InsuranceFund_CooldownExpired.selector)
            revert Broken("reason", uint32(reason), 0);
        (left, ) = _flight(new OpenDoorFund(_usdc(), address(this), _ledger()));
        if (!left) revert Broken("stayed in the mutant", 0, 1);
    }

    /// @dev A price that the vault cannot be valued at, at the moment of a loss.
    function test_BlockingALossByADeadPrice() external {
        CashLedger ledger = new CashLedger(_cash);
        TestVault vault = new TestVault();
        address authority = address(new OpenAuthority());
        LossWaterfall ours = new LossWaterfall(
            authority,
            IClearinghouse(address(ledger)),
            IOptionsVault(address(vault))
        );
        LossWaterfall mutant = new TrustingWaterfall(
            authority,
            IClearinghouse(address(ledger)),
            IOptionsVault(address(vault))
        );
        vault.set(0, true, false);
        if (!_absorbs(ours)) revert Broken("the loss was blocked", 0, 1);
        if (_absorbs(mutant)) revert Broken("the mutant's was not", 1, 0);
    }

    function _absorbs(LossWaterfall waterfall) private returns (bool) {
        waterfall.setAuctionHouse(address(this));
        try waterfall.absorb(AccountId.wrap(1 << 96), Usd.wrap(1e18)) {
            return true;
        } catch {
            return false;
        }
    }

    function _afterDonation(InsuranceFund fund, uint256 amount) private returns (uint256) {
        _deposit(fund, ATTACKER, 1);
        _cash.mint(address(fund), 1_000e6);
        uint256 shares = _deposit(fund, VICTIM, amount);
        return fund.convertToAssets(shares);
    }

    function _flight(InsuranceFund fund) private returns (bool left, bytes4 reason) {
        VM.warp(START);
        uint256 shares = _deposit(fund, ATTACKER, 1_000e6);
        VM.prank(ATTACKER);
        fund.startCooldown(shares);
        VM.warp(START + 365 days);
        VM.prank(ATTACKER);
        try fund.redeem(shares, ATTACKER, ATTACKER) {
            left = true;
        } catch (bytes memory why) {
            reason = bytes4(why);
        }
    }

    function _deposit(InsuranceFund fund, address who, uint256 amount) private returns (uint256) {
        _cash.mint(who, amount);
        VM.prank(who);
        _cash.approve(address(fund), amount);
        VM.prank(who);
        return fund.deposit(amount, who);
    }

    function _usdc() private view returns (IERC20) {
        return IERC20(address(_cash));
    }

    function _ledger() private returns (IClearinghouse) {
        return IClearinghouse(address(new FeeLedger(_cash)));
    }
}

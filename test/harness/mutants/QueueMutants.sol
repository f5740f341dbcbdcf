// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Claim, Filled, Side} from "../../../contracts/interfaces/ISilo.sol";
import {FixedPoint} from "../../../contracts/libraries/FixedPoint.sol";
import {Silo} from "../../../contracts/vault/Silo.sol";
import {OneAccountLedger, QueueVault} from "../QueueVault.sol";

/// @notice What the silo guards.
enum QueueGuard {
    None,
    Cancellation, // a cancellation takes effect at once, whatever is known
    Foresight, // a request is filled by a mark that was known when it was made
    Closing, // a cohort takes requests as long as they come
    Rounding, // claims are paid at a rate that rounds up, not out of what is theirs
    Strangers // strangers may open as many cohorts as the controller
}

/// @notice A silo that lacks one guard.
contract SiloMutant is Silo {
    QueueGuard public missing;

    constructor(address vault_, address asset_) Silo(vault_, asset_) {}

    function lack(QueueGuard guard) external {
        missing = guard;
    }

    function join(
        Side side,
        address controller,
        uint256 amount,
        uint256 mark,
        bool isStranger
    ) public override {
        uint256 known = missing == QueueGuard.Closing ? 0 : mark;
        super.join(side, controller, amount, known, isStranger && missing != QueueGuard.Strangers);
    }

    function cancel(Side side, address controller, bool isFree) public override {
        super.cancel(side, controller, isFree || missing == QueueGuard.Cancellation);
    }

    function fill(
        Side side,
        uint256 mark,
        uint256 capacity,
        uint256 numerator,
        uint256 denominator
    ) public override returns (Filled memory) {
        uint256 newest = missing == QueueGuard.Foresight ? block.timestamp + 1 days : mark;
        return super.fill(side, newest, capacity, numerator, denominator);
    }

    function claimIn(
        Side side,
        address controller,
        address receiver,
        uint256 amountIn
    ) public override returns (uint256 amountOut) {
        if (missing != QueueGuard.Rounding) return super.claimIn(side, controller, receiver, amountIn);
        Claim storage claim = _claimOf(side, controller);
        amountOut = FixedPoint.mulDivUp(claim.out, amountIn, claim.filled);
        claim.out = uint128(FixedPoint.mulDivUp(claim.out, claim.filled - amountIn, claim.filled));
        claim.filled -= uint128(amountIn);
        IERC20(side == Side.Deposit ? vault : asset).transfer(receiver, amountOut);
    }

    function markAfter() public view override returns (uint256) {
        return missing == QueueGuard.Foresight ? 0 : super.markAfter();
    }
}

/// @notice A vault over such a silo.
contract QueueMutant is QueueVault {
    constructor(address authority, OneAccountLedger ledger_) QueueVault(authority, ledger_) {}

    function _openSilo(address usdc) internal override returns (Silo) {
        return new SiloMutant(address(this), usdc);
    }
}

/// @notice A vault whose first shares are worth whatever somebody gives it.
contract ThinVault is QueueVault {
    constructor(address authority, OneAccountLedger ledger_) QueueVault(authority, ledger_) {}

    function seed(uint256) external override {
        _seeded = true;
        _mint(msg.sender, 1);
        clearinghouse.deposit(account(), _usdc, 0);
    }
}

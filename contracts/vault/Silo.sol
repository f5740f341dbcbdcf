// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Claim, Filled, ISilo, Side, Standing} from "../interfaces/ISilo.sol";
import {FixedPoint} from "../libraries/FixedPoint.sol";
import {Cohorts, Queue} from "./Cohorts.sol";

/// @title Silo
/// @notice Holds requested and claimable USDC and shares apart from the vault, so that they back no options, with the books
/// of who they belong to. Trusts the vault that created it, and nobody else. Needs no price and no margin, so that claims
/// and cancellations work whatever happens to those.
contract Silo is ISilo {
    using SafeERC20 for IERC20;
    using Cohorts for Queue;

    /// @notice Whose shares these are; it is their token as well.
    address public immutable vault;
    address public immutable asset;

    mapping(Side side => Queue) internal _queues;

    modifier onlyVault() {
        if (msg.sender != vault) revert Silo_NotVault(msg.sender);
        _;
    }

    /// @param vault_ whose requests these are
    /// @param asset_ what deposits are made in
    constructor(address vault_, address asset_) {
        if (vault_ == address(0) || asset_ == address(0)) revert Silo_ZeroAddress();
        vault = vault_;
        asset = asset_;
    }

    /// @inheritdoc ISilo
    function join(
        Side side,
        address controller,
        uint256 amount,
        uint256 mark,
        bool isStranger
    ) public virtual onlyVault {
        _queues[side].join(controller, amount, mark, isStranger);
    }

    /// @inheritdoc ISilo
    function cancel(Side side, address controller, bool isFree) public virtual onlyVault {
        _queues[side].cancel(controller, isFree);
    }

    /// @inheritdoc ISilo
    function fill(
        Side side,
        uint256 mark,
        uint256 capacity,
        uint256 numerator,
        uint256 denominator
    ) public virtual onlyVault returns (Filled memory) {
        return _queues[side].fill(mark, capacity, numerator, denominator);
    }

    /// @inheritdoc ISilo
    function claimIn(
        Side side,
        address controller,
        address receiver,
        uint256 amountIn
    ) public virtual onlyVault returns (uint256 amountOut) {
        Claim storage claim = _claimOf(side, controller);
        _requireWithin(amountIn, claim.filled, controller);
        amountOut = FixedPoint.mulDivDown(claim.out, amountIn, claim.filled);
        _pay(side, claim, receiver, amountIn, amountOut);
    }

    /// @inheritdoc ISilo
    function claimOut(
        Side side,
        address controller,
        address receiver,
        uint256 amountOut
    ) external onlyVault returns (uint256 amountIn) {
        Claim storage claim = _claimOf(side, controller);
        _requireWithin(amountOut, claim.out, controller);
        amountIn = FixedPoint.mulDivUp(claim.filled, amountOut, claim.out);
        _pay(side, claim, receiver, amountIn, amountOut);
    }

    /// @inheritdoc ISilo
    function claimReturned(
        Side side,
        address controller,
        address receiver
    ) external onlyVault returns (uint256 amount) {
        Claim storage claim = _claimOf(side, controller);
        amount = claim.returned;
        if (amount == 0) revert Silo_NothingToClaim(controller);
        claim.returned = 0;
        IERC20(side == Side.Deposit ? asset : vault).safeTransfer(receiver, amount);
    }

    /// @inheritdoc ISilo
    function release(uint256 assets) external onlyVault {
        IERC20(asset).safeTransfer(vault, assets);
    }

    /// @inheritdoc ISilo
    function standingOf(Side side, address controller) external view returns (Standing memory) {
        return _queues[side].standingOf(controller);
    }

    /// @inheritdoc ISilo
    function waiting(Side side) public view returns (uint256) {
        return _queues[side].waiting;
    }

    /// @inheritdoc ISilo
    function waitingSince(Side side) external view returns (uint256) {
        return _queues[side].waitingSince();
    }

    /// @inheritdoc ISilo
    function markAfter() public view virtual returns (uint256) {
        Queue storage deposits = _queues[Side.Deposit];
        uint256 first = FixedPoint.min(deposits.markAfter(), _queues[Side.Redeem].markAfter());
        // One epoch a mark: both sides are filled by each.
        return FixedPoint.max(deposits.lastMark, first);
    }

    function _claimOf(Side side, address controller) internal returns (Claim storage) {
        Queue storage queue = _queues[side];
        queue.sync(controller);
        return queue.claims[controller];
    }

    function _requireWithin(uint256 asked, uint256 claimable, address controller) private pure {
        if (claimable == 0) revert Silo_NothingToClaim(controller);
        if (asked > claimable) revert Silo_ExceedsClaimable(asked, claimable);
    }

    function _pay(
        Side side,
        Claim storage claim,
        address receiver,
        uint256 amountIn,
        uint256 amountOut
    ) private {
        claim.filled -= uint128(amountIn);
        claim.out -= uint128(amountOut);
        IERC20(side == Side.Deposit ? vault : asset).safeTransfer(receiver, amountOut);
    }
}

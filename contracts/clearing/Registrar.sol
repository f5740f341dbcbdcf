// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {CollateralAsset} from "../interfaces/IClearinghouseTerms.sol";
import {IRiskEngine} from "../interfaces/IRiskEngine.sol";
import {Units} from "../libraries/Units.sol";
import {AccountId} from "../types/AccountId.sol";
import {Usd} from "../types/Usd.sol";
import {Solvency} from "./Solvency.sol";

/// @title Registrar
/// @notice What the clearinghouse does seldom: permissions, configuration, the sharing of a loss. Code only: the
/// clearinghouse creates it and runs it on its own storage, so one contract need not hold everything. Called by
/// anyone else it writes to its own storage, which means nothing to anybody.
/// @dev Layout: both inherit the same bases in the same order and add no variables.
contract Registrar is Solvency {
    /// @param authority AccessManager of the system
    /// @param cashToken USDC
    /// @param engine risk engine
    constructor(
        address authority,
        address cashToken,
        IRiskEngine engine
    ) Solvency(authority, cashToken, engine) {}

    /// @notice See IClearinghouse.
    function setOperator(AccountId account, address operator, uint256 scopes, uint256 expiresAt) external {
        if (_effectiveCaller(account) != account.ownerOf())
            revert Clearinghouse_NotAuthorised(account, msg.sender);
        _setOperator(account, operator, scopes, expiresAt);
    }

    /// @notice See IClearinghouse.
    function permitOperator(
        AccountId,
        address,
        uint256,
        uint256,
        uint256,
        uint256,
        bytes calldata
    ) external pure {
        revert Clearinghouse_PermitNotAvailable();
    }

    /// @notice See IClearinghouse.
    function shareLoss(AccountId account, Usd amount) external notEntered restricted {
        if (Usd.unwrap(amount) <= 0) revert Clearinghouse_NegativeAmount(amount);
        (uint256 oldIndex, uint256 newIndex) = _shareLoss(uint256(Usd.unwrap(amount)));
        _addCash(account, Usd.unwrap(amount));
        emit LossShared(amount, oldIndex, newIndex);
    }

    /// @notice See IClearinghouse.
    function setVenue(address venue, bool allowed) external restricted {
        if (venue == address(0)) revert Clearinghouse_ZeroAddress();
        if (venue == address(this) || venue == _cashToken || _collateralAssets[venue].decimals != 0) {
            revert Clearinghouse_BadTarget(venue);
        }
        _venues[venue] = allowed;
        emit VenueSet(venue, allowed);
    }

    /// @notice See IClearinghouse.
    function setCollateralAsset(address asset, uint8 market, uint128 cap, bool enabled) external restricted {
        if (asset == address(0)) revert Clearinghouse_ZeroAddress();
        if (asset == _cashToken || _venues[asset]) revert Clearinghouse_BadTarget(asset);
        CollateralAsset memory old = _collateralAssets[asset];
        // An asset's market never changes: what is held would change its meaning.
        if (old.decimals == 0) _assetList.push(asset);
        else market = old.market;
        CollateralAsset memory configured = CollateralAsset(
            market,
            old.decimals == 0 ? IERC20Metadata(asset).decimals() : old.decimals,
            cap,
            enabled
        );
        if (configured.decimals == 0) revert Clearinghouse_UnknownAsset(asset);
        Units.scaleOf(configured.decimals);
        _collateralAssets[asset] = configured;
        emit CollateralSet(asset, old, configured);
    }

    /// @notice See IClearinghouse.
    function openBook(AccountId account) external restricted {
        _openBook(account);
    }
}

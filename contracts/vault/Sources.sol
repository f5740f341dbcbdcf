// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
// prettier-ignore
import {
    IHedgeHoldings, ISlicePayer, ISpreadKeeper, IValuation, IVenueHoldings, Running, SourceSet
} from "../interfaces/IValuation.sol";
import {AccountId} from "../types/AccountId.sol";
import {Price} from "../types/Price.sol";
import {BoundedCall} from "./BoundedCall.sol";

/// @notice What accounts have outside the ledger, and what they have earned and lost so far, as others say. None of them
/// is trusted to answer.
abstract contract Sources is IValuation, AccessManaged {
    /// @notice Most venues that are asked.
    uint256 public constant MOST_VENUES = 4;

    mapping(AccountId account => SourceSet) private _sources;

    /// @inheritdoc IValuation
    function sourcesOf(AccountId account) external view returns (SourceSet memory) {
        return _sources[account];
    }

    /// @inheritdoc IValuation
    function setSources(AccountId account, SourceSet calldata newSources) external restricted {
        emit SourcesSet(account, _sources[account], newSources);
        _sources[account] = newSources;
    }

    /// @dev What the venues of `market` hold and are worth; of those that do not answer, nothing.
    function _venues(
        AccountId account,
        uint8 market,
        uint256 spot
    ) internal view returns (bool isRead, int256 position, int256 value) {
        address hedge = address(_sources[account].hedge);
        if (hedge == address(0)) return (true, 0, 0);
        uint256[] memory words;
        bytes memory data = abi.encodeCall(IHedgeHoldings.venues, (market));
        (isRead, words) = BoundedCall.read(hedge, data, MOST_VENUES + 2);
        // A list: where it starts, how long it is, and then its entries.
        if (!isRead || words.length < 2 || words[1] > words.length - 2) return (false, 0, 0);
        for (uint256 i; i < words[1]; ++i) {
            address venue = address(uint160(words[i + 2]));
            bytes memory ask = abi.encodeCall(IVenueHoldings.value, (Price.wrap(spot)));
            (bool hasValue, int256 worth) = BoundedCall.number(venue, ask);
            (bool hasAmount, int256 amount) = BoundedCall.number(
                venue,
                abi.encodeCall(IVenueHoldings.position, ())
            );
            isRead = isRead && hasValue && hasAmount;
            position += amount;
            value += worth;
        }
    }

    /// @dev Spread earned and not yet released, never below zero.
    function _unreleased(AccountId account) internal view returns (bool isRead, int256 spread) {
        address desk = address(_sources[account].desk);
        if (desk == address(0)) return (true, 0);
        (isRead, spread) = BoundedCall.number(desk, abi.encodeCall(ISpreadKeeper.unreleasedSpread, ()));
        if (spread < 0) return (false, 0);
    }

    /// @dev Zero where nobody says.
    function _running(AccountId account) internal view virtual returns (Running memory sums) {
        SourceSet memory set = _sources[account];
        (address desk, address hedge) = (address(set.desk), address(set.hedge));
        if (desk != address(0)) {
            (, sums.earned) = BoundedCall.number(desk, abi.encodeCall(ISpreadKeeper.spreadEarned, ()));
            (bool isRead, uint256[] memory words) = BoundedCall.read(
                desk,
                abi.encodeCall(ISpreadKeeper.owedToFund, ()),
                2
            );
            if (isRead && words.length == 2) {
                (sums.fundDue, sums.fundPaid) = (int256(words[0]), int256(words[1]));
            }
        }
        if (hedge != address(0)) {
            (, sums.hedgeLoss) = BoundedCall.number(hedge, abi.encodeCall(IHedgeHoldings.totalLoss, ()));
        }
        if (address(set.waterfall) != address(0)) {
            (, sums.slices) = BoundedCall.number(
                address(set.waterfall),
                abi.encodeCall(ISlicePayer.slicesPaid, ())
            );
        }
    }
}

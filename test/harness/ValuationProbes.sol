// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    IHedgeHoldings,
    IValuation,
    IVenueHoldings,
    VaultReading
} from "../../contracts/interfaces/IValuation.sol";
import {AccountId} from "../../contracts/types/AccountId.sol";
import {Usd} from "../../contracts/types/Usd.sol";

/// @notice Answers as it was told to: a number (another one for its position), too little, far too much, or never.
contract MoodySource {
    enum Mood {
        Honest,
        Reverting,
        Short,
        Endless,
        Bomb
    }

    Mood public mood;
    int256 public first;
    int256 public second;

    error Refused();

    function set(Mood mood_, int256 first_, int256 second_) external {
        (mood, first, second) = (mood_, first_, second_);
    }

    fallback() external {
        if (mood == Mood.Reverting) revert Refused();
        uint256 i;
        while (mood == Mood.Endless) ++i;
        int256 a = msg.sig == IVenueHoldings.position.selector ? second : first;
        uint256 size =
            mood == Mood.Short
                ? 31
                : mood == Mood.Bomb
                    ? 500_000
                    : 32;
        assembly ("memory-safe") {
            let to := mload(0x40)
            mstore(to, a)
            return(to, size)
        }
    }
}

/// @notice A hedge at any venues, which has lost what it is told.
contract HedgeAtVenues is IHedgeHoldings {
    IVenueHoldings[] private _list;
    Usd public totalLoss;

    function set(IVenueHoldings[] calldata list, Usd loss) external {
        (_list, totalLoss) = (list, loss);
    }

    function venues(uint8) external view returns (IVenueHoldings[] memory) {
        return _list;
    }
}

/// @notice Says what a reading costs.
contract ReadingMeter {
    event Measured(uint256 gas, uint256 flaws, uint256 legsApart);

    function measure(IValuation valuation, AccountId account) external {
        uint256 before = gasleft();
        VaultReading memory result = valuation.read(account, 0);
        emit Measured(before - gasleft(), result.flaws, result.legsApart);
    }
}

/// @notice A ledger with one account, whose book says to have many legs.
contract LedgerOfMany {
    uint256[] private _counts;
    uint256 private immutable _firstGroup;

    constructor(uint256 firstGroup, uint256[] memory counts) {
        (_firstGroup, _counts) = (firstGroup, counts);
    }

    function activeAccount() external pure returns (AccountId) {
        return AccountId.wrap(0);
    }

    function cashOf(AccountId) external pure returns (Usd) {
        return Usd.wrap(5e18);
    }

    function hasBook(AccountId) external pure returns (bool) {
        return true;
    }

    function bookGroups(AccountId) public view returns (uint256[] memory groups) {
        groups = new uint256[](_counts.length);
        for (uint256 i; i < groups.length; ++i) groups[i] = _firstGroup + i;
    }

    function bookLegCount(AccountId, uint256 group) external view returns (uint256) {
        return _counts[group - _firstGroup];
    }

    function bookLegs(AccountId, uint256) external pure returns (uint256[] memory) {
        return new uint256[](1);
    }

    function collateralAssets() external pure returns (address[] memory) {
        return new address[](0);
    }

    /// @notice Books of which nothing is current.
    function versionOf(AccountId, uint8) external pure returns (bytes32) {
        return 0;
    }
}

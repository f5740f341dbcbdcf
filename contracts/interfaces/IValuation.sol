// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccountId} from "../types/AccountId.sol";
import {Price} from "../types/Price.sol";
import {Quantity} from "../types/Quantity.sol";
import {Usd} from "../types/Usd.sol";

/// @dev What may be wrong with a reading; any of them makes it unfit for an epoch, and for nothing else.
/// No price ever of something held: it counts as nothing.
uint256 constant FLAW_NO_PRICE = 1;
/// @dev A price that is not good for trading: it counts at the last one.
uint256 constant FLAW_PRICE_UNUSABLE = 2;
/// @dev A slice of an expiry held, or the surface if nothing is held, is stale: it counts at the last one.
uint256 constant FLAW_SURFACE_STALE = 4;
/// @dev An expiry is over and not fixed: it counts at intrinsic of the live price.
uint256 constant FLAW_NOT_FIXED = 8;
/// @dev Legs without a surface: they count at intrinsic, and all that they could be worth beside it is in the spread.
uint256 constant FLAW_NOT_VALUED = 16;
/// @dev More legs stand apart from the book than one reading values: the rest of them are left out.
uint256 constant FLAW_TOO_MANY_LEGS = 32;
/// @dev Positions are held without a book.
uint256 constant FLAW_NO_BOOK = 64;
/// @dev The hedge's venues or the desk could not be read: they count as nothing.
uint256 constant FLAW_SOURCE_UNREADABLE = 128;
/// @dev A batch is running: an account may be half-way through a change.
uint256 constant FLAW_IN_BATCH = 256;

/// @notice An account that LPs own, valued.
/// @param bid what leavers burn at [wad USD], signed
/// @param ask what joiners mint at [wad USD], signed
/// @param mid cash + options + hedgeValue - unreleased [wad USD], signed
/// @param markTime the oldest of the prices and slices that it rests on, unix seconds
/// @param flaws FLAW_* that apply; zero for a reading that an epoch may use
/// @param cash with interest up to now [wad USD], signed
/// @param options of all markets [wad USD], signed
/// @param hedge collateral and venue positions of the home market [wad underlying]
/// @param hedgeValue collateral of all markets at their live prices, and what venues say they are worth [wad USD], signed
/// @param unreleased spread not yet released, bonds of open orders, and what the insurance fund is owed [wad USD]
/// @param market the home market
/// @param spot of the home market [wad USD]; zero if there never was one
/// @param delta of the home market's options [wad underlying]
/// @param gamma change of that delta for a dollar [wad]
/// @param volatilityUp what options in current books gain when each volatility rises by its up shock [wad USD]
/// @param volatilityDown the same when each falls by its down shock [wad USD]
/// @param grossVolatilityUp sum over strikes of what the up shock changes [wad USD]
/// @param vega of the legs that stand apart from books, per 1.00 of volatility [wad USD]
/// @param grossVega the same, summed without netting [wad USD]
/// @param legsApart how many legs stand apart and were valued one by one
/// @param version of the book that the marks were made for: another book, or other arrays under it, has another one
struct VaultReading {
    Usd bid;
    Usd ask;
    Usd mid;
    uint256 markTime;
    uint256 flaws;
    Usd cash;
    Usd options;
    int256 hedge;
    Usd hedgeValue;
    Usd unreleased;
    uint8 market;
    Price spot;
    int256 delta;
    int256 gamma;
    int256 volatilityUp;
    int256 volatilityDown;
    uint256 grossVolatilityUp;
    int256 vega;
    uint256 grossVega;
    uint256 legsApart;
    bytes32 version;
}

/// @notice How far a mark may be from the truth.
/// @param bookShare of what the up shock of volatility changes in current books [wad], 1 % to 50 %
/// @param volatility for legs that stand apart [wad], 0.1 to 20 points
/// @param spot share of the price [wad], 0.05 % to 5 %
/// @param spotPerHour what is added to it for each hour of the mark's age up to a day [wad], at most 5 %
struct Uncertainty {
    uint64 bookShare;
    uint64 volatility;
    uint64 spot;
    uint64 spotPerHour;
}

/// @notice A place where a hedge is held outside the clearinghouse.
interface IVenueHoldings {
    /// @notice What it holds or owes [wad underlying, signed].
    function position() external view returns (Quantity);

    /// @notice Worth of all that it holds and owes [wad USD, signed], the underlying at `price`.
    function value(Price price) external view returns (Usd);
}

/// @notice Who hedges.
interface IHedgeHoldings {
    /// @notice Where the hedge of `market` is held beside the account.
    function venues(uint8 market) external view returns (IVenueHoldings[] memory);

    /// @notice All that trades ever lost against the oracle price, less what they gained [wad USD, signed].
    function totalLoss() external view returns (Usd);
}

/// @notice Who keeps what trades have earned and NAV does not count yet.
interface ISpreadKeeper {
    /// @notice What the account holds and NAV does not count [wad USD], never negative: spread that is not yet released,
    /// what others left there, and what is owed to the insurance fund.
    function unreleasedSpread() external view returns (Usd);

    /// @notice All spread ever earned, released or not [wad USD, signed].
    function spreadEarned() external view returns (Usd);

    /// @notice The insurance fund's share of released spread: what is owed, and all that was paid so far [wad USD].
    function owedToFund() external view returns (Usd due, Usd paid);
}

/// @notice Who takes slices of the vault for others' shortfalls.
interface ISlicePayer {
    /// @notice All that the vault ever paid [wad USD].
    function slicesPaid() external view returns (Usd);
}

/// @notice What an account has earned and lost so far, as others say [wad USD].
/// @param earned all spread ever paid to it
/// @param hedgeLoss all ever lost by hedging
/// @param slices all ever paid for others' shortfalls
/// @param fundDue what of its spread it owes to the insurance fund
/// @param fundPaid what of its spread it has paid to the fund
struct Running {
    int256 earned;
    int256 hedgeLoss;
    int256 slices;
    int256 fundDue;
    int256 fundPaid;
}

/// @notice Who is asked for what an account has outside the ledger, and for what it earned and lost; zero for nobody.
struct SourceSet {
    IHedgeHoldings hedge;
    ISpreadKeeper desk;
    ISlicePayer waterfall;
}

/// @notice Values an account: cash, collateral, options and what is held at hedge venues. A reading is signed and has
/// no reason to revert but a caller who brings too little gas.
interface IValuation {
    event UncertaintySet(Uncertainty oldUncertainty, Uncertainty newUncertainty);
    event SourcesSet(AccountId indexed account, SourceSet oldSources, SourceSet newSources);

    error Valuation_ZeroAddress();
    error Valuation_BadParameter(bytes32 name, uint256 value);
    error Valuation_OutOfGas(uint256 left);

    /// @notice `account` valued now, its options from the totals of its books and, where those are not current, leg by leg.
    /// @param market home market, whose Greeks and hedge are told
    function read(AccountId account, uint8 market) external view returns (VaultReading memory);

    /// @notice How far marks may be from the truth.
    function uncertainty() external view returns (Uncertainty memory);

    /// @notice Who is asked about `account`.
    function sourcesOf(AccountId account) external view returns (SourceSet memory);

    /// @notice Sets how far marks may be from the truth, bounded. Restricted to the curator.
    function setUncertainty(Uncertainty calldata newUncertainty) external;

    /// @notice Names who is asked about `account`. Restricted to the curator.
    function setSources(AccountId account, SourceSet calldata newSources) external;
}

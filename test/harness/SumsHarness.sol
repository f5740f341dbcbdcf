// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Settler} from "../../contracts/clearing/Settler.sol";
import {Bucket, LossBucket} from "../../contracts/hedging/LossBucket.sol";
import {HedgeBand} from "../../contracts/hedging/HedgeBand.sol";
import {OrderSplit} from "../../contracts/hedging/OrderSplit.sol";
import {BookRisk, GroupRisk} from "../../contracts/interfaces/IBooks.sol";
import {IClearinghouse} from "../../contracts/interfaces/IClearinghouse.sol";
import {IHedgeVenue} from "../../contracts/interfaces/IHedgeVenue.sol";
import {ILossWaterfall} from "../../contracts/interfaces/IInsurance.sol";
import {Auction} from "../../contracts/interfaces/ILiquidation.sol";
import {IOptionsVault} from "../../contracts/interfaces/IOptionsVault.sol";
import {IPriceRouter} from "../../contracts/interfaces/IPriceRouter.sol";
import {IQuoter} from "../../contracts/interfaces/IQuoter.sol";
import {IRiskArrays} from "../../contracts/interfaces/IRiskArrays.sol";
import {IRiskEngine} from "../../contracts/interfaces/IRiskEngine.sol";
import {ISettlementOracle} from "../../contracts/interfaces/ISettlementOracle.sol";
import {ISurfaceFeed} from "../../contracts/interfaces/ISurfaceFeed.sol";
import {CodeStore} from "../../contracts/libraries/CodeStore.sol";
import {AuctionHouse} from "../../contracts/liquidation/AuctionHouse.sol";
import {Verdict} from "../../contracts/liquidation/AuctionPricing.sol";
import {ArrayPosts} from "../../contracts/risk/ArrayPosts.sol";
import {BookTotals, Total} from "../../contracts/risk/BookTotals.sol";
import {Book, BookWords} from "../../contracts/risk/BookWords.sol";
import {LaneSum, LaneSums} from "../../contracts/risk/LaneSums.sol";
import {NodeGrid} from "../../contracts/risk/NodeGrid.sol";
import {InstrumentId} from "../../contracts/types/InstrumentId.sol";
import {Quantity} from "../../contracts/types/Quantity.sol";
import {Usd} from "../../contracts/types/Usd.sol";
import {TradeDesk} from "../../contracts/vault/TradeDesk.sol";

/// @notice Opens what books are made of to the mirror in TypeScript: a total kept as code, joined by books of words.
contract BookHarness {
    address private _total;
    uint256[13] private _book;

    function totalWords() external view returns (uint256[14] memory words) {
        uint256[] memory read = _words();
        for (uint256 i; i < 14; ++i) words[i] = read[i];
    }

    function setTotal(uint256[14] calldata words) external {
        _total = CodeStore.write(abi.encode(words));
    }

    /// @notice Keeps so many bytes as code, and returns how much code that is.
    function keep(uint256 length) external returns (uint256) {
        return CodeStore.write(new bytes(length)).code.length;
    }

    function _words() private view returns (uint256[] memory words) {
        words = new uint256[](14);
        BookTotals.read(_total, words, 0);
    }

    /// @notice A book of strikes with the given sizes, and scalars that its words need not have room for.
    function packed(
        uint256[] calldata wordsA,
        uint256[] calldata wordsB,
        int256[] calldata quantities,
        Book memory book
    ) external pure returns (bool fits, uint256[13] memory words) {
        for (uint256 i; i < wordsA.length; ++i) {
            NodeGrid.add(book.cells, wordsA[i], wordsB[i], quantities[i]);
        }
        fits = BookWords.fits(book);
        if (fits) words = BookWords.pack(book);
    }

    function tryJoin(uint256[13] calldata words) external returns (bool joined) {
        Total memory total = BookTotals.load(_total);
        joined = BookTotals.tryJoin(total, BookWords.unpack(words));
        if (joined) _total = BookTotals.store(total);
    }

    function take(uint256[13] calldata words) external {
        Total memory total = BookTotals.load(_total);
        BookTotals.take(total, BookWords.unpack(words));
        _total = BookTotals.store(total);
    }

    function grossVegaIn(uint256 referenceSpot) external view returns (uint256) {
        return BookTotals.grossVegaIn(BookTotals.load(_total), referenceSpot);
    }

    /// @notice Sensitivities of the total without `part`, with `quantity` of a strike.
    function risks(
        uint256[13] calldata part,
        uint256[2] calldata strike,
        int256 quantity,
        bool isPut,
        uint256 forward,
        uint256 grid,
        uint256 spot
    ) external returns (BookRisk memory beforehand, BookRisk memory afterwards, GroupRisk memory group) {
        _book = part;
        LaneSum memory sum = LaneSums.load(_words());
        beforehand = LaneSums.riskOf(sum, grid, spot);
        LaneSums.take(sum, LaneSums.loadGroup(_book, true));
        LaneSums.add(sum, strike[0], strike[1], quantity, isPut, forward);
        afterwards = LaneSums.riskOf(sum, grid, spot);
        group = LaneSums.groupRiskOf(LaneSums.loadGroup(_book, false), grid, 0);
    }
}

/// @notice Opens the pure parts of hedging to their mirror.
contract HedgeMathHarness {
    using LossBucket for Bucket;

    Bucket private _bucket;

    function lose(uint256 budget, uint256 loss) external {
        _bucket.add(budget, loss);
    }

    function bucket(uint256 budget) external view returns (uint128 used, uint256 usedNow, uint256 left) {
        return (_bucket.used, _bucket.usedNow(budget), _bucket.left(budget));
    }

    function split(
        IHedgeVenue[] memory list,
        uint256[] memory limits,
        bool buy,
        uint256 total
    ) external returns (uint256[] memory) {
        return OrderSplit.split(list, limits, buy, total);
    }

    function band(
        uint256 spot,
        int256 gamma,
        uint256 costRatio,
        uint256 riskAversion,
        uint256 minBand,
        int256 netDelta
    ) external pure returns (uint256 width, int256 target) {
        width = HedgeBand.widthOf(spot, gamma, costRatio, riskAversion, minBand);
        target = HedgeBand.targetOf(netDelta, width);
    }
}

/// @notice A venue whose prices are a quadratic of the amount, and which can do no more than so much.
contract CurveVenue {
    uint256 private immutable _price;
    uint256 private immutable _slope;
    uint256 private immutable _most;

    constructor(uint256 price, uint256 slope, uint256 most) {
        (_price, _slope, _most) = (price, slope, most);
    }

    /// @notice Cash for `amount`: the price a unit moves with it, up for a buyer and down for a seller.
    function quote(bool buy, uint256 amount) external view returns (uint256) {
        require(amount <= _most, "more than there is");
        uint256 impact = (_slope * amount * amount) / 1e36;
        uint256 fair = (_price * amount) / 1e18;
        return buy ? fair + impact : fair - impact;
    }
}

/// @notice Opens what the vault's backstop takes.
contract BackstopHarness is AuctionHouse {
    constructor(
        address authority,
        IClearinghouse ledger,
        IRiskEngine engine,
        ILossWaterfall waterfall,
        IOptionsVault vault_
    ) AuctionHouse(authority, ledger, engine, waterfall, vault_) {}

    function take(
        Auction memory auction,
        Verdict memory verdict,
        uint256 largest,
        int256 vaultEquity
    ) external returns (uint256) {
        return _takeForVault(auction, verdict, largest, vaultEquity);
    }
}

/// @notice Opens the pots of the vault's spread.
contract SpreadHarness is TradeDesk {
    constructor(
        IClearinghouse ledger,
        IOptionsVault vault,
        IQuoter quoter_,
        IPriceRouter router,
        uint256 share
    ) TradeDesk(ledger, vault, quoter_, router, share) {}

    function earn(uint256 expiry, int256 spread) external {
        _earn(expiry, spread);
    }

    function addBond(Usd bond) external {
        _addBond(bond);
    }
}

/// @notice Opens locks on bonds and what ends them.
contract BondsHarness is ArrayPosts {
    constructor(
        IRiskArrays arrays,
        ISurfaceFeed feed,
        IERC20 cash,
        address treasury_,
        uint256 bond_
    ) ArrayPosts(arrays, feed, cash, treasury_, bond_) {}

    function lock(address poster) external {
        _lock(poster);
    }

    function unlock(address poster, uint256 penalty, uint256 reward, address receiver) external {
        _unlock(poster, penalty, reward, receiver);
    }
}

/// @notice Opens what a position is settled for.
contract SettlerHarness is Settler {
    constructor(IClearinghouse ledger, ISettlementOracle oracle) Settler(ledger, oracle) {}

    function payoff(
        InstrumentId instrument,
        Quantity quantity,
        uint256 price
    ) external pure returns (int256) {
        return _payoff(instrument, quantity, price);
    }
}

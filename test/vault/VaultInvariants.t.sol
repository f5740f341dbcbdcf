// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {FlowLimits} from "../../contracts/interfaces/IEpochQueue.sol";
import {Epoch} from "../../contracts/interfaces/IOptionsVault.sol";
import {Side, Standing} from "../../contracts/interfaces/ISilo.sol";
import {Cohorts} from "../../contracts/vault/Cohorts.sol";
import {Usd} from "../../contracts/types/Usd.sol";
import {OneAccountLedger, QueueVault} from "../harness/QueueVault.sol";
import {TestToken} from "../harness/TestToken.sol";

interface Vm {
    function warp(uint256 timestamp) external;
    function prank(address sender) external;
}

/// @notice Does to the vault whatever LPs, their operators, keepers and the market can do, in any order. What the vault
/// refuses reverts and changes nothing. The LPs are one party: what they earn together, they earn from the others.
contract VaultHandler {
    Vm private constant VM = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    uint256 public constant LPS = 4;
    uint256 public constant START = 1e6 * 1e6;

    QueueVault public immutable vault;
    OneAccountLedger public immutable ledger;
    TestToken public immutable usdc;
    /// @dev Whether the positions keep their value, so that nobody may earn anything.
    bool public immutable isFlat;

    uint256 public giftedUsdc;
    uint256 public steps;
    uint256 public filled;
    /// @dev What happened that may not happen, by kind.
    uint256 public filledByAnOldMark;
    uint256 public leftWithMore;
    uint256 public fellWithoutLoss;
    uint256 public starved;
    mapping(Side => mapping(address => uint256)) private _askedAt;
    mapping(address => uint256) private _turns;
    uint256 private _now = 1e9;

    constructor(bool isFlat_) {
        VM.warp(_now);
        isFlat = isFlat_;
        usdc = new TestToken(6);
        ledger = new OneAccountLedger(usdc);
        vault = new QueueVault(address(new AccessManager(address(this))), ledger);
        usdc.mint(address(this), 100_000e6);
        usdc.approve(address(vault), type(uint256).max);
        vault.seed(100_000e6);
        vault.post();
        for (uint256 i = 0; i < LPS; ++i) {
            usdc.mint(lp(i), START);
            VM.prank(lp(i));
            usdc.approve(address(vault), type(uint256).max);
        }
    }

    modifier stepped() {
        ++steps;
        VM.warp(_now);
        _;
    }

    function requestDeposit(uint256 who, uint256 forWhom, uint256 assets) external stepped {
        address owner = lp(who);
        address controller = lp(who % 4 == 0 ? forWhom : who);
        assets = 10e6 + (assets % (usdc.balanceOf(owner) + 1));
        VM.prank(owner);
        vault.requestDeposit(assets, controller, owner);
        _noteRequest(Side.Deposit, controller);
    }

    function requestRedeem(uint256 who, uint256 shares) external stepped {
        address owner = lp(who);
        shares = 1e18 + (shares % (vault.balanceOf(owner) + 1));
        VM.prank(owner);
        vault.requestRedeem(shares, owner, owner);
        _noteRequest(Side.Redeem, owner);
    }

    function cancelDeposit(uint256 who) external stepped {
        VM.prank(lp(who));
        vault.cancelDepositRequest(0, lp(who));
    }

    function cancelRedeem(uint256 who) external stepped {
        VM.prank(lp(who));
        vault.cancelRedeemRequest(0, lp(who));
    }

    function claimCancelled(uint256 who, bool isDeposit) external stepped {
        VM.prank(lp(who));
        if (isDeposit) vault.claimCancelDepositRequest(0, lp(who), lp(who));
        else vault.claimCancelRedeemRequest(0, lp(who), lp(who));
    }

    function claimShares(uint256 who, uint256 amount, bool byShares) external stepped {
        address owner = lp(who);
        uint256 most = byShares ? vault.maxMint(owner) : vault.maxDeposit(owner);
        amount = amount % 3 == 0 ? most : amount % (most + 1);
        VM.prank(owner);
        if (byShares) vault.mint(amount, owner, owner);
        else vault.deposit(amount, owner, owner);
    }

    function claimAssets(uint256 who, uint256 amount, bool byShares) external stepped {
        address owner = lp(who);
        uint256 most = byShares ? vault.maxRedeem(owner) : vault.maxWithdraw(owner);
        amount = amount % 3 == 0 ? most : amount % (most + 1);
        VM.prank(owner);
        if (byShares) vault.redeem(amount, owner, owner);
        else vault.withdraw(amount, owner, owner);
    }

    function handOver(uint256 from, uint256 to, uint256 shares) external stepped {
        shares = shares % (vault.balanceOf(lp(from)) + 1);
        VM.prank(lp(from));
        vault.transfer(lp(to), shares);
    }

    function gift(uint256 units) external stepped {
        units = units % 1e6;
        giftedUsdc += units;
        usdc.mint(address(vault.silo()), units);
    }

    function pass(uint256 seconds_) external stepped {
        _now += seconds_ % 20 minutes;
        VM.warp(_now);
    }

    /// @dev A mark; the positions have moved by up to 5 % of the cash, unless the market is flat.
    function mark(int256 move) external stepped {
        if (!isFlat) {
            int256 cash = Usd.unwrap(ledger.cashOf(vault.account()));
            int256 most = cash / 20 + 1;
            ledger.setPositions(ledger.positions() + (move % most));
        }
        vault.post();
    }

    function squeeze(uint256 requirement, uint256 lent, bool isFree) external stepped {
        ledger.setRequirement(isFree ? 0 : requirement % 1e24);
        ledger.setLent(isFree ? 0 : lent % 1e12);
    }

    function limit(uint128 deposits, uint64 redemptions) external stepped {
        vault.setFlowLimits(FlowLimits(deposits % 1e12, 1e14, 0.05e18 + (redemptions % 0.95e18)));
    }

    function process() external stepped {
        uint256[LPS] memory deposits;
        uint256[LPS] memory redemptions;
        for (uint256 i = 0; i < LPS; ++i) {
            deposits[i] = vault.claimableDepositRequest(0, lp(i));
            redemptions[i] = vault.claimableRedeemRequest(0, lp(i));
        }
        uint256 supply = vault.totalSupply();
        int256 mid = Usd.unwrap(vault.nav().mid);
        uint256 id = vault.processEpoch();
        Epoch memory done = vault.epoch(id);
        for (uint256 i = 0; i < LPS; ++i) {
            if (vault.claimableDepositRequest(0, lp(i)) != deposits[i]) _judge(Side.Deposit, lp(i), done);
            if (vault.claimableRedeemRequest(0, lp(i)) != redemptions[i]) _judge(Side.Redeem, lp(i), done);
            _countTurn(lp(i), done);
        }
        if (done.assetsIn != 0 && done.sharesIn != 0) ++filled;
        uint256 bid = uint256(Usd.unwrap(done.nav.bid));
        // A leaver carries its share of the open positions: no more than bid NAV a share, to the unit.
        if (done.assetsOut * 1e12 * supply > done.sharesIn * bid) ++leftWithMore;
        // What remains is worth no less a share than before.
        if (Usd.unwrap(vault.nav().mid) * int256(supply) < mid * int256(vault.totalSupply()))
            ++fellWithoutLoss;
    }

    function lp(uint256 who) public pure returns (address) {
        return address(uint160(0x1000 + (who % LPS)));
    }

    /// @dev What an LP has outside of pending, returned and claimable assets and shares is its wallet.
    function worthOf(address who) external view returns (uint256 assets) {
        Standing memory entering = vault.silo().standingOf(Side.Deposit, who);
        Standing memory leaving = vault.silo().standingOf(Side.Redeem, who);
        assets = usdc.balanceOf(who) + entering.pending + entering.claim.returned + leaving.claim.out;
        uint256 shares = vault.balanceOf(who) + entering.claim.out + leaving.pending + leaving.claim.returned;
        assets += (shares * uint256(Usd.unwrap(vault.nav().bid))) / vault.totalSupply() / 1e12;
    }

    function _noteRequest(Side side, address controller) private {
        // The oldest request that may be pending is what a mark is judged by.
        uint256 pending =
            side == Side.Deposit
                ? vault.pendingDepositRequest(0, controller)
                : vault.pendingRedeemRequest(0, controller);
        if (_askedAt[side][controller] == 0 || pending == 0) _askedAt[side][controller] = block.timestamp;
    }

    function _judge(Side side, address who, Epoch memory done) private {
        if (done.nav.markTime <= _askedAt[side][who] + Cohorts.LEAD) ++filledByAnOldMark;
        if (vault.silo().standingOf(side, who).pending == 0) _askedAt[side][who] = 0;
    }

    /// @dev With cash for everybody an exit takes no more epochs than its flow limit's floor says.
    function _countTurn(address who, Epoch memory done) private {
        uint256 pending = vault.pendingRedeemRequest(0, who);
        bool isRich = ledger.requirement() == 0 && ledger.lent() == 0 && ledger.positions() <= 0;
        if (pending == 0) _turns[who] = 0;
        else if (isRich && done.nav.markTime > _askedAt[Side.Redeem][who] + Cohorts.LEAD) ++_turns[who];
        if (_turns[who] > 21) ++starved;
    }
}

/// @notice VLT-30 to VLT-35 while positions gain and lose, cash is short and everybody is hostile.
contract VaultInvariantsTest {
    VaultHandler internal _handler;

    function setUp() public virtual {
        _handler = new VaultHandler(false);
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_handler);
    }

    /// @notice The handler's acts do reach epochs that fill both sides, or the invariants would say nothing.
    function test_TheHandlerFillsBothSides() external {
        _handler.requestDeposit(1, 0, 999e6);
        _handler.pass(10 minutes);
        _handler.mark(1e18);
        _handler.process();
        _handler.claimShares(1, 0, true);
        _handler.requestRedeem(1, 99e18);
        _handler.requestDeposit(2, 0, 999e6);
        _handler.pass(10 minutes);
        _handler.mark(-1e18);
        _handler.process();
        require(_handler.filled() == 1, "no epoch filled both sides");
        _handler.claimAssets(1, 0, false);
        require(_handler.worthOf(_handler.lp(1)) < _handler.START(), "nothing was lost to the spread");
    }

    /// @notice What the silo holds is what it owes, but for gifts and the dust of roundings.
    function invariant_SiloHoldsWhatItOwes() public view {
        QueueVault vault = _handler.vault();
        (uint256 assets, uint256 shares) = (0, 0);
        for (uint256 i = 0; i < _handler.LPS(); ++i) {
            Standing memory entering = vault.silo().standingOf(Side.Deposit, _handler.lp(i));
            Standing memory leaving = vault.silo().standingOf(Side.Redeem, _handler.lp(i));
            assets += entering.pending + entering.claim.returned + leaving.claim.out;
            shares += entering.claim.out + leaving.pending + leaving.claim.returned;
        }
        uint256 heldAssets = _handler.usdc().balanceOf(address(vault.silo())) - _handler.giftedUsdc();
        uint256 heldShares = vault.balanceOf(address(vault.silo()));
        require(heldAssets >= assets && heldShares >= shares, "the silo owes more than it holds");
        uint256 dust = 8 * (_handler.steps() + 1);
        require(heldAssets - assets <= dust && heldShares - shares <= dust, "something stayed behind");
    }

    /// @notice Invariant 21: entries and exits of an epoch use one mark, newer than their requests.
    function invariant_MarksAreNewerThanRequests() public view {
        require(_handler.filledByAnOldMark() == 0, "an old mark filled a request");
    }

    /// @notice Invariant 21: an epoch takes nothing from those who stay.
    function invariant_EpochsTakeNothingFromThoseWhoStay() public view {
        require(_handler.fellWithoutLoss() == 0, "the share fell by an epoch");
    }

    /// @notice Invariant 22: a leaver carries its share of open options.
    function invariant_LeaversCarryTheirShare() public view {
        require(_handler.leftWithMore() == 0, "somebody left with more");
    }

    /// @notice Invariant 23: exits cannot be starved.
    function invariant_ExitsTakeTheirTurn() public view {
        require(_handler.starved() == 0, "an exit was starved");
    }
}

/// @notice Invariant 20: where nothing is earned, no order and number of steps earns its party anything.
contract FlatVaultInvariantsTest is VaultInvariantsTest {
    function setUp() public override {
        _handler = new VaultHandler(true);
    }

    function invariant_NobodyProfits() public view {
        uint256 worth = 0;
        for (uint256 i = 0; i < _handler.LPS(); ++i) worth += _handler.worthOf(_handler.lp(i));
        require(worth <= _handler.LPS() * _handler.START(), "a profit out of nothing");
    }
}

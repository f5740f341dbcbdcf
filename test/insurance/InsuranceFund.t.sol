// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IClearinghouse} from "../../contracts/interfaces/IClearinghouse.sol";
import {InsuranceFund} from "../../contracts/insurance/InsuranceFund.sol";
import {AccountId} from "../../contracts/types/AccountId.sol";
import {TestToken} from "../harness/TestToken.sol";

interface Vm {
    function warp(uint256 timestamp) external;
    function prank(address sender) external;
}

/// @notice A ledger that knows one account, the fund's, and lets half of what is there be withdrawn, as one that holds
/// back does. Interest waits until it is collected.
contract FeeLedger {
    TestToken public immutable cash;
    uint256 public fees;
    uint256 public waiting;

    error NothingWaits();

    constructor(TestToken cash_) {
        cash = cash_;
    }

    function earn(uint256 units) external {
        cash.mint(address(this), units);
        waiting += units;
    }

    function collectInterest() external {
        if (waiting == 0) revert NothingWaits();
        (fees, waiting) = (fees + waiting, 0);
    }

    function withdrawable(AccountId, address) public view returns (uint256) {
        return (fees + 1) / 2;
    }

    function withdraw(AccountId account, address asset, uint256 units, address receiver) external {
        require(units <= withdrawable(account, asset), "held back");
        fees -= units;
        cash.transfer(receiver, units);
    }
}

/// @notice Does whatever depositors, donors and the waterfall can do, in any order and at any time.
contract FundHandler {
    Vm private constant VM = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    uint256 public constant OWNERS = 3;

    TestToken public immutable cash = new TestToken(6);
    FeeLedger public immutable ledger = new FeeLedger(cash);
    InsuranceFund public immutable fund;

    uint256 public received;
    uint256 public paidOut;
    uint256 public covered;
    uint256 public open;
    bool public leftWhileOpen;
    bool public priceFell;
    bool public heldMoved;
    uint256 public time = 1e9;

    modifier now_() {
        VM.warp(time);
        _;
    }

    /// @dev Nothing but a loss lowers the price of a share. Compared by cross-multiplying: (assets + 1) / (shares + 1e12).
    modifier keepsPrice() {
        (uint256 assets, uint256 shares) = (fund.totalAssets() + 1, fund.totalSupply() + 1e12);
        _;
        if ((fund.totalAssets() + 1) * shares < assets * (fund.totalSupply() + 1e12)) priceFell = true;
    }

    constructor() {
        fund = new InsuranceFund(IERC20(address(cash)), address(this), IClearinghouse(address(ledger)));
    }

    function owner(uint256 seed) public pure returns (address) {
        return address(uint160(0x2000 + (seed % OWNERS)));
    }

    function pass(uint256 seconds_) external {
        time += seconds_ % 4 days;
    }

    function deposit(uint256 who, uint256 amount) external now_ keepsPrice {
        amount = 1 + (amount % 1e12);
        _give(owner(who), amount);
        VM.prank(owner(who));
        fund.deposit(amount, owner(who));
        received += amount;
    }

    function mint(uint256 who, uint256 shares) external now_ keepsPrice {
        shares = 1 + (shares % 1e24);
        uint256 amount = fund.previewMint(shares);
        _give(owner(who), amount);
        VM.prank(owner(who));
        fund.mint(shares, owner(who));
        received += amount;
    }

    function contribute(uint256 who, uint256 amount) external now_ keepsPrice {
        amount = 1 + (amount % 1e12);
        _give(owner(who), amount);
        VM.prank(owner(who));
        fund.contribute(amount);
        received += amount;
    }

    function earn(uint256 amount) external {
        ledger.earn(amount % 1e12);
    }

    function collectFees() external now_ keepsPrice {
        received += fund.collectFees();
    }

    function donate(uint256 amount) external keepsPrice {
        uint256 held = fund.assetsHeld();
        cash.mint(address(fund), amount % 1e12);
        if (fund.assetsHeld() != held) heldMoved = true;
    }

    function startCooldown(uint256 who, uint256 shares) external now_ keepsPrice {
        shares = 1 + (shares % fund.balanceOf(owner(who)));
        VM.prank(owner(who));
        fund.startCooldown(shares);
    }

    function redeem(uint256 who, uint256 shares) external now_ keepsPrice {
        shares = 1 + (shares % fund.maxRedeem(owner(who)));
        VM.prank(owner(who));
        paidOut += fund.redeem(shares, owner(who), owner(who));
        if (open != 0) leftWhileOpen = true;
    }

    function withdraw(uint256 who, uint256 assets) external now_ keepsPrice {
        assets = 1 + (assets % fund.maxWithdraw(owner(who)));
        VM.prank(owner(who));
        fund.withdraw(assets, owner(who), owner(who));
        paidOut += assets;
        if (open != 0) leftWhileOpen = true;
    }

    /// @dev Past the view, in case that it hides what the function would allow.
    function leaveAnyhow(uint256 who, uint256 shares) external now_ keepsPrice {
        shares = 1 + (shares % fund.balanceOf(owner(who)));
        VM.prank(owner(who));
        paidOut += fund.redeem(shares, owner(who), owner(who));
        if (open != 0) leftWhileOpen = true;
    }

    function cover(uint256 amount) external {
        covered += fund.cover(amount % 1e13, address(0xdead));
    }

    function setOpen(uint256 count) external {
        open = count % 3;
        fund.setOpenShortfalls(open);
    }

    function _give(address who, uint256 amount) private {
        cash.mint(who, amount);
        VM.prank(who);
        cash.approve(address(fund), amount);
    }
}

/// @notice Properties of the fund's shares, and of what it holds.
contract InsuranceFundTest {
    Vm private constant VM = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    address private constant ALICE = address(0xa11ce);
    address private constant MALLORY = address(0xbad);

    FundHandler private _handler;
    TestToken private _cash;
    InsuranceFund private _fund;

    error Broken(string what, uint256 left, uint256 right);

    function setUp() external {
        _handler = new FundHandler();
        _cash = new TestToken(6);
        _fund = new InsuranceFund(
            IERC20(address(_cash)),
            address(this),
            IClearinghouse(address(new FeeLedger(_cash)))
        );
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_handler);
    }

    function invariant_SLV05_FundFallsOnlyByRecordedShortfallsAndExits() external view {
        FundHandler h = _handler;
        uint256 held = h.fund().assetsHeld();
        _require(held + h.covered() + h.paidOut() == h.received(), "conserved", held, h.received());
        _require(h.cash().balanceOf(address(h.fund())) >= held, "custody", held, 0);
        _require(!h.heldMoved(), "donation counted", 0, 0);
    }

    function invariant_SLV05_SharesClaimNoMoreThanIsHeld() external view {
        InsuranceFund fund = _handler.fund();
        uint256 claims;
        for (uint256 i; i < _handler.OWNERS(); ++i) {
            claims += fund.convertToAssets(fund.balanceOf(_handler.owner(i)));
        }
        _require(claims <= fund.totalAssets(), "claims", claims, fund.totalAssets());
    }

    function invariant_SLV05_PriceOfAShareFallsByLossesOnly() external view {
        _require(!_handler.priceFell(), "price", 0, 0);
    }

    function invariant_SLV03_NobodyLeavesWhileAShortfallIsOpen() external view {
        _require(!_handler.leftWhileOpen(), "left", 0, 0);
    }

    /// @dev Otherwise the invariants would hold for want of exits and losses.
    function test_TheHandlerReachesExitsAndLosses() external {
        _handler.deposit(0, 1e9);
        _handler.startCooldown(0, 1e20);
        _handler.pass(3 days);
        _handler.redeem(0, 1e18);
        _handler.withdraw(0, 7);
        _handler.earn(1e6);
        _handler.collectFees();
        _handler.cover(5);
        _require(_handler.paidOut() != 0 && _handler.covered() == 5, "reached", _handler.paidOut(), 5);
    }

    function testFuzz_SLV05_RoundTripNeverProfits(
        uint64 others,
        uint64 income,
        uint64 loss,
        uint64 amount,
        bool inTwo
    ) external {
        VM.warp(1e9);
        if (others != 0) _deposit(ALICE, others);
        if (income != 0) _contribute(ALICE, income);
        _fund.cover(loss, address(0xdead));
        uint256 shares = _tryDeposit(MALLORY, amount);
        if (shares == 0) return;
        VM.prank(MALLORY);
        _fund.startCooldown(shares);
        VM.warp(1e9 + 3 days);
        uint256 first = inTwo ? shares / 2 : 0;
        uint256 out = first == 0 ? 0 : _redeem(MALLORY, first);
        out += _redeem(MALLORY, shares - first);
        _require(out <= amount, "round trip", out, amount);
    }

    /// @dev Whoever goes first and raises the price of a share by contributing loses what it contributes; whoever comes
    /// after loses no more than a rounding of one share, a millionth of a millionth of what is there.
    function testFuzz_SLV05_InflationCostsItsAuthor(uint64 dust, uint64 gift, uint64 amount) external {
        VM.warp(1e9);
        uint256 first = 1 + (uint256(dust) % 1e6);
        uint256 contributed = 1 + (uint256(gift) % 1e13);
        uint256 second = 1e6 + (uint256(amount) % 1e13);
        uint256 mallorys = _deposit(MALLORY, first);
        _contribute(MALLORY, contributed);
        _cash.mint(address(_fund), contributed);
        uint256 alices = _deposit(ALICE, second);
        uint256 worth = _fund.convertToAssets(alices);
        uint256 rounding = (contributed + first) / 1e12 + 2;
        _require(worth + rounding >= second, "victim", worth, second);
        uint256 loot = _fund.convertToAssets(mallorys);
        _require(loot <= first + contributed, "author", loot, first + contributed);
    }

    function _redeem(address who, uint256 shares) private returns (uint256) {
        VM.prank(who);
        return _fund.redeem(shares, who, who);
    }

    function _deposit(address who, uint256 amount) private returns (uint256) {
        _give(who, amount);
        VM.prank(who);
        return _fund.deposit(amount, who);
    }

    /// @dev Amounts too small for a share are refused, which is no profit either.
    function _tryDeposit(address who, uint256 amount) private returns (uint256 shares) {
        _give(who, amount);
        VM.prank(who);
        try _fund.deposit(amount, who) returns (uint256 minted) {
            return minted;
        } catch {
            return 0;
        }
    }

    function _contribute(address who, uint256 amount) private {
        _give(who, amount);
        VM.prank(who);
        _fund.contribute(amount);
    }

    function _give(address who, uint256 amount) private {
        _cash.mint(who, amount);
        VM.prank(who);
        _cash.approve(address(_fund), amount);
    }

    function _require(bool ok, string memory what, uint256 left, uint256 right) private pure {
        if (!ok) revert Broken(what, left, right);
    }
}

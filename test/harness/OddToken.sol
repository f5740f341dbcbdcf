// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice A token with one of the habits that real ones have: it says nothing after a transfer, says no and moves
/// nothing, turns addresses away, or changes what everybody holds.
contract OddToken {
    enum Habit {
        Silent,
        Refusing,
        Choosy,
        Rebasing
    }

    error OddToken_TurnedAway(address who);
    error OddToken_TooLittle(address who, uint256 has, uint256 amount);

    uint8 public constant decimals = 18;
    Habit public immutable habit;
    mapping(address => bool) public isTurnedAway;
    mapping(address => mapping(address => uint256)) public allowance;
    mapping(address => uint256) private _parts;
    uint256 private _factor = 1e18;

    constructor(Habit habit_) {
        habit = habit_;
    }

    function mint(address to, uint256 amount) external {
        _parts[to] += amount;
    }

    function approve(address spender, uint256 amount) external returns (bool) {
        allowance[msg.sender][spender] = amount;
        return true;
    }

    function turnAway(address who, bool isRefused) external {
        isTurnedAway[who] = isRefused;
    }

    /// @notice Lets everybody hold `factor` [wad] times what was minted or moved to them.
    function rebase(uint256 factor) external {
        _factor = factor;
    }

    function balanceOf(address who) public view returns (uint256) {
        return (_parts[who] * _factor) / 1e18;
    }

    function transfer(address to, uint256 amount) external {
        _move(msg.sender, to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) external {
        _move(from, to, amount);
    }

    function _move(address from, address to, uint256 amount) private {
        if (habit == Habit.Refusing) _answer(0);
        if (habit == Habit.Choosy && isTurnedAway[to]) revert OddToken_TurnedAway(to);
        uint256 parts = (amount * 1e18) / _factor;
        if (_parts[from] < parts) revert OddToken_TooLittle(from, balanceOf(from), amount);
        _parts[from] -= parts;
        _parts[to] += parts;
        if (habit != Habit.Silent) _answer(1);
    }

    /// @dev Ends the call with a word, which a silent token never does.
    function _answer(uint256 word) private pure {
        assembly ("memory-safe") {
            mstore(0, word)
            return(0, 32)
        }
    }
}

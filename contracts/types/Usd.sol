// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice A signed amount of US dollars [wad].
type Usd is int256;

using {
    addUsd as +,
    subUsd as -,
    eqUsd as ==,
    neUsd as !=,
    ltUsd as <,
    leUsd as <=,
    gtUsd as >,
    geUsd as >=,
    negUsd as -
} for Usd global;

function addUsd(Usd a, Usd b) pure returns (Usd) {
    return Usd.wrap(Usd.unwrap(a) + Usd.unwrap(b));
}

function subUsd(Usd a, Usd b) pure returns (Usd) {
    return Usd.wrap(Usd.unwrap(a) - Usd.unwrap(b));
}

function eqUsd(Usd a, Usd b) pure returns (bool) {
    return Usd.unwrap(a) == Usd.unwrap(b);
}

function neUsd(Usd a, Usd b) pure returns (bool) {
    return Usd.unwrap(a) != Usd.unwrap(b);
}

function ltUsd(Usd a, Usd b) pure returns (bool) {
    return Usd.unwrap(a) < Usd.unwrap(b);
}

function leUsd(Usd a, Usd b) pure returns (bool) {
    return Usd.unwrap(a) <= Usd.unwrap(b);
}

function gtUsd(Usd a, Usd b) pure returns (bool) {
    return Usd.unwrap(a) > Usd.unwrap(b);
}

function geUsd(Usd a, Usd b) pure returns (bool) {
    return Usd.unwrap(a) >= Usd.unwrap(b);
}

function negUsd(Usd a) pure returns (Usd) {
    return Usd.wrap(-Usd.unwrap(a));
}

// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice A signed number of contracts, or of units of an underlying [wad]; positive is long.
type Quantity is int256;

using {
    addQuantity as +,
    subQuantity as -,
    eqQuantity as ==,
    neQuantity as !=,
    ltQuantity as <,
    leQuantity as <=,
    gtQuantity as >,
    geQuantity as >=,
    negQuantity as -
} for Quantity global;

function addQuantity(Quantity a, Quantity b) pure returns (Quantity) {
    return Quantity.wrap(Quantity.unwrap(a) + Quantity.unwrap(b));
}

function subQuantity(Quantity a, Quantity b) pure returns (Quantity) {
    return Quantity.wrap(Quantity.unwrap(a) - Quantity.unwrap(b));
}

function eqQuantity(Quantity a, Quantity b) pure returns (bool) {
    return Quantity.unwrap(a) == Quantity.unwrap(b);
}

function neQuantity(Quantity a, Quantity b) pure returns (bool) {
    return Quantity.unwrap(a) != Quantity.unwrap(b);
}

function ltQuantity(Quantity a, Quantity b) pure returns (bool) {
    return Quantity.unwrap(a) < Quantity.unwrap(b);
}

function leQuantity(Quantity a, Quantity b) pure returns (bool) {
    return Quantity.unwrap(a) <= Quantity.unwrap(b);
}

function gtQuantity(Quantity a, Quantity b) pure returns (bool) {
    return Quantity.unwrap(a) > Quantity.unwrap(b);
}

function geQuantity(Quantity a, Quantity b) pure returns (bool) {
    return Quantity.unwrap(a) >= Quantity.unwrap(b);
}

function negQuantity(Quantity a) pure returns (Quantity) {
    return Quantity.wrap(-Quantity.unwrap(a));
}

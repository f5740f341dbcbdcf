// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice US dollars per unit of an underlying or per contract [wad].
type Price is uint256;

using {
    addPrice as +,
    subPrice as -,
    eqPrice as ==,
    nePrice as !=,
    ltPrice as <,
    lePrice as <=,
    gtPrice as >,
    gePrice as >=
} for Price global;

function addPrice(Price a, Price b) pure returns (Price) {
    return Price.wrap(Price.unwrap(a) + Price.unwrap(b));
}

function subPrice(Price a, Price b) pure returns (Price) {
    return Price.wrap(Price.unwrap(a) - Price.unwrap(b));
}

function eqPrice(Price a, Price b) pure returns (bool) {
    return Price.unwrap(a) == Price.unwrap(b);
}

function nePrice(Price a, Price b) pure returns (bool) {
    return Price.unwrap(a) != Price.unwrap(b);
}

function ltPrice(Price a, Price b) pure returns (bool) {
    return Price.unwrap(a) < Price.unwrap(b);
}

function lePrice(Price a, Price b) pure returns (bool) {
    return Price.unwrap(a) <= Price.unwrap(b);
}

function gtPrice(Price a, Price b) pure returns (bool) {
    return Price.unwrap(a) > Price.unwrap(b);
}

function gePrice(Price a, Price b) pure returns (bool) {
    return Price.unwrap(a) >= Price.unwrap(b);
}

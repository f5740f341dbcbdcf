// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IClearinghouse} from "../../../contracts/interfaces/IClearinghouse.sol";
import {IOptionsVault} from "../../../contracts/interfaces/IOptionsVault.sol";
import {InsuranceFund} from "../../../contracts/insurance/InsuranceFund.sol";
import {LossWaterfall} from "../../../contracts/insurance/LossWaterfall.sol";

/// @notice A fund that counts what is sent to it, with as few virtual shares as there can be.
contract DonatedFund is InsuranceFund {
    constructor(
        IERC20 asset_,
        address waterfall_,
        IClearinghouse ledger
    ) InsuranceFund(asset_, waterfall_, ledger) {}

    function totalAssets() public view override returns (uint256) {
        return IERC20(asset()).balanceOf(address(this));
    }

    function _decimalsOffset() internal pure override returns (uint8) {
        return 0;
    }
}

/// @notice A fund whose cooldowns, once over, are over for good.
contract OpenDoorFund is InsuranceFund {
    constructor(
        IERC20 asset_,
        address waterfall_,
        IClearinghouse ledger
    ) InsuranceFund(asset_, waterfall_, ledger) {}

    function maxRedeem(address owner) public view override returns (uint256) {
        return balanceOf(owner);
    }

    function _requireCooled(address owner, uint256 shares) internal view override {
        (uint256 cooled, uint256 endsAt, ) = this.cooldownOf(owner);
        if (endsAt > block.timestamp) revert InsuranceFund_CoolingDown(owner, endsAt);
        if (shares > cooled) revert InsuranceFund_ExceedsCooldown(shares, cooled);
    }
}

/// @notice A waterfall that takes the vault's word for its NAV as it comes.
contract TrustingWaterfall is LossWaterfall {
    constructor(
        address authority,
        IClearinghouse ledger,
        IOptionsVault vault_
    ) LossWaterfall(authority, ledger, vault_) {}

    function _navOrLast() internal override returns (uint256) {
        return _measured(vault.nav());
    }
}

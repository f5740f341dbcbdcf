// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Claim, Filled, ISilo, Standing} from "../interfaces/ISilo.sol";
import {FixedPoint} from "../libraries/FixedPoint.sol";

/// @notice Requests that came between two marks and are filled alike.
/// @param asked what those still in it asked for, filled of it so far, and out: what they got for that
/// @param leaving part of `asked` whose cancellation waits for an epoch
/// @param openedAt first and lastAt last request
/// @param leavingSince first cancellation that waits, and leavingMark the last mark processed before it
/// @param released how many groups of cancellations have left
struct Cohort {
    uint128 asked;
    uint128 filled;
    uint128 out;
    uint128 leaving;
    uint40 openedAt;
    uint40 lastAt;
    uint40 leavingSince;
    uint40 leavingMark;
    uint32 released;
}

/// @notice A cohort as it was when a group of cancellations left it.
struct Basis {
    uint128 asked;
    uint128 filled;
    uint128 out;
}

/// @notice A controller's part of one cohort. `group` is zero, or the group of cancellations it leaves with; `filled` and
/// `out` are what was credited of it.
struct Slot {
    uint128 amount;
    uint64 cohort;
    uint32 group;
    uint128 filled;
    uint128 out;
}

/// @notice One side of the queue: deposits (in assets, out shares) or redemptions (in shares, out assets).
/// @param head first cohort that may not be full yet, tail the one that collects
/// @param waiting sum of asked - filled over all cohorts
/// @param lastMark of the last epoch
struct Queue {
    uint64 head;
    uint64 tail;
    uint128 waiting;
    uint256 lastMark;
    mapping(uint256 cohortId => Cohort) cohorts;
    mapping(uint256 cohortId => mapping(uint256 group => Basis)) releases;
    mapping(address controller => Slot[]) slots;
    mapping(address controller => Claim) claims;
}

/// @title Cohorts
/// @notice The book-keeping of one side of the queue: work is bounded whatever waits and however long somebody stays away.
/// @dev Within a cohort everybody has the same share filled at the same prices, so `filled / asked` and `out / asked` of the
/// cohort tell a member's part. Who leaves takes that part along, which keeps the ratios of the others. Parts round against
/// the member: what it got down, what was used of its request up; the dust stays in the silo.
library Cohorts {
    using SafeCast for uint256;

    /// @notice A mark fills only requests that are older than it by this, so that nobody asks for a mark on its way.
    uint256 internal constant LEAD = 5 minutes;
    /// @notice A request may be taken back at once for so long: less than LEAD, so no mark that fills it is on its way.
    uint256 internal constant GRACE = 4 minutes;
    /// @notice Without an epoch cancelled requests are free after this.
    uint256 internal constant ESCAPE = 1 days;
    /// @notice Cohorts that one controller can be in, of which strangers may open half.
    uint256 internal constant MOST_SLOTS = 8;
    /// @notice Cohorts that one epoch looks at.
    uint256 internal constant MOST_COHORTS = 64;

    /// @notice Adds a request. `mark` is the time of the current one: a cohort that it is newer than takes no more.
    function join(
        Queue storage self,
        address controller,
        uint256 amount,
        uint256 mark,
        bool isStranger
    ) internal {
        sync(self, controller);
        Slot[] storage slots = self.slots[controller];
        uint256 count = slots.length;
        if (count != 0 && slots[0].group != 0) revert ISilo.Silo_CancellationPending(controller);
        Cohort storage cohort = self.cohorts[self.tail];
        if (cohort.openedAt != 0 && mark > cohort.openedAt) cohort = self.cohorts[++self.tail];
        if (cohort.openedAt == 0) cohort.openedAt = uint40(block.timestamp);
        cohort.lastAt = uint40(block.timestamp);
        cohort.asked += amount.toUint128();
        self.waiting += uint128(amount);
        for (uint256 i = 0; i < count; ++i) {
            if (slots[i].cohort != self.tail) continue;
            slots[i].amount += uint128(amount);
            return;
        }
        uint256 most = isStranger ? MOST_SLOTS / 2 : MOST_SLOTS;
        if (count >= most) revert ISilo.Silo_TooManyRequests(controller, most);
        slots.push(Slot(uint128(amount), self.tail, 0, 0, 0));
    }

    /// @notice Cancels all that waits of a controller: at once if no mark can be known, or if `isFree`; else with the next
    /// epoch.
    function cancel(Queue storage self, address controller, bool isFree) internal {
        sync(self, controller);
        Slot[] storage slots = self.slots[controller];
        uint256 count = slots.length;
        if (count == 0) revert ISilo.Silo_NothingToCancel(controller);
        if (slots[0].group != 0) revert ISilo.Silo_CancellationPending(controller);
        // From the end, so that the slot put in a removed one's place has been looked at already.
        for (uint256 i = count; i != 0;) {
            Slot storage slot = slots[--i];
            Cohort storage cohort = self.cohorts[slot.cohort];
            if (isFree || block.timestamp <= cohort.lastAt + GRACE) {
                self.claims[controller].returned += slot.amount - slot.filled;
                _take(self, cohort, slot.amount);
                _drop(slots, i);
                continue;
            }
            if (_isDue(self, cohort)) _release(self, slot.cohort, cohort);
            if (cohort.leaving == 0) {
                cohort.leavingSince = uint40(block.timestamp);
                cohort.leavingMark = uint40(self.lastMark);
            }
            cohort.leaving += slot.amount;
            slot.group = cohort.released + 1;
        }
    }

    /// @notice Fills cohorts in their order with an epoch's capacity at its price: `out = in * numerator / denominator`.
    function fill(
        Queue storage self,
        uint256 mark,
        uint256 capacity,
        uint256 numerator,
        uint256 denominator
    ) internal returns (Filled memory done) {
        uint256 id = self.head;
        for (uint256 i = 0; i < MOST_COHORTS && _mayFill(self.cohorts[id], mark); ++i) {
            Cohort storage cohort = self.cohorts[id];
            if (_isDue(self, cohort)) _release(self, id, cohort);
            uint256 left = cohort.asked - cohort.filled;
            uint256 part = FixedPoint.min(left, capacity - done.amountIn);
            if (part != 0) {
                uint256 got = FixedPoint.mulDivDown(part, numerator, denominator);
                cohort.filled += uint128(part);
                cohort.out += got.toUint128();
                done.amountIn += part;
                done.amountOut += got;
            }
            // This epoch was the one that the cohort's cancellations had to go through.
            if (cohort.leaving != 0) _release(self, id, cohort);
            if (part < left) {
                done.isShort = true;
                break;
            }
            ++id;
        }
        self.head = uint64(id);
        // A cohort that a mark was processed for takes no more requests.
        uint256 next = done.isShort ? id + 1 : id;
        if (self.tail < next) self.tail = uint64(next);
        self.waiting -= uint128(done.amountIn);
        self.lastMark = mark;
    }

    /// @notice Credits what the epochs have brought since the last visit.
    function sync(Queue storage self, address controller) internal {
        Slot[] storage slots = self.slots[controller];
        for (uint256 i = slots.length; i != 0;) {
            Slot storage slot = slots[--i];
            (uint256 filled, uint256 out, bool isDone) = _progress(self, slot);
            Claim storage claim = self.claims[controller];
            claim.filled += uint128(filled - slot.filled);
            claim.out += uint128(out - slot.out);
            if (isDone) {
                claim.returned += uint128(slot.amount - filled);
                _drop(slots, i);
            } else {
                (slot.filled, slot.out) = (uint128(filled), uint128(out));
            }
        }
    }

    /// @notice What `sync` would make of a controller.
    function standingOf(
        Queue storage self,
        address controller
    ) internal view returns (Standing memory standing) {
        standing.claim = self.claims[controller];
        Slot[] storage slots = self.slots[controller];
        for (uint256 i = 0; i < slots.length; ++i) {
            Slot storage slot = slots[i];
            (uint256 filled, uint256 out, bool isDone) = _progress(self, slot);
            standing.claim.filled += uint128(filled - slot.filled);
            standing.claim.out += uint128(out - slot.out);
            if (isDone) {
                standing.claim.returned += uint128(slot.amount - filled);
            } else {
                standing.pending += slot.amount - filled;
                if (slot.group != 0) standing.isLeaving = true;
            }
        }
    }

    /// @notice The time that a mark must be newer than to fill the first of what waits; the far future if nothing does.
    function markAfter(Queue storage self) internal view returns (uint256) {
        if (self.waiting == 0) return type(uint256).max;
        // Cancellations may have emptied cohorts that no epoch has passed yet.
        uint256 id = self.head;
        uint256 last = FixedPoint.min(self.tail, id + MOST_COHORTS);
        while (id < last && self.cohorts[id].asked == self.cohorts[id].filled) ++id;
        return self.cohorts[id].lastAt + LEAD;
    }

    /// @notice When the first cohort that waits got its last request; now if none waits.
    function waitingSince(Queue storage self) internal view returns (uint256) {
        return self.waiting == 0 ? block.timestamp : self.cohorts[self.head].lastAt;
    }

    function _mayFill(Cohort storage cohort, uint256 mark) private view returns (bool) {
        return cohort.openedAt != 0 && mark > cohort.lastAt + LEAD;
    }

    /// @dev What a slot got so far, and whether nothing of it waits any more.
    function _progress(
        Queue storage self,
        Slot storage slot
    ) private view returns (uint256 filled, uint256 out, bool isDone) {
        Cohort storage cohort = self.cohorts[slot.cohort];
        (uint128 asked, uint128 used, uint128 got) = (cohort.asked, cohort.filled, cohort.out);
        if (slot.group != 0 && slot.group <= cohort.released) {
            Basis storage basis = self.releases[slot.cohort][slot.group];
            (asked, used, got) = (basis.asked, basis.filled, basis.out);
            isDone = true;
        } else {
            isDone = used == asked || (slot.group != 0 && _isDue(self, cohort));
        }
        filled = FixedPoint.mulDivUp(slot.amount, used, asked);
        out = FixedPoint.mulDivDown(slot.amount, got, asked);
    }

    /// @dev Whether a cohort's cancellations have been through an epoch that could fill them, or waited too long for one.
    function _isDue(Queue storage self, Cohort storage cohort) private view returns (bool) {
        if (cohort.leaving == 0) return false;
        if (block.timestamp >= cohort.leavingSince + ESCAPE) return true;
        return self.lastMark > cohort.leavingMark && self.lastMark > cohort.lastAt + LEAD;
    }

    function _release(Queue storage self, uint256 id, Cohort storage cohort) private {
        self.releases[id][++cohort.released] = Basis(cohort.asked, cohort.filled, cohort.out);
        uint128 amount = cohort.leaving;
        cohort.leaving = 0;
        _take(self, cohort, amount);
    }

    /// @dev Takes `amount` out of a cohort with the part of it that was filled, and of what that brought.
    function _take(Queue storage self, Cohort storage cohort, uint128 amount) private {
        uint128 asked = cohort.asked;
        uint128 used = uint128(FixedPoint.mulDivDown(cohort.filled, amount, asked));
        cohort.out -= uint128(FixedPoint.mulDivDown(cohort.out, amount, asked));
        cohort.filled -= used;
        cohort.asked = asked - amount;
        self.waiting -= amount - used;
    }

    function _drop(Slot[] storage slots, uint256 i) private {
        uint256 last = slots.length - 1;
        if (i != last) slots[i] = slots[last];
        slots.pop();
    }
}

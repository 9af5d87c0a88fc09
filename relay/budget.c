/* SPDX-License-Identifier: MIT */
/* budget: see budget.h. */
#include "relay/budget.h"

enum budget_room budget_room(size_t max, size_t used, size_t held, bool limited)
{
    if (used >= max)
        return BUDGET_FULL;
    return limited && held >= max / 4 ? BUDGET_HOLDER_FULL : BUDGET_ROOM;
}

bool budget_lets_on(enum budget_room room, size_t max, size_t used, size_t held)
{
    return room == BUDGET_ROOM || (room == BUDGET_FULL && held == 0 && used < max + max / 2);
}

bool budget_is_eased(size_t max, size_t used)
{
    return used <= max - max / 4;
}

bool budget_cuts(enum budget_room room, int64_t stalled)
{
    return room != BUDGET_ROOM && stalled >= BUDGET_STALL_MS;
}

size_t budget_moved(size_t sum, size_t from, size_t to)
{
    return sum - from + to;
}

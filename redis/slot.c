/* SPDX-License-Identifier: MIT */
/* slot: see slot.h. */
#include "redis/slot.h"

#include <inttypes.h>
#include <stdio.h>

#define SLOTS 16384

struct slice slot_tag(const char *key)
{
    const char *open = strchr(key, '{'), *close = open ? strchr(open, '}') : NULL;
    bool tagged = close && close > open + 1;
    return tagged ? slice_make(open + 1, (size_t)(close - open) - 1) : slice_of(key);
}

/* CRC16 as XMODEM has it, continued from the CRC of the bytes before. */
static uint16_t add_crc(uint16_t crc, struct slice bytes)
{
    for (size_t i = 0; i < bytes.len; i++) {
        crc ^= (uint16_t)((unsigned char)bytes.p[i] << 8);
        for (int bit = 0; bit < 8; bit++)
            crc = (uint16_t)(crc & 0x8000 ? crc << 1 ^ 0x1021 : crc << 1);
    }
    return crc;
}

unsigned slot_number(struct slice tag)
{
    return add_crc(0, tag) % SLOTS;
}

/* The least number that, after the start of a tag, leads to this slot: about one of SLOTS does. */
static uint32_t find_number(struct slice start, unsigned slot)
{
    char digits[NUMBER_DIGITS];
    uint16_t crc = add_crc(0, start);
    uint32_t n = 0;
    while (add_crc(crc, slice_make(digits, number_format(n, digits))) % SLOTS != slot &&
           n < UINT32_MAX)
        n++;
    return n;
}

void slot_key(const char *key, const char *suffix, char *out, size_t size)
{
    size_t len = strlen(key), brace = strcspn(key, "}");
    if (slot_tag(key).len < len)
        snprintf(out, size, "%s%s", key, suffix);
    else if (brace == len)
        snprintf(out, size, "{%s}%s", key, suffix);
    else /* a tag ends at its first '}': the number stands there, and the rest follows */
        snprintf(out, size, "{%.*s%" PRIu32 "%s}%s", (int)brace, key,
                 find_number(slice_make(key, brace), slot_number(slice_of(key))), key + brace,
                 suffix);
}

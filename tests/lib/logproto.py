# SPDX-License-Identifier: MIT
"""Loki's push request as Grafana Alloy and Promtail send it: Protocol Buffers, in a block of Snappy."""


def varint(n):
    low = n & 0x7f
    return bytes([low]) if n < 0x80 else bytes([low | 0x80]) + varint(n >> 7)


def field(number, value):
    """A number, or a text or message with its length."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def entry(ns, line, metadata=None):
    time = field(1, ns // 10**9) + field(2, ns % 10**9)
    pairs = [field(3, field(1, name) + field(2, value)) for name, value in (metadata or {}).items()]
    return field(1, time) + field(2, line) + b"".join(pairs)


def push(*streams):
    """streams: pairs of labels, as text, and a list of entries (ns, line) or (ns, line, metadata)."""
    return b"".join(field(1, field(1, labels) + b"".join(field(2, entry(*e)) for e in entries) + field(3, 1 << 63))
                    for labels, entries in streams)


def literal(data):
    return bytes([60 + 1 << 2]) + (len(data) - 1).to_bytes(2, "little") + data


def copies(distance, length):
    """A copy has at most 64 bytes."""
    return b"".join(bytes([min(64, length - at) - 1 << 2 | 2]) + distance.to_bytes(2, "little") for at in range(0, length, 64))


def snappy(data):
    """Literals, and copies where a piece of 100 bytes came before, up to 65535 bytes away."""
    out, seen, at, start = [varint(len(data))], {}, 0, 0
    while at < len(data):
        piece = data[at:at + 100]
        before = seen.get(piece, -65536)
        if len(piece) == 100 and at - before < 65536:
            out += [literal(data[start:at])] if at > start else []
            out.append(copies(at - before, 100))
            start = at = at + 100
            continue
        seen[piece] = at
        at += 1
        if at - start == 65536:
            out.append(literal(data[start:at]))
            start = at
    return b"".join(out + ([literal(data[start:at])] if at > start else []))

"""What a backslash makes of the character behind it, in double quotes."""

from __future__ import annotations

ESCAPES = {
    '0': '\0', 'a': '\a', 'b': '\b', 't': '\t', '\t': '\t', 'n': '\n', 'v': '\v', 'f': '\f',
    'r': '\r',
    'e': '\x1b', ' ': ' ', '"': '"', "'": "'", '\\': '\\', 'N': '\x85', '_': '\xa0', 'L': '\u2028',
    'P': '\u2029',
}  # fmt: skip
"""Of one character; go-yaml knows all of these."""

CODES = {'x': 2, 'u': 4, 'U': 8}
"""How many digits of a code follow."""

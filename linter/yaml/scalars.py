"""Scalars to values, as go-yaml v2 resolves them, and values to the strings that Calico sees.

Calico reads YAML with go-yaml v2 (through sigs.k8s.io/yaml): YAML 1.1 booleans, octal numbers with
a leading zero, no base 60, dates left as strings.
https://github.com/go-yaml/yaml/blob/v2.4.0/resolve.go
"""

from __future__ import annotations

import math

from linter.text.lazy_regex import lazy
from linter.text.start import remembered
from linter.yaml.nodes import Scalar

Value = str | int | float | bool | None

_CORE = 'tag:yaml.org,2002:'
_WORDS: dict[str, Value] = {
    **dict.fromkeys(('y', 'Y', 'yes', 'Yes', 'YES'), True),
    **dict.fromkeys(('true', 'True', 'TRUE', 'on', 'On', 'ON'), True),
    **dict.fromkeys(('n', 'N', 'no', 'No', 'NO'), False),
    **dict.fromkeys(('false', 'False', 'FALSE', 'off', 'Off', 'OFF'), False),
    **dict.fromkeys(('', '~', 'null', 'Null', 'NULL')),
    **dict.fromkeys(('.nan', '.NaN', '.NAN'), math.nan),
    **dict.fromkeys(('.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'), math.inf),
    **dict.fromkeys(('-.inf', '-.Inf', '-.INF'), -math.inf),
}
# What the first character of a plain scalar allows; most scalars start with none of these.
_WORD_START = frozenset('yYnNtTfFoO~')
_NUMBER_START = frozenset('+-0123456789')
LOOKED_AT = frozenset({*_WORD_START, *_NUMBER_START, '.', ''})
"""How a plain scalar starts that may be something else than text."""

_BASES = {'x': 16, 'X': 16, 'b': 2, 'B': 2, 'o': 8, 'O': 8}
_DIGITS = {2: '01', 8: '01234567', 10: '0123456789', 16: '0123456789abcdefABCDEF'}
_OF_DECIMALS = '0123456789.eE+-'
_DECIMAL = lazy(r'[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?')
_FRACTION = lazy(r'\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+(?:_[0-9]+)*)?')
_TIMESTAMP = lazy(
    r'([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:'
    r'[Tt]([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:[.,][0-9]+)?(?:Z|[-+][0-9]{2}:[0-9]{2})'
    r'| ([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:[.,][0-9]+)?)?'
)


class BadTag(ValueError):
    """A tag that cannot hold what is written after it: go-yaml refuses the document."""


def resolve(scalar: Scalar) -> Value:
    """The value of a scalar; raises BadTag."""
    text = scalar.value
    if scalar.tag is not None:
        return _tagged(scalar.tag, text)
    if scalar.style:
        return text
    return plain_value(text)


def plain_value(text: str) -> Value:
    """The value of a plain scalar without a tag."""
    first = text[:1]
    if first in _NUMBER_START:
        if '/' in text:
            return text  # a network, as nearly all of them are
        return _short_number(text) if len(text) < 50 else _number(text)
    if first in _WORD_START or not first:
        return _WORDS.get(text, text)
    if first == '.':
        return _fraction(text)
    return text


def _fraction(text: str) -> Value:
    """A scalar that starts with a point."""
    if text in _WORDS:
        return _WORDS[text]
    # Go's own float syntax allows an underscore between digits; go-yaml drops them elsewhere only.
    if _FRACTION.fullmatch(text):
        return _float(text)
    return text


def _number(text: str) -> Value:
    """A scalar that starts with a digit or a sign."""
    if text in _WORDS:
        return _WORDS[text]
    plain = text.replace('_', '')
    value = _integer(plain)
    if value is not None:
        return value
    # What has other signs than numbers do, as addresses have, is no number.
    if not plain.strip(_OF_DECIMALS) and plain.count('.') < 2 and _is_decimal(plain):
        number = _float(plain)
        return number if isinstance(number, float) else text
    # go-yaml's own way with 0b, older than Go's, takes a sign after the prefix.
    if plain[:3] in ('0b-', '0b+'):
        value = _integer(plain[2] + '0b' + plain[3:])
        if value is not None and value < 1 << 63:
            return value
    return text


def _is_decimal(text: str) -> bool:
    # Most have neither sign nor exponent, and need no regular expression.
    whole, _, rest = text.partition('.')
    if text.isascii() and whole.isdigit() and (rest.isdigit() or not rest):
        return True
    return _DECIMAL.fullmatch(text) is not None


# Networks and ports start like numbers, and aliases bring the same ones again and again.
_short_number = remembered(1 << 14)(_number)


def _integer(plain: str) -> int | None:
    """strconv.ParseInt(plain, 0, 64), or else strconv.ParseUint(plain, 0, 64)."""
    sign = plain[0] if plain[:1] in ('+', '-') else ''
    digits = plain[len(sign) :]
    base = 10
    if digits[:1] == '0':
        prefixed = len(digits) > 2 and digits[1] in _BASES
        base = _BASES[digits[1]] if prefixed else 8
        digits = digits[2:] if prefixed else digits[1:] or '0'
    if not digits or digits.strip(_DIGITS[base]):
        return None
    digits = digits.lstrip('0') or '0'
    if len(digits) > 64:
        return None
    value = int(sign + digits, base)
    if -1 << 63 <= value < 1 << 63 or (not sign and value < 1 << 64):
        return value
    return None


def _float(text: str) -> float | str:
    value = float(text)
    return text if math.isinf(value) else value


def _tagged(tag: str, text: str) -> Value:
    if not tag.startswith(_CORE):
        return text
    kind = tag[len(_CORE) :]
    if kind == 'binary':
        return _binary(text)
    if kind not in ('bool', 'int', 'float', 'null', 'timestamp'):
        return text
    if kind == 'timestamp' and _is_timestamp(text):
        return text
    value = plain_value(text)
    if kind == 'float' and isinstance(value, int) and not isinstance(value, bool):
        # go-yaml turns an int64 into a float here, and forgot uint64.
        if value < 1 << 63:
            return float(value)
    elif kind == _kind(value):
        return value
    raise BadTag(f'!!{kind} cannot hold `{text}`')


def _kind(value: Value) -> str:
    if value is None:
        return 'null'
    return {bool: 'bool', int: 'int', float: 'float'}.get(type(value), 'str')


def _binary(text: str) -> str:
    # Go's decoder skips line ends and nothing else.
    import base64  # hardly ever needed

    try:
        data = base64.b64decode(text.replace('\n', '').replace('\r', ''), validate=True)
    except ValueError:
        raise BadTag('the text after !!binary is not base64') from None
    # On its way through JSON each byte that is not UTF-8 becomes U+FFFD.
    decoded = data.decode('utf-8', 'surrogateescape')
    return ''.join('\ufffd' if '\ud800' <= char <= '\udfff' else char for char in decoded)


def _is_timestamp(text: str) -> bool:
    found = _TIMESTAMP.fullmatch(text)
    if found is None:
        return False
    from datetime import datetime

    parts = [int(part) for part in found.groups() if part is not None]
    year, month, day, hour, minute, second = (*parts, 0, 0, 0)[:6]
    try:
        # Year 0 exists for Go; 2000 is a leap year like it.
        datetime(year or 2000, month, day, hour, minute, second)
    except ValueError:
        return False
    return True


def go_string(value: Value) -> str:
    """What sigs.k8s.io/yaml makes of a number or a boolean where a string is wanted.

    https://github.com/kubernetes-sigs/yaml/blob/v1.6.0/yaml.go#L298 prints floats as float32.
    """
    if isinstance(value, str):
        return value
    if value is None:
        return ''
    if isinstance(value, bool):
        return 'true' if value else 'false'
    if isinstance(value, float):
        return _go_float(value)
    return str(value)


def _go_float(value: float) -> str:
    """strconv.FormatFloat(value, 'g', -1, 32)."""
    import struct

    def single(number: float) -> float:
        try:
            unpacked: float = struct.unpack('<f', struct.pack('<f', number))[0]
        except OverflowError:
            return math.copysign(math.inf, number)
        return unpacked

    value = single(value)
    if math.isnan(value):
        return 'NaN'
    if math.isinf(value):
        return '+Inf' if value > 0 else '-Inf'
    short = next(
        text
        for text in (f'{value:.{places}e}' for places in range(17))
        if single(float(text)) == value
    )
    mantissa, exponent = short.split('e')
    power = int(exponent)
    mantissa = mantissa.rstrip('0').rstrip('.') if '.' in mantissa else mantissa
    if -4 <= power < 6:
        places = max(0, len(mantissa.replace('.', '').lstrip('-')) - 1 - power)
        return f'{float(short):.{places}f}'
    return f'{mantissa}e{"-" if power < 0 else "+"}{abs(power):02}'

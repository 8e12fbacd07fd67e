"""From a place inside a scalar's value to the character of the source that it came from.

A scalar is scanned once more, as go-yaml scans it, this time writing down where every character
of its value comes from. Only done for findings, so plainly rather than quickly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from linter.text.lazy_regex import lazy
from linter.text.source import Span
from linter.yaml.breaks import BLANKS, BREAK, BREAKS, READ_BREAKS
from linter.yaml.escapes import CODES, ESCAPES
from linter.yaml.nodes import Scalar


def offset_in_source(text: str, scalar: Scalar, index: int) -> int:
    """The offset of the character that gave ``scalar.value[index]``.

    An escape is where its backslash is, a folded space where its line ends. The newlines at the
    end of a block scalar are at its ``|`` or ``>``. The end of the value is the end of what is
    written. Where the scalar cannot be retraced, all of it is at its start.
    """
    value = scalar.value
    if scalar.style in ('|', '>'):
        offsets = _block(text, scalar)
        content = len(value.rstrip(READ_BREAKS))
        if offsets is not None and index >= len(value):
            return offsets[content - 1] + 1 if content else scalar.start
        if offsets is None or index >= content:
            return scalar.start
        return offsets[index]
    if index >= len(value):
        return max(scalar.start, scalar.end - 1) if scalar.style else scalar.end
    begin = as_written(text, scalar)
    if begin is not None:
        return begin + index
    offsets = []
    for char, offset in _flow(text, scalar):
        if len(offsets) >= len(value) or value[len(offsets)] != char:
            return scalar.start
        offsets.append(offset)
    return offsets[index] if len(offsets) == len(value) else scalar.start


def offsets_in_source(text: str, scalar: Scalar) -> Callable[[int], int]:
    """``offset_in_source`` for many characters of one scalar, which is retraced once."""
    value = scalar.value
    if scalar.style in ('|', '>'):
        found = _block(text, scalar)
        content = len(value.rstrip(READ_BREAKS))
    else:
        found = [offset for _, offset in _flow(text, scalar)]
        content = len(value)
        if len(found) != content or any(
            char != value[number] for number, (char, _) in enumerate(_flow(text, scalar))
        ):
            found = None

    def offset(index: int) -> int:
        if found is None or not content:
            return scalar.start
        return found[index] if index < content else found[content - 1] + 1

    return offset


def as_written(text: str, scalar: Scalar) -> int | None:
    """Where a value begins that stands in the source as it is; None: see character by character.

    Whatever is escaped, doubled or folded takes more room there, or a line break.
    """
    if scalar.style in ('|', '>'):
        return None
    quote = 1 if scalar.style else 0
    begin, end = scalar.start + quote, scalar.end - quote
    return begin if text[begin:end] == scalar.value and scalar.value.isprintable() else None


def pieces(text: str, scalar: Scalar) -> list[Span] | None:
    """What is written for each character of a scalar's value; None where it cannot be retraced.

    A folded line break is all from the end of its line to the next word. The line breaks at the
    end of a block scalar are left out.
    """
    value = scalar.value
    if scalar.style in ('|', '>'):
        starts = _block(text, scalar)
        if starts is None:
            return None
        del starts[len(value.rstrip(READ_BREAKS)) :]
        return [Span(at, at + _width(text, at, '')) for at in starts]
    begin = as_written(text, scalar)
    if begin is not None:
        return [Span(at, at + 1) for at in range(begin, begin + len(value))]
    starts = []
    for char, offset in _flow(text, scalar):
        if len(starts) == len(value) or value[len(starts)] != char:
            return None
        starts.append(offset)
    if len(starts) != len(value):
        return None
    if not starts:
        return []
    last = scalar.end - 1 if scalar.style else scalar.end
    return [
        Span(at, following if text[at] in BREAKS else at + _width(text, at, scalar.style))
        for at, following in zip(starts, [*starts[1:], last], strict=True)
    ]


def _width(text: str, at: int, quote: str) -> int:
    """How many characters are written for the one that starts at an offset."""
    char = text[at]
    if quote == '"' and char == '\\':
        return 2 + CODES.get(text[at + 1 : at + 2], 0)
    return 2 if (quote == "'" and char == "'") or text.startswith('\r\n', at) else 1


_BETWEEN = lazy(rf'[{BLANKS}]+')


def _newline(written: str) -> str:
    """What a line break is in a value: two of Unicode's stay what they are."""
    return written if written in READ_BREAKS else '\n'


def _flow(text: str, scalar: Scalar) -> Iterator[tuple[str, int]]:
    """The characters of a plain or quoted scalar, and where they come from."""
    quote = scalar.style
    at, end = scalar.start, scalar.end
    if quote:
        at, end = at + 1, end - 1
    while at < end:
        char = text[at]
        found = _BETWEEN.match(text, at, end)
        if found is not None:
            yield from _between(found[0], at, escaped=False)
            at = found.end()
        elif quote == "'" and char == "'":
            yield char, at
            at += 2
        elif quote == '"' and char == '\\':
            code = text[at + 1 : at + 2]
            length = CODES.get(code, 0)
            found = BREAK.match(text, at + 1, end)
            if length:
                digits = text[at + 2 : at + 2 + length]
                yield chr(int(digits, 16)), at
            elif found is not None:
                # An escaped line break; the blanks and line breaks after it belong to it.
                rest = _BETWEEN.match(text, found.end(), end)
                if rest is not None:
                    yield from _between(rest[0], found.end(), escaped=True)
                    length = len(rest[0])
                length += len(found[0]) - 1
            else:
                yield ESCAPES.get(code, code), at
            at += 2 + length
        else:
            yield char, at
            at += 1


def _between(blanks: str, at: int, *, escaped: bool) -> Iterator[tuple[str, int]]:
    """What blanks and line breaks between two words become."""
    breaks = [(_newline(found[0]), at + found.start()) for found in BREAK.finditer(blanks)]
    if escaped:
        yield from breaks
    elif not breaks:
        for index, char in enumerate(blanks):
            yield char, at + index
    elif breaks[0][0] != '\n':
        yield from breaks
    elif len(breaks) == 1:
        yield ' ', breaks[0][1]
    else:
        yield from breaks[1:]


_HEADER = lazy(rf'[|>](?:[+-]?([1-9])?|([1-9])[+-])[^{BREAKS}]*')
_INDENTED = lazy(f'[ {BREAKS}]*')


def _block(text: str, scalar: Scalar) -> list[int] | None:
    """Where the characters of a block scalar come from."""
    header = _HEADER.match(text, scalar.start)
    if header is None:
        return None
    found = BREAK.match(text, header.end())
    begin = header.end() if found is None else found.end()
    found = _INDENTED.match(text, begin)
    deepest = max(map(len, BREAK.split('' if found is None else found[0])))
    # A digit in the header counts from the parent's indentation, which a scalar does not know:
    # the value tells which one it is.
    explicit = header[1] is not None or header[2] is not None
    for indent in range(deepest, 0, -1) if explicit else (deepest or 1,):
        offsets = _retrace(text, scalar, begin, indent)
        if offsets is not None:
            return offsets
    return None


def _retrace(text: str, scalar: Scalar, at: int, indent: int) -> list[int] | None:
    """Where the characters come from if the text is indented so much; None if it is not."""
    value = scalar.value
    offsets: list[int] = []
    for char, offset in _lines(text, at, indent, folded=scalar.style == '>'):
        if len(offsets) == len(value):
            break
        if value[len(offsets)] != char:
            return None
        offsets.append(offset)
    if value[len(offsets) :].strip(READ_BREAKS):
        return None
    return offsets


def _lines(text: str, at: int, indent: int, *, folded: bool) -> Iterator[tuple[str, int]]:
    size = len(text)
    leading: list[tuple[str, int]] = []
    breaks: list[tuple[str, int]] = []
    was_blank = False
    while at < size:
        column = 0
        while column < indent and text[at + column : at + column + 1] == ' ':
            column += 1
        at += column
        found = BREAK.match(text, at)
        if found is not None:
            breaks.append((_newline(found[0]), at))
            at = found.end()
            continue
        if column < indent or at >= size:
            return
        is_blank = text[at] in ' \t'
        if folded and leading and leading[0][0] == '\n' and not was_blank and not is_blank:
            if not breaks:
                yield ' ', leading[0][1]
        else:
            yield from leading
        yield from breaks
        breaks = []
        was_blank = is_blank
        while at < size and text[at] not in BREAKS:
            yield text[at], at
            at += 1
        found = BREAK.match(text, at)
        if found is None:
            return
        leading = [(_newline(found[0]), at)]
        at = found.end()

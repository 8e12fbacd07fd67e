"""Selectors as nearly everybody writes them, read without a regular expression.

Compiling the one of ``accept`` takes longer than all else that a run with one clean policy does.
"""

from __future__ import annotations

LETTERS = frozenset('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./-')
_LONGEST_LABEL = 512


def is_plain(text: str) -> bool:
    """Whether Calico surely takes a selector, in every version; False: ``accepts`` knows."""
    at = depth = 0
    size = len(text)
    while True:
        while at < size and text[at] in '!( \t':
            depth += text[at] == '('
            at += 1
        at = _condition(text, at)
        if at == -1:
            return False
        while at < size and text[at] in ') \t':
            if text[at] == ')':
                depth -= 1
                if depth < 0:
                    return False
            at += 1
        if at == size:
            return depth == 0
        if text[at : at + 2] not in ('&&', '||'):
            return False
        at += 2


def _condition(text: str, start: int) -> int:
    """Where the condition ends that starts at a place, or -1."""
    at = _letters(text, start)
    length = at - start
    if not 0 < length <= _LONGEST_LABEL:
        return -1
    if text[at : at + 1] == '(':
        end = text.find(')', at)
        if end == -1:
            return -1
        word, inside = text[start:at], text[at + 1 : end].strip(' \t')
        if word == 'has':
            is_label = 0 < len(inside) <= _LONGEST_LABEL and _letters(inside, 0) == len(inside)
            return end + 1 if is_label else -1
        return end + 1 if word in ('all', 'global') and not inside else -1
    at = _blanks(text, at)
    operator = text[at : at + 2]
    if operator == '==' or operator == '!=':
        return _literal(text, _blanks(text, at + 2))
    end = _letters(text, at)
    word = text[at:end]
    if word == 'not':
        at = _blanks(text, end)
        end = _letters(text, at)
        return _set(text, _blanks(text, end)) if text[at:end] == 'in' else -1
    if word in ('contains', 'starts', 'startswith', 'ends', 'endswith'):
        if word == 'starts' or word == 'ends':
            at = _blanks(text, end)
            end = _letters(text, at)
            if text[at:end] != 'with':
                return -1
        return _literal(text, _blanks(text, end))
    return _set(text, _blanks(text, end)) if word == 'in' or word == 'notin' else -1


def _set(text: str, at: int) -> int:
    if text[at : at + 1] != '{':
        return -1
    at = _blanks(text, at + 1)
    while text[at : at + 1] != '}':
        at = _literal(text, at)
        if at == -1:
            return -1
        at = _blanks(text, at)
        if text[at : at + 1] == ',':
            at = _blanks(text, at + 1)
        elif text[at : at + 1] != '}':
            return -1
    return at + 1


def _literal(text: str, at: int) -> int:
    quote = text[at : at + 1]
    if quote != "'" and quote != '"':
        return -1
    return text.find(quote, at + 1) + 1 or -1


def _letters(text: str, at: int) -> int:
    size = len(text)
    while at < size and text[at] in LETTERS:
        at += 1
    return at


def _blanks(text: str, at: int) -> int:
    while text[at : at + 1] in (' ', '\t'):
        at += 1
    return at

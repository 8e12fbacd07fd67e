"""A pattern of git's, read: what its characters stand for, and a regular expression for it.

Ported from dowild in git's wildmatch.c (2.39). git tries again at every ``*`` wherever the rest
fails, which takes exponential time. Here, what stands between two of them is looked for once, at
the first place where it fits: if the rest fits behind any such place, it fits behind the first.
"""

from __future__ import annotations

_SPECIAL = frozenset('*?[\\')

# A token is a character, a piece of a regular expression for one character, or this.
STAR = ''
_ANY = '[^/]'


class Wildmatch:
    """The tokens of a pattern, in groups between those ``**`` that stand for folders.

    ``is_open``: a ``**`` ends it. ``skips`` are what stands for the others.
    """

    def __init__(self, text: str, by_name: bool) -> None:
        self.groups: list[list[str]] = [[]]
        self.skips: list[str] = []
        self.is_open = False
        # Up to here git compares without asking what it is, and what follows is the beginning.
        start = next((at for at, char in enumerate(text) if char in _SPECIAL), len(text))
        at = 0
        while at < len(text):
            char = text[at]
            if char == '*':
                begin = at
                while text[at : at + 1] == '*':
                    at += 1
                if not by_name and at - begin > 1 and (begin == start or text[begin - 1] == '/'):
                    if at == len(text):
                        self.is_open = True
                        return
                    slash = text[at : at + 2].removeprefix('\\')[:1]
                    if slash == '/':
                        # An escaped slash does not go without a folder in front of it.
                        self.skips.append('*?' if text[at] == '/' else '+?')
                        self.groups.append([])
                        at = text.index('/', at) + 1
                        continue
                self.groups[-1].append(STAR)
                continue
            if char == '?':
                char = _ANY
            elif char == '[':
                char, at = _bracket(text, at)
            elif char == '\\':
                at += 1
                if at == len(text):
                    raise ValueError('a backslash at the end')
                char = text[at]
            self.groups[-1].append(char)
            at += 1

    def regex(self) -> str:
        """A regular expression without choices that are made again.

        ``(?=(?P<a>…))(?P=a)`` is what Python 3.11 writes ``(?>…)``: once found, it stays.
        """
        self._count = 0
        parts = []
        for number, tokens in enumerate(self.groups):
            is_last = number == len(self.groups) - 1
            body = self._group(tokens, is_last and not self.is_open)
            if number:
                body = f'(?:[^/]*/){self.skips[number - 1]}{body}'
                body = body if is_last else self._once(body)
            parts.append(body)
        return ''.join(parts)

    def _group(self, tokens: list[str], is_end: bool) -> str:
        import re

        pieces = ['']
        starts = ['']
        for token in tokens:
            if token == STAR:
                pieces.append('')
                starts.append('')
            else:
                starts[-1] = starts[-1] or token
                pieces[-1] += re.escape(token) if len(token) == 1 else token
        body = pieces[0]
        for number, piece in enumerate(pieces[1:], 1):
            if (is_end and number == len(pieces) - 1) or starts[number] == '/':
                # There is but one place for it.
                body += f'[^/]*{piece}'
            else:
                body += self._once(f'[^/]*?{piece}')
        return body + r'\Z' if is_end else body

    def _once(self, body: str) -> str:
        self._count += 1
        return f'(?=(?P<g{self._count}>{body}))(?P=g{self._count})'


_LETTERS = 'abcdefghijklmnopqrstuvwxyz'
_PUNCTUATION = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~'
_CLASSES = {
    'alnum': _LETTERS + _LETTERS.upper() + '0123456789',
    'alpha': _LETTERS + _LETTERS.upper(),
    'blank': ' \t',
    'cntrl': ''.join(map(chr, (*range(32), 127))),
    'digit': '0123456789',
    'graph': ''.join(map(chr, range(33, 127))),
    'lower': _LETTERS,
    'print': ''.join(map(chr, range(32, 127))),
    'punct': _PUNCTUATION,
    'space': ' \t\n\r',
    'upper': _LETTERS.upper(),
    'xdigit': '0123456789abcdefABCDEF',
}
"""As git has them, for ASCII alone (ctype.c)."""


def _bracket(text: str, at: int) -> tuple[str, int]:
    """The bracket that begins at a place, as a regular expression, and where it ends."""
    chosen: set[str] = set()
    at += 1
    is_negated = text[at : at + 1] in ('!', '^')
    at += is_negated
    before = ''
    close = 0
    is_first = True
    while is_first or text[at : at + 1] != ']':
        is_first = False
        char = text[at : at + 1]
        if char == '\\':
            at += 1
            char = text[at : at + 1]
        elif char == '-' and before and text[at + 1 : at + 2] not in ('', ']'):
            at += 2 if text[at + 1] == '\\' else 1
            char = text[at : at + 1]
            if char:
                chosen.update(map(chr, range(ord(before), ord(char) + 1)))
                before = ''
                at += 1
                continue
        elif char == '[' and text[at + 1 : at + 2] == ':':
            if close < at + 2:
                close = text.find(']', at + 2)
            name = text[at + 2 : max(close - 1, 0)]
            if close == -1 or (text[close - 1] == ':' and close > at + 2 and name not in _CLASSES):
                raise ValueError('not the name of a class')
            if text[close - 1] == ':' and close > at + 2:
                chosen.update(_CLASSES[name])
                before = ''
                at = close + 1
                continue
        if not char:
            raise ValueError('a bracket without an end')
        chosen.add(char)
        before = char
        at += 1
    if is_negated:
        chosen = set(map(chr, range(1, 256))) - chosen
    chosen.discard('/')
    if not chosen:
        raise ValueError('nothing is in the bracket')
    return f'[{"".join(f"{chr(92)}x{ord(char):02x}" for char in sorted(chosen))}]', at


def literal(tokens: list[str]) -> str:
    """The characters with which tokens begin."""
    end = next((at for at, token in enumerate(tokens) if len(token) != 1), len(tokens))
    return ''.join(tokens[:end])


def runs(tokens: list[str]) -> list[str]:
    """The texts between what is no character."""
    return ''.join(token if len(token) == 1 else '\0' for token in tokens).split('\0')

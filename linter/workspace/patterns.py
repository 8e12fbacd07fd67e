"""Patterns as in a .gitignore: what they match is what git matches, and the time is linear.

Ported from match_basename, match_pathname and dowild in git's dir.c and wildmatch.c (2.39). git
tries again at every ``*`` wherever the rest fails, which takes exponential time. Here, what stands
between two of them is looked for once, at the first place where it fits: if the rest fits behind
any such place, it fits behind the first.

git compares bytes. So do patterns and paths here: see ``by_bytes``.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    # Not imported where it runs: see test_startup.py.
    from collections.abc import Callable, Iterable

    Entry = tuple[int, 'Pattern']

_SPECIAL = frozenset('*?[\\')

# A token is a character, a piece of a regular expression for one character, or this.
_STAR = ''
_ANY = '[^/]'


def by_bytes(text: str) -> str:
    """A text with a character for each of its bytes: to git, ``?`` is half an umlaut."""
    if text.isascii():
        return text
    try:
        data = os.fsencode(text)
    except UnicodeEncodeError:  # half of a surrogate pair, which is in no name
        data = text.encode('utf-8', 'surrogatepass')
    return data.decode('latin-1')


class Pattern:
    """What a line of an ignore file matches. ``by_name``: the last name of a path is asked alone.

    A text that matches starts with ``head``, ends with ``tail``, has ``least`` characters, and is
    accepted by ``match``, where there is one. ``is_literal``: it is ``head``.
    """

    __slots__ = (
        'by_name', 'head', 'is_literal', 'is_negated', 'least', 'match', 'only_folders', 'tail',
    )  # fmt: skip

    def __init__(self, text: str, is_negated: bool, only_folders: bool, by_name: bool) -> None:
        """Raises ValueError where nothing can match: a bracket without its end, for instance."""
        self.is_negated = is_negated
        self.only_folders = only_folders
        self.by_name = by_name
        self.is_literal = False
        self.match: Callable[[str], object] | None = None
        glob = _Glob(text, by_name)
        first, last = glob.groups[0], glob.groups[-1]
        self.head = _literal(first)
        self.tail = ''
        if glob.is_open:
            is_simple = len(glob.groups) == 1 and len(self.head) == len(first)
        elif len(glob.groups) == 1 and len(self.head) == len(first):
            self.is_literal = is_simple = True
        else:
            self.tail = _literal(last[::-1])[::-1]
            middle = first[len(self.head) : len(first) - len(self.tail)]
            is_simple = by_name and len(glob.groups) == 1 and middle == [_STAR]
        self.least = len(self.head) + len(self.tail)
        if not is_simple:
            import re

            self.match = re.compile(glob.regex(), re.DOTALL).match

    def matches(self, text: str, is_folder: bool) -> bool:
        """Whether a text, a path or a name, is matched; both are by bytes."""
        return (
            (is_folder or not self.only_folders)
            and len(text) >= self.least
            and text.startswith(self.head)
            and text.endswith(self.tail)
            and (self.match is None or self.match(text) is not None)
        )


def parse(line: str) -> Pattern | None:
    """A line of an ignore file, or None where it is empty, a comment, or matches nothing."""
    text = _trimmed(by_bytes(line).removesuffix('\r').partition('\0')[0])
    if text.startswith('#'):
        return None
    is_negated = text.startswith('!')
    text = text[is_negated:]
    only_folders = text.endswith('/')
    text = text[: len(text) - only_folders]
    by_name = '/' not in text
    text = text.removeprefix('/')
    if text.startswith('**/') and '/' not in text[3:]:
        # To git it is the same, and names are found faster than paths.
        text, by_name = text[3:], True
    if not text:
        return None
    try:
        return Pattern(text, is_negated, only_folders, by_name)
    except ValueError:
        return None


def _trimmed(line: str) -> str:
    """Without the blanks at the end, but for one behind a backslash."""
    end = line.rstrip(' ')
    slashes = len(end) - len(end.rstrip('\\'))
    return end + ' ' if slashes % 2 and len(end) < len(line) else end


def _literal(tokens: list[str]) -> str:
    """The characters with which tokens begin."""
    end = next((at for at, token in enumerate(tokens) if len(token) != 1), len(tokens))
    return ''.join(tokens[:end])


class _Glob:
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
                self.groups[-1].append(_STAR)
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
            if token == _STAR:
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


class _Table:
    """Patterns about one kind of text, found by their ends: most need not be asked."""

    __slots__ = ('exact', 'heads', 'rest', 'tails')

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.exact: dict[str, list[Entry]] = {}
        self.rest: list[Entry] = []
        heads: dict[int, dict[str, list[Entry]]] = {}
        tails: dict[int, dict[str, list[Entry]]] = {}
        for entry in entries:
            pattern = entry[1]
            head, tail = pattern.head, pattern.tail
            if pattern.is_literal:
                self.exact.setdefault(head, []).append(entry)
            elif len(head) > len(tail):
                heads.setdefault(len(head), {}).setdefault(head, []).append(entry)
            elif tail:
                tails.setdefault(len(tail), {}).setdefault(tail, []).append(entry)
            else:
                self.rest.append(entry)
        # The shortest first.
        self.heads = sorted(heads.items())
        self.tails = sorted(tails.items())

    def matching(self, text: str, is_folder: bool) -> list[int]:
        asked = self.exact.get(text, [])
        for size, by_head in self.heads:
            if size > len(text):
                break
            found = by_head.get(text[:size])
            if found:
                asked = asked + found
        for size, by_tail in self.tails:
            if size > len(text):
                break
            found = by_tail.get(text[-size:])
            if found:
                asked = asked + found
        if self.rest:
            asked = asked + self.rest
        return [number for number, pattern in asked if pattern.matches(text, is_folder)]


class Rules:
    """The patterns of some lines, of which the last that matches decides.

    ``base`` is the length of the folder that they are seen from. ``owners`` are those who wrote
    the lines, where they have several.
    """

    __slots__ = ('_names', '_paths', 'base', 'owners', 'patterns')

    def __init__(
        self, patterns: list[Pattern], base: int = 0, owners: list[int] | None = None
    ) -> None:
        self.base = base
        self.patterns = patterns
        self.owners = owners
        names = [entry for entry in enumerate(patterns) if entry[1].by_name]
        paths = [entry for entry in enumerate(patterns) if not entry[1].by_name]
        self._names = _Table(names) if names else None
        self._paths = _Table(paths) if paths else None

    def _matching(self, path: str, name: str, is_folder: bool) -> list[int]:
        found = [] if self._names is None else self._names.matching(name, is_folder)
        if self._paths is not None:
            found += self._paths.matching(path[self.base :], is_folder)
        return found

    def verdict(self, path: str, is_folder: bool) -> bool | None:
        """Matched, explicitly not matched, or not mentioned; a path by bytes, without its ``/``."""
        found = self._matching(path, path[path.rfind('/') + 1 :], is_folder)
        return not self.patterns[max(found)].is_negated if found else None

    def who_matches(self, path: str, is_folder: bool) -> set[int]:
        """The owners whose patterns match a path by bytes."""
        assert self.owners is not None
        words: dict[int, bool] = {}
        for number in sorted(self._matching(path, path[path.rfind('/') + 1 :], is_folder)):
            words[self.owners[number]] = not self.patterns[number].is_negated
        return {owner for owner, word in words.items() if word}

    def covers(self, path: str, skip: int = 0) -> bool:
        """Whether patterns match a file or a folder in which it lies.

        The path is as users write it, seen from the folder of the patterns; ``skip`` is the length
        of the part of it whose folders shall not count. A folder ends with a slash.
        """
        path = by_bytes(path)
        at = path.find('/')
        while at != -1:
            if at > skip and self.verdict(path[:at], True):
                return True
            at = path.find('/', at + 1)
        return path[-1:] not in ('', '/') and bool(self.verdict(path, False))


def rules(lines: Iterable[str], base: int = 0) -> Rules | None:
    """The rules of some lines of an ignore file, or None if they hold none."""
    # Of equal ones the last decides.
    kept: dict[str, str] = {}
    for line in lines:
        key = line.removeprefix('!')
        kept.pop(key, None)
        kept[key] = line
    patterns = [pattern for pattern in map(parse, kept.values()) if pattern is not None]
    return Rules(patterns, base) if patterns else None

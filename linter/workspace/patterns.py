"""Patterns as in a .gitignore: what they match is what git matches, and the time is linear.

Ported from match_basename and match_pathname in git's dir.c (2.39). git compares bytes. So do
patterns and paths here: see ``by_bytes``.
"""

from __future__ import annotations

import os

from linter.workspace.wildmatch import STAR, Wildmatch, literal, runs

TYPE_CHECKING = False
if TYPE_CHECKING:
    # Not imported where it runs: see test_startup.py.
    from collections.abc import Callable, Iterable

    Entry = tuple[int, 'Pattern']


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
    accepted by ``match``, where there is one. ``is_literal``: it is ``head``. ``needle`` is the
    longest text that stands somewhere in it.
    """

    __slots__ = (
        'by_name', 'head', 'is_literal', 'is_negated', 'least', 'match', 'needle', 'only_folders',
        'tail',
    )  # fmt: skip

    def __init__(self, text: str, is_negated: bool, only_folders: bool, by_name: bool) -> None:
        """Raises ValueError where nothing can match: a bracket without its end, for instance."""
        self.is_negated = is_negated
        self.only_folders = only_folders
        self.by_name = by_name
        self.is_literal = False
        self.match: Callable[[str], object] | None = None
        glob = Wildmatch(text, by_name)
        first, last = glob.groups[0], glob.groups[-1]
        self.head = literal(first)
        self.tail = ''
        if glob.is_open:
            is_simple = len(glob.groups) == 1 and len(self.head) == len(first)
        elif len(glob.groups) == 1 and len(self.head) == len(first):
            self.is_literal = is_simple = True
        else:
            self.tail = literal(last[::-1])[::-1]
            middle = first[len(self.head) : len(first) - len(self.tail)]
            is_simple = by_name and len(glob.groups) == 1 and middle == [STAR]
        self.needle = max((run for group in glob.groups for run in runs(group)), key=len)
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


_NEEDLE = 8
"""Characters of a needle that are looked for: few tables, and few patterns that share one."""


class _Table:
    """Patterns about one kind of text, found by their ends: most need not be asked."""

    __slots__ = ('exact', 'heads', 'needles', 'rest', 'tails')

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.exact: dict[str, list[Entry]] = {}
        self.rest: list[Entry] = []
        heads: dict[int, dict[str, list[Entry]]] = {}
        tails: dict[int, dict[str, list[Entry]]] = {}
        needles: dict[int, dict[str, list[Entry]]] = {}
        for entry in entries:
            pattern = entry[1]
            head, tail = pattern.head, pattern.tail
            needle = pattern.needle[-_NEEDLE:]
            if pattern.is_literal:
                self.exact.setdefault(head, []).append(entry)
            elif len(needle) > max(len(head), len(tail)):
                needles.setdefault(len(needle), {}).setdefault(needle, []).append(entry)
            elif len(head) > len(tail):
                heads.setdefault(len(head), {}).setdefault(head, []).append(entry)
            elif tail:
                tails.setdefault(len(tail), {}).setdefault(tail, []).append(entry)
            else:
                self.rest.append(entry)
        # The shortest first.
        self.heads = sorted(heads.items())
        self.tails = sorted(tails.items())
        self.needles = sorted(needles.items())

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
        for size, by_needle in self.needles:
            if size > len(text):
                break
            for start in range(len(text) - size + 1):
                found = by_needle.get(text[start : start + size])
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

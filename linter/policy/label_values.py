"""The values that one label may have, as a set that can be cut and asked for a member.

A set is finite, or all legal values without some and with or without some pieces of text in them.
Whether anything is left of the latter is found by a walk over an automaton, which ends with the
shortest value that is left.
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.names import qualified_problem
from linter.policy.effort import TooComplex, priced, spend

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from linter.text.records import NamedTuple

MOST_STATES = 20_000
_LETTERS = 'xyzabcdefghijklmnopqrstuvw'
_DIGITS = '0123456789'


class Domain(NamedTuple):
    """What a label's value may look like: the characters at its ends, those between, its length.

    ``ends`` comes in the order in which a witness prefers them.
    """

    ends: str
    inner: str
    longest: int
    empty: bool

    def takes(self, value: str) -> bool:
        if not value:
            return self.empty
        return (
            len(value) <= self.longest
            and value[0] in self.ends
            and value[-1] in self.ends
            and all(char in self.ends or char in self.inner for char in value)
        )


# https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
# Calico checks the labels of its own objects in the same way.
LABEL = Domain(_LETTERS + _LETTERS.upper() + _DIGITS, '-_.', 63, True)
# The name of a namespace, RFC 1123 label, and that of a service account, RFC 1123 subdomain, of
# which Calico makes a label only where it is a legal value.
# `?` stands for a namespace that nobody names.
NAMESPACE = Domain(_LETTERS + _DIGITS + '?', '-', 63, False)
ACCOUNT = Domain(_LETTERS + _DIGITS, '-.', 63, False)
NO_VALUE = Domain('', '', 0, False)
"""Of a key that no label can have."""
ANY_TEXT = Domain(''.join(map(chr, range(32, 256))), '', 600, True)
"""Where legality is not asked for: all of Latin 1."""


class Pattern(NamedTuple):
    """``operator`` is ``contains``, ``starts with`` or ``ends with``; ``holds`` False: does not."""

    operator: str
    text: str
    holds: bool

    def takes(self, value: str) -> bool:
        if self.operator == 'contains':
            return (self.text in value) is self.holds
        if self.operator == 'starts with':
            return value.startswith(self.text) is self.holds
        return value.endswith(self.text) is self.holds


_NONE: frozenset[str] = frozenset()


class Values(NamedTuple):
    """``absent``: the label may be missing. ``inside``: its value is one of these; None: any legal
    one but those ``outside`` that fits all patterns."""

    absent: bool
    inside: frozenset[str] | None
    outside: frozenset[str] = _NONE
    patterns: frozenset[Pattern] = frozenset()

    @property
    def is_empty(self) -> bool:
        return not self.absent and self.inside is not None and not self.inside

    def takes(self, value: str | None) -> bool:
        """Whether the set has the value; None stands for a label that is missing."""
        if value is None:
            return self.absent
        if self.inside is not None:
            return value in self.inside
        return value not in self.outside and all(p.takes(value) for p in self.patterns)


PRESENT = Values(False, None)
ABSENT = Values(True, _NONE)
NOTHING = Values(False, _NONE)


def one_of(domain: Domain, values: tuple[str, ...]) -> Values:
    return Values(False, frozenset(filter(domain.takes, values)))


def matching(domain: Domain, pattern: Pattern) -> Values:
    if not pattern.text:
        return present(domain) if pattern.holds else NOTHING
    return _fitting(domain, False, _NONE, frozenset((pattern,)))


def present(domain: Domain) -> Values:
    return PRESENT if domain.ends else NOTHING


def _fitting(
    domain: Domain, absent: bool, outside: frozenset[str], patterns: frozenset[Pattern]
) -> Values:
    if patterns:
        outside = frozenset(v for v in outside if all(p.takes(v) for p in patterns))
        if shortest(domain, outside, patterns) is None:
            return ABSENT if absent else NOTHING
    return Values(absent, None, outside, patterns)


def intersect(domain: Domain, one: Values, other: Values) -> Values:
    absent = one.absent and other.absent
    spend(1 + (len(one.inside or one.outside) + len(other.inside or other.outside)) // 4)
    if one.inside is not None:
        if other.inside is not None:
            return Values(absent, one.inside & other.inside)
        return Values(absent, frozenset(filter(other.takes, one.inside)))
    if other.inside is not None:
        return Values(absent, frozenset(filter(one.takes, other.inside)))
    outside = one.outside | other.outside
    return _fitting(domain, absent, outside, one.patterns | other.patterns)


def complement(domain: Domain, values: Values) -> list[Values]:
    """All that is not in the set, in pieces of which no two overlap."""
    if values.inside is not None:
        if not domain.ends:
            return [] if values.absent else [ABSENT]
        return [Values(not values.absent, None, values.inside)]
    pieces = [Values(False, values.outside)] if values.outside else []
    before: frozenset[Pattern] = frozenset()
    for pattern in sorted(values.patterns):
        against = pattern._replace(holds=not pattern.holds)
        piece = _fitting(domain, False, _NONE, before | {against})
        if not piece.is_empty:
            pieces.append(piece)
        before |= {pattern}
    if not values.absent:
        pieces[:1] = [pieces[0]._replace(absent=True) if pieces else ABSENT]
    return pieces


def unite(one: Values, other: Values) -> Values | None:
    """One set that is both together, or None where this form has no such set."""
    absent = one.absent or other.absent
    if one.patterns != other.patterns:
        # A finite set beside patterns only fits if the patterns take it all.
        if one.inside is None and other.inside is None:
            return None
        finite, rest = (one, other) if one.inside is not None else (other, one)
        assert finite.inside is not None
        if all(rest.takes(value) for value in finite.inside):
            return rest._replace(absent=absent)
        return None
    if one.inside is not None:
        if other.inside is not None:
            return Values(absent, one.inside | other.inside)
        return Values(absent, None, other.outside - one.inside)
    if other.inside is not None:
        return Values(absent, None, one.outside - other.inside)
    return Values(absent, None, one.outside & other.outside, one.patterns)


def witness(domain: Domain, values: Values) -> str:
    """The shortest value of a set that holds one, and of those the most readable."""
    if values.inside is not None:
        return min(values.inside, key=lambda value: (len(value), value))
    found = shortest(domain, values.outside, values.patterns)
    assert found is not None
    return found


def _worth(domain: Domain, outside: frozenset[str], patterns: frozenset[Pattern]) -> int:
    return 30_000 + 200 * sum(len(pattern.text) for pattern in patterns) + 600 * len(outside)


@priced(4096, _worth)
def shortest(domain: Domain, outside: frozenset[str], patterns: frozenset[Pattern]) -> str | None:
    """The shortest legal value that fits all patterns and is none of those outside, or None."""
    if not patterns:
        return next((value for value in _plain(domain) if value not in outside), None)
    for pattern in patterns:
        # What must be there often is a value by itself, and no other is shorter.
        text = pattern.text
        fits = pattern.holds and domain.takes(text) and text not in outside
        if fits and all(other.takes(text) for other in patterns):
            return text
    return next(
        (value for value in _Automaton(domain, patterns).values() if value not in outside), None
    )


def _plain(domain: Domain) -> Iterator[str]:
    """Values in the order of their length, the empty one last, because it looks like a mistake."""
    layer = list(domain.ends)
    yield from layer
    for _ in range(min(3, domain.longest) - 1):
        layer = [value + char for value in layer for char in domain.ends]
        yield from layer
    if domain.empty:
        yield ''


State = tuple[int, ...]
_DEAD: State = ()


class _Automaton:
    """Reads values; a state is how far each pattern is, and what the last character was.

    The first number of a state is 0 before anything was read, 1 after a character at which a value
    may end, 2 after another.
    """

    def __init__(self, domain: Domain, patterns: frozenset[Pattern]) -> None:
        self.domain = domain
        self.patterns = sorted(patterns)
        self.tables = [_table(pattern) for pattern in self.patterns]
        self.start: State = (0,) + (0,) * len(self.patterns)
        named = dict.fromkeys(''.join(pattern.text for pattern in self.patterns))
        # All characters that no pattern names behave alike.
        ends = [char for char in domain.ends if char not in named]
        inner = [char for char in domain.inner if char not in named]
        legal = [char for char in named if char in domain.ends or char in domain.inner]
        self.characters = legal + ends[:1] + inner[:1]

    def step(self, state: State, char: str) -> State:
        spend(2 + 2 * len(self.tables))
        is_end = char in self.domain.ends
        if not state[0] and not is_end:
            return _DEAD
        after = [1 if is_end else 2]
        for pattern, table, at in zip(self.patterns, self.tables, state[1:], strict=True):
            length = len(pattern.text)
            if pattern.operator == 'starts with':
                if 0 <= at < length:
                    at = at + 1 if pattern.text[at] == char else -1
                if at == (-1 if pattern.holds else length):
                    return _DEAD
            elif pattern.operator == 'ends with' or at < length:
                while at and (at == length or pattern.text[at] != char):
                    at = table[at - 1]
                if pattern.text[at] == char:
                    at += 1
                if pattern.operator == 'contains' and at == length and not pattern.holds:
                    return _DEAD
            after.append(at)
        return tuple(after)

    def accepts(self, state: State) -> bool:
        if state[0] == 2 or (not state[0] and not self.domain.empty):
            return False
        return all(
            (at == len(pattern.text)) is pattern.holds
            for pattern, at in zip(self.patterns, state[1:], strict=True)
        )

    def distances(self) -> dict[State, int]:
        """How many characters each state is from the end of a value, at least."""
        came_from: dict[State, list[State]] = {self.start: []}
        todo = [self.start]
        for state in todo:
            for char in self.characters:
                after = self.step(state, char)
                if after:
                    if after not in came_from:
                        if len(came_from) >= MOST_STATES:
                            raise TooComplex
                        came_from[after] = []
                        todo.append(after)
                    came_from[after].append(state)
        layer = [state for state in came_from if self.accepts(state)]
        found = dict.fromkeys(layer, 0)
        distance = 0
        while layer:
            distance += 1
            following = []
            for state in layer:
                for before in came_from[state]:
                    if before not in found:
                        found[before] = distance
                        following.append(before)
            layer = following
        return found

    def values(self) -> Iterator[str]:
        """All values that are accepted, the shortest first."""
        # Imported lazily: most selectors have no pieces of text in them.
        from heapq import heappop, heappush

        distances = self.distances()
        if self.start not in distances:
            return
        everything = self.domain.ends + self.domain.inner
        steps = count = 0
        heap = [(distances[self.start], 0, 0, '', self.start)]
        while heap:
            _, _, _, value, state = heappop(heap)
            steps += 1
            if steps > MOST_STATES:
                raise TooComplex
            if self.accepts(state):
                yield value
            if len(value) == self.domain.longest:
                continue
            for char in everything:
                after = self.step(state, char)
                length = len(value) + 1
                if after in distances and length + distances[after] <= self.domain.longest:
                    count += 1
                    # Of those that can become equally short, what is further on comes first.
                    total = length + distances[after]
                    heappush(heap, (total, -length, count, value + char, after))


def _table(pattern: Pattern) -> list[int]:
    """Where to go on after a mismatch, as Knuth, Morris and Pratt do."""
    text, table, at = pattern.text, [0] * len(pattern.text), 0
    for index in range(1, len(text)):
        while at and text[index] != text[at]:
            at = table[at - 1]
        if text[index] == text[at]:
            at += 1
        table[index] = at
    return table


def is_label_key(key: str) -> bool:
    """Whether a label can have this key at all."""
    return qualified_problem(key) is None

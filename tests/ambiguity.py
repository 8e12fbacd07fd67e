"""Whether a regular expression can take more than linear time, decided on its own parse tree.

A backtracking matcher takes as many steps as its pattern has ways to read a prefix of the text.
That number grows faster than the text exactly where one word leads from a loop back into it, from
there into a second loop, and from that back into itself; or where a loop can read the same word in
two ways. Both are looked for in the product of the pattern's automaton with itself, so that what
passes is linear on every text, not on those that somebody thought of; what does not pass comes with
the word to repeat. https://arxiv.org/abs/1405.5599 has the theory.

What a lookaround says of the one character before or after it is heeded; longer ones are taken to
hold, which finds too much rather than too little. A lookahead is also read for itself, so that one
inside of a loop is one more loop. What may only succeed at once
after a loop (``x*`` at the end of a pattern) never goes back. A repetition with a bound above
``COPIES`` counts as one without.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from itertools import product
from typing import Any, NamedTuple

if sys.version_info >= (3, 11):
    from re import _constants as constants
    from re import _parser as parser
else:
    import sre_constants as constants
    import sre_parse as parser

COPIES = 9
"""Of a repetition with a bound up to this every turn is looked at by itself."""

_CATEGORIES = {
    constants.CATEGORY_DIGIT: r'\d',
    constants.CATEGORY_NOT_DIGIT: r'\D',
    constants.CATEGORY_SPACE: r'\s',
    constants.CATEGORY_NOT_SPACE: r'\S',
    constants.CATEGORY_WORD: r'\w',
    constants.CATEGORY_NOT_WORD: r'\W',
}
_REPEATS = {constants.MAX_REPEAT, constants.MIN_REPEAT}
_MORE = ' \t\n\r\x0b\x85\xa0\u2028\ufeff\u0663é€'


class Pump(NamedTuple):
    """A word that a pattern can read in ever more ways the more often it is repeated."""

    word: str
    loops: str

    def steps(self, pattern: re.Pattern[str], times: int, searched: bool) -> int:
        """In how many ways prefixes of the repeated word can be read."""
        automaton = _Automaton(pattern, searched)
        start = automaton.loops_named(self.loops)
        counts = {start: 1}
        total = 0
        text = self.word * times
        for char, next_char in zip(text, text[1:] + self.word[0], strict=True):
            following: dict[int, int] = {}
            for state, count in counts.items():
                for other, ways in automaton.step(state, char, next_char).items():
                    following[other] = following.get(other, 0) + count * ways
            counts = following
            total += sum(counts.values())
        return total


def pump(pattern: re.Pattern[str], searched: bool) -> Pump | None:
    """A word whose repetition takes more than linear time, None where there is none.

    ``searched``: the pattern is tried at every place of the text, not at one.
    """
    automaton = _Automaton(pattern, searched)
    return automaton.pump()


class _Edge(NamedTuple):
    """A way to a node, and the characters that may not stand before and behind it."""

    target: int
    before: frozenset[str] = frozenset()
    after: frozenset[str] = frozenset()


class _Automaton:
    """States are the places of single characters in a pattern; epsilon edges are counted out."""

    def __init__(self, pattern: re.Pattern[str], searched: bool) -> None:
        self.flags = pattern.flags
        self.edges: list[list[_Edge]] = []
        self.sure: list[list[int]] = []
        self.chars: dict[int, frozenset[str]] = {}
        self.names: dict[int, str] = {}
        # What comes once the character is read.
        self.targets: dict[int, int] = {}
        self.matched: dict[int, bool] = {}
        self.steps_known: dict[tuple[int, str, str], dict[int, int]] = {}
        self.groups: dict[int, frozenset[str]] = {}
        tree = parser.parse(pattern.pattern, pattern.flags & ~re.DEBUG)
        self.alphabet = sorted({*map(chr, range(128)), *_MORE, *_mentioned(tree)})
        start, self.end = self.node(), self.node()
        if searched:
            anywhere = self.atom(frozenset(self.alphabet), 'any place', start)
            self.edge(start, anywhere, sure=False)
        self.build(tree, start, self.end)
        self.following = {state: self.count(state) for state in self.chars}
        self.start = start

    def node(self) -> int:
        self.edges.append([])
        self.sure.append([])
        return len(self.edges) - 1

    def edge(self, one: int, other: int, sure: bool = True, *, edge: _Edge | None = None) -> None:
        self.edges[one].append(edge or _Edge(other))
        if sure:
            self.sure[one].append(other)

    def atom(self, chars: frozenset[str], name: str, after: int) -> int:
        state = self.node()
        self.chars[state] = chars
        self.names[state] = f'{name} ({state})'
        self.targets[state] = after
        return state

    def build(self, items: Iterable[Any], start: int, end: int) -> None:
        items = list(items)
        for number, (kind, value) in enumerate(items):
            after = end if number == len(items) - 1 else self.node()
            self.one(kind, value, start, after)
            start = after
        if not items:
            self.edge(start, end)

    def one(self, kind: Any, value: Any, start: int, end: int) -> None:
        chars = self.characters(kind, value)
        if chars is not None:
            self.edge(start, self.atom(chars, f'{kind} {value}', end), sure=False)
        elif kind is constants.SUBPATTERN:
            group, added, removed, body = value
            before = self.flags
            self.flags = (self.flags | added) & ~removed
            self.build(body, start, end)
            self.flags = before
            body = list(body)
            if group is not None and len(body) == 1:
                found = self.characters(*body[0])
                if found is not None:
                    self.groups[group] = found
        elif kind is constants.BRANCH:
            for branch in value[1]:
                self.build(branch, start, end)
        elif kind in _REPEATS:
            self.repeat(*value, start, end)
        elif kind in (constants.ASSERT, constants.ASSERT_NOT):
            direction, body = value
            body = list(body)
            found = self.characters(*body[0]) if len(body) == 1 else None
            if direction > 0:
                self.build(body, start, self.node())
            edge = _Edge(end)
            if found is not None:
                wrong = found if kind is constants.ASSERT_NOT else frozenset(self.alphabet) - found
                edge = _Edge(end, after=wrong) if direction > 0 else _Edge(end, before=wrong)
            self.edge(start, end, sure=False, edge=edge)
        elif kind is constants.AT:
            everything = frozenset(self.alphabet)
            edge = _Edge(end)
            if value is constants.AT_END_STRING:
                edge = _Edge(end, after=everything)
            elif value is constants.AT_BEGINNING_STRING:
                edge = _Edge(end, before=everything)
            elif value is constants.AT_BEGINNING:
                is_line = self.flags & re.MULTILINE
                edge = _Edge(end, before=everything - {'\n'} if is_line else everything)
            elif value is constants.AT_END:
                edge = _Edge(end, after=everything - {'\n'})
            self.edge(start, end, sure=False, edge=edge)
        elif kind is constants.GROUPREF:
            self.edge(start, self.atom(self.groups[value], 'the same', end), sure=False)
        else:
            raise NotImplementedError(f'{kind} in a pattern')

    def repeat(self, least: int, most: Any, body: Any, start: int, end: int) -> None:
        bound = None if most is constants.MAXREPEAT or most > COPIES else int(most)
        for _ in range(min(least, COPIES) - (bound is None and least > 0)):
            after = self.node()
            self.build(body, start, after)
            start = after
        if bound is not None:
            for _ in range(bound - least):
                self.edge(start, end)
                after = self.node()
                self.build(body, start, after)
                start = after
            self.edge(start, end)
            return
        into, out = self.node(), self.node()
        self.edge(start, into)
        self.build(body, into, out)
        self.edge(out, into)
        self.edge(out, end)
        if not least:
            self.edge(start, end)

    def characters(self, kind: Any, value: Any) -> frozenset[str] | None:
        """Those that one place of the pattern takes; None where it is no such place."""
        if kind is constants.ANY:
            return frozenset(
                char for char in self.alphabet if char != '\n' or self.flags & re.DOTALL
            )
        if kind in (constants.LITERAL, constants.NOT_LITERAL):
            found = self.same({chr(value)})
            return frozenset(self.alphabet) - found if kind is constants.NOT_LITERAL else found
        if kind is not constants.IN:
            return None
        chars: set[str] = set()
        items = list(value)
        for sort, what in items:
            if sort is constants.LITERAL:
                chars |= self.same({chr(what)})
            elif sort is constants.RANGE:
                chars |= self.same(
                    {char for char in self.alphabet if what[0] <= ord(char) <= what[1]}
                )
            elif sort is constants.CATEGORY:
                taken = re.compile(_CATEGORIES[what], self.flags & re.ASCII)
                chars |= {char for char in self.alphabet if taken.match(char)}
        if items[0][0] is constants.NEGATE:
            return frozenset(self.alphabet) - chars
        return frozenset(chars)

    def same(self, chars: set[str]) -> frozenset[str]:
        if self.flags & re.IGNORECASE:
            folded = {char.lower() for char in chars}
            return frozenset(char for char in self.alphabet if char.lower() in folded)
        return frozenset(chars)

    def count(self, state: int) -> dict[int, list[_Edge]]:
        """The states that may follow, and on what ways without reading anything."""
        found: dict[int, list[_Edge]] = {}
        path: set[int] = set()

        def walk(way: _Edge) -> None:
            node = way.target
            if node in self.chars:
                if self.chars[state] - way.before and self.chars[node] - way.after:
                    found.setdefault(node, []).append(way)
                return
            if node in path:
                return
            path.add(node)
            for edge in self.edges[node]:
                walk(_Edge(edge.target, way.before | edge.before, way.after | edge.after))
            path.remove(node)

        walk(_Edge(self.targets[state]))
        return found

    def step(self, state: int, char: str, next_char: str) -> dict[int, int]:
        """The states between two characters, and in how many ways they are come to."""
        if char not in self.chars[state]:
            return {}
        key = state, char, next_char
        if key not in self.steps_known:
            self.steps_known[key] = self.step_of(*key)
        return self.steps_known[key]

    def step_of(self, state: int, char: str, next_char: str) -> dict[int, int]:
        return {
            other: ways
            for other, edges in self.following[state].items()
            if next_char in self.chars[other]
            and (
                ways := sum(
                    char not in edge.before and next_char not in edge.after for edge in edges
                )
            )
        }

    def succeeds(self, state: int) -> bool:
        """Whether the pattern has matched, whatever comes, once a state was passed."""
        if state not in self.matched:
            self.matched[state] = self.ends(state)
        return self.matched[state]

    def ends(self, state: int) -> bool:
        seen: set[int] = set()
        waiting = [self.targets[state]]
        while waiting:
            node = waiting.pop()
            if node == self.end:
                return True
            if node not in seen:
                seen.add(node)
                waiting += self.sure[node]
        return False

    def loops_named(self, name: str) -> int:
        return next(state for state, one in self.names.items() if one == name.split(' → ')[0])

    def pump(self) -> Pump | None:
        # Of characters that the same places take, one stands for all.
        classes: dict[frozenset[int], str] = {}
        for char in self.alphabet:
            taken = frozenset(state for state, chars in self.chars.items() if char in chars)
            if taken and (taken not in classes or char.isprintable()):
                classes.setdefault(taken, char)
        chars = list(classes.values())
        reach = {state: self.reachable(state) for state in self.chars}
        loops = [state for state in self.chars if state in reach[state]]
        for one in loops:
            for other, edges in self.following[one].items():
                if len(edges) > 1 and one in reach[other] and not self.succeeds(other):
                    word = self.way(one, one, reach)
                    return Pump(word, f'{self.names[one]} → {self.names[other]}')
        for one in loops:
            for other in loops:
                if (
                    one != other
                    and other in reach[one]
                    and not self.succeeds(other)
                    and self.may_pump(one, other, chars)
                ):
                    found = self.word(one, other, chars)
                    if found is not None:
                        return Pump(found, f'{self.names[one]} → {self.names[other]}')
        return None

    def reachable(self, state: int) -> set[int]:
        found: set[int] = set()
        waiting = list(self.following[state])
        while waiting:
            one = waiting.pop()
            if one not in found:
                found.add(one)
                waiting += self.following[one]
        return found

    def way(self, one: int, goal: int, reach: dict[int, set[int]]) -> str:
        """A word that leads from a state to another."""
        seen: dict[int, str] = {}
        waiting = [(one, '')]
        while waiting:
            state, word = waiting.pop(0)
            if not self.chars[state]:
                continue
            longer = word + min(self.chars[state])
            for other in self.following[state]:
                if other == goal:
                    return longer
                if other not in seen and goal in reach[other]:
                    seen[other] = longer
                    waiting.append((other, longer))
        raise AssertionError

    def may_pump(self, one: int, other: int, chars: list[str]) -> bool:
        """Whether there is such a word if lookarounds are not asked, which is found out quickly."""
        start = one, one, other
        seen: set[tuple[int, int, int]] = set()
        waiting = [start]
        while waiting:
            triple = waiting.pop()
            if self.succeeds(triple[2]) or (triple != start and self.succeeds(triple[1])):
                continue
            if not any(all(char in self.chars[state] for state in triple) for char in chars):
                continue
            following = (self.following[state] for state in triple)
            for reached in product(*following):
                if reached == (one, other, other):
                    return True
                if reached not in seen:
                    seen.add(reached)
                    waiting.append(reached)
        return False

    def word(self, one: int, other: int, chars: list[str]) -> str | None:
        """A word that leads from one loop to itself and to the other, and from that to itself."""
        start = one, one, other
        goal = one, other, other
        for first in chars:
            # What is read next is known one step ahead, for what is said of it.
            seen: set[tuple[tuple[int, int, int], str]] = set()
            waiting: list[tuple[tuple[int, int, int], str]] = [(start, first)]
            for triple, word in waiting:
                char = word[-1]
                if not all(char in self.chars[state] for state in triple):
                    continue
                if self.succeeds(triple[2]) or (len(word) > 1 and self.succeeds(triple[1])):
                    continue
                if goal in self.steps(triple, char, first):
                    return word
                for following in chars:
                    for reached in self.steps(triple, char, following):
                        if (reached, following) not in seen:
                            seen.add((reached, following))
                            waiting.append((reached, word + following))
        return None

    def steps(
        self, triple: tuple[int, int, int], char: str, following: str
    ) -> Iterable[tuple[int, int, int]]:
        one, two, three = (self.step(state, char, following) for state in triple)
        return {(a, b, c) for a in one for b in two for c in three}


def _mentioned(tree: Any) -> Iterable[str]:
    """The characters that a pattern names, and their neighbours."""
    waiting: list[Any] = [tree]
    while waiting:
        one = waiting.pop()
        if isinstance(one, int) and not isinstance(one, bool) and 0 < one < sys.maxunicode:
            yield from map(chr, (one - 1, one, one + 1))
        elif isinstance(one, (list, tuple, parser.SubPattern)):
            waiting += one

"""Selectors as sets of labels: can one be true, does one imply another, what labels show it.

A set is a tuple of cubes, and a cube maps a label's key to the values that it may have; a key that
a cube does not name may have any or none. What Calico and Kubernetes guarantee of labels is built
in: legal keys and values, the labels of namespaces and service accounts (``pcns.``, ``pcsa.``),
and the one name that a namespace has under three keys.

Everything here ends early rather than late: past ``MOST_CUBES`` cubes it raises ``TooComplex``,
which the functions that answer a question turn into None, "don't know".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from linter.calico.selector import meaning
from linter.calico.selector.meaning import Selector
from linter.policy import label_values
from linter.policy.effort import TooComplex, priced, spend
from linter.policy.label_values import ABSENT, Domain, Pattern, Values

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from linter.text.records import NamedTuple

MOST_CUBES = 256
_CALICO = 'projectcalico.org/'
NAMESPACE_KEY = f'{_CALICO}namespace'
ACCOUNT_KEY = f'{_CALICO}serviceaccount'
# What a profile gives its endpoints: the labels of their namespace, and of their service account.
# https://github.com/projectcalico/calico/blob/master/libcalico-go/lib/backend/k8s/conversion/constants.go
NAMESPACE_PREFIX = 'pcns.'
ACCOUNT_PREFIX = 'pcsa.'
_NAMES = {
    f'{NAMESPACE_PREFIX}{_CALICO}name': NAMESPACE_KEY,
    f'{NAMESPACE_PREFIX}kubernetes.io/metadata.name': NAMESPACE_KEY,
    f'{ACCOUNT_PREFIX}{_CALICO}name': ACCOUNT_KEY,
}
_OWNERS = {NAMESPACE_PREFIX: NAMESPACE_KEY, ACCOUNT_PREFIX: ACCOUNT_KEY}
# Present: it has that profile; in a universe in which that is no matter of course.
_PROFILES = {NAMESPACE_PREFIX: '\0kns.', ACCOUNT_PREFIX: '\0ksa.'}
_PREFIXES = {profile: prefix for prefix, profile in _PROFILES.items()}

Cube = Mapping[str, Values]
Cubes = tuple[Cube, ...]

EVERYTHING: Cubes = ({},)
NOTHING: Cubes = ()


@lru_cache(maxsize=4096)
def _domain(key: str) -> Domain:
    if key == NAMESPACE_KEY:
        return label_values.NAMESPACE
    if key == ACCOUNT_KEY:
        return label_values.ACCOUNT
    if key[0] == '\0':
        return label_values.LABEL
    if key.startswith((NAMESPACE_PREFIX, ACCOUNT_PREFIX)):
        key = key[len(NAMESPACE_PREFIX) :]
    return label_values.LABEL if label_values.is_label_key(key) else label_values.NO_VALUE


class Universe(NamedTuple):
    """What labels there can be.

    ``legal``: keys and values are such as Kubernetes and Calico take. ``profiled``: every endpoint
    of a namespace has the labels of its namespace and of its account, as in Kubernetes it does.
    """

    legal: bool = True
    profiled: bool = True

    def domain(self, key: str) -> Domain:
        """What values the label of a key can have."""
        return _domain(key) if self.legal else label_values.ANY_TEXT

    def cubes(self, selector: Selector) -> Cubes:
        """The labels that a selector takes; raises ``TooComplex``."""
        todo: list[tuple[Selector, bool] | tuple[str, int]] = [(selector, False)]
        done: list[Cubes] = []
        while todo:
            node, negated = todo.pop()
            if isinstance(node, str):
                operands, done[-negated:] = done[-negated:], []
                done.append(self.any_of(operands) if node == '||' else self.all_of(operands))
            elif isinstance(node, meaning.Not):
                todo.append((node.operand, not negated))
            elif isinstance(node, (meaning.And, meaning.Or)):
                is_or = isinstance(node, meaning.Or) is not bool(negated)
                todo.append(('||' if is_or else '&&', len(node.operands)))
                todo += [(operand, bool(negated)) for operand in node.operands]
            elif isinstance(node, (meaning.All, meaning.Global)):
                done.append(NOTHING if negated else EVERYTHING)
            else:
                done.append(self._leaf(node, bool(negated)))
        return done[0]

    def _leaf(self, leaf: meaning.Has | meaning.Compare | meaning.Member, negated: bool) -> Cubes:
        key, prefix = leaf.key, leaf.key[:5]
        name = _NAMES.get(key)
        domain = self.domain(name or key)
        if isinstance(leaf, meaning.Has):
            values = label_values.present(domain)
        elif isinstance(leaf, meaning.Member):
            values = label_values.one_of(domain, leaf.values)
            negated ^= leaf.negated
        elif leaf.operator in ('==', '!='):
            values = label_values.one_of(domain, (leaf.value,))
            negated ^= leaf.operator == '!='
        else:
            values = label_values.matching(domain, Pattern(leaf.operator, leaf.value, True))
        pieces = label_values.complement(domain, values) if negated else [values]
        cubes = []
        for piece in pieces:
            if piece.is_empty:
                continue
            if name and not self.profiled:
                profile = _PROFILES[prefix]
                if piece.absent:
                    cubes.append({profile: ABSENT})
                    piece = piece._replace(absent=False)
                if not piece.is_empty:
                    cubes.append({name: piece, profile: label_values.PRESENT})
            else:
                cubes.append({name or key: piece})
        return tuple(closed for cube in cubes if (closed := self._closed(cube)) is not None)

    def _closed(self, cube: dict[str, Values]) -> dict[str, Values] | None:
        """Add what follows: a label of a namespace is that of something in a namespace."""
        needed = None
        for key, values in cube.items():
            prefix = key[:5]
            if not values.absent and (prefix in _OWNERS or prefix in _PREFIXES):
                prefix = _PREFIXES.get(prefix, prefix)
                needed = {*(needed or ()), _OWNERS[prefix]}
                if not self.profiled:
                    needed.add(_PROFILES[prefix])
        for key in needed or ():
            have = cube.get(key)
            if have is None:
                cube[key] = label_values.present(self.domain(key))
            elif have.absent:
                cube[key] = have = have._replace(absent=False)
                if have.is_empty:
                    return None
        return cube

    def meet(self, one: Cube, other: Cube) -> Cube | None:
        """What is in both cubes, or None."""
        if not other:
            return one
        spend(2 + len(other))
        both = dict(one)
        for key, values in other.items():
            have = both.get(key)
            if have is not None:
                values = label_values.intersect(self.domain(key), have, values)
                if values.is_empty:
                    return None
            both[key] = values
        return self._closed(both)

    def all_of(self, sets: Iterable[Cubes]) -> Cubes:
        """What is in every one of the sets."""
        result = EVERYTHING
        # The small ones first: they cut most and cost least.
        for cubes in sorted(sets, key=len):
            if len(result) == 1 and not result[0]:
                result = cubes
            else:
                if len(result) * len(cubes) > 16 * MOST_CUBES:
                    raise TooComplex
                met = (self.meet(one, other) for one in result for other in cubes)
                result = self.any_of([tuple(cube for cube in met if cube is not None)])
        return result

    def any_of(self, sets: Iterable[Cubes]) -> Cubes:
        """What is in at least one of the sets; cubes that make one cube are put together."""
        found: list[Cube] = []
        for cubes in sets:
            for cube in cubes:
                _add(found, cube)
                if len(found) > MOST_CUBES:
                    raise TooComplex
        return tuple(found)

    def without(self, one: Cube, other: Cube) -> Cubes:
        """What is in one cube and not in the other, in cubes that do not overlap."""
        pieces = []
        inside = dict(one)
        spend(2 + 3 * len(other))
        for key, values in other.items():
            have = inside.get(key)
            domain = self.domain(key)
            both = values if have is None else label_values.intersect(domain, have, values)
            if both.is_empty:
                return (one,)
            for piece in label_values.complement(domain, values):
                if have is not None:
                    piece = label_values.intersect(domain, have, piece)
                if not piece.is_empty:
                    closed = self._closed({**inside, key: piece})
                    if closed is not None:
                        pieces.append(closed)
            inside[key] = both
        return tuple(pieces) if self._closed(inside) is not None else (one,)

    def subtract(self, cubes: Cubes, others: Cubes) -> Cubes:
        """What is in the first set and not in the second; raises ``TooComplex``."""
        for other in others:
            if not cubes:
                break
            cubes = tuple(piece for cube in cubes for piece in self.without(cube, other))
            if len(cubes) > MOST_CUBES:
                raise TooComplex
        return cubes

    def labels(self, cube: Cube) -> dict[str, str]:
        """The fewest and shortest labels in a cube, those that come from a profile included."""
        labels = {
            key: label_values.witness(self.domain(key), values)
            for key, values in cube.items()
            if not values.absent
        }
        return self.completed(labels)

    def completed(self, labels: Mapping[str, str]) -> dict[str, str]:
        """The labels with the names that a profile adds to those of its namespace or account."""
        found = {key: value for key, value in labels.items() if key[0] != '\0'}
        for key, name in _NAMES.items():
            if name in labels and (self.profiled or _PROFILES[key[:5]] in labels):
                found[key] = labels[name]
        return found

    # Questions. None is "don't know".

    def satisfiable(self, selector: Selector) -> bool | None:
        """Whether there can be labels that the selector takes."""
        try:
            return bool(self.cubes(selector))
        except TooComplex:
            return None

    def implies(self, one: Selector, other: Selector) -> bool | None:
        """Whether the second takes all labels that the first takes."""
        try:
            return not self.subtract(self.cubes(one), self.cubes(other))
        except TooComplex:
            return None

    def disjoint(self, one: Selector, other: Selector) -> bool | None:
        """Whether no labels can be taken by both."""
        try:
            return not self.all_of((self.cubes(one), self.cubes(other)))
        except TooComplex:
            return None

    def equivalent(self, one: Selector, other: Selector) -> bool | None:
        """Whether both take the same labels."""
        there = self.implies(one, other)
        return self.implies(other, one) if there else there

    def witness(self, selector: Selector) -> dict[str, str] | None:
        """The fewest and shortest labels that the selector takes, or None: none, or don't know."""
        try:
            found = [self.labels(cube) for cube in self.cubes(selector)]
        except TooComplex:
            return None
        return min(found, key=size, default=None)


KUBERNETES = Universe()
"""Legal labels, and every endpoint of a namespace has the profile of the namespace."""


def size(labels: Mapping[str, str]) -> tuple[int, int, list[tuple[str, str]]]:
    """A key by which the fewest and shortest labels come first."""
    text = sum(len(key) + len(value) for key, value in labels.items())
    return len(labels), text, sorted(labels.items())


def _worth(text: str, universe: Universe = KUBERNETES) -> int:
    return 10_000 + 50 * len(text)


@priced(8192, _worth)
def selected(text: str, universe: Universe = KUBERNETES) -> Cubes:
    """The labels that the text of a selector takes; raises ``TooComplex``, and for no selector."""
    selector = meaning.parse(text)
    if selector is None:
        raise TooComplex
    return universe.cubes(selector)


def _add(found: list[Cube], cube: Cube) -> None:
    """Add a cube to a union, as part of another where that is the same."""
    index = 0
    while index < len(found):
        spend(1)
        other = found[index]
        if len(other) <= len(cube):
            differing = [key for key, values in other.items() if cube.get(key) != values]
            if not differing:
                return
            if len(differing) == 1 and len(other) == len(cube) and differing[0] in cube:
                key = differing[0]
                united = label_values.unite(other[key], cube[key])
                if united is not None:
                    rest = {name: values for name, values in cube.items() if name != key}
                    cube = rest if united == _ANY else {**rest, key: united}
                    del found[index]
                    # What is bigger now may take in others.
                    index = 0
                    continue
        elif all(other.get(key) == values for key, values in cube.items()):
            del found[index]
            continue
        index += 1
    found.append(cube)


_ANY = Values(True, None)

"""Selectors as formulas that are tried with labels: cheap, and never wrong when they say yes.

Whether a selector fits something, and not everything, is shown by labels that there can be: some
with which it holds, and some with which it does not. Those that are tried are those that the
selector names, with which nearly every selector that means something shows it. What is no selector
may be asked, too; of that the answer means nothing.
"""

from __future__ import annotations

from linter.calico.names import INTERNAL_LABELS, qualified_problem
from linter.text.start import remembered_of_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    Labels = dict[str, str]
    Term = tuple[str, str, list[str]]

NAMESPACE = 'projectcalico.org/namespace'
ACCOUNT = 'projectcalico.org/serviceaccount'
NAME = 'projectcalico.org/name'
ALL = 'all()'
"""Stands for a label, where a selector asks for everything, or for what is in no namespace."""

_OTHER_NAME = 'kubernetes.io/metadata.name'
NEW = 'zq7'
"""A value of any label, and a name, that nobody has written."""

_MOST_TRIALS = 100
_OPERATORS = {
    'in': 'in', 'contains': 'contains', 'starts': 'starts', 'startswith': 'starts',
    'ends': 'ends', 'endswith': 'ends', 'not': 'notin', 'notin': 'notin',
}  # fmt: skip


class Formula:
    """A selector: terms (a label, an operator, values), and the signs around them.

    ``absent`` are the labels that something is not to have. ``of_others``: they are those of a
    namespace or a service account, of which the two names of a namespace are one label.
    """

    __slots__ = ('absent', 'is_simple', 'of_others', 'shape', 'terms')

    def __init__(self, of_others: bool) -> None:
        self.terms: list[Term] = []
        self.shape: list[str] = []
        self.absent: set[str] = set()
        self.is_simple = True
        self.of_others = of_others

    @property
    def is_plain(self) -> bool:
        """Whether each label is asked once, for what it may be: it varies as each of them does."""
        terms = self.terms
        if len(terms) > 1 and len({term[0] for term in terms}) < len(terms):
            return False
        for key, operator, values in terms:
            if operator == 'has':
                if key == NAME:
                    return False  # there is no namespace without one
                continue
            if not values:
                return False
            for value in values:
                if not may_be(value, key) or not (value or operator == 'in' or operator == 'notin'):
                    return False
        return True

    def holds(self, labels: Labels) -> bool | None:
        """Whether the selector fits what has these labels; None: it is no selector."""
        if self.is_simple:
            return all(_fits(term, labels) for term in self.terms)
        shape = self.shape
        filled = shape[0]
        for at, term in enumerate(self.terms, 1):
            filled += ('T' if _fits(term, labels) else 'F') + shape[at]
        return truth(filled)

    def example(self, name: str = '', is_some: bool = False) -> Labels | None:
        """Labels that there can be with which it holds; None: none are found.

        ``name``: they are those of a namespace, or a service account, of that name. ``is_some``:
        they are not none at all.
        """
        for labels in self._trials():
            if name:
                labels[NAME] = name
            if (labels or not is_some) and self.holds(labels):
                return labels
        return None

    @property
    def is_one_condition(self) -> bool:
        """Whether it is a condition alone, that is not negated."""
        return len(self.terms) == 1 and '!' not in self.shape[0]

    def varies(self) -> bool:
        """Whether it surely holds with some labels, and with some others does not."""
        first: bool | None = None
        is_bound = any(term[0] == NAME for term in self.terms)
        for labels in self._trials():
            if is_bound and NAME not in labels:
                continue  # there is no such namespace
            found = self.holds(labels)
            if found is None:
                return False
            if first is None:
                first = found
            elif found is not first:
                return True
        return False

    def _trials(self) -> Iterator[Labels]:
        """No labels, then those that the selector names, then others that it tells apart."""
        yield {}
        named: dict[str, list[str]] = {}
        for key, _, values in self.terms:
            if key != ALL:
                found = named.setdefault(key, [])
                found += [value for value in values if value not in found and may_be(value, key)]
        present = named.keys() - self.absent
        most = max(map(len, named.values()), default=0)
        for at in (*range(min(most, 2)), -1):
            for keys in (present, named) if len(present) < len(named) else (named,):
                labels = {}
                for key in keys:
                    values = named[key]
                    labels[key] = values[min(at, len(values) - 1)] if values and at >= 0 else NEW
                yield self._completed(labels)
        count = 1
        for values in named.values():
            count *= len(values) + 2
        for number in range(min(count, _MOST_TRIALS)):
            labels = {}
            for key, values in named.items():
                number, at = divmod(number, len(values) + 2)
                if at <= len(values):
                    labels[key] = values[at] if at < len(values) else NEW
            yield self._completed(labels)

    def _completed(self, labels: Labels) -> Labels:
        """Whatever has labels of a namespace is in one, and that has a name."""
        if self.of_others and labels:
            labels.setdefault(NAME, NEW)
        return labels


def _fits(term: Term, labels: Labels) -> bool:
    key, operator, values = term
    value = labels.get(key)
    if operator == 'in':
        return value in values
    if operator == 'notin':
        return value not in values
    if operator == 'has':
        return value is not None
    if operator == 'all':
        return True
    if value is None:
        return False
    if operator == 'starts':
        return value.startswith(values[0])
    return value.endswith(values[0]) if operator == 'ends' else values[0] in value


_NAMES = frozenset((NAME, _OTHER_NAME, NAMESPACE, ACCOUNT))


def may_be(value: str, key: str) -> bool:
    """Whether a label may have a value."""
    if not value:
        return key not in _NAMES
    if not (len(value) <= 63 and value.isascii() and value[0].isalnum() and value[-1].isalnum()):
        return False
    if value.isalnum():
        return key not in _NAMES or value == value.lower()
    if key in _NAMES:
        return value == value.lower() and value.replace('-', '').isalnum()
    return value.replace('-', '').replace('_', '').replace('.', '').isalnum()


@remembered_of_text(4096)
def formula_of(text: str, of_others: bool = False) -> Formula | None:
    """The formula of a selector; None where a label is one of which too little is known here."""
    if '\n' in text or '\0' in text:
        return None
    code, literals = text, _NO_LITERALS
    if "'" in text or '"' in text:
        found = literals_of(text)
        if found is None:
            return None
        code, literals = found
    formula = Formula(of_others)
    at = 0
    joint = ''
    for part in code.replace('&&', '\0&\0').replace('||', '\0|\0').split('\0'):
        if part in ('&', '|'):
            joint = part
            formula.is_simple = formula.is_simple and part == '&'
            continue
        body = part.lstrip(' (!\t')
        core = body.rstrip(' )\t')
        count = core.count("'")
        term = _term(core, literals[at : at + count])
        if term is None or not _is_known(term[0], of_others):
            return None
        at += count
        opening, closing = part[: len(part) - len(body)], body[len(core) :]
        if term[1] in ('has', 'all'):
            if term[0] != ALL and '!' in opening:
                formula.absent.add(term[0])
            closing = closing.replace(')', '', 1)
        if term[0] == _OTHER_NAME:
            term = NAME, term[1], term[2]
        formula.terms.append(term)
        if formula.shape:
            formula.shape[-1] += joint
        else:
            formula.shape.append('')
        formula.shape[-1] += opening
        formula.shape.append(closing)
        if (opening and opening.strip(' \t')) or (closing and closing.strip(' \t')):
            formula.is_simple = False
    if not formula.is_simple:
        formula.shape = [signs.replace(' ', '').replace('\t', '') for signs in formula.shape]
    return formula


_NO_LITERALS: tuple[str, ...] = ()


def literals_of(text: str) -> tuple[str, tuple[str, ...]] | None:
    """The text with a quote for each of its literals, and the literals."""
    if '"' not in text or "'" not in text:
        pieces = text.split("'" if '"' not in text else '"')
        return None if len(pieces) % 2 == 0 else ("'".join(pieces[::2]), tuple(pieces[1::2]))
    code: list[str] = []
    literals: list[str] = []
    at = 0
    while True:
        one, other = text.find("'", at), text.find('"', at)
        begin = max(one, other) if -1 in (one, other) else min(one, other)
        if begin == -1:
            code.append(text[at:])
            return "'".join(code), tuple(literals)
        end = text.find(text[begin], begin + 1)
        if end == -1:
            return None
        code.append(text[at:begin])
        literals.append(text[begin + 1 : end])
        at = end + 1


def _term(core: str, values: tuple[str, ...]) -> Term | None:
    """A condition without the signs around it, and without its closing parenthesis."""
    if core[:4] == 'has(':
        return core[4:].strip(' \t'), 'has', []
    if core.replace(' ', '').replace('\t', '') == 'all(':
        return ALL, 'all', []
    for sign, operator in (('==', 'in'), ('!=', 'notin')):
        key, found, _ = core.partition(sign)
        if found:
            return (key.rstrip(' \t'), operator, list(values)) if len(values) == 1 else None
    words = core.replace('{', ' { ').split()
    named = _OPERATORS.get(words[1]) if len(words) > 1 else None
    if named is None or (not values and named not in ('in', 'notin')):
        return None
    return words[0], named, list(values)


@remembered_of_text(4096)
def _is_known(key: str, of_others: bool) -> bool:
    """Whether a label has nothing to do with others, but for what callers ask about."""
    if key == ALL:
        return not of_others
    if qualified_problem(key):
        return False
    if key in (NAME, _OTHER_NAME):
        return of_others
    if key.startswith('projectcalico.org/'):
        return not of_others
    return not key.startswith(_OTHERS)


_OTHERS = (*INTERNAL_LABELS, 'kubernetes.io/metadata')


def truth(text: str) -> bool | None:
    """The value of ``(T|!F)&T``; None where that is no expression. Linear in its length."""
    around: list[tuple[bool, bool, bool]] = []
    some, every, is_negated = False, True, False
    value: bool | None = None
    for part in text:
        if part == '!' and value is None:
            is_negated = not is_negated
        elif part == '(' and value is None:
            around.append((some, every, is_negated))
            some, every, is_negated = False, True, False
        elif part in 'TF' and value is None:
            value = (part == 'T') is not is_negated
        elif part in '&|)' and value is not None:
            every = every and value
            if part == '&':
                value, is_negated = None, False
                continue
            some = some or every
            every = True
            if part == '|':
                value, is_negated = None, False
            elif not around:
                return None
            else:
                inner = some
                some, every, is_negated = around.pop()
                value = inner is not is_negated
        else:
            return None
    if around or value is None:
        return None
    return some or (every and value)

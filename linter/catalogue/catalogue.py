"""Rules and facts as one value, which is handed to whatever needs them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from linter.calico.document import Document
from linter.catalogue.facts import Facts, Row, known_facts
from linter.catalogue.library import Library
from linter.catalogue.rule import Check, Rule
from linter.text.start import remembered

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NamedTuple
else:
    from linter.text.records import NamedTuple

_NONE: frozenset[str] = frozenset()

UNUSED = 'unused-suppression'
"""Who asks for this rule asks what every other one finds."""

PROFILES = {
    'default': ('default',),
    'strict': ('default', 'strict'),
    'security': ('default', 'security'),
}
"""What each profile runs. ``default``: what Calico refuses, drops or ignores, and hazards that are
proved; ``strict``: facts that are often not meant, too; ``security``: what an auditor asks, too."""


class RootRule(NamedTuple):
    """A rule of a root, which is imported for a view that has what it ``needs``."""

    id: str
    needs: tuple[str, ...]
    load: Callable[[], Rule]

    def ask(self, view: object) -> Iterator[Any]:
        """What it finds in a view (``linter.policy.view.RootView``)."""
        if all(getattr(view, name) for name in self.needs):
            for subject, check in self.load().checks:
                if subject == 'root':
                    yield from check(view)


class Catalogue:
    """The rules that there are, those that run, and the facts on which their findings rest."""

    def __init__(
        self,
        facts: Facts,
        library: Library,
        select: frozenset[str] = _NONE,
        ignore: frozenset[str] = _NONE,
        profile: str = 'default',
    ) -> None:
        self.facts = facts
        self._library = library
        self._select = select
        self._ignore = ignore
        self._profile = PROFILES[profile]
        # By kind and API, then by subject.
        self._checks: dict[tuple[str, str], dict[str, list[tuple[str, Check]]]] = {}
        self._modules: dict[str, tuple[str, ...]] = {}
        self._views: dict[tuple[frozenset[str], frozenset[str], str], Catalogue] = {}
        self.whole = self
        """The catalogue of which this one runs a part, or all."""
        self.is_standard = False
        """Whether it is all that comes with calico-lint, which the quick reader knows by heart."""

    def selecting(
        self, select: frozenset[str], ignore: frozenset[str], profile: str = 'default'
    ) -> Catalogue:
        """The catalogue of a run that reports these rules only; no ``select``: those of a profile.

        What such a run does not report, it does not look for.
        """
        if UNUSED in select:
            select = _NONE
        if not select and not ignore and profile == 'default':
            return self
        key = select, ignore, profile
        view = self._views.get(key)
        if view is None:
            view = self._views[key] = Catalogue(self.facts, self._library, *key)
            view.whole = self.whole
        return view

    def runs(self, rule: str) -> bool:
        """Whether the findings of a rule are looked for."""
        if rule in self._ignore:
            return False
        if self._select:
            return rule in self._select
        return self._library.profile(rule) in self._profile

    @property
    def is_usual(self) -> bool:
        """Whether no rule runs but those of the default profile."""
        return not self._select and len(self._profile) == 1

    def is_of_root(self, rule: str) -> bool:
        """Whether a rule looks at all policies of a root together, and at no document alone."""
        return rule.replace('-', '_') in self._library.of_subject('root')

    def ids(self) -> list[str]:
        """The ids of all rules that there are; imports none of them."""
        return [name.replace('_', '-') for name in self._library.names()]

    def rules(self) -> dict[str, Rule]:
        """All rules that there are, by id."""
        return {rule.id: rule for rule in map(self._library.load, self._library.names())}

    def groups(self) -> dict[str, list[Rule]]:
        """All rules by group, groups in the order of their names."""
        found: dict[str, list[Rule]] = {}
        for rule in self.rules().values():
            found.setdefault(rule.group, []).append(rule)
        return {group: found[group] for group in sorted(found)}

    def rows_of(self, rule: str) -> list[Row]:
        """The rows of the fact table that name a rule."""
        return [row for row in self.facts.rows() if row.rule == rule]

    def checks(self, subject: str, kind: str, api: str) -> list[tuple[str, Check]]:
        """The checks of a subject in a document of a kind and API, with the ids of their rules."""
        known = self._checks.setdefault((kind, api), {})
        if subject not in known:
            known[subject] = [
                one
                for name in (subject, f'{subject}@{kind}', f'{subject}@{api}')
                for one in self._checks_of(name)
            ]
        return known[subject]

    def asks(
        self, document: Document
    ) -> Iterator[tuple[list[tuple[str, Check]], Iterable[object]]]:
        """What there is to ask of a document: checks, and the values to call each of them with.

        All of a value's checks are to come together, so that what they share of it
        (``nets.parse``) is still at hand.
        """
        decoded, kind, api = document.decoded, document.kind, document.api
        yield self.checks('document', kind, api), (document,)
        for subject, values in decoded.subjects.items():
            yield self.checks(subject, kind, api), values
        for problem in decoded.problems:
            yield self.checks(f'problem:{problem.kind}', kind, api), (problem,)
        if decoded.tagged:
            yield self.checks('tagged', kind, api), decoded.tagged

    def modules_of(self, subject: str) -> tuple[str, ...]:
        """The modules of the rules that run and look at a subject; imports none of them."""
        found = self._modules.get(subject)
        if found is None:
            library = self._library
            found = self._modules[subject] = tuple(
                name
                for name in library.of_subject(subject)
                if any(map(self.runs, library.speaks_for(name)))
            )
        return found

    def reads(self, part: str = '') -> frozenset[str]:
        """The kinds of Kubernetes' own that the rules of a root ask for; those that need a part of
        the view, where one is named."""
        library = self._library
        return frozenset(
            kind
            for name in self.modules_of('root')
            if not part or part in library.needs(name)
            for kind in library.reads(name)
        )

    def root_rules(self) -> Iterator[RootRule]:
        """The rules of a root that run; imports none of them."""
        library = self._library
        for name in self.modules_of('root'):
            load = partial(library.load, name)
            yield RootRule(name.replace('_', '-'), library.needs(name), load)

    def beyond(self, subject: str) -> tuple[str, ...]:
        """The rules beyond the default profile that modules speak for which look at a subject.

        Who knows what a module says in the default profile does not know that.
        """
        library = self._library
        return tuple(
            rule
            for name in self.modules_of(subject)
            for rule in library.speaks_for(name)
            if self.runs(rule) and library.profile(rule) != 'default'
        )

    def _checks_of(self, subject: str) -> list[tuple[str, Check]]:
        return [
            (rule.id, check)
            for rule in map(self._library.load, self.modules_of(subject))
            for its_subject, check in rule.checks
            if its_subject == subject
        ]


@remembered()
def standard() -> Catalogue:
    """The rules and facts that come with calico-lint, all of them."""
    made = Catalogue(known_facts(), Library())
    made.is_standard = True
    return made

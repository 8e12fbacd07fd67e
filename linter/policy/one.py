"""One policy, as the rules about its meaning see it."""

from __future__ import annotations

from linter.calico.document import Document
from linter.calico.names import is_label
from linter.calico.values import Object, Value
from linter.policy.covers import dead_in_policy
from linter.policy.dead_rule import DeadRule
from linter.policy.effective import NAMESPACE
from linter.policy.model import Policy
from linter.policy.semantics import Semantics
from linter.policy.summarise import summarise

_LONGEST_NAME = 63


class OnePolicy:
    """A policy of a document that Calico takes, and what holds where it is enforced."""

    __slots__ = ('_dead', 'document', 'policy', 'semantics')

    def __init__(self, policy: Policy, semantics: Semantics, document: Document) -> None:
        self.policy = policy
        self.semantics = semantics
        self.document = document
        self._dead: tuple[DeadRule, ...] | None = None

    @property
    def dead(self) -> tuple[DeadRule, ...]:
        """The rules to which the others leave no packet."""
        if self._dead is None and self._may_be_anywhere():
            self._dead = ()
        if self._dead is None:
            self._dead = dead_in_policy(self.policy, self.semantics).dead
        return self._dead

    def _may_be_anywhere(self) -> bool:
        """Whether the namespace is not known, and rules name some: it may be one of those."""
        policy = self.policy
        return policy.namespace is None and any(
            side.namespace_selector or NAMESPACE in side.selector or NAMESPACE in side.not_selector
            for rule in (*policy.ingress, *policy.egress)
            for side in (rule.source, rule.destination)
        )

    def rule(self, direction: str, number: int) -> Object:
        """Where a rule stands."""
        spec = self.document.spec
        assert spec is not None
        rule = spec.items(direction)[number]
        assert isinstance(rule, Object)
        return rule

    def part(self, direction: str | None, number: int | None, path: str) -> Value:
        """Where a part of a rule stands, or of the policy itself: ``source.selector``."""
        at: Value
        if direction is None or number is None:
            spec = self.document.spec
            assert spec is not None
            at = spec
        else:
            at = self.rule(direction, number)
        for name in path.split('.'):
            found = at.fields.get(name) if isinstance(at, Object) else None
            if found is None:
                break
            at = found
        return at


def one_policy(document: Document, semantics: Semantics) -> OnePolicy | None:
    """What may be reasoned from a document; None where nothing may be."""
    summary = summarise(document, semantics)
    if not isinstance(summary, Policy):
        return None
    namespace = summary.namespace
    if namespace and not (is_label(namespace) and len(namespace) <= _LONGEST_NAME):
        return None  # there is none of that name
    return OnePolicy(summary, semantics, document)

"""What a lint rule is, and how rules are found.

A rule is one module of ``linter.rules``: its docstring is its page, its name with dashes is its
id, ``GROUP`` names the family by which it can be selected, and each function decorated with
``@rule(subject, ...)`` is called for every part of a document of that subject. It yields
findings that name a fact; whether the target minds that fact, and how much, is for the fact
table to say, so no rule ever asks for a lane or a version.

Subjects are

- ``document``: the whole document, once;
- the name of an object in the spec tables: ``Spec``, ``Rule``, ``EntityRule``, ``Metadata``, …;
- a format: ``calico-selector``, ``calico-port``, ``calico-protocol``, ``calico-cidr``, …;
- ``root``: all policies of a root (``linter.policy.view.Root``), for findings that name their place
  (``linter.policy.view.RootFinding``); it is called with them alone;
- ``problem:KIND``: what did not fit the schema (``linter.calico.decoded.Problem``);
- ``tagged``: a scalar with a YAML tag;
- ``policy``: a policy that nothing refuses or drops, and that may be reasoned from
  (``linter.policy.one.OnePolicy``); it is asked last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from linter.calico.values import Value
from linter.diagnostic import Finding, MistakeKey
from linter.text.edit import Fix
from linter.text.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NamedTuple, TypeVar

    C = TypeVar('C', bound=Callable[..., Iterator[Any]])
else:
    from linter.text.records import NamedTuple

Check = Callable[..., Iterator['Any']]

SUBJECTS = 'calico_lint_subjects'
"""The attribute of a check that says what it is called for."""


class Rule(NamedTuple):
    """A rule: its id, its group, its page in Markdown, and its checks by subject.

    ``also`` are the ids of other rules for which the fact table may take a finding of this one.
    ``profile`` names the profile from which on it runs: ``default``, ``strict`` or ``security``.
    ``reads`` are the kinds of Kubernetes' own that a rule of a root wants to see. ``needs`` are the
    parts of a view (attributes of ``linter.policy.view.RootView``) without any of which a rule of a
    root finds nothing: it is then neither asked nor imported.
    """

    id: str
    group: str
    doc: str
    checks: tuple[tuple[str, Check], ...]
    also: tuple[str, ...] = ()
    profile: str = 'default'
    reads: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()

    @property
    def summary(self) -> str:
        """The first line of its page."""
        return self.doc.strip().split('\n', 1)[0]


def rule(*subjects: str, kinds: tuple[str, ...] = ()) -> Callable[[C], C]:
    """Call the function with every value of the subjects, and the document.

    ``kinds``: in documents of these kinds only; ``v2`` stands for every kind of that API.
    """

    def register(check: C) -> C:
        wanted = [f'{subject}@{kind}' for subject in subjects for kind in kinds] or subjects
        setattr(check, SUBJECTS, (*getattr(check, SUBJECTS, ()), *wanted))
        return check

    return register


def finding_at(
    fact: str,
    value: Value,
    message: str,
    hint: str | None = None,
    *,
    related: tuple[tuple[Span, str], ...] = (),
    fix: Fix | None = None,
    same_mistake: MistakeKey | None = None,
    about: Value | None = None,
    is_root: bool = False,
) -> Finding:
    """A finding at a value's own token."""
    return Finding(
        fact,
        value.span,
        message,
        hint,
        related,
        fix,
        value.yaml_path,
        same_mistake,
        None if about is None else about.yaml_path,
        is_root,
    )


def finding_at_key(
    fact: str,
    value: Value,
    message: str,
    hint: str | None = None,
    *,
    related: tuple[tuple[Span, str], ...] = (),
    fix: Fix | None = None,
    same_mistake: MistakeKey | None = None,
    about: Value | None = None,
) -> Finding:
    """A finding at a value's key; of a list item, at its first token."""
    found = finding_at(
        fact,
        value,
        message,
        hint,
        related=related,
        fix=fix,
        same_mistake=same_mistake,
        about=about,
    )
    return found._replace(span=value.key_span)

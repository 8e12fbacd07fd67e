"""The page of a rule in Markdown: its own text, and where and since when it holds.

A rule's docstring is one sentence, then paragraphs that say why, and examples in fences such as
```` ```yaml bad --calico-version 3.31 ````. Behind ``bad`` or ``good`` stand the options with which
the example is checked; ``require-reason`` stands for that setting, ``root`` for an example that is
all there is of a repository, ``closed`` for a root that is closed, and a file name for an example
that is no policy but that file. A paragraph that begins with ``The fix`` or ``There is no fix``
goes under its own heading.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from linter.catalogue.catalogue import Catalogue
from linter.catalogue.facts import Row
from linter.catalogue.page_places import effects, where
from linter.catalogue.rule import Rule
from linter.diagnostic import DOCS, SEVERITIES
from linter.text.suggest import listing

GROUPS = {
    'document': 'Whose document it is: API versions, kinds, and the APIs that no cluster serves.',
    'yaml': 'YAML that Calico cannot read, or reads as something else than you see.',
    'fields': 'The fields of a document: unknown or missing ones, their types, values and limits.',
    'names': 'Names, namespaces, labels and annotations.',
    'types': 'What a policy or tier as a whole does: `types`, order, staging, flags for hosts.',
    'selectors': 'What a rule matches: selectors, service accounts, services and HTTP.',
    'ports': 'Protocols, ports and ICMP.',
    'nets': 'Addresses and networks, in rules, network sets, host endpoints and IP pools.',
    'hazards': 'What Calico accepts, and what does something else than it says, or nothing.',
    'strict': 'What is often not meant, and sometimes is: looked for with `--profile strict`.',
    'security': 'What an auditor asks about: looked for with `--profile security`.',
    'root': 'What the policies of a repository mean together: order, tiers, what is there twice.',
    'kubernetes': "Kubernetes' own NetworkPolicies, where something of Calico's is beside them.",
    'suppressions': 'The comments and annotations that suppress findings.',
    'configuration': 'The configuration file.',
}
"""What each group is about, in the order in which people meet them."""

FIXES = {
    'safe': 'safe: the document means the same afterwards, or the wrong token has one possible '
    'right form. `calico-lint check --fix` applies it.',
    'narrowing': 'narrowing: the repaired policy matches less than before. '
    '`calico-lint check --fix --unsafe-fixes` applies it, `--fix` alone does not.',
    'unsafe': 'unsafe: it changes what the document means. '
    '`calico-lint check --fix --unsafe-fixes` applies it, `--fix` alone does not.',
}
"""What the applicability of a fix means, and which option applies it."""

_CONFIDENCES = ('proved', 'fact', 'likely')
_REQUIRE_REASON = 'require-reason'
_ROOT = 'root'
_CLOSED = 'closed'


class Example(NamedTuple):
    """A fenced block of a rule's page: ``word`` is ``bad`` or ``good``."""

    word: str
    flags: tuple[str, ...]
    text: str

    @property
    def options(self) -> list[str]:
        """The words of the command line with which it is checked."""
        return [
            word
            for word in self.flags
            if word not in (_REQUIRE_REASON, _ROOT, _CLOSED) and word != self.file
        ]

    @property
    def file(self) -> str | None:
        """The file that it is, where it is not a policy."""
        return next((word for word in self.flags if word.endswith('.yaml')), None)

    @property
    def is_root(self) -> bool:
        """Whether it is a root, at which the rules look that look at all policies together."""
        return _ROOT in self.flags or _CLOSED in self.flags

    @property
    def is_closed(self) -> bool:
        """Whether it is all that there is."""
        return _CLOSED in self.flags

    @property
    def require_reason(self) -> bool:
        return _REQUIRE_REASON in self.flags


class Report(NamedTuple):
    """What is found in an example, as text, and what is fixed: rule and applicability of each."""

    text: str
    fixes: tuple[tuple[str, str], ...]

    def applicabilities(self, rule: str) -> list[str]:
        """Those of the fixes of a rule."""
        return [applicability for fixed, applicability in self.fixes if fixed == rule]


Reported = Callable[[Example], Report]


class Text(NamedTuple):
    """A docstring in its parts."""

    summary: str
    why: tuple[str, ...]
    fix: tuple[str, ...]
    examples: tuple[Example, ...]


_FENCE = re.compile(r'^```yaml (.*)\n((?:.*\n)*?)```$', re.MULTILINE)


def read(doc: str) -> Text:
    """The parts of a rule's docstring."""
    examples = []
    for found in _FENCE.finditer(doc):
        word, *flags = found[1].split()
        examples.append(Example(word, tuple(flags), found[2]))
    summary, *rest = (
        part.strip('\n') for part in re.split(r'\n\s*\n', _FENCE.sub('', doc)) if part.strip()
    )
    fix = tuple(part for part in rest if part.startswith(('The fix', 'There is no fix')))
    return Text(summary, tuple(part for part in rest if part not in fix), fix, tuple(examples))


def severities(rows: Iterable[Row]) -> list[str]:
    """The severities of the rows, the gravest first."""
    return sorted({row.severity for row in rows}, key=SEVERITIES.index)


def by_group(catalogue: Catalogue) -> dict[str, list[Rule]]:
    """The rules of each group, in the order of ``GROUPS``."""
    found: dict[str, list[Rule]] = {group: [] for group in GROUPS}
    for rule in catalogue.rules().values():
        found[rule.group].append(rule)
    return found


def page(
    rule: Rule, catalogue: Catalogue, reported: Reported | None = None, docs: str = DOCS
) -> str:
    """A rule's page in Markdown, without a line break at its end.

    ``reported`` says what is found in an example; without it the page only shows the examples.
    ``docs`` is where links to the other pages lead: an address, or a path from this page.
    """
    text = read(rule.doc)
    rows = catalogue.rows_of(rule.id)
    parts = [f'# {rule.id}', text.summary, _essentials(rule, rows, docs)]
    if text.why:
        parts += ['## Why', *text.why]
    applicabilities: list[str] = []
    for heading, word in (('Bad', 'bad'), ('Good', 'good')):
        examples = [example for example in text.examples if example.word == word]
        if examples:
            parts.append(f'## {heading}')
        for example in examples:
            parts += _example(example)
            if word == 'bad' and reported is not None:
                found = reported(example)
                parts += ['calico-lint reports:', f'```text\n{found.text}```']
                applicabilities += found.applicabilities(rule.id)
    parts += _fix(text.fix, None if reported is None else applicabilities)
    parts += ['## Where it holds', *where(rows, docs)]
    parts += ['## How to suppress it', _suppression(rule, docs)]
    about = GROUPS[rule.group].rstrip('.')
    others = f'[{rule.group}]({docs}/rules/README.md#{rule.group}): {about}'
    if len(by_group(catalogue)[rule.group]) > 1:
        parts += ['## See also', f'The other rules of the group {others}.']
    return '\n\n'.join(parts)


def _essentials(rule: Rule, rows: Sequence[Row], docs: str) -> str:
    effect = listing(effects(rows)) or 'none'
    found = [word for word in _CONFIDENCES if any(row.confidence == word for row in rows)]
    confidence = f' Confidence: {listing(found)}.' if found else ''
    profile = ''
    if rule.profile != 'default':
        profile = f' Profile: `{rule.profile}`, so it runs where that profile or the rule is named.'
    return (
        f'Severity: {listing(severities(rows))}. '
        f'[Effect]({docs}/targets.md#effects): {effect}. '
        f'Group: [{rule.group}]({docs}/rules/README.md#{rule.group}).'
        f'{confidence}{profile}'
    )


def _example(example: Example) -> Iterator[str]:
    if example.options:
        yield f'Checked with `{" ".join(example.options)}`:'
    if example.require_reason:
        yield 'With `require-reason: true` in `.calico-lint.yaml`:'
    if example.is_closed:
        yield 'With a root that is `closed: true` in `.calico-lint.yaml`:'
    if example.file:
        yield f'In `{example.file}`:'
    yield f'```yaml\n{example.text}```'


def _fix(told: Sequence[str], applicabilities: Sequence[str] | None) -> Iterator[str]:
    """What a docstring says of the fix, where the examples show that there is one."""
    if applicabilities is None:
        if told:
            yield '## Fix'
            yield from told
        return
    yield '## Fix'
    offered = [name for name in FIXES if name in applicabilities]
    refusals = [part for part in told if part.startswith('There is no fix')]
    if not offered:
        yield from refusals or ['There is no automatic fix.']
        return
    yield from told or ['There is a fix.']
    for name in offered:
        yield f'For the example above it is {FIXES[name]}'


def _suppression(rule: Rule, docs: str) -> str:
    more = f'See [Suppression]({docs}/suppression.md).'
    if rule.group == 'configuration':
        return 'It cannot be suppressed: correct the configuration file.'
    if rule.group == 'suppressions':
        return f'`# calico-lint: ignore-file[{rule.id}] reason` covers the file. {more}'
    return (
        f'`# calico-lint: ignore[{rule.id}] reason` at the end of the line, or alone on the line '
        f'above. {more}'
    )

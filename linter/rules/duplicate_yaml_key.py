"""A key stands twice in one mapping.

The last one counts and the first is lost without a word, wherever the document is not refused:
by calicoctl up to 3.31 and by kubectl. calicoctl 3.32 and newer refuse it, also when the second
key comes from a merge (`<<`). A rule that has its action twice is two rules, of which the second
lost its `- `.

The fix is unsafe: it gives the second rule its `- ` again.

```yaml bad
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  types: [Ingress]
  ingress:
  - action: Allow
    source:
      selector: role == 'a'
      selector: role == 'b'
```

```yaml bad
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  types: [Ingress]
  ingress:
  - action: Allow
    protocol: TCP
    action: Deny
    protocol: UDP
```

```yaml good
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  types: [Ingress]
  ingress:
  - action: Allow
    source:
      selector: role in {'a', 'b'}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.decoded import Problem
from linter.calico.document import Document
from linter.calico.lost_dash import fix_of_repeated, joined_documents, repeated_keys
from linter.catalogue.rule import rule
from linter.diagnostic import Finding
from linter.text.edit import Edit, Fix
from linter.text.source import Span, line_start
from linter.text.suggest import quoted
from linter.yaml.edit import UNSAFE

GROUP = 'yaml'


@rule('problem:duplicate', 'problem:merge-override', 'problem:case-duplicate')
def check(problem: Problem, document: Document) -> Iterator[Finding]:
    if problem.key is None:
        return
    joined = joined_documents(document).get(id(problem.key))
    if joined is not None:
        if problem is joined[0]:
            yield _joined(joined, document)
        return
    related: tuple[tuple[Span, str], ...] = ()
    if problem.first is not None:
        related = ((Span(problem.first.start, problem.first.end), 'the other one'),)
    shown = quoted(problem.key.value)
    again = repeated_keys(document, problem)
    if again and problem is not again[0]:
        return  # the first key of the rule speaks for all
    fix = None
    if again:
        fix = fix_of_repeated(document, problem)
        fact = 'duplicate-key'
        message = (
            f'{shown} is set twice in this rule: another rule lost its dash here, so write '
            f'- {problem.name}'
        )
    elif problem.kind == 'duplicate':
        fact, message = (
            'duplicate-key',
            f'{shown} is set twice in this mapping, and only the last '
            'one counts: keep the one that is meant',
        )
    elif problem.kind == 'merge-override':
        fact, message = (
            'merge-override',
            f'{shown} is also set by a merge key (<<), which '
            'calicoctl 3.32 and newer refuse: write the fields out',
        )
    else:
        fact, message = (
            'case-duplicate',
            f'{shown} and {quoted(problem.name)} are the same field: keep the one that is meant',
        )
        if problem.first is not None and problem.key.value == problem.name:
            other = quoted(problem.first.value)
            message = f'{shown} and {other} are the same field: keep the one that is meant'
    yield Finding(fact, Span(problem.key.start, problem.key.end), message, related=related, fix=fix)


def _joined(keys: tuple[Problem, ...], document: Document) -> Finding:
    """The keys of another document, which nothing parts from the one before: one mistake."""
    first = keys[0]
    assert first.key is not None
    text = document.source.text
    at = first.key.start
    return Finding(
        'duplicate-key',
        Span(at, first.key.end),
        f'{quoted(first.key.value)} is set twice, because another document begins here: '
        'write --- on a line of its own above it',
        related=tuple(
            (Span(one.key.start, one.key.end), f'{one.key.value} is set again, too')
            for one in keys[1:]
            if one.key is not None
        ),
        fix=(
            Fix('Write --- above it', UNSAFE, (Edit(Span(at, at), '---\n'),))
            if at == line_start(text, at) and not text.startswith('{', document.node.start)
            else None
        ),
    )

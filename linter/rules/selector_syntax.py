"""A selector is not one that Calico can read.

Comparisons are `key == 'value'` with quotes, `!=`, `in {…}`, `not in {…}`, `contains`, `starts
with`, `ends with`; tests are `has(key)` and `all()`; they are joined with `&&`, `||`, `!` and
parentheses. Only blanks and tabs may stand between them: from Calico 3.30 on a block scalar written
with `|` or `>` fails because of its final newline. The Calico API refuses the policy. Where kubectl
writes CRDs nobody checks selectors, and Felix drops the whole policy: it is there and enforces
nothing.

The fix is safe where the wrong token has one possible right form, as `=` does, and unsafe where
the form is a guess.

```yaml bad
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  selector: role = 'web'
  types: [Ingress]
```

```yaml bad
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  selector: >
    role == 'web' &&
    has(tier)
  types: [Ingress]
```

```yaml good
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  selector: >-
    role == 'web' &&
    (tier in {'a', 'b'} || !has(tier))
  types: [Ingress]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico import names
from linter.calico.document import Document
from linter.calico.lost_hash import lost_comment_of_selector
from linter.calico.repair import edit_value
from linter.calico.selector.accept import (
    V2,
    V3,
    V3_LENIENT,
    Mistake,
    accepts,
    explain,
)
from linter.calico.values import Leaf, Object
from linter.catalogue.rule import rule
from linter.diagnostic import Finding, MistakeKey
from linter.text.edit import Fix
from linter.text.source import Span
from linter.yaml.breaks import BREAK
from linter.yaml.edit import SAFE, UNSAFE, chomped
from linter.yaml.nodes import Scalar

GROUP = 'selectors'


@rule('calico-selector')
def check(leaf: Leaf, document: Document) -> Iterator[Finding]:
    text = leaf.text
    dialect = V2 if document.api == 'v2' else V3
    if accepts(text, dialect):
        return
    body = text.rstrip('\n')
    if body != text:
        yield from _report_newline(leaf, document)
        if accepts(body, dialect):
            return
        text = body  # how it ends was one mistake, and there is another one
    lost = lost_comment_of_selector(leaf, lambda value: accepts(value, dialect))
    if lost is not None:
        fact = 'selector'
        at = len(lost.value)
        span = document.inside(leaf, at + len(text[at:]) - len(text[at:].lstrip()))
        same = ('selector', leaf.span.start)
        yield from _report(leaf, document, fact, span, lost.advice, None, lost.fix, same)
        return
    mistake = explain(text, dialect)
    fact = 'selector'
    if dialect == V3:
        if accepts(text, V3_LENIENT):
            fact = 'selector-newline'
        elif document.is_namespaced and accepts(f'({text})', V3):
            fact = 'selector-unbalanced'
    span = document.inside(leaf, mistake.start, mistake.end)
    if leaf.name == 'namespaceSelector' and dialect == V3 and _is_name(text):
        right = f"projectcalico.org/name == '{text}'"
        edits = edit_value(document.source.text, leaf, ((0, len(text), right),))
        advice = (
            f'`{text}` alone is not a condition: write `{right}` for the namespace of that name'
        )
        fix = None if edits is None else Fix(f'Write `{right}`', UNSAFE, edits)
        yield from _report(
            leaf, document, fact, span, advice, None, fix, ('selector', leaf.span.start)
        )
        return
    yield from _report(
        leaf,
        document,
        fact,
        span,
        mistake.message,
        mistake.hint,
        _fix(leaf, document, mistake),
        ('selector', leaf.span.start),
    )


def _report_newline(leaf: Leaf, document: Document) -> Iterator[Finding]:
    node = leaf.node
    fix: Fix | None = None
    if isinstance(node, Scalar) and node.style in ('|', '>'):
        span = Span(node.start, node.start + 1)
        right = f'{node.style}-'
        fix = Fix(f'Write {right}', SAFE, (chomped(document.source.text, node),))
        message = (
            'the block keeps its final line break, which Calico refuses in a selector: '
            f'write {right} instead of {node.style}'
        )
    else:
        span = document.inside(leaf, len(leaf.text.rstrip('\n')))
        message = 'the selector ends in a line break, which Calico refuses: remove it'
        edits = edit_value(
            document.source.text, leaf, ((len(leaf.text.rstrip('\n')), len(leaf.text), ''),)
        )
        if edits is not None:
            fix = Fix('Remove the line break', SAFE, edits)
    yield from _report(
        leaf, document, 'selector', span, message, None, fix, ('selector-end', leaf.span.start)
    )


def _report(
    leaf: Leaf,
    document: Document,
    fact: str,
    span: Span,
    message: str,
    hint: str | None,
    fix: Fix | None,
    same: MistakeKey,
) -> Iterator[Finding]:
    if fact == 'selector' and _is_scope(leaf, document):
        fact = 'scope-selector'
    yield Finding(fact, span, message, hint, (), fix, leaf.yaml_path, same)


def _is_scope(leaf: Leaf, document: Document) -> bool:
    """Whether the selector is one that Felix leaves out where it does not parse."""
    return (
        leaf.name in ('namespaceSelector', 'serviceAccountSelector')
        and isinstance(leaf.parent, Object)
        and leaf.parent.type == 'Spec'
        and document.is_policy
    )


def _fix(leaf: Leaf, document: Document, mistake: Mistake) -> Fix | None:
    edits = edit_value(document.source.text, leaf, mistake.edits)
    if edits is None:
        return None
    title = mistake.fix_title or 'Write it as Calico reads it'
    applicability = mistake.applicability or UNSAFE
    if any(leaf.text[start:end].count('#') > new.count('#') for start, end, new in mistake.edits):
        # Somebody's comment would be lost, and where lines are folded, what stands below it.
        if any(_has_comment_and_more(document.source.text, edit.span) for edit in edits):
            return None
        applicability = UNSAFE
    return Fix(title[:1].upper() + title[1:], applicability, edits)


def _has_comment_and_more(text: str, span: Span) -> bool:
    """Whether a line of what is edited goes on behind a `#`, and another one follows."""
    at = text.find('#', *span)
    return at != -1 and BREAK.search(text, at, span.end) is not None


def _is_name(text: str) -> bool:
    """Whether a selector of namespaces is but the name of one."""
    return text not in ('all', 'global') and names.LABEL.match(text) is not None

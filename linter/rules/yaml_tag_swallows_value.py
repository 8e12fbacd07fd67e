"""A `!` in front of a plain value is a YAML tag, not part of the value.

`selector: !has(a)` is the tag `!has(a)` on an empty value: the selector is empty and selects
everything. `selector: ! has(a)` keeps the value and loses the negation: it selects the
opposite. Calico accepts both without a word. In quotes the text is what it looks like.

The fix is unsafe: it changes what is selected, to what the text says.

```yaml bad
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  selector: !has(internal)
  types: [Ingress]
```

```yaml good
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  selector: '!has(internal)'
  types: [Ingress]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.document import Document
from linter.calico.repair import context_of
from linter.calico.selector.accept import V2, V3, accepts
from linter.calico.values import Leaf
from linter.catalogue.rule import rule
from linter.diagnostic import Finding
from linter.text.edit import Edit, Fix
from linter.text.lazy_regex import lazy
from linter.text.source import Span
from linter.text.suggest import quoted
from linter.yaml.edit import in_quotes
from linter.yaml.nodes import Scalar

GROUP = 'yaml'

_TITLE = 'Put it in quotes, which changes what the policy means'
_ANCHOR = lazy(r'(?:\A|[ \t])&')


@rule('tagged')
def check(leaf: Leaf, document: Document) -> Iterator[Finding]:
    node = leaf.node
    if (
        not isinstance(node, Scalar)
        or node.tag is None
        or not node.tag.startswith('!')
        or node.style
    ):
        return
    if document.has_problem('type', node):
        return  # wrong-type
    end = max(node.end, node.start)
    written = document.source.text[node.outer : end].strip()
    span = Span(node.outer, node.outer + len(written))
    if '\n' in written or '\r' in written:
        return
    fix = None
    if not _ANCHOR.search(written) and _is_sensible(written, leaf, document):
        edit = Edit(span, in_quotes(written, context_of(leaf).quote))
        fix = Fix(_TITLE, 'unsafe', (edit,))
    if node.value:
        yield Finding(
            'yaml-negation',
            span,
            f'the ! is a YAML tag and not part of the value, which is {quoted(node.value)}: '
            'put the whole value in quotes',
            fix=fix,
            yaml_path=leaf.yaml_path,
        )
        return
    what = 'selects everything' if 'elector' in leaf.name else 'has no effect'
    yield Finding(
        'yaml-tag',
        span,
        f'{quoted(written)} is a YAML tag on an empty value, so {leaf.name} is empty and {what}: '
        'put it in quotes',
        fix=fix,
        yaml_path=leaf.yaml_path,
    )


def _is_sensible(written: str, leaf: Leaf, document: Document) -> bool:
    """Whether the text is one that could have been meant."""
    if 'elector' not in leaf.name:
        return True
    return accepts(written, V2 if document.api == 'v2' else V3)

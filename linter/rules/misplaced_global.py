"""`global()` stands where it has no meaning.

It means "host endpoints and global network sets" and makes sense only as the whole
`namespaceSelector` of a source or destination. Elsewhere Calico refuses the policy. It looks for
the text alone, so it also refuses `global(` inside a quoted value.

```yaml bad
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  selector: global()
  types: [Ingress]
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
      namespaceSelector: global()
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.document import Document
from linter.calico.values import Leaf, Object
from linter.catalogue.rule import rule
from linter.diagnostic import Finding
from linter.text.lazy_regex import lazy

GROUP = 'selectors'

_NOWHERE = '!has(projectcalico.org/namespace)'
_ALONE = lazy(r'[ \t]*global\([ \t]*\)[ \t]*\Z')
# v3.15 to v3.29 looked for a neighbour only, in what they print for the selector.
_JOINED = lazy(r'global\(\) (?:&&|\|\|)|(?:&&|\|\|) global\(\)')


def _is_joined(text: str) -> bool:
    from linter.calico.selector.meaning import canonical, parse  # hardly ever needed

    tree = parse(text)
    return tree is not None and _JOINED.search(canonical(tree)) is not None


@rule('calico-selector')
def check(leaf: Leaf, document: Document) -> Iterator[Finding]:
    at = leaf.text.find('global(')
    if at == -1 or document.api == 'v2' or not isinstance(leaf.parent, Object):
        return
    place = leaf.parent.type
    span = document.inside(leaf, at, at + 6)
    # A selector that cannot be read has no other mistake.
    same = ('selector', leaf.span.start)
    if place == 'EntityRule' and leaf.name == 'namespaceSelector':
        if _ALONE.match(leaf.text.rstrip('\n')):
            return
        message = (
            'global() must be the whole namespaceSelector: write one rule with it alone and one '
            'for the rest'
        )
        if '&&' in leaf.text:
            message = (
                'global() must be the whole namespaceSelector, and what is in no namespace has no '
                'labels of one: keep the side that is meant'
            )
        facts = ['global-not-alone']
        if _is_joined(leaf.text):
            facts.append('global-joined')
    elif place == 'EntityRule' and leaf.name == 'selector':
        message = (
            'global() is for the namespaceSelector of a source or destination only: write '
            'namespaceSelector: global()'
        )
        if not _ALONE.match(leaf.text.rstrip('\n')):
            message += ', and the rest as selector'
        facts = [
            'global-in-rule-selector' if 'global()' in leaf.text else 'global-in-rule-selector-open'
        ]
    elif place == 'Spec':
        advice = 'write all()'
        if document.is_policy:
            advice = f'write selector: "{_NOWHERE}" for what is in no namespace'
            if leaf.name == 'selector' and not _ALONE.match(leaf.text.rstrip('\n')):
                advice = f'write {_NOWHERE} in its place'
        message = f'global() is for the namespaceSelector of a source or destination only: {advice}'
        facts = [
            'global-in-policy-selector'
            if 'global()' in leaf.text
            else 'global-in-policy-selector-open'
        ]
    else:
        return
    for fact in facts:
        yield Finding(fact, span, message, yaml_path=leaf.yaml_path, same_mistake=same)

"""A list or text is longer than Calico allows.

The document is refused, often after an upgrade only. Calico 3.33 limits policies to 1,024 rules per
direction, rules to 256 nets and 50 ports per list, selectors to 1,024 characters and names of
services to 253. Since 3.32 http matches have at most 20 methods and 20 paths of 1,024 characters,
and the `node` of a host endpoint has at most 253.

```yaml bad --calico-version 3.33
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
    destination:
      ports: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22,
        23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43,
        44, 45, 46, 47, 48, 49, 50, 51]
```

```yaml good --calico-version 3.33
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
    destination:
      ports: ['1:51']
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.document import Document
from linter.calico.values import Array, Leaf, Object
from linter.catalogue.rule import finding_at, finding_at_key, rule
from linter.diagnostic import Finding

GROUP = 'fields'

_LISTS = {
    'Spec': (
        ('ingress', 1024, 'rules-too-many'),
        ('egress', 1024, 'rules-too-many'),
        ('policyTypes', 2, 'policy-types-too-many'),
    ),
    'EntityRule': (
        ('nets', 256, 'entity-list-too-long'),
        ('notNets', 256, 'entity-list-too-long'),
        ('ports', 50, 'entity-list-too-long'),
        ('notPorts', 50, 'entity-list-too-long'),
    ),
    'HTTPMatch': (('methods', 20, 'http-list-too-long'), ('paths', 20, 'http-list-too-long')),
}
_TEXTS = {
    'HTTPPath': (('exact', 1024, 'http-list-too-long'), ('prefix', 1024, 'http-list-too-long')),
    'Spec': (('node', 253, 'hep-node-too-long'),),
    'ServiceMatch': (
        ('name', 253, 'services-name-too-long'),
        ('namespace', 253, 'services-name-too-long'),
    ),
}


@rule('Spec', 'EntityRule', 'HTTPMatch')
def check(object: Object, document: Document) -> Iterator[Finding]:
    for name, most, fact in _LISTS[object.type]:
        value = object.fields.get(name)
        if isinstance(value, Array) and len(value.items) > most:
            yield finding_at_key(
                fact,
                value,
                f'{name} has {len(value.items)} items, and Calico allows {most}: '
                'split it into several',
            )


@rule('HTTPPath', 'ServiceMatch', 'Spec')
def check_text(object: Object, document: Document) -> Iterator[Finding]:
    for name, most, fact in _TEXTS[object.type]:
        leaf = object.leaf(name)
        if leaf is not None and len(leaf.text) > most:
            yield finding_at(
                fact,
                leaf,
                f'{name} has {len(leaf.text)} characters, and Calico allows {most}: shorten it',
            )


@rule('calico-selector')
def check_selector(leaf: Leaf, document: Document) -> Iterator[Finding]:
    if (
        len(leaf.text) > 1024
        and isinstance(leaf.parent, Object)
        and leaf.parent.type in ('Spec', 'EntityRule')
    ):
        yield finding_at(
            'selector-too-long',
            leaf,
            f'{leaf.name} has {len(leaf.text)} characters, and Calico 3.33 allows '
            '1024: use fewer terms, or a label that stands for them',
        )

"""A field belongs to the v1 API of Calico 2.

`net` became `nets`, `tag` became a selector, and their negations likewise. Calico refuses them;
where kubectl drops unknown fields the match disappears, and the rule matches everything. The v2
pre-release does not know them either, though its reference page still lists `tag` and `notTag`.
Of pools `ipip` became `ipipMode` and `nat-outgoing` became `natOutgoing`.

In a document of v1 or v2 the fix of `legacy-api`, which is unsafe, takes them along.

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
      net: 10.0.0.0/8
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
      nets: [10.0.0.0/8]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.decoded import Problem
from linter.calico.document import Document
from linter.calico.kinds import V1_FIELDS, V1_POOL_FIELDS
from linter.calico.misplaced import neighbour
from linter.calico.rendered import as_nets, written
from linter.calico.values import Leaf, Object, Value
from linter.catalogue.rule import finding_at_key, rule
from linter.diagnostic import Finding
from linter.text.source import Span
from linter.text.suggest import quoted
from linter.yaml.nodes import MappingNode, Scalar

GROUP = 'fields'


@rule('problem:unknown')
def check(problem: Problem, document: Document) -> Iterator[Finding]:
    if problem.key is None or neighbour(problem, document) != 'v1':
        return
    wanted = V1_FIELDS[problem.name]
    node = problem.value.node if isinstance(problem.value, Leaf) else None
    text = node.value if isinstance(node, Scalar) else ''
    if wanted in ('nets', 'notNets'):
        data = as_nets(node) if node is not None else None
        shown = written({wanted: data}) if data is not None else None
        advice = shown[1:-1] if shown is not None else f'{wanted}: […]'
    else:
        # As Calico's own converter does; has(…) would match other values of the label, too.
        advice = f"{wanted}: {text} == ''" if text else wanted
    fact = 'v2-tag' if document.api == 'v2' and wanted.lower().endswith('selector') else 'v1-field'
    yield Finding(
        fact,
        Span(problem.key.start, problem.key.end),
        f'{quoted(problem.name)} is a field of the v1 API, which is gone: write {advice}',
        yaml_path=problem.value.yaml_path if problem.value is not None else None,
    )


@rule('Spec', kinds=('IPPool',))
def check_v1(spec: Object, document: Document) -> Iterator[Finding]:
    ipip = spec.fields.get('ipip')
    if ipip is not None:
        yield finding_at_key('pool-v1-ipip', ipip, _of_a_pool('ipip', ipip))
    nat = spec.leaf('nat-outgoing')
    if nat is not None and nat.value is True:
        yield finding_at_key('pool-v1-nat', nat, _of_a_pool('nat-outgoing', nat))


@rule('problem:later', kinds=('IPPool',))
def check_gone(problem: Problem, document: Document) -> Iterator[Finding]:
    """Since Calico 3.32 pools do not even have the fields whose content was refused before."""
    if problem.key is not None and problem.name in V1_POOL_FIELDS:
        yield Finding(
            'v1-field',
            Span(problem.key.start, problem.key.end),
            _of_a_pool(problem.name, problem.value),
            yaml_path=problem.value.yaml_path if problem.value is not None else None,
        )


def _of_a_pool(name: str, value: Value | None) -> str:
    field = V1_POOL_FIELDS[name]
    node = value.node if value is not None else None
    if isinstance(node, MappingNode):
        said = {key.value: one.value for key, one in node.entries if isinstance(one, Scalar)}
        mode = 'CrossSubnet' if said.get('mode') == 'cross-subnet' else 'Always'
        field += f': {mode if said.get("enabled") == "true" else "Never"}'
    elif isinstance(node, Scalar) and node.value in ('true', 'false'):
        field += f': {node.value}'
    return f'{quoted(name)} is a field of the v1 API, which is gone: write {field}'

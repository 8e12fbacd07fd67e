"""The name of a policy does not begin with the name of its tier.

From Calico 3.29 to 3.31 a policy of a tier other than `default` is named `<tier>.<name>`, and a
policy of the default tier has no other prefix than `default.`; what is named otherwise is refused.
Calico 3.32 dropped this rule.
Earlier versions also stored default-tier policies under such a name, which matters to whoever
writes `crd.projectcalico.org/v1` directly.

```yaml bad --calico-version 3.31
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  tier: security
  types: [Ingress]
```

```yaml good --calico-version 3.31
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: security.web
  namespace: shop
spec:
  tier: security
  types: [Ingress]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.document import Document
from linter.calico.values import Object
from linter.catalogue.rule import finding_at, rule
from linter.diagnostic import Finding
from linter.text.suggest import quoted

GROUP = 'names'

_EXEMPT = ('knp.default.', 'kanp.adminnetworkpolicy.', 'kbanp.baselineadminnetworkpolicy.', 'ossg.')


@rule('Metadata')
def check(metadata: Object, document: Document) -> Iterator[Finding]:
    leaf = metadata.leaf('name')
    if leaf is None or not leaf.text or not document.is_policy or leaf.text.startswith(_EXEMPT):
        return
    name = leaf.text
    spec = document.spec
    tier = (spec.text('tier') if spec is not None else '') or 'default'
    if tier == 'default':
        wrong = '.' in name and not name.startswith('default.')
    else:
        wrong = not name.startswith(tier + '.')
    if wrong:
        # Behind the name of the tier there is no other dot.
        head, _, rest = name.partition('.')
        rest = rest.replace('.', '-')
        advice = (
            f'write {quoted(rest)}, or set spec.tier to {quoted(head)}'
            if tier == 'default'
            else f'write {quoted(".".join((tier, name.replace(".", "-"))))}'
        )
        yield finding_at(
            'tier-prefix-required',
            leaf,
            f'from Calico 3.29 to 3.31 the name of a policy of tier '
            f'{quoted(tier)} begins with {quoted(tier + ".")}'
            f'{" or has no dot" if tier == "default" else ""}: {advice}',
            same_mistake=('name', leaf.node.start),
        )
    # Only who writes the store itself meets the name under which an object is stored.
    stored = document.root.text('apiVersion').startswith('crd.')
    if stored and not name.startswith(f'{tier}.'):
        yield finding_at(
            'tier-prefix-stored',
            leaf,
            f'this object of tier {tier} is not named {quoted(f"{tier}.{name}")}',
            same_mistake=('name', leaf.node.start),
        )

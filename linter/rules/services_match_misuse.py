"""A `services` match is incomplete or stands where it cannot work.

Calico refuses the policy. Where kubectl writes CRDs without these checks, nobody says what the data
plane makes of it. Services are matched as the destination of egress rules and the source of ingress
rules. A match names the service, in a GlobalNetworkPolicy also its namespace, and stands alone: no
selectors, nets or serviceAccounts beside it, no ports in a destination.

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
    destination:
      services:
        name: db
```

```yaml good
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  types: [Egress]
  egress:
  - action: Allow
    destination:
      services:
        name: db
        namespace: shop
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico import names
from linter.calico.document import Document
from linter.calico.misplaced import missing
from linter.calico.values import Array, Leaf, Object
from linter.catalogue.rule import finding_at, finding_at_key, rule
from linter.diagnostic import Finding
from linter.text.suggest import listing, quoted

GROUP = 'selectors'

_ALONE = ('namespaceSelector', 'selector', 'notSelector', 'nets', 'notNets', 'serviceAccounts')


@rule('ServiceMatch')
def check(services: Object, document: Document) -> Iterator[Finding]:
    entity = services.parent
    traffic = services.up('Rule')
    if not isinstance(entity, Object) or traffic is None:
        return
    side, direction = entity.name, traffic.name
    if (direction, side) in (('egress', 'source'), ('ingress', 'destination')):
        right = 'destination' if direction == 'egress' else 'source'
        yield finding_at_key(
            'services-wrong-side',
            services,
            f'services cannot match the {side} of an {direction} rule: write it under {right}',
        )
    name = services.leaf('name')
    if 'name' not in services.fields:
        empty = services.nulls.get('name')
        message = 'services says no name: add the name of the service'
        yield (
            finding_at('services-name-missing', empty, message)
            if empty
            else finding_at_key(
                'services-name-missing',
                services,
                message,
                same_mistake=missing(services, 'name', document),
            )
        )
    elif name is not None and not name.text:
        yield finding_at(
            'services-name-missing', name, 'the name of the service is empty: write it'
        )
    if document.kind.endswith('GlobalNetworkPolicy') and not services.text('namespace'):
        blank = services.fields.get('namespace') or services.nulls.get('namespace')
        if not (isinstance(blank, Leaf) and not blank.ok and blank.value is not None):
            message = (
                'services says no namespace, which a global policy needs: '
                'add the namespace of the service'
            )
            yield (
                finding_at('services-namespace-missing', blank, message)
                if blank
                else finding_at_key('services-namespace-missing', services, message)
            )
    for field in ('name', 'namespace'):
        leaf = services.leaf(field)
        if leaf is not None and leaf.text and not names.is_subdomain(leaf.text):
            yield finding_at(
                'services-name-charset',
                leaf,
                f'{quoted(leaf.text)} is not the {field} of a service: it consists of a-z, '
                "0-9, '-' and '.'",
            )
    clash = [
        value
        for field in _ALONE
        if (value := entity.fields.get(field)) is not None
        and not (isinstance(value, Leaf) and value.text == '' and value.ok)
        and not (isinstance(value, Array) and not value.items)
    ]
    if clash:
        clash.sort(key=lambda value: value.key_span.start)
        words = listing([value.name for value in clash], 'and')
        yield finding_at_key(
            'services-with-other-match',
            clash[0],
            f'services stands alone in its {side}, and {words} cannot narrow it: keep what you '
            'mean, because each of them alone matches more',
            related=((services.key_span, 'services'),),
            about=entity,
        )
    if side == 'destination':
        ports = [
            value
            for field in ('ports', 'notPorts')
            if isinstance(value := entity.fields.get(field), Array) and value.items
        ]
        if ports:
            yield finding_at_key(
                'services-with-ports',
                ports[0],
                'a services match brings the ports of the service with it: for other ports write a '
                f'selector instead; without {ports[0].name} every port of the service would match',
                related=((services.key_span, 'services'),),
            )

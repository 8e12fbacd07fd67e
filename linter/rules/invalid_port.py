"""A port is not a number from 1 to 65535, a range, or the name of a port.

Calico reads a port as a number, as a range `low:high`, or as a name that a pod gives to one of
its ports: at most 15 characters of a-z, 0-9 and single dashes, at least one of them a letter.
What is none of these is refused. Where kubectl writes CRDs the mistake gets through: a port
that cannot be decoded then stops the policy updates of the whole cluster (calico#11529).

The fix is unsafe: words behind a port, which lost their `#`, become a comment again.

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
    destination:
      ports: [0]
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
    destination:
      ports:
      - 443  https
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
    protocol: TCP
    destination:
      ports: [80, '8000:8080', http]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico import ports
from linter.calico.document import Document
from linter.calico.lost_hash import lost_comment
from linter.calico.values import Leaf, Object
from linter.catalogue.rule import finding_at, rule
from linter.diagnostic import Finding
from linter.text.lazy_regex import lazy
from linter.text.suggest import quoted

GROUP = 'ports'

_WITH_PROTOCOL = lazy(r'(?i)([0-9]{1,5})/(tcp|udp|sctp)\Z')


@rule('calico-port')
def check(leaf: Leaf, document: Document) -> Iterator[Finding]:
    port = ports.parse(leaf.value)
    if port.problem is None:
        return
    text = leaf.text
    if text and (ports.as_range(text) is not None or ports.as_list(text)):
        return  # port-range-dash
    shown = quoted(text) if isinstance(leaf.value, str) else str(leaf.value)
    if document.api == 'v2' and port.problem == 'name':
        return
    advice, fix = port.why, None
    lost = lost_comment(leaf, lambda value: ports.parse(value).problem is None)
    if lost is not None:
        advice, fix = lost.advice, lost.fix
    else:
        match = _WITH_PROTOCOL.match(text)
        if match is not None:
            advice = f'write {match[1]}, and protocol: {match[2].upper()} in the rule'
    yield finding_at(f'port-{port.problem}', leaf, f'{shown} is not a port: {advice}', fix=fix)


@rule('EndpointPort')
def check_endpoint_port(port: Object, document: Document) -> Iterator[Finding]:
    name = port.leaf('name')
    if name is not None and not ports.is_name(name.text):
        yield finding_at(
            'hep-port-name',
            name,
            f'{quoted(name.text)} is not the name of a port: it has at most 15 characters of '
            "a-z, 0-9 and single '-', at least one of them a letter",
        )

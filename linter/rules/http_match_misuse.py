"""An `http` match stands where it cannot work, or is not well formed.

Calico refuses the policy. HTTP is matched in ingress rules that allow, with protocol TCP or none.
Methods are not repeated; a path is either `exact` or `prefix`, begins with `/` and has no `?`, `#`
or blank.

```yaml bad
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  types: [Ingress]
  ingress:
  - action: Deny
    http:
      methods: [DELETE]
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
    http:
      methods: [GET]
      paths:
      - prefix: /public
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter import protocols
from linter.diagnostic import Finding
from linter.document import Document
from linter.rule import at, at_key, rule
from linter.source import Span
from linter.values import Object
from linter.words import quoted

GROUP = 'selectors'


@rule('HTTPMatch')
def check(http: Object, document: Document) -> Iterator[Finding]:
    traffic = http.up('Rule')
    if traffic is None:
        return
    action = traffic.leaf('action')
    if action is not None and action.text in ('Deny', 'Log', 'Pass'):
        yield at_key(
            'R-801',
            http,
            f'an http match is for rules that allow, not for {action.text}: remove http',
            related=((action.span, 'the action'),),
        )
    if traffic.name == 'egress':
        yield at_key('R-802', http, 'an http match is for ingress rules only: remove http')
    protocol = traffic.leaf('protocol')
    if protocol is not None:
        read = protocols.parse(protocol.value, document.api)
        shown = quoted(str(protocol.value))
        if read.problem is None and read.name != 'TCP':
            yield at_key(
                'R-803',
                http,
                f'an http match needs protocol TCP or none, not {shown}: '
                'write protocol: TCP, or remove http',
                related=((protocol.span, 'the protocol'),),
            )
        elif read.problem is None and read.written != 'name':
            fact = 'R-803-number' if read.written == 'number' else 'R-803-text'
            yield at(
                fact,
                protocol,
                f'with an http match the protocol goes by its name: write TCP for {shown}',
            )
    seen: dict[str, Span] = {}
    for leaf in http.leaves('methods'):
        if leaf.text in seen:
            yield at(
                'R-804',
                leaf,
                f'{quoted(leaf.text)} is in methods twice: remove one of them',
                related=((seen[leaf.text], 'the first one'),),
            )
        else:
            seen[leaf.text] = leaf.span


@rule('HTTPPath')
def check_path(path: Object, document: Document) -> Iterator[Finding]:
    exact, prefix = path.leaf('exact'), path.leaf('prefix')
    if exact is not None and prefix is not None and exact.text and prefix.text:
        later, first = sorted((exact, prefix), key=lambda leaf: -leaf.key_span.start)
        yield at_key(
            'R-805',
            later,
            'a path is either exact or prefix: remove one of them',
            related=((first.key_span, 'the other one'),),
        )
        return
    leaf = exact if exact is not None and exact.text else prefix
    if leaf is None or not leaf.text:
        if not any(
            field in path.fields and path.leaf(field) is None for field in ('exact', 'prefix')
        ):
            yield at_key('R-805', path, 'a path needs a value: add exact: or prefix: and the path')
        return
    if not leaf.text.startswith('/'):
        yield at(
            'R-805', leaf, f'{quoted(leaf.text)} is not a path: write {quoted("/" + leaf.text)}'
        )
    else:
        bad = next((c for c in leaf.text if c in '?# '), None)
        if bad is not None:
            what = {'?': "a '?'", '#': "a '#'", ' ': 'a blank'}[bad]
            yield at(
                'R-805',
                leaf,
                f'{quoted(leaf.text)} has {what}, which a path cannot have: remove it',
            )

"""An `http` match stands where it cannot work, or is not well formed.

Calico refuses the policy. HTTP is matched in ingress rules that allow, with protocol TCP or none.
Methods are not repeated; a path is either `exact` or `prefix`, begins with `/` and has no `?`, `#`
or blank. Calico accepts `get`, and no request has such a method: they are in capitals.

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

from linter.calico import protocols
from linter.calico.document import Document
from linter.calico.values import Object
from linter.catalogue.rule import finding_at, finding_at_key, rule
from linter.diagnostic import Finding
from linter.text.source import Span
from linter.text.suggest import quoted

GROUP = 'selectors'

_METHODS = frozenset(
    ('CONNECT', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'TRACE')
)
"""https://www.rfc-editor.org/rfc/rfc9110#section-9: their case matters."""


@rule('HTTPMatch')
def check(http: Object, document: Document) -> Iterator[Finding]:
    traffic = http.up('Rule')
    if traffic is None:
        return
    action = traffic.leaf('action')
    if action is not None and action.text in ('Deny', 'Log', 'Pass'):
        yield finding_at_key(
            'http-needs-allow',
            http,
            f'an http match is for rules that allow, not for {action.text}: write rules with '
            'action: Allow for the requests that may pass; without http this one matches them all',
            related=((action.span, 'the action'),),
        )
    if traffic.name == 'egress':
        yield finding_at_key(
            'http-in-egress',
            http,
            'an http match is for ingress rules only: write it in a policy of the servers; '
            'without http this rule would match every request',
        )
    protocol = traffic.leaf('protocol')
    if protocol is not None:
        read = protocols.parse(protocol.value, document.api)
        shown = quoted(str(protocol.value))
        if read.problem is not None:
            yield finding_at(
                'http-protocol-unknown',
                protocol,
                f'an http match needs protocol TCP or none, not {shown}: '
                'write protocol: TCP, or remove http',
                same_mistake=('protocol', protocol.span.start),
            )
        elif read.name != 'TCP':
            advice = 'write protocol: TCP'
            if 'icmp' in traffic.fields or 'notICMP' in traffic.fields:
                advice = 'no traffic is both, so keep the match that is meant'
            yield finding_at_key(
                'http-needs-tcp',
                http,
                f'an http match needs protocol TCP or none, not {shown}: {advice}',
                related=((protocol.span, 'the protocol'),),
            )
        elif read.written != 'name':
            fact = 'http-protocol-number' if read.written == 'number' else 'http-protocol-text'
            yield finding_at(
                fact,
                protocol,
                f'with an http match the protocol goes by its name: write TCP for {shown}',
            )
    seen: dict[str, Span] = {}
    methods = {leaf.text for leaf in http.leaves('methods')}
    for leaf in http.leaves('methods'):
        if leaf.text in seen:
            yield finding_at(
                'http-method-duplicate',
                leaf,
                f'{quoted(leaf.text)} is in methods twice: remove one of them',
                related=((seen[leaf.text], 'the first one'),),
            )
        else:
            seen[leaf.text] = leaf.span
            right = leaf.text.upper()
            if right != leaf.text and right in _METHODS and right not in methods:
                yield finding_at(
                    'http-method-case',
                    leaf,
                    f'no request has the method {quoted(leaf.text)}: write {right}',
                )


@rule('HTTPPath')
def check_path(path: Object, document: Document) -> Iterator[Finding]:
    exact, prefix = path.leaf('exact'), path.leaf('prefix')
    if exact is not None and prefix is not None and exact.text and prefix.text:
        later, first = sorted((exact, prefix), key=lambda leaf: -leaf.key_span.start)
        yield finding_at_key(
            'http-path-one-of',
            later,
            'a path is either exact or prefix: keep exact, which matches less',
            related=((first.key_span, 'the other one'),),
            about=path,
        )
        return
    leaf = exact if exact is not None and exact.text else prefix
    if leaf is None or not leaf.text:
        if not any(
            field in path.fields and path.leaf(field) is None for field in ('exact', 'prefix')
        ):
            yield finding_at_key(
                'http-path-one-of',
                path,
                'a path needs a value: add exact: or prefix: and the path',
                about=path,
                same_mistake=('missing ', path.node.start),
            )
        return
    if not leaf.text.startswith('/'):
        yield finding_at(
            'http-path-one-of',
            leaf,
            f'{quoted(leaf.text)} is not a path: write {quoted("/" + leaf.text)}',
            about=path,
        )
    else:
        bad = next((c for c in leaf.text if c in '?# '), None)
        if bad is not None:
            what = {'?': "a '?'", '#': "a '#'", ' ': 'a blank'}[bad]
            yield finding_at(
                'http-path-one-of',
                leaf,
                f'{quoted(leaf.text)} has {what}, which a path cannot have: write the path alone',
                about=path,
            )

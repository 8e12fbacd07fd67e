"""A rule can match no packet at all, whatever its selectors fit.

`ICMP` by name is a protocol of IPv4 and `ICMPv6` one of IPv6, so neither has an address of the
other family. A rule with networks exists only in the family that all its lists have. `notNets`
that cover all of `nets` leave nothing, and neither do `notPorts` that cover all of `ports`. Calico
accepts each of these, and a Deny so written denies nothing.

```yaml bad
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  selector: app == 'web'
  types: [Ingress]
  ingress:
  - action: Allow
    protocol: ICMPv6
    source:
      nets: [10.0.0.0/8]
```

```yaml good
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  selector: app == 'web'
  types: [Ingress]
  ingress:
  - action: Allow
    protocol: ICMP
    source:
      nets: [10.0.0.0/8]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.document import Document
from linter.calico.values import Array
from linter.catalogue.rule import finding_at, rule
from linter.diagnostic import Finding
from linter.policy.model import Rule
from linter.policy.one import OnePolicy
from linter.policy.rule_checks import never_matches

GROUP = 'hazards'

_WHY = {
    'protocol': 'notProtocol takes away its protocol: correct one of them',
    'icmp': 'its protocol, icmp and notICMP leave no packet: correct one of them',
    'family': 'its protocol and its networks are of different IP families: write one of them for '
    'the family of the other',
    'nets': 'notNets takes away all of nets: correct one of them',
    'ports': 'notPorts takes away all of ports: correct one of them',
}
_PLACES = {
    'protocol': ('notProtocol',),
    'icmp': ('notICMP',),
    'family': (
        'source.nets',
        'destination.nets',
        'source.notNets',
        'destination.notNets',
        'protocol',
    ),
    'nets': ('source.notNets', 'destination.notNets'),
    'ports': ('source.notPorts', 'destination.notPorts'),
}


@rule('policy')
def check(one: OnePolicy, document: Document) -> Iterator[Finding]:
    for direction in one.policy.directions:
        for number in range(len(one.policy.rules(direction))):
            why = never_matches(one.policy, direction, number, one.semantics)
            if why == 'family':
                why = _reason(one.policy.rules(direction)[number])
            if why not in _WHY or (
                why == 'nets' and _excludes_all(one.policy.rules(direction)[number])
            ):
                continue
            at = one.rule(direction, number)
            for place in _PLACES[why]:
                found = one.part(direction, number, place)
                if found.name == place.rpartition('.')[2]:
                    break
            if isinstance(found, Array) and found.items:
                found = found.items[0]
            yield finding_at(
                'rule-never-matches',
                found,
                f'this rule never matches: {_WHY[why]}',
                same_mistake=('never', found.node.start),
                about=at,
            )


def _excludes_all(traffic: Rule) -> bool:
    """Whether one network in notNets is every address, of which negated-catch-all speaks."""
    return any(
        net.first == 0 and (net.last + 1).bit_length() == (33 if net.family == 4 else 129)
        for side in (traffic.source, traffic.destination)
        for net in side.not_nets
    )


def _reason(traffic: Rule) -> str | None:
    """Why there is no such packet; None where ip-version-mismatch or mixed-ip-family says so."""
    families = {
        net.family
        for side in (traffic.source, traffic.destination)
        for net in (*side.nets, *side.not_nets)
    }
    if traffic.not_protocol is not None and not families:
        return 'protocol'
    if traffic.not_icmp is not None and not families:
        return 'icmp'
    return 'family' if len(families) == 1 and traffic.ip_version is None else None

"""Documents as real repositories have them: every kind, every way to write YAML by hand."""

from __future__ import annotations

import random
from collections.abc import Iterator

from inputs import SEED, Maker

_NOTES = (
    ('  namespace: ', '  # no namespace: '),
    ("'8080:8090'", '20:21'),
    ('ports: [', 'ports: [22:23, '),
)
_MISTAKES = (
    ('action: Allow', 'action: allow'),
    ('protocol: TCP', 'protocol: tcp'),
    ('== ', '= '),
    ('/24', '/33'),
    ('/24', ''),
    ('Ingress', 'ingress'),
    ('spec:', 'specs:'),
    ('nets', 'net'),
    ('ports', 'port'),
    ('order: ', 'Order: '),
    ('v3', 'V3'),
)


class Stylist(Maker):
    """Makes documents of all kinds in many styles."""

    def __init__(self, seed: int = SEED) -> None:
        super().__init__(seed)
        self.makers = (
            self.short, self.short, self.flow, self.blocks, self.quoted, self.quoted,
            self.host_endpoint, self.network_set, self.network_set, self.pool, self.profile,
            self.hosts, self.tier,
        )  # fmt: skip

    def document(self, number: int, notes: float = 0.0, mistakes: float = 0.0) -> str:
        make = self.policy if self.random.random() < 0.3 else self.random.choice(self.makers)
        text = make(number)
        if self.random.random() < mistakes:
            text = self._changed(text, _MISTAKES)
        elif self.random.random() < notes:
            text = self._changed(text, _NOTES)
        if self.random.random() < 0.1:
            text = f'---\n{text}'
        return text.replace('\n', '\r\n') if self.random.random() < 0.03 else text

    def _changed(self, text: str, changes: tuple[tuple[str, str], ...]) -> str:
        for old, new in self.random.sample(changes, len(changes)):
            if old in text:
                return text.replace(old, new, 1)
        return text

    def _plain(self) -> str:
        """A term that may stand without quotes: what begins with ! is a tag to YAML."""
        return self.term().removeprefix('!')

    def _nets(self) -> str:
        return ', '.join(sorted({self.network() for _ in range(self.random.randint(1, 4))}))

    def short(self, number: int) -> str:
        return f"""apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: allow-{number}
  namespace: shop-{number % 17}
spec:
  selector: {self._plain()}
  ingress:
  - action: Allow
    protocol: TCP
    source:
      selector: {self._plain()}
    destination:
      ports:
      - {self.random.randrange(1, 60000)}
"""

    def flow(self, number: int) -> str:
        return f"""apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: {{name: deny-{number}, labels: {{team: 'blue', "tier": web}}}}
spec:
  order: {number % 1000}.5
  namespaceSelector: has(projectcalico.org/name) && team in {{'a', "b-{number}"}}
  types: [Ingress, Egress]
  ingress: [{{action: Deny, source: {{nets: [{self._nets()}]}}}}]
  egress:
    - {{action: Allow, protocol: UDP, destination: {{ports: [53, '8080:8090', dns]}}}}
    - action: Pass   # the rest
"""

    def blocks(self, number: int) -> str:
        return f"""# What may reach the database, and why.
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: blocks-{number}
  namespace: data
  annotations:
    description: |
      Only the back end: see ticket #{number}.

      - reviewed
    owner: "team 'data'"
spec:
  tier: default
  selector: >-
    database == 'db-{number}' &&
    ({self.term()})
  types:
    - Ingress
  ingress:

    # the back end
    - action: Allow
      metadata:
        annotations:
          from: backend
      protocol: TCP
      source:
        namespaceSelector: |-
          kubernetes.io/metadata.name == 'shop'
        serviceAccounts:
          names:
            - backend-{number}
            - jobs
      destination:
        ports: [5432]
"""

    def quoted(self, number: int) -> str:
        return f"""apiVersion: "projectcalico.org/v3"
kind: 'NetworkPolicy'
metadata:
  name: "quoted-{number}"
  namespace: 'it''s'
spec:
  selector: "app == \\"web-{number}\\" || has(x)"
  types: ["Ingress", 'Egress']
  egress:
  -   action: "Allow"
      protocol: 'TCP'
      destination:
        selector: '{self.term().replace("'", '"')}'
        notNets: ["{self.network()}"]
        ports: ["443", '8443']
""".replace("'it''s'", f"'shop-{number % 13}'")

    def host_endpoint(self, number: int) -> str:
        return f"""apiVersion: projectcalico.org/v3
kind: HostEndpoint
metadata:
  name: node-{number}-eth0
  creationTimestamp: null
  labels:
    role: node
    host: 'n{number}'
spec:
  node: node-{number}
  interfaceName: eth0
  expectedIPs: ["192.0.2.{number % 255}"]
  profiles: []
  ports:
    - name: metrics
      protocol: TCP
      port: {1024 + number % 9000}
"""

    def network_set(self, number: int) -> str:
        nets = ''.join(f'    - {net}\n' for net in sorted({self.network() for _ in range(12)}))
        return f"""apiVersion: projectcalico.org/v3
kind: GlobalNetworkSet
metadata:
  name: set-{number}
  labels: {{role: blocked, number: "{number}"}}
spec:
  nets:
{nets}"""

    def pool(self, number: int) -> str:
        return f"""apiVersion: projectcalico.org/v3
kind: IPPool
metadata:
  name: pool-{number}
spec:
  cidr: 10.{number % 250}.0.0/16
  ipipMode: CrossSubnet
  vxlanMode: Never
  natOutgoing: true
  nodeSelector: zone == "z{number}"
"""

    def profile(self, number: int) -> str:
        return f"""apiVersion: projectcalico.org/v3
kind: Profile
metadata:
  name: profile-{number}
spec:
  egress:
  - action: Allow
  ingress:
  - action: Deny
    source: {{nets: [{self.network()}]}}
  - action: Allow
  labelsToApply:
    profile: profile-{number}
"""

    def hosts(self, number: int) -> str:
        return f"""apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: {{name: hosts-{number}}}
spec:
  selector: role == 'node'
  order: {number % 100}
  {self.random.choice(('preDNAT', 'doNotTrack'))}: true
  applyOnForward: true
  types: [Ingress]
  ingress:
    - action: Allow
      protocol: ICMP
      icmp: {{type: 8, code: 0}}
    - action: Deny
      source:
        nets: [{self._nets()}]
      destination: {{}}
"""

    def tier(self, number: int) -> str:
        return f"""apiVersion: projectcalico.org/v3
kind: Tier
metadata: {{name: tier-{number}}}
spec: {{order: {number % 1000}, defaultAction: Pass}}
"""


def varied(count: int) -> Iterator[str]:
    """One in twenty has a note."""
    maker = Stylist()
    return (maker.document(number, notes=0.11) for number in range(count))


def mixed(count: int) -> Iterator[str]:
    """A third has findings."""
    maker = Stylist()
    return (maker.document(number, mistakes=0.34) for number in range(count))


def crds(megabytes: int) -> Iterator[str]:
    """Schemas of somebody else's resources, a file of each half a megabyte."""
    rnd = random.Random(SEED)
    for number in range(megabytes * 2):
        lines = [
            'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n'
            f'  name: things{number}.example.com\nspec:\n  versions:\n  - schema:\n'
        ]
        size = 0
        while size < 500_000:
            indent = '  ' * rnd.randrange(3, 14)
            lines.append(
                f'{indent}field{rnd.randrange(1000)}:\n{indent}  description: |-\n'
                f'{indent}    What this kind of thing is to {rnd.randrange(10**9)}.\n'
                f'{indent}  type: string\n{indent}  kind: Thing\n'
            )
            size += len(lines[-1])
        yield ''.join(lines)


def kinds_in_json(megabytes: int) -> str:
    """One JSON document full of keys that are called kind."""
    rnd = random.Random(SEED)
    items = []
    size = 0
    while size < megabytes * 1_000_000:
        items.append(
            f'{{"kind": "{rnd.choice(("pod", "node", "policy-report", "Service"))}", '
            f'"name": "n{rnd.randrange(10**6)}", "value": {rnd.randrange(1000)}}}'
        )
        size += len(items[-1]) + 2
    return '{"apiVersion": "v1", "kind": "Report", "items": [\n' + ',\n'.join(items) + '\n]}\n'


def schemas(count: int) -> Iterator[str]:
    """JSON schemas of somebody else's kinds, as catalogues have them, with sizes that vary."""
    rnd = random.Random(SEED)
    for number in range(count):
        fields = []
        for field in range(rnd.randrange(10, 160)):
            words = 'what this is for, and how it came to be. ' * rnd.randrange(1, 9)
            name = rnd.choice(('kind', 'apiVersion', 'name', 'spec', 'port', f'field{field}'))
            fields.append(
                f'    "{name}": {{\n      "description": "{words}\\nSee https://example.com/a-b",\n'
                '      "type": "string"\n    }'
            )
        body = ',\n'.join(fields)
        yield (
            f'{{\n  "description": "Thing{number} is a thing",\n  "properties": {{\n{body}\n  }},\n'
            '  "type": "object"\n}\n'
        )

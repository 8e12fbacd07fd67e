"""The inputs of the benchmark: made here, the same on every machine, from a fixed seed.

Policies are of a realistic size (25 to 45 lines with selectors, ports and networks), and no two are
alike, so that nothing wins by remembering what it has read.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator

SEED = 20260
_APPS = ('api', 'auth', 'billing', 'cart', 'catalog', 'db', 'gateway', 'mail', 'search', 'web')
_TEAMS = ('blue', 'green', 'orange', 'red')
_KEYS = ('app', 'app.kubernetes.io/name', 'component', 'role', 'tier')
_PORTS = (53, 80, 443, 3000, 3306, 5432, 6379, 8080, 8443, 9090, 9200)

_MISTAKES = (
    ('action: Allow', 'action: allow'),
    ('protocol: ', 'protcol: '),
    ("== '", "= '"),
    ('.0/24', '.0/42'),
    ('.0/24', '.7/24'),
    ('- Ingress', '- ingress'),
    ('  types:', '  policyTypes:'),
    ('  order: ', '  order: first-'),
    ('/32', ''),
    ('kind: Global', 'kind: Globl'),
    ('        selector: ', '        podSelector: '),
)


class Maker:
    """Makes documents; two makers with the same seed make the same ones."""

    def __init__(self, seed: int = SEED) -> None:
        self.random = random.Random(seed)

    def term(self, keys: tuple[str, ...] = _KEYS) -> str:
        pick = self.random.choice
        key, app = pick(keys), pick(_APPS)
        return pick(
            (
                f"{key} == '{app}-{self.random.randrange(1000)}'",
                f"{key} in {{'{app}', '{pick(_APPS)}-{self.random.randrange(100)}'}}",
                f"{key} != '{app}'",
                f'has({key})',
                f"!has({key}) || {key} starts with '{app}'",
            )
        )

    def selector(self) -> str:
        """A selector that fits something: it asks no label twice but where one term does."""
        keys = self.random.sample(_KEYS, self.random.randint(1, 3))
        terms = [self.term((key,)) for key in keys]
        return ' && '.join(f'({term})' if '||' in term else term for term in terms)

    def network(self) -> str:
        number = self.random.randrange(1 << 16)
        return self.random.choice(
            (
                f'10.{number >> 8}.{number & 255}.0/24',
                f'172.{16 + (number & 15)}.{number >> 8}.{number & 255}/32',
                f'192.168.{number & 255}.0/24',
            )
        )

    def ports(self, indent: str) -> list[str]:
        ports = self.random.sample(_PORTS, self.random.randint(1, 3))
        lines = [f'{indent}ports:', *(f'{indent}  - {port}' for port in sorted(ports))]
        if self.random.random() < 0.3:
            start = self.random.randrange(20000, 30000)
            lines.append(f"{indent}  - '{start}:{start + self.random.randrange(1, 1000)}'")
        return lines

    def rule(self, direction: str) -> list[str]:
        lines = ['    - action: Allow', f'      protocol: {self.random.choice(("TCP", "UDP"))}']
        peer, other = (
            ('source', 'destination') if direction == 'ingress' else ('destination', 'source')
        )
        lines.append(f'      {peer}:')
        if self.random.random() < 0.6:
            lines.append(f'        selector: {self.selector()}')
            if self.random.random() < 0.4:
                team = self.random.choice(_TEAMS)
                lines.append(f"        namespaceSelector: team == '{team}'")
        else:
            networks = sorted({self.network() for _ in range(self.random.randint(1, 3))})
            lines += ['        nets:', *(f'          - {network}' for network in networks)]
        if peer == 'destination':
            lines += self.ports('        ')
        else:
            lines += [f'      {other}:', *self.ports('        ')]
        return lines

    def policy(self, number: int) -> str:
        """A policy that is right in every respect."""
        is_global = self.random.random() < 0.3
        app = self.random.choice(_APPS)
        name = f'{app}-{number}'
        lines = [
            f'# Who may talk to {app}.',
            'apiVersion: projectcalico.org/v3',
            f'kind: {"GlobalNetworkPolicy" if is_global else "NetworkPolicy"}',
            'metadata:',
            f'  name: {name}',
            *([] if is_global else [f'  namespace: {self.random.choice(_TEAMS)}-{app}']),
            '  labels:',
            f'    team: {self.random.choice(_TEAMS)}',
            f'    app.kubernetes.io/part-of: {app}',
            'spec:',
            f'  order: {self.random.randrange(1, 2000)}',
            f'  selector: {self.selector()}',
            '  types:',
            '    - Ingress',
            '    - Egress',
        ]
        ingress = self.rule('ingress')
        egress = self.rule('egress')
        extra = self.rule('egress')
        if len(lines) + len(ingress) + len(egress) + len(extra) <= 42:
            egress += extra
        lines += ['  ingress:', *ingress, '  egress:', *egress]
        if len(lines) < 44:
            lines.append('    - action: Deny')
        return '\n'.join(lines) + '\n'

    def faulty_policy(self, number: int) -> str:
        """The same with one to three mistakes of the kinds that people make."""
        text = self.policy(number)
        wanted = self.random.randint(1, 3)
        for right, wrong in self.random.sample(_MISTAKES, len(_MISTAKES)):
            if wanted and right in text:
                text = text.replace(right, wrong, 1)
                wanted -= 1
        return text

    def foreign(self, number: int) -> str:
        """A file as a GitOps tree is full of: a Deployment, a Service, a ConfigMap, values."""
        app = self.random.choice(_APPS)
        name = f'{app}-{number}'
        return self.random.choice((self._deployment, self._service, self._config, self._values))(
            name
        )

    def _deployment(self, name: str) -> str:
        port = self.random.choice(_PORTS)
        environment = ''.join(
            f'            - name: {key.upper()}_URL\n'
            f'              value: http://{key}.{self.random.choice(_TEAMS)}.svc:{port}\n'
            for key in self.random.sample(_APPS, self.random.randint(2, 8))
        )
        return f"""apiVersion: apps/v1
kind: Deployment
metadata:
  name: {name}
  labels:
    app: {name}
spec:
  replicas: {self.random.randint(1, 9)}
  selector:
    matchLabels:
      app: {name}
  template:
    metadata:
      labels:
        app: {name}
    spec:
      containers:
        - name: main
          image: registry.example.com/{name}:1.{self.random.randrange(100)}.0
          ports:
            - containerPort: {port}
          env:
{environment}          resources:
            requests:
              cpu: 100m
              memory: 128Mi
            limits:
              memory: 256Mi
          livenessProbe:
            httpGet:
              path: /healthz
              port: {port}
"""

    def _service(self, name: str) -> str:
        port = self.random.choice(_PORTS)
        return f"""apiVersion: v1
kind: Service
metadata:
  name: {name}
spec:
  selector:
    app: {name}
  ports:
    - name: http
      port: {port}
      targetPort: {port}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: {name}
  annotations:
    cert-manager.io/cluster-issuer: letsencrypt
spec:
  rules:
    - host: {name}.example.com
      http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: {name}
                port:
                  number: {port}
"""

    def _config(self, name: str) -> str:
        lines = ''.join(
            f'    {key}.timeout={self.random.randrange(1, 100)}s\n'
            for key in self.random.sample(_APPS, self.random.randint(3, 10))
        )
        return f"""apiVersion: v1
kind: ConfigMap
metadata:
  name: {name}
data:
  application.properties: |
{lines}"""

    def _values(self, name: str) -> str:
        parts = ''.join(
            f'{key}:\n  enabled: {self.random.choice(("true", "false"))}\n'
            f'  replicas: {self.random.randrange(5)}\n  tags: [{name}, {key}]\n'
            for key in self.random.sample(_APPS, self.random.randint(3, 9))
        )
        return f'# Values of {name}.\nglobal:\n  domain: example.com\n{parts}'


def write_files(folder: str, documents: Iterator[str], per_folder: int = 500) -> str:
    """One file for each document, in folders of a size that people have."""
    for number, text in enumerate(documents):
        where = os.path.join(folder, f'part-{number // per_folder:03}')
        if number % per_folder == 0:
            os.makedirs(where)
        with open(os.path.join(where, f'{number:06}.yaml'), 'w', encoding='utf-8') as file:
            file.write(text)
    return folder


def clean(count: int) -> Iterator[str]:
    maker = Maker()
    return (maker.policy(number) for number in range(count))


def faulty(count: int) -> Iterator[str]:
    maker = Maker()
    return (maker.faulty_policy(number) for number in range(count))


def gitops(count: int) -> Iterator[str]:
    """A tree in which 3 % of the files hold Calico policies."""
    maker = Maker()
    for number in range(count):
        yield maker.policy(number) if number % 100 in (7, 40, 73) else maker.foreign(number)


def write_bundle(path: str, count: int) -> int:
    """One file of many documents, written one by one; returns the length of the longest."""
    longest = 0
    with open(path, 'w', encoding='utf-8') as file:
        for text in clean(count):
            longest = max(longest, len(text))
            file.write('---\n' + text)
    return longest


def write_long(path: str, megabytes: int) -> str:
    """One file of one long document without anything of Calico's, written bit by bit."""
    with open(path, 'w', encoding='utf-8') as file:
        for _ in range(megabytes * 1000):
            file.write('a: b\n' * 200)
    return path

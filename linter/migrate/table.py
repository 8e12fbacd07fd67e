"""What the old APIs call things, and what ``projectcalico.org/v3`` calls them.

libcalico-go/lib/upgrade/converters did this for v1 at v3.0; nothing ever did it for v2:
https://github.com/projectcalico/libcalico-go/tree/release-v3.0/lib/upgrade/converters
"""

from __future__ import annotations

import hashlib
import re

from linter.calico import nets, protocols
from linter.calico.names import LABEL

GLOBAL = 'GlobalNetworkPolicy'

KINDS = {
    'v1': {
        'policy': GLOBAL,
        'profile': 'Profile',
        'hostEndpoint': 'HostEndpoint',
        'tier': 'Tier',
    },
    'v2': {'NetworkPolicy': 'NetworkPolicy', GLOBAL: GLOBAL},
}
"""By API, the kinds that are carried over, and what they become.

A v1 policy was global, though calicoctl's alias ``policy`` means NetworkPolicy today.
"""

VERSIONS = {'v1': 'v1', 'projectcalico.org/v2': 'v2'}

SERVER_FIELDS = ('uid', 'resourceversion', 'creationtimestamp', 'selflink')
"""Metadata, in lower case, that the server writes and no file keeps."""

TYPES = {'ingress': 'Ingress', 'egress': 'Egress'}

# converters/rule.go reads them in any letter case. A missing action meant allow in stored data; in
# a file it was refused by v1 and was never said to mean anything by v2, so nobody guesses here.
ACTIONS = {
    'allow': 'Allow',
    'deny': 'Deny',
    'log': 'Log',
    'pass': 'Pass',
    'next-tier': 'Pass',
}

LABELS = {'v1': {'calico/k8s_ns': 'projectcalico.org/namespace'}, 'v2': {}}
"""Labels of endpoints that have another name now, in selectors."""

NAMESPACE_PREFIX = 'pcns.'
"""With this v2 wrote the labels of an endpoint's namespace; v3 has a namespaceSelector."""

PREFIXES = {'v1': {'k8s_ns/label/': NAMESPACE_PREFIX}, 'v2': {}}
"""With what the names of labels began, and begin now.

An endpoint has those of its namespace: libcalico-go, lib/backend/k8s, NamespaceToProfile.
"""

FLAGS = ('donottrack', 'prednat', 'applyonforward')
"""Fields for host endpoints, in lower case; v3 knows them in a GlobalNetworkPolicy only."""

NEED_FORWARD = FLAGS[:2]
"""Those that v3 accepts together with applyOnForward alone."""


def normalized(name: str) -> str:
    """The name of a node, as Calico's own upgrade writes it: converters/names.go."""
    made = re.sub(r'[^-.a-z0-9]+', '-', name.lower().replace('/', '.'))
    made = re.sub(r'[.-]+', lambda run: '.' if '.' in run[0] else run[0], made)
    return made.strip('.-')


def _qualified(old: str, made: str) -> str:
    """A hash makes names differ that are written alike once normalized."""
    if made == old:
        return made
    return f'{made}-{hashlib.sha1(old.encode("utf-8", "surrogatepass")).hexdigest()[:8]}'


def upgrade_name(name: str) -> str:
    """The name that Calico's own upgrade gives a policy."""
    return _qualified(name, normalized(name).replace('.', '-'))


_OLD_NAMESPACE, _NAMESPACE = 'k8s_ns.', 'kns.'
"""How the names begin of the profiles that stand for namespaces."""


def new_name(name: str, kind: str = '', node: str = '') -> str:
    """The name that an object has in v3, by its old kind; of a host endpoint by its node, too.

    A policy keeps a name that every v3 accepts. One dot is legal again there, but from 3.29 to 3.31
    what stands before it names the tier. The others get the name of Calico's own upgrade, which
    host endpoints and profiles are known by from elsewhere.
    """
    if kind == 'hostEndpoint':
        name = f'{normalized(node)}.{name}'
        return _qualified(name, normalized(name))
    if kind == 'profile' and name.startswith(_OLD_NAMESPACE):
        name = _NAMESPACE + name.removeprefix(_OLD_NAMESPACE)
    if kind in ('profile', 'tier'):
        return _qualified(name, normalized(name))
    if LABEL.match(name):
        return name
    made = upgrade_name(name)
    # Of `/` or `--` nothing is left but the hash, where Calico's own upgrade ends in an error.
    return f'policy{made}' if made.startswith('-') else made


def new_net(text: str) -> str:
    """A network as v3 wants it; what is none stays as it is."""
    net = nets.parse(text)
    if net is None:
        return text
    if net.prefix is None:
        return f'{text}/{net.bits}'
    return text if net.masked else net.network


def new_protocol(text: str) -> str | None:
    """What to write for a protocol in quotes or without; None where it may stay."""
    if text.isascii() and text.isdigit() and len(text) < 20 and 1 <= int(text) <= 255:
        return str(int(text))
    known = protocols.parse(text, 'v3')
    return known.right if known.problem == 'case' else None

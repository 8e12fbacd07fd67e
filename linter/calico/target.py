"""Which Calico is asked: the version and the lane a document takes into the cluster.

Lanes: ``api`` (calicoctl and the aggregated API server), ``native`` (kubectl against the native
``projectcalico.org/v3`` CRDs), ``raw`` (``crd.projectcalico.org/v1``) and ``v2`` (the
pre-release ``projectcalico.org/v2``).
"""

from __future__ import annotations

from linter.text.errors import Fatal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from linter.text.records import NamedTuple

Version = tuple[int, int]

VERSIONS: tuple[Version, ...] = tuple((3, minor) for minor in range(26, 34))
DEFAULT_VERSION: Version = (3, 32)


class Release(NamedTuple):
    """Where what is known of a version comes from: a tag, or a branch as it was on a day.

    ``is_out`` False: the version has no release yet, and may change.
    """

    source: str
    is_out: bool = True


RELEASES: dict[Version, Release] = {
    (3, 26): Release('v3.26.5'),
    (3, 27): Release('v3.27.5'),
    (3, 28): Release('v3.28.5'),
    (3, 29): Release('v3.29.7'),
    (3, 30): Release('v3.30.7'),
    (3, 31): Release('v3.31.7'),
    (3, 32): Release('v3.32.1'),
    (3, 33): Release('branch release-v3.33 of 2026-08-21', is_out=False),
}
"""The sources of Calico that each version is judged by."""


def releases_text() -> str:
    """Which Calico the facts are from, in a sentence without an end."""
    out = [one.source for one in RELEASES.values() if one.is_out]
    rest = [
        f'{version_text(version)} ({one.source}), which has no release yet'
        for version, one in RELEASES.items()
        if not one.is_out
    ]
    return ' and '.join((', '.join(out), *rest))


NATIVE_SINCE: Version = (3, 32)
"""Native v3 CRDs exist from here on."""


class Lane(NamedTuple):
    """How a lane reads a document before anything judges it.

    ``folds_case``: field names match in any letter case. ``coerces``: a number or boolean becomes
    text where text is wanted. ``null_items``: a null list item becomes the zero value of its type
    (elsewhere it is a type error). ``prunes``: unknown fields vanish without a word.
    """

    name: str
    folds_case: bool
    coerces: bool
    null_items: bool
    prunes: bool


# https://github.com/projectcalico/calico/blob/v3.32.1/calicoctl/calicoctl/resourcemgr/resourcemgr.go
# decodes into Go structs; a CRD is checked by kube-apiserver's structural schema instead.
LANES: dict[str, Lane] = {
    'api': Lane('api', folds_case=True, coerces=True, null_items=True, prunes=False),
    'v2': Lane('v2', folds_case=True, coerces=True, null_items=True, prunes=False),
    'native': Lane('native', folds_case=False, coerces=False, null_items=False, prunes=True),
    'raw': Lane('raw', folds_case=False, coerces=False, null_items=False, prunes=True),
}


class Target(NamedTuple):
    """What the user asked to be judged by."""

    version: Version = DEFAULT_VERSION
    admission: str = 'api'
    datastore: str | None = None
    """``kubernetes``, ``etcdv3`` or None where the user did not say (Kubernetes is assumed)."""
    dataplane: str = 'iptables'
    """``iptables``, ``nftables`` or ``ebpf``: what enforces what is accepted."""

    def lane(self, api: str) -> Lane:
        """The lane of a document of API ``v3``, ``v2`` or ``raw`` (``crd.projectcalico.org``)."""
        if api == 'raw':
            return LANES['raw']
        if api == 'v2':
            return LANES['v2']
        return LANES[self.admission]


def version_text(version: Version) -> str:
    return f'{version[0]}.{version[1]}'


def read_version(text: str) -> Version:
    """A version as the tables have it: ``3.32``."""
    major, minor = text.split('.')
    return int(major), int(minor)


def numbers_in(text: str) -> Version | None:
    """The numbers of ``3.32``, ``v3.32`` or ``v3.32.1`` (the patch number is ignored)."""
    parts = text.strip().lower().removeprefix('v').split('.')
    if not 2 <= len(parts) <= 3 or not all(part.isascii() and part.isdigit() for part in parts):
        return None
    return (int(parts[0]), int(parts[1])) if max(map(len, parts)) < 10 else None


def nearest_version(version: Version) -> Version:
    """The known version that is nearest to another one."""
    major, minor = version
    return min(VERSIONS, key=lambda known: abs((known[0] - major) * 1000 + known[1] - minor))


def parse_version(text: str) -> Version:
    """The version that a text names; Fatal names the nearest."""
    version = numbers_in(text)
    if version is not None:
        if version in VERSIONS:
            return version
        raise Fatal(
            f'Calico {text} is not known here: use --calico-version '
            f'{version_text(nearest_version(version))} '
            f'(known: {version_text(VERSIONS[0])} to {version_text(VERSIONS[-1])})'
        )
    raise Fatal(
        f'{text!r} is not a Calico version: write it like {version_text(DEFAULT_VERSION)} '
        f'(known: {version_text(VERSIONS[0])} to {version_text(VERSIONS[-1])})'
    )


def make_target(
    version: str | None, admission: str, datastore: str | None, dataplane: str = 'iptables'
) -> Target:
    """A target from the command line's words; Fatal for a combination that does not exist."""
    number = parse_version(version) if version is not None else DEFAULT_VERSION
    if admission == 'native' and number < NATIVE_SINCE:
        raise Fatal(
            f'Calico {version_text(number)} has no native v3 CRDs: '
            f'use --admission api, or --calico-version {version_text(NATIVE_SINCE)} or newer'
        )
    return Target(number, admission, datastore, dataplane)

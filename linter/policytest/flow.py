"""What becomes of one connection, for ``calico-lint explain-flow``."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import NamedTuple, TextIO

from linter.policy.cluster import Endpoint
from linter.policy.model import Labels
from linter.policy.read import address_of
from linter.policytest.model import Case, Mistakes
from linter.policytest.read import one, read
from linter.policytest.run import Result
from linter.text.errors import Fatal
from linter.text.escape import emit, escape, path_of

# Of networks that are for documentation only (RFC 5737, RFC 3849): no policy is about them.
_ADDRESSES = {4: ('192.0.2.1', '192.0.2.2'), 6: ('2001:db8::1', '2001:db8::2')}


class Side(NamedTuple):
    """One end, as words of the command line: labels or an address, and what goes with labels."""

    option: str
    text: str
    namespace: str | None
    service_account: str | None
    ip: str | None


def endpoint_of(side: Side, number: int, family: int) -> Endpoint | None:
    """The pod that labels stand for, or None where the text is an address outside."""
    if address_of(side.text) is not None:
        for given, option in (
            (side.namespace, 'namespace'),
            (side.service_account, 'service-account'),
            (side.ip, 'ip'),
        ):
            if given is not None:
                raise Fatal(
                    f'--{side.option} {side.text} is an address outside, and --{side.option}-'
                    f'{option} goes with labels: leave out one of them'
                )
        return None
    if side.namespace is None:
        raise Fatal(
            f'--{side.option} {side.text!r} are labels of a pod: '
            f'say in which namespace it is with --{side.option}-namespace'
        )
    ip = address_of(side.ip or _ADDRESSES[family][number])
    if ip is None:
        raise Fatal(f'--{side.option}-ip {side.ip} is not an address')
    return Endpoint(
        side.option,
        side.namespace,
        (ip,),
        labels_of(side.option, side.text),
        side.service_account or '',
    )


def labels_of(option: str, text: str) -> Labels:
    """``app=api,role=web`` as labels."""
    labels = {}
    for part in text.split(','):
        key, sign, value = part.strip().partition('=')
        if not part.strip():
            continue
        if not sign or not key or value.startswith('='):
            raise Fatal(
                f'--{option} {text!r} is neither an address nor labels: '
                "write them as 'app=api,role=web'"
            )
        labels[key.strip()] = value.strip()
    return tuple(sorted(labels.items()))


def case_of(words: dict[str, object], endpoints: Iterable[Endpoint]) -> Case:
    """The connection that the command line is about; Fatal where it cannot be followed."""
    try:
        return one({key: word for key, word in words.items() if word is not None}, endpoints)
    except Mistakes as error:
        raise Fatal('; '.join(mistake.message for mistake in error.found)) from None


def names_in(tests: str | None) -> frozenset[str]:
    """The names of the endpoints of a file of tests; raises Mistakes."""
    if tests is None:
        return frozenset()
    return frozenset(endpoint.shown for endpoint in read(tests).endpoints)


def pods_of(
    source: Side, destination: Side, protocol: str, known: frozenset[str]
) -> tuple[str, str, tuple[Endpoint, ...]]:
    """What the two ends are called, and the pods that stand for labels.

    ``known`` are names that stand for themselves, and so is what can only be meant as one.
    """
    family = _family(source, destination, protocol)
    names: list[str] = []
    endpoints: list[Endpoint] = []
    for number, side in enumerate((source, destination)):
        if side.text in known or (known and '=' not in side.text):
            names.append(side.text)
            continue
        endpoint = endpoint_of(side, number, family)
        if endpoint is not None:
            endpoints.append(endpoint)
        names.append(side.text if endpoint is None else endpoint.shown)
    return names[0], names[1], tuple(endpoints)


def _family(source: Side, destination: Side, protocol: str) -> int:
    for side in (source, destination):
        given = address_of(side.ip or side.text)
        if given is not None:
            return given.family
    return 6 if protocol.lower() == 'icmpv6' else 4


def write(result: Result, fmt: str, out: TextIO, color: bool) -> None:
    """The verdict and the path."""
    if fmt == 'json':
        found = {
            'version': 1,
            'verdict': result.verdict,
            'by': result.by,
            'connection': result.connection,
            'steps': [_step(step.as_json()) for step in result.steps],
            'stages': [{'stage': line.heading, 'sentence': line.sentence} for line in result.lines],
        }
        out.write(json.dumps(found, indent=1) + '\n')
        return
    from linter.policytest.report import table

    words = {'allow': 'allowed', 'deny': 'denied'}
    lines: list[list[tuple[str, str]]] = [
        [
            (result.verdict, words.get(result.verdict, 'not known')),
            ('title', f': {result.connection}'),
        ]
    ]
    for line in result.lines:
        lines.append([('plain', f'  {line.heading}: {line.sentence}')])
        lines += [[(style, f'  {text}')] for style, text in table(line.steps)]
    if color or out.isatty():
        from linter.report.terminal import write_lines

        write_lines(lines, out, color)
        return
    for pieces in lines:
        emit(out, escape(''.join(piece for _, piece in pieces)).rstrip() + '\n')


def _step(found: dict[str, object]) -> dict[str, object]:
    if isinstance(found['path'], str):
        found['path'] = path_of(found['path'])
    return found

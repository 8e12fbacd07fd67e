"""Keys that are one field, in another letter case each: what Go's decoder makes of all of them."""

from __future__ import annotations

from typing import Any

import pytest

from linter.calico.decode import decode
from linter.calico.lists import owned
from linter.calico.ownership import CalicoObject
from linter.calico.target import Target
from linter.calico.values import plain
from linter.yaml.compose import compose
from linter.yaml.documents import split

HEAD = 'apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: {name: a, namespace: b}\n'


def spec_of(text: str) -> Any:
    (chunk,) = split(text)
    root = compose(text, chunk)
    assert root is not None
    (one,) = owned(root)
    assert isinstance(one, CalicoObject)
    assert one.kind is not None
    target = Target()
    found = decode(one.node, 'v3', one.kind, target.version, target.lane('v3')).root
    return plain(found)['spec']  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ('keys', 'spec'),
    [
        # In the order of their bytes, each over those before it.
        ('SPEC: {order: 1, tier: x}\nSpec: {order: 2}\nspec: {selector: a}\n', (2, 'x', 'a')),
        ('spec: {selector: a}\nSpec: {order: 2}\nSPEC: {order: 1, tier: x}\n', (2, 'x', 'a')),
        ('SPEC: {order: 1}\nSPec: {order: 2}\nSpec: {tier: x}\nspec: {}\n', (2, 'x', None)),
        ('SPEC: {order: 1}\nspec: {order: 4, selector: b}\n', (4, None, 'b')),
    ],
)
def test_the_last_one_counts_field_by_field(
    keys: str, spec: tuple[int, str | None, str | None]
) -> None:
    found = spec_of(HEAD + keys)
    assert (found.get('order'), found.get('tier'), found.get('selector')) == spec


@pytest.mark.parametrize(
    ('keys', 'spec'),
    [
        # In each of them in the order of the bytes, and those of the later one over all others.
        ('Spec: {tier: a}\nspec: {Tier: b}\n', {'tier': 'b'}),
        ('spec: {Tier: b}\nSpec: {tier: a}\n', {'tier': 'b'}),
        ('Spec: {tier: a}\nspec: {tier: b, Tier: c}\n', {'tier': 'b'}),
        ('Spec: {tier: a, order: 1}\nspec: {TIER: b, Tier: c}\n', {'order': 1, 'tier': 'c'}),
        # Null changes nothing but what is behind a pointer, or a list.
        ('Spec: {tier: a}\nspec: {tier: null}\n', {'tier': 'a'}),
        ('Spec: {tier: a}\nspec: null\n', {'tier': 'a'}),
        ('Spec: {order: 5}\nspec: {Order: null}\n', {}),
        ('Spec: {types: [Ingress]}\nspec: {types: null}\n', {}),
        # What is in a list is decoded over what was in its place.
        (
            'Spec: {ingress: [{action: Allow, protocol: TCP}, {action: Pass}]}\n'
            'spec: {Ingress: [{Action: Deny}]}\n',
            {'ingress': [{'action': 'Deny', 'protocol': 'TCP'}]},
        ),
        (
            'Spec: {ingress: [{action: Deny}]}\nspec: {ingress: []}\n',
            {'ingress': []},
        ),
        # The keys of users are none of Go's fields.
        (
            'Spec: {ingress: [{action: Deny, metadata: {annotations: {a: b}}}]}\n'
            'spec: {ingress: [{metadata: {annotations: {A: c}}}]}\n',
            {'ingress': [{'action': 'Deny', 'metadata': {'annotations': {'a': 'b', 'A': 'c'}}}]},
        ),
    ],
)
def test_what_is_in_them_is_decoded_over_what_is_there(keys: str, spec: dict[str, Any]) -> None:
    assert spec_of(HEAD + keys) == spec


def test_null_in_another_letter_case_changes_nothing() -> None:
    assert spec_of(HEAD + 'spec: {Tier: a, tier: null, Order: 1, order: null}\n') == {'tier': 'a'}

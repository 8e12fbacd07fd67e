"""What Felix's own code says of clusters and requests, and what the evaluator says."""

from __future__ import annotations

import pickle
from itertools import islice

import pytest
from scenarios import (
    cluster,
    differences,
    order_differences,
    scenarios,
)

from linter.calico.parsed_file import parse_text
from linter.calico.selector.meaning import evaluate
from linter.calico.target import Target
from linter.policy.effective import policy_selector, read
from linter.policy.load import records
from linter.policy.model import Policy
from linter.policy.semantics import EBPF, IPTABLES, Semantics
from linter.text.source import Source
from tools import generate_meaning

DATAPLANES = (IPTABLES, EBPF)
SAMPLE = 60
"""Scenarios of a set that every run tries; the slow ones try all."""


def test_the_table_is_current() -> None:
    assert generate_meaning.main(['--check']) == 0


@pytest.mark.parametrize('dataplane', DATAPLANES)
def test_one_idea_each(dataplane: str) -> None:
    found = [line for one in scenarios('scenarios-minimal') for line in differences(one, dataplane)]
    assert found == []


@pytest.mark.parametrize('dataplane', DATAPLANES)
@pytest.mark.parametrize('name', ['scenarios', 'scenarios2'])
def test_a_sample_of_requests(name: str, dataplane: str) -> None:
    some = islice(scenarios(name), 0, None, len(scenarios(name)) // SAMPLE)
    assert [line for one in some for line in differences(one, dataplane)] == []


@pytest.mark.slow
@pytest.mark.parametrize('dataplane', DATAPLANES)
@pytest.mark.parametrize('name', ['scenarios', 'scenarios2'])
def test_every_request(name: str, dataplane: str) -> None:
    assert [line for one in scenarios(name) for line in differences(one, dataplane)] == []


def test_a_sample_of_orders() -> None:
    some = islice(scenarios('order2'), SAMPLE)
    assert [line for one in some for line in order_differences(one)] == []


@pytest.mark.slow
def test_every_order() -> None:
    assert [line for one in scenarios('order2') for line in order_differences(one)] == []


def test_the_labels_are_many() -> None:
    requests = {
        name: sum(len(one['requests']) for one in scenarios(name))
        for name in ('scenarios', 'scenarios2', 'scenarios-minimal')
    }
    assert requests == {'scenarios': 16800, 'scenarios2': 11200, 'scenarios-minimal': 119}


def test_summaries_are_small_and_can_be_pickled() -> None:
    sizes = []
    for one in islice(scenarios('scenarios2'), SAMPLE):
        target = Target((3, 33), one.get('lane', 'api'))
        source = Source('policies/scenario.yaml', one['resources'])
        for record in records(parse_text(source), target, Semantics((3, 33))):
            data = pickle.dumps(record, pickle.HIGHEST_PROTOCOL)
            assert pickle.loads(data) == record
            if isinstance(record, Policy):
                sizes.append(len(data))
    assert sum(sizes) / len(sizes) < 1024


def test_the_order_of_questions_does_not_matter() -> None:
    """What is remembered of one request does not spoil another one."""
    one = next(one for one in scenarios('scenarios2') if 'host' in one['features'])
    assert list(differences(one)) == []
    backwards = {**one, 'requests': one['requests'][::-1], 'results': one['results'][::-1]}
    assert list(differences(backwards)) == []


def test_policies_that_do_not_matter_change_nothing() -> None:
    """The index finds what governs an endpoint, and nothing else."""
    for one in islice(scenarios('scenarios'), 20):
        found = cluster(one, (3, 33), IPTABLES)
        for endpoint in found.endpoints:
            labels = found.thing_of(endpoint).labels
            wanted = {
                id(policy)
                for policy in found.policies
                if evaluate(read(policy_selector(policy)), labels)
            }
            assert {id(governed.policy) for governed in found.governing(endpoint)} == wanted

"""The configuration that ``calico-lint init`` writes."""

from __future__ import annotations

import os

from linter.text.errors import Fatal, shown_path
from linter.workspace.atomic_write import Unwritable, create
from linter.workspace.config import NAME


def init(directory: str) -> str:
    """Write a starter into a folder and say what it is; Fatal where there is a file already."""
    path = os.path.normpath(os.path.join(directory, NAME))
    if '\0' in path:
        raise Fatal(f'there is no folder {shown_path(directory)}')
    if os.path.lexists(path):
        raise Fatal(f'{shown_path(path)} exists already, and is left as it is')
    try:
        create(path, STARTER.encode())
    except Unwritable as error:
        raise Fatal(f'{shown_path(path)} cannot be written: {error.reason}') from None
    return STARTER


STARTER = """\
# yaml-language-server: $schema=https://raw.githubusercontent.com/calico-lint/calico-lint/main/schemas/config.schema.json
#
# The configuration of calico-lint, for this folder and everything below it. It is looked for from
# each checked file upwards, to the root of the repository; only the nearest one counts. The command
# line beats it. All of it is optional: remove the # in front of what you want to change.
# `calico-lint check --show-settings FILE` says what holds for a file, and why.

# The Calico that must accept the files.
#calico-version: "3.32"

# api: through calicoctl or the Calico API server; native: kubectl with native v3 CRDs (from 3.32).
#admission: api

# Where Calico keeps its data: kubernetes or etcdv3.
#datastore: kubernetes

# Whose fields are known: open-source, or enterprise, where those of Calico Enterprise are passed.
#edition: open-source

# What enforces the policies: iptables, nftables or ebpf.
#dataplane: iptables

# Which rules run: default (what Calico refuses, drops or ignores, and hazards that are proved),
# strict (what is often not meant, too) or security (what an auditor asks, too).
#profile: default

# Report these rules and groups only. `calico-lint rules` lists them.
#select:
#- fields
#- selectors

# Do not report these rules and groups.
#ignore:
#- types-omitted

# Another severity: error, warning or info. A rule's own entry counts more than its group's.
#severity:
#  types: info
#  types-omitted: error

# Files and folders not to check: patterns as in a .gitignore, seen from this folder.
#exclude:
#- vendor/
#- "**/charts/*/templates/"

# Other settings for some files. Every entry that fits a file counts; where two disagree, the later.
#per-path:
#- paths:
#  - clusters/old/
#  calico-version: "3.28"
#  ignore:
#  - namespace-missing

# Which folders hold the policies of one cluster each; closed: the cluster has no others.
#roots:
#- path: clusters/prod
#  closed: true

# What exists in the cluster although no file here defines it.
#external:
#  tiers:
#  - security
#  namespaces:
#  - kube-system

# The findings that are known: `calico-lint check --write-baseline FILE` writes the file.
#baseline: .calico-lint-baseline.json

# The lowest severity that makes the exit status 1: error, warning, info or never.
#fail-on: warning

# Whether every suppression has to say why.
#require-reason: true

# Whether to look for Calico's objects inside others: in ConfigMaps, Helm's values, Ansible tasks.
#embedded: true

# Whether to look at Kubernetes' own NetworkPolicies where nothing of Calico's is beside them, too.
#kubernetes: true
"""

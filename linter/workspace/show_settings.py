"""The settings of a file, for a person: what holds, and where it is said."""

from __future__ import annotations

import os
from collections.abc import Sequence

from linter.calico.target import version_text
from linter.text.errors import shown_path
from linter.text.suggest import listing
from linter.workspace.files import is_folder
from linter.workspace.lookup import NAME, Lookup
from linter.workspace.options import Options


def show_settings(path: str, options: Options) -> str:
    """A line for each setting of a file or folder, as they hold where nobody names it."""
    lookup = Lookup(options, named=())
    shown = path
    if is_folder(path, lookup.files):
        path = os.path.join(path, '')
    settings = lookup.settings_for(path)
    target = settings.target
    config = lookup.config_for(os.path.dirname(path))
    patterns = (*(() if config is None else config.patterns), *options.exclude)
    mistakes = sum(map(len, lookup.mistakes.values()))
    lines = [f'# {shown_path(shown)}', f'# configuration: {settings.source or f"no {NAME}"}']
    if mistakes:
        lines.append(f'# mistakes in it: {mistakes}, named by calico-lint check')
    if lookup.is_excluded(path):
        lines.append('# excluded: checked only where it is named, and without --force-exclude')
    severities = ', '.join(f'{rule}: {word}' for rule, word in sorted(settings.severity.items()))
    elsewhere = {
        'tiers': settings.tiers,
        'namespaces': settings.namespaces,
        'labels': settings.labels,
        'sets': settings.sets,
        'serviceAccounts': settings.service_accounts,
    }
    # The first two always: they are what is asked for most.
    external = ', '.join(
        f'{key}: {_flow(sorted(names))}'
        for number, (key, names) in enumerate(elsewhere.items())
        if names or number < 2
    )
    roots = [
        f'{{path: {one.path}, closed: {str(one.is_closed).lower()}}}'
        for one in (() if config is None else config.roots)
    ]
    values = {
        'calico-version': version_text(target.version),
        'admission': target.admission,
        'datastore': target.datastore or 'kubernetes',
        'edition': settings.edition,
        'dataplane': settings.dataplane,
        'profile': settings.profile,
        'select': _flow(sorted(settings.select)) if settings.select else 'those of the profile',
        'ignore': _flow(sorted(settings.ignore)),
        'severity': f'{{{severities}}}',
        'exclude': _flow(patterns),
        'roots': _flow(roots),
        'external': f'{{{external}}}',
        'baseline': (config and config.baseline) or 'none',
        'fail-on': (config and config.fail_on) or 'warning',
        'require-reason': 'true' if settings.require_reason else 'false',
        'embedded': 'true' if settings.embedded else 'false',
        'kubernetes': 'true' if config is not None and config.kubernetes else 'false',
    }
    for key, value in values.items():
        origin = listing(settings.origins.get(key, ['default']), 'and')
        lines.append(f'{key}: {value}  # {origin}')
    return '\n'.join(lines) + '\n'


def _flow(words: Sequence[str]) -> str:
    return f'[{", ".join(words)}]'

"""``python -m linter`` and the ``calico-lint`` command."""

from __future__ import annotations

import sys


def run() -> int:
    """The command: its exit status."""
    arguments = sys.argv[1:]
    if arguments in (['--version'], ['-V']):
        # Answered before anything else is imported.
        from linter import __version__

        print(f'calico-lint {__version__}')
        return 0
    from linter.cli import main

    return main(arguments)


if __name__ == '__main__':
    raise SystemExit(run())

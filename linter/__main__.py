"""``python -m linter`` and the ``calico-lint`` command."""

from __future__ import annotations

import os
import sys


def run() -> int:
    """The command: its exit status."""
    arguments = sys.argv[1:]
    if arguments in (['--version'], ['-V']) and sys.stdout is not None:
        # Answered before anything else is imported.
        from linter import __calico__, __version__

        try:
            print(f'calico-lint {__version__}\nknows Calico {__calico__}', flush=True)
        except OSError:
            pass  # The long way comes to the same, and knows what to say.
        else:
            return 0
    import gc

    from linter.cli.main import main

    # Trees and values point at one another in circles, but few of them are alive at once: to look
    # for what is dead after every 700 new objects, as Python does, took a tenth of the time.
    gc.set_threshold(10_000, 10, 10)
    return main(arguments)


def _forget_working_directory() -> None:
    """Import nothing from the repository that is checked: ``python -m`` looks there first.

    Unless the program itself is there, or Python was told not to (``-P``, ``-I``).
    """
    is_safe = sys.flags.isolated or getattr(sys.flags, 'safe_path', False)
    if not is_safe and os.path.dirname(os.path.dirname(__file__)) != sys.path[0]:
        del sys.path[0]


if __name__ == '__main__':
    _forget_working_directory()
    raise SystemExit(run())

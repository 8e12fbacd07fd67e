"""``python -m linter`` and the ``calico-lint`` command."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn


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

    from linter.text import finder

    finder.install()
    from linter.cli.main import main

    # Nothing that a document leaves behind points in circles, and so there is hardly anything to
    # look for after every 700 new objects, as Python does.
    gc.set_threshold(100_000, 10, 10)
    return main(arguments)


def console() -> NoReturn:
    """The command as a process of its own, which ends here.

    It leaves without taking its modules and objects apart one by one, as Python does at the end: a
    fifth of the time of a run that has nothing to say.
    """
    status = run()
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except (OSError, ValueError):
            status = status or 2  # What should have been said is lost.
    os._exit(status)


def _forget_working_directory() -> None:
    """Import nothing from the repository that is checked: ``python -m`` looks there first.

    Unless the program itself is there, or Python was told not to (``-P``, ``-I``).
    """
    is_safe = sys.flags.isolated or getattr(sys.flags, 'safe_path', False)
    if not is_safe and os.path.dirname(os.path.dirname(__file__)) != sys.path[0]:
        del sys.path[0]


if __name__ == '__main__':
    _forget_working_directory()
    console()

"""All generators, in the order in which they need one another.

python -m tools.generate [--check]
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from tools.messages import BadTable


def main(argv: Sequence[str] | None = None) -> int:
    """Run every generator in the order in which they need one another; stop at the first fault."""
    parser = argparse.ArgumentParser(
        prog='python -m tools.generate',
        description='Make schemas, facts, meanings, words, the index of rules, the schema of the '
        'configuration and the docs from the tables and the rules.',
    )
    parser.add_argument('--check', action='store_true', help='write nothing, exit 1 if stale')
    words = ['--check'] if parser.parse_args(argv).check else []
    # Imported one after another: each reads what those before it have written.
    from tools import generate_facts, generate_meaning, generate_schemas, generate_words

    if (
        generate_schemas.write_schemas(bool(words))
        or generate_facts.main(words)
        or generate_meaning.main(words)
        or generate_words.main(words)
    ):
        return 1
    from tools import check_rules

    try:
        rows = generate_facts.facts()
        check_rules.check(
            frozenset(row['fact'] for row in rows), frozenset(row['rule'] for row in rows)
        )
    except BadTable as error:
        print(error, file=sys.stderr)
        return 1
    from tools import generate_config, generate_docs, generate_index

    return generate_index.main(words) or generate_config.main(words) or generate_docs.main(words)


if __name__ == '__main__':
    sys.exit(main())

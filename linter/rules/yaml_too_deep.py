"""A Calico document nests its collections too deeply.

No field of Calico lies deeper than a dozen levels. calico-lint stops at 200, so that a hostile file
cannot keep it busy, and reports the place where the nesting goes on.
"""

GROUP = 'yaml'

"""Policy files: TOML with a German title and a source at every group of values, read strictly, named by their content.

Format 2 refuses what it does not know. Format 1, of the house's first issue, is still read, because its files lie in logs
for ever; it had two kinds, and a practice carried the parameters.
"""

from shared.policy.reading.errors import PolicyNotReadable
from shared.policy.reading.file import MOST_CHARACTERS, PolicyFile, read

__all__ = ["MOST_CHARACTERS", "PolicyFile", "PolicyNotReadable", "read"]

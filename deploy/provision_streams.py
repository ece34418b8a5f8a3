"""`python -m deploy.provision_streams`: makes the house's streams and consumers that are missing, as the operator.

Run at the start and whenever the broker came back, possibly with empty hands.
"""

import asyncio
import os
from pathlib import Path

from shared import topology


def main() -> None:
    """Reads FOERDERSTROM_NATS_URL and FOERDERSTROM_NATS_OPERATOR_PASSWORD_FILE."""
    password = Path(os.environ["FOERDERSTROM_NATS_OPERATOR_PASSWORD_FILE"]).read_text().strip()
    asyncio.run(topology.provision(os.environ["FOERDERSTROM_NATS_URL"], password))


if __name__ == "__main__":
    main()

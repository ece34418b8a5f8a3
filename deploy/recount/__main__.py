"""`python -I -m`-able: reads an export, prints the statement and what breaks the separation of duties, as JSON."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from deploy.recount.closings import Closings
from deploy.recount.duties.acts import Acts
from deploy.recount.money import USE, Statement, available
from deploy.recount.reading import events


def recounted(export: Path) -> dict[str, Any]:
    """Titles by year, what was paid by title and year, the acts of persons that exclude each other, and closed days."""
    statement, acts, closings = Statement(), Acts(), Closings()
    number = 0
    for it in events(export):
        number += 1
        statement.take(it)
        acts.take(it)
        closings.take(it)
    return {
        "events": number,
        "accounts": [
            {"title": title, "budget_year": budget, "year": year, "available_cents": available(account)}
            | {f"{it}_cents": account[it] for it in USE}
            for (title, budget, year), account in sorted(statement.accounts.items())
        ],
        "settled": [
            {"title": title, "year": year, "cents": cents} for (title, year), cents in sorted(statement.settled.items())
        ],
        "sod": {"cases": len(acts.by_case), "acts": sum(len(it) for it in acts.by_case.values()),
                "refused_attempts": acts.refused, "violations": list(acts.violations())},
        "closings": {"days": closings.days, "years": closings.years, "differences": list(closings.differences())},
        "unread": sorted(statement.unread | acts.unread),
    }  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(prog="deploy.recount", description=__doc__)
    parser.add_argument("export", type=Path, nargs="?", default=Path("var/demo/ledger-export"))
    found = recounted(parser.parse_args().export)
    print(json.dumps(found, ensure_ascii=False, indent=1))
    return 1 if found["sod"]["violations"] or found["closings"]["differences"] or found["unread"] else 0


if __name__ == "__main__":
    sys.exit(main())

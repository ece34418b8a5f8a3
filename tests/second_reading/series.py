"""All files of a house together: numbers without holes, ids and references that were never used twice."""

from collections import Counter, defaultdict
from collections.abc import Iterable

from tests.second_reading import hkr
from tests.second_reading.told import Told
from tests.second_reading.tree import parsed


def series(files: Iterable[bytes]) -> list[str]:
    """What is wrong with these files as a whole, in whatever order they come. The same bytes again are the same file."""
    told = Told()
    ids: Counter[str] = Counter()
    ordered: Counter[str] = Counter()
    numbers: dict[str, list[int]] = defaultdict(list)
    for raw in dict.fromkeys(files):
        if raw.startswith(b"Anordnungsdatei") or b"urn:foerderstrom:hkr:" in raw[:400]:
            file = hkr.of_csv(raw, told) if raw.startswith(b"A") else _of_xml(raw, told)
            if file:
                ids[file.header.get("Kennung", "")] += 1
                numbers[file.header.get("AuftraggeberIBAN", "")].append(int(file.header.get("Dateinummer", "0")))
                ordered.update(it.get("Fremdkennzeichen", "") for it in file.records)
            continue
        root = parsed(raw, Told())
        if root is None:  # what it is instead is told by its own reading
            continue
        ids.update(
            it.text or "" for path in ("GrpHdr/{*}MsgId", "Assgnmt/{*}Id") for it in root.iterfind(f".//{{*}}{path}")
        )
        ordered.update(it.text or "" for it in root.iterfind(".//{*}EndToEndId"))
    for name, times in ids.items():
        told.unless(times == 1, "file-once", name)
    for name, times in ordered.items():
        told.unless(times == 1, "reference-once", name)
    for account, given in numbers.items():
        told.unless(sorted(given) == list(range(1, len(given) + 1)), "file-number", account)
    return told.found


def _of_xml(raw: bytes, told: Told) -> hkr.File | None:
    root = parsed(raw, Told())
    return None if root is None else hkr.of_xml(root, told)

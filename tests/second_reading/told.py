"""The rules by name, and the hand that tells what breaks one."""

from collections.abc import Iterable

RULES = {
    "encoding": "UTF-8 without a mark, declared as such, no character that cannot be seen",
    "no-foreign-markup": "no DOCTYPE, entity, comment, CDATA or processing instruction",
    "structure": "exactly the elements that are agreed, each in its place and as often as it may be",
    "no-address": "no postal address: an unstructured one is refused from November 2026 on",
    "no-bic": "no BIC is claimed where the IBAN alone counts",
    "identifier": "ids have 1 to 35 characters of the SEPA set, no slash at an end, never two",
    "group-id-once": "the id of a group is used once in a file",
    "reference": "at most 25 characters A–Z and 0–9, with check characters (ISO 7064 MOD 97-10)",
    "reference-once": "a reference names one order, in a file and in all files",
    "count": "the number of orders is right at every level",
    "sum": "the sum of the orders is right at every level, to the cent",
    "amount": "euros from 0.01 to 999999999.99 with exactly two decimals",
    "instant": "the file says when it was made, in UTC",
    "execution-day": "a day on which T2 is open, not before the file was made and at most 15 days later",
    "method": "a credit transfer (TRF)",
    "batch-booking": "debited in one sum, singly for the titles that are set so",
    "service-level": "SEPA",
    "charges": "shared (SLEV)",
    "purpose": "GOVT",
    "agent": "the debtor's agent claims nothing (NOTPROVIDED)",
    "name": "1 to 70 characters of the set, at least one of them a letter, no blank or slash at an end, none doubled",
    "text": "1 to 140 characters of the set, no blank or slash at an end, none doubled",
    "iban": "length of its country, form and check digits (ISO 13616)",
    "payee-country": "a payee's account lies in the European Economic Area: elsewhere the payer's address is needed",
    "size": "1 to 20,000 orders",
    "original": "an order to cancel names the file, the group and the kind of what was ordered, and nobody else",
    "reason": "a listed reason as a code, any other one as a proprietary one",
    "kind": "the fields that an order of its kind has, and no others",
    "record-number": "records are numbered from 1 without a hole",
    "paid-sum": "the sum of what is paid is that of the payments alone",
    "checksum": "the last 20 digits of the sum of the payees' IBANs read as numbers",
    "budget": "title and budget year of each order",
    "due-day": "a day of the calendar",
    "lines": "CR LF at the end of each line, one column for each field",
    "file-number": "the files of an account are numbered from 1, none is left out and none given twice",
    "file-once": "a file's id is used once",
}


class Told:
    """What was found, in the order of finding it."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def unless(self, right: bool, rule: str, where: str = "") -> None:
        if not right:
            self.found.append(f"{rule}: {where}")
            assert rule in RULES


def rules_broken(found: Iterable[str]) -> set[str]:
    return {it.partition(":")[0] for it in found}

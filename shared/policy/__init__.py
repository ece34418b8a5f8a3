"""Richtlinie, Verwaltungspraxis, Parameter: the rules a grant is decided by, as readable files named by their content.

A grant depends on guideline × practice × parameters × day of the decision. All are published with their full text, so
that an auditor reads in the log what a decision's hashes mean; nothing is ever resolved as "the latest" on replay.
"""

from shared.policy.criterion import Criterion, CriterionKind
from shared.policy.in_force import (
    InForce,
    NoPolicyInForce,
    PolicyNotConsistent,
    UnknownItem,
    check_together,
    in_force,
)
from shared.policy.reading import PolicyFile, PolicyNotReadable, read
from shared.policy.terms import (
    CONDITION_TITLES,
    FINANCING_TITLES,
    KIND_TITLES,
    PARAMETER_TITLES,
    Bars,
    Basis,
    ConditionBlock,
    ConditionKind,
    FieldKind,
    FinancingType,
    Handling,
    Item,
    ItemField,
    Parameters,
    PolicyKind,
    Published,
    Terms,
)

__all__ = [
    "CONDITION_TITLES",
    "FINANCING_TITLES",
    "KIND_TITLES",
    "PARAMETER_TITLES",
    "Bars",
    "Basis",
    "ConditionBlock",
    "ConditionKind",
    "Criterion",
    "CriterionKind",
    "FieldKind",
    "FinancingType",
    "Handling",
    "InForce",
    "Item",
    "ItemField",
    "NoPolicyInForce",
    "Parameters",
    "PolicyFile",
    "PolicyKind",
    "PolicyNotConsistent",
    "PolicyNotReadable",
    "Published",
    "Terms",
    "UnknownItem",
    "check_together",
    "in_force",
    "read",
]  # fmt: skip

"""Stichprobe: which proofs of use are checked in depth, by a seed that is recorded, so that anybody can draw them again.

A stream per programme and year. Chance is a hash of seed and proof; when chance alone would leave the share below what
policy wants, the next proof is taken, so that at every moment at least that share is selected. Risks are selected besides.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from hashlib import sha256

from shared.decider import Context, Decider, event, field, replace, value

FINDINGS, SPECIAL = "findings", "special-reason"
CHANCE, SHARE = "chance", "share"
WHOLE = 10_000
"""All of it, in basis points."""


@value
class DrawProof:
    """Decide whether a proof is selected. `seed` and `share_bp` count only for the first of the sample; `risks` select whatever chance says."""

    case: str
    proof: str
    seed: str
    share_bp: int
    risks: tuple[str, ...] = ()


type Command = DrawProof


@event("review.proof-sample-begun")
class ProofSampleBegun:
    """The sample of a programme's proofs in a year has its seed and its smallest share in basis points (Stichprobe der Verwendungsnachweise)."""

    seed: str
    share_bp: int
    begun_on: date


@event("review.proof-drawn")
class ProofDrawn:
    """A proof was drawn or not (Auswahl für die vertiefte Prüfung); `because` is chance, share, findings or special-reason."""

    case: str
    proof: str
    number: int
    selected: bool
    because: tuple[str, ...]


type Event = ProofSampleBegun | ProofDrawn


@value
class Sample:
    """`drawn` are the decisions by proof."""

    seed: str = ""
    share_bp: int = 0
    drawn: Mapping[str, ProofDrawn] = field(default_factory=dict[str, ProofDrawn])
    selected: int = 0


def decide(command: Command, sample: Sample, context: Context) -> Sequence[Event]:
    if command.proof in sample.drawn:
        return []
    begun: list[Event] = []
    if not sample.seed:
        first = ProofSampleBegun(seed=command.seed, share_bp=command.share_bp, begun_on=context.valid_on)
        sample, begun = evolve(sample, first), [first]
    number, because = len(sample.drawn) + 1, [*command.risks]
    if chance(sample.seed, command.proof) < sample.share_bp:
        because.append(CHANCE)
    if not because and sample.selected * WHOLE < sample.share_bp * number:
        because.append(SHARE)
    drawn = ProofDrawn(
        case=command.case, proof=command.proof, number=number, selected=bool(because), because=tuple(because)
    )
    return [*begun, drawn]


def chance(seed: str, proof: str) -> int:
    """A number from 0 to 9999 that nobody chose."""
    return int.from_bytes(sha256(f"{seed}/{proof}".encode()).digest()[:8]) % WHOLE


def evolve(sample: Sample, it: Event) -> Sample:
    match it:
        case ProofSampleBegun():
            return replace(sample, seed=it.seed, share_bp=it.share_bp)
        case ProofDrawn():
            return replace(sample, drawn={**sample.drawn, it.proof: it}, selected=sample.selected + it.selected)


def sample_of(programme: str, year: int) -> str:
    """The id of a programme's sample of a year."""
    return f"{programme}-{year}"


decider = Decider[Command, Event, Sample](
    name="proof-sample", per_case=False, initial=Sample(), decide=decide, evolve=evolve,
    events=[ProofSampleBegun, ProofDrawn],
)  # fmt: skip

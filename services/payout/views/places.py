"""Where an entry stands in its list: by the position of what it began with."""


def place_of(position: int) -> str:
    return f"{position:015d}"

"""Which jurisdiction is meant: there is one, so that naming it is optional and naming another is an error."""

from channels.http.open311.errors import unknown

JURISDICTION = "jakarta.go.id"


def check_jurisdiction(*named: str | None) -> None:
    """Raises ``Problem`` (404) when one of the names given is another jurisdiction's."""
    if any(name and name.strip().lower() != JURISDICTION for name in named):
        raise unknown("jurisdiction_id")

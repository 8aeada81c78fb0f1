"""The words of alerts, in Indonesian and English."""

from collections.abc import Mapping, Sequence

from domain.alerts import Alert
from notify.letter import LANGUAGES, Letter
from notify.outlook import say


def confirmation(alert: Alert, wards: Mapping[str, str], link: str) -> Letter:
    """Asks whether the address wants the alert; ``link`` and a word confirm or stop it."""
    return _letter("alert_confirm", {"where": _where(alert, wards), "link": link})


def news(
    alert: Alert,
    wards: Mapping[str, str],
    categories: Mapping[str, str],
    count: int,
    first: Sequence[tuple[str, str]],
) -> Letter:
    """Tells of new complaints: those of ``first`` as number and category, the others as a count."""
    lines = "\n".join(f"- {number}: {categories.get(category, category)}" for number, category in first)
    facts = {"where": _where(alert, wards), "count": str(count), "lines": lines}
    return _letter("alert_news", facts | {"rest": str(count - len(first))})


def _letter(table: str, facts: dict[str, str]) -> Letter:
    bodies = [say(table, "body", language, facts) for language in LANGUAGES]
    return Letter(say(table, "subject", "id", facts), "\n\n--\n".join(bodies) + "\n")


def _where(alert: Alert, wards: Mapping[str, str]) -> str:
    if alert.ward:
        return wards.get(alert.ward, alert.ward)
    if alert.near:
        point = alert.near.point
        return f"{alert.near.metres:.0f} m ({point.latitude:.4f}, {point.longitude:.4f})"
    return "-"

"""The letter that a monthly report goes out with: what matters, in both languages."""

from typing import NamedTuple

from reports.monthly import Monthly, attention, headlines
from reports.words import LANGUAGES, Words


class Cover(NamedTuple):
    """A letter in words. The subject is one line; nothing in it is personal."""

    subject: str
    body: str


def cover(report: Monthly, folder: str) -> Cover:
    """Indonesian, then English. ``folder`` is where the files are kept."""
    bodies = []
    for language in LANGUAGES:
        words = Words(language)
        lines = [words("synthetic")] if report.synthetic else []
        lines += [
            *headlines(report, words),
            *attention(report, words),
            "",
            words("monthly_files", folder=folder),
        ]
        bodies.append("\n".join(lines))
    words = Words("id")
    subject = words("monthly_subject", month=words.month(report.period.first))
    return Cover(subject, "\n\n--\n".join(bodies) + "\n")

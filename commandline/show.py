"""How a complaint looks on a terminal: where it stands, its deadlines, its timeline."""

import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from commandline.answers import print_json, print_table
from domain.wib import WIB

if TYPE_CHECKING:
    from domain.timeline import Entry
    from domain.view import ComplaintView, DeadlineView


def print_standing(now: "ComplaintView", as_json: bool) -> None:
    """Where it stands, in two lines or as the JSON of `show` without the timeline."""
    if as_json:
        print_json(summary(now))
        return
    sys.stdout.write(f"{now.number} is {now.status}{_outcome(now)}, held by {now.unit}.\n{now.waits_for}\n")


class Others(NamedTuple):
    """Numbers of complaints that follow one, and of those that may be about the same thing."""

    followers: list[str]
    may_repeat: list[str]


def print_complaint(now: "ComplaintView", timeline: Sequence["Entry"], others: Others, as_json: bool) -> None:
    """The whole complaint."""
    if as_json:
        entries = [entry.model_dump(mode="json") for entry in timeline]
        print_json(summary(now) | others._asdict() | {"timeline": entries})
        return
    print_standing(now, as_json=False)
    where = f"ward {now.ward}" if now.ward else "no ward"
    sys.stdout.write(
        f"Channel {now.channel}, category {now.category}, {where} ({now.ward_found_by}), "
        f"{now.hops} hops, escalation level {now.escalation_level}.\n"
    )
    if others.followers:
        sys.stdout.write(f"Followed by {', '.join(others.followers)}.\n")
    if others.may_repeat:
        sys.stdout.write(
            f"May be the same as {', '.join(others.may_repeat)}: see duplicates {now.number}, and merge.\n"
        )
    sys.stdout.write("\n")
    print_table(
        "Deadlines",
        ("clock", "due", "state", "stood still", "next"),
        ((one.kind, wib(one.due_at), one.state, _stood(one), _next(one)) for one in now.deadlines),
    )
    print_table(
        "Timeline",
        ("", "when", "what", "by", "detail"),
        ((entry.seq, wib(entry.at), entry.event, entry.by, entry.detail) for entry in timeline),
    )


def print_list(complaints: Sequence["ComplaintView"], as_json: bool) -> None:
    """Many complaints, a line each."""
    if as_json:
        print_json([summary(one) for one in complaints])
        return
    print_table(
        f"Complaints: {len(complaints)}",
        ("number", "status", "unit", "ward", "next due", "level", "hops", "category"),
        (
            (
                one.number,
                f"{one.status}{_outcome(one)}",
                one.unit,
                one.ward,
                wib(one.next_due_at),
                one.escalation_level,
                one.hops,
                one.category,
            )
            for one in complaints
        ),
    )


def summary(now: "ComplaintView") -> dict[str, Any]:
    """The JSON by which programs know a complaint: the keys are a contract."""
    said = now.model_dump(mode="json")
    said["pauses"] = [{"clock": one["kind"], **pause} for one in said["deadlines"] for pause in one["pauses"]]
    said["next"] = [one["next"] for one in said["deadlines"] if one["next"]]
    said["deadlines"] = [{key: one[key] for key in ("kind", "due_at", "state")} for one in said["deadlines"]]
    keys = (
        "number", "status", "outcome", "channel", "category", "unit", "ward", "ward_found_by", "hops",
        "escalation_level", "opened_at", "due_at", "next_due_at", "waits_for", "outlook", "parent",
        "deadlines", "next", "pauses",
    )  # fmt: skip
    return {key: said[key] for key in keys}


def wib(moment: datetime | None) -> str:
    """A moment as people in Jakarta read it."""
    return f"{moment.astimezone(WIB):%d %b %H:%M:%S}" if moment else ""


def _next(deadline: "DeadlineView") -> str:
    """What the clock does next, when and to whom."""
    if deadline.next is None:
        return ""
    what = "closes it" if deadline.next.closes else f"{deadline.next.stage} to {deadline.next.to}"
    return f"{wib(deadline.next.at)} {what}"


def _stood(deadline: "DeadlineView") -> str:
    whole = timedelta(seconds=deadline.paused_seconds)
    still = " and still does" if deadline.pauses and deadline.pauses[-1].until is None else ""
    return f"{whole}{still}" if whole or still else ""


def _outcome(now: "ComplaintView") -> str:
    return f" ({now.outcome})" if now.outcome else ""

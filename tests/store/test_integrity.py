"""What the rules of the integrity view find of frauds that were planted among honest complaints."""

import sys
from datetime import UTC, date, datetime, timedelta

import pytest

from bench.integrity import Size, found_in, made_up
from domain.integrity import Found, Rule
from store.database import Database
from store.findings import Findings
from synthetic.frauds import scores

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]
SIZE = Size(honest=10_000, each=20, seed=1)
LEAST = 0.9
"""Of what was planted must be found, and of what is found must have been planted, for every rule."""


async def test_planted_frauds_are_found_and_honest_work_is_not(own_database: Database) -> None:
    planted = await made_up(own_database, SIZE)
    said = scores(planted, await found_in(own_database))
    for rule, score in said.items():
        sys.stdout.write(
            f"{rule}: planted {score.planted}, found {score.found}: "
            f"precision {score.precision:.2f}, recall {score.recall:.2f}\n"
        )
    assert {rule: score.planted for rule, score in said.items()} == dict.fromkeys(Rule, SIZE.each)
    assert [rule for rule, score in said.items() if score.recall < LEAST] == []
    assert [rule for rule, score in said.items() if score.precision < LEAST] == []


async def test_a_picture_that_was_handed_in_twice_is_one_finding(own_database: Database) -> None:
    month = date(2024, 5, 1)
    one = Found(
        rule=Rule.PICTURE, month=month, subject="JK1 abc", unit="A", numbers=("JK1",), facts={"what": "x"}
    )
    findings, now = Findings(own_database), datetime.now(UTC)
    assert await findings.keep(month, [Rule.PICTURE], [one, one], now) == (1, 0)
    assert await findings.keep(month, [Rule.PICTURE], [], now + timedelta(seconds=1)) == (0, 1)
    kept = await findings.one(one.id)
    assert kept is not None
    assert kept.gone_at is not None

"""What the rules of the integrity view find of frauds that were planted among honest complaints."""

import sys

import pytest

from bench.integrity import Size, found_in, made_up
from domain.integrity import Rule
from store.database import Database
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

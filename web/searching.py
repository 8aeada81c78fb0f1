"""The search box of a list, and the days beside it: the same for citizens, officers and coordinators."""

from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from domain.search import LONGEST_SEARCH, Search, day_of, understood


class Box(BaseModel):
    """What was typed. A day that is none is as good as nothing typed."""

    model_config = ConfigDict(extra="ignore")

    q: str = Field(default="", max_length=LONGEST_SEARCH)
    since: str = Field(default="", max_length=20)
    until: str = Field(default="", max_length=20)

    @property
    def search(self) -> Search:
        """As the database is asked."""
        return understood(self.q, day_of(self.since), day_of(self.until))

    def said(self) -> dict[str, str]:
        """The same as an address carries it."""
        given = {"q": self.q, "since": self.since, "until": self.until}
        return {name: value for name, value in given.items() if value}

    def without_last_word(self) -> dict[str, str]:
        """The same, but wider by one word."""
        return {**self.said(), "q": " ".join(self.q.split()[:-1])}


def boxed(said: Annotated[Box, Query()]) -> Box:
    """The box of an address that says other things too."""
    return said

"""The base of every value that travels between workflow, activity and client."""

from pydantic import BaseModel, ConfigDict


class Value(BaseModel):
    """An immutable value. Unknown fields are ignored, so that older code can read what newer code wrote."""

    model_config = ConfigDict(frozen=True)

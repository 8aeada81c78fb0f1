import pytest
from pydantic import ValidationError

from domain.commands import AnyCommand, Complete, Evidence, Instruction, Progress
from tests.city import KELURAHAN, officer

NUL = "a\0b"


@pytest.mark.parametrize(
    ("identity", "unit", "command"),
    [
        (NUL, "KEL", Progress(note="x")),
        ("c1", NUL, Progress(note="x")),
        ("c1", "KEL", Complete(note="x", evidence=(Evidence(uri="https://a", sha256=NUL),))),
    ],
)
def test_a_text_that_no_database_keeps_is_no_command(identity: str, unit: str, command: AnyCommand) -> None:
    actor = officer(KELURAHAN).model_copy(update={"unit": unit})
    with pytest.raises(ValidationError, match="U\\+0000"):
        Instruction(id=identity, actor=actor, via="test", command=command)
    assert Instruction(id="c1", actor=officer(KELURAHAN), via="test", command=Progress(note="x"))

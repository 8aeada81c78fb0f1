"""The errors of a start that did not succeed."""

from pathlib import Path


class StartFailed(RuntimeError):
    """Something could not be started; the first line says what, the log's last lines may follow."""

    def __init__(self, sentence: str, log: Path | None = None) -> None:
        self.sentence = sentence
        self.log = log
        lines = last_lines(log) if log is not None else ""
        tail = f"\nThe last lines of {log}:\n{lines}" if lines else ""
        super().__init__(f"{sentence}{tail}")

    @property
    def over_a_port(self) -> bool:
        """Whether a port was taken between our choosing it and our using it: worth another try."""
        return "Address already in use" in str(self)


class AlreadyUp(StartFailed):
    """Another process already runs a stack on the same data folder."""


def last_lines(log: Path, count: int = 10) -> str:
    """The last lines of a log file, indented; empty when there are none."""
    try:
        with log.open("rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - 16_384))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return ""
    return "\n".join(f"  {line[:400]}" for line in text.splitlines()[-count:])

"""Whether a mail that failed may have gone out all the same: the server had it, its answer never came.

Apprise says only that a mail failed. To send it again could say it twice, so this must be told apart from a
server that refused, or that was gone before it had everything.
"""

import smtplib
from contextvars import ContextVar
from typing import Any

_DATA = smtplib.SMTP.data


class Fate:
    """What is known of one message: whether an answer to a whole mail was lost."""

    def __init__(self) -> None:
        self.unknown = False


_fate: ContextVar[Fate | None] = ContextVar("fate", default=None)


def watch() -> Fate:
    """The fate of what is sent from here on in this context, and in the threads that Apprise gives it to."""
    smtplib.SMTP.data = _watched_data  # type: ignore[method-assign] # Apprise makes its own client
    fate = Fate()
    _fate.set(fate)
    return fate


def _watched_data(self: smtplib.SMTP, msg: Any) -> tuple[int, bytes]:
    """The command and then the message are sent; a silence after both leaves its fate unknown."""
    sent, send = 0, self.send

    def counted(s: Any) -> None:
        nonlocal sent
        send(s)
        sent += 1

    self.send = counted  # type: ignore[method-assign]
    try:
        return _DATA(self, msg)
    except smtplib.SMTPResponseException:
        raise
    except OSError:
        if sent > 1 and (fate := _fate.get()):
            fate.unknown = True
        raise
    finally:
        del self.send

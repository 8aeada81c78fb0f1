"""The peers by name. Their programs are installed when they are made."""

from collections.abc import Callable, Sequence

from bench.peers.celery.peer import Celery
from bench.peers.dbos.peer import Dbos
from bench.peers.helpdesk.peer import Helpdesk
from bench.peers.peer import Peer
from bench.peers.tuntas.peer import Tuntas
from bench.peers.turns import say

_KINDS: dict[str, Callable[[Callable[[str], None]], Peer]] = {
    "tuntas": Tuntas,
    "dbos": Dbos,
    "celery": Celery,
    "helpdesk": Helpdesk,
}
NAMES = tuple(_KINDS)


def peers_named(names: Sequence[str]) -> list[Peer]:
    """These peers, in this order."""
    return [_KINDS[name](say) for name in names]

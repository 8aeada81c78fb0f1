"""A mail server that hangs, answers 4xx, closes in mid-message, or closes after the message without a word.

Each letter must arrive once. One whose fate nobody can know is ``unconfirmed``, is never sent again, and a
human is shown it.
"""

from random import Random

from domain.commands import Accept, Actor
from tests.faults.accounts import accounts_agree
from tests.faults.bad_mail_server import BadMailServer
from tests.faults.load import Load, settled
from tests.faults.script import Asked, Outcome, run
from tests.faults.stage import stage

HOWS = ("take", "take", "take", "defer", "close_in_middle", "close_after")


async def bad_mail(asked: Asked) -> Outcome:
    """So many complaints, whose reporters are written to at their coming, acceptance and end."""
    chance = Random(asked.seed)
    first_hang = iter(["hang"])
    server = BadMailServer(lambda: next(first_hang, None) or chance.choice(HOWS))
    await server.start()
    async with stage("dki-2025", notify_url=server.url) as on:
        load = Load(on, asked.seed)
        for _ in range(asked.times):
            identity, unit = await load.submit()
            await load.send(identity, Accept(), Actor(code=f"o-{unit}", unit=unit))
            asked.advance()
        await settled(load)
        letters = 10 * asked.times  # more than there can be: what was unknown is counted afterwards
        accounts = await accounts_agree(on.engine, on.client, load.promises, wait_s=400, unconfirmed=letters)
    await server.stop()
    twice = sum(count > 1 for count in server.taken.values())
    behaved = ", ".join(f"{count} {how}" for how, count in sorted(server.behaved.items()))
    figures = f"{asked.times} complaints, mail server: {behaved}; {len(server.taken)} letters, {twice} twice"
    unknown = server.behaved["close_after"] + server.behaved["close_in_middle"] + server.behaved["hang"]
    known = accounts.messages.get("unconfirmed", 0) == unknown
    return Outcome(f"{figures}; {accounts}", accounts.agree and known and not twice)


if __name__ == "__main__":
    run("bad_mail", bad_mail, 40, counted="complaints")

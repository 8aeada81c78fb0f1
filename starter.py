#!/usr/bin/env python3
"""The command line: start the stack, start and steer complaints. Here it is only put together."""

import os
import sys

import typer

from commandline import (
    accounts,
    audit,
    authority,
    backups,
    channel_keys,
    complaints,
    deployment,
    exporting,
    importing,
    integrity,
    key_ring,
    mail,
    messengers,
    organisation,
    person,
    policy,
    reconcile,
    reports,
    stack,
    synthetic,
    verbs,
    web,
    webhooks,
)

app = typer.Typer(
    name="starter.py",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    help="""Tuntas: every public complaint of Jakarta as a durable workflow, so that none is forgotten.

    First steps, with `up` running in another terminal:

    \b
      starter.py submit --channel jaki --reference R-1 --category jalan-rusak \\
          --text "Lubang di depan sekolah" --lat -6.1754 --lon 106.8272
      starter.py org officers 'gambir'          # who can act
      starter.py accept JK... --as OFFICER      # the holder takes it up
      starter.py show JK...                     # where it stands, and what happens next

    Exit status: 0 done, 1 refused, 2 wrong usage, 3 no answer (nothing is lost: ask again).
    """,
)

STACK, LOOK = "The stack", "Hand in and look"
for command, panel in (
    (stack.up, STACK),
    (stack.demo, STACK),
    (stack.status, STACK),
    (stack.settings, STACK),
    (reconcile.reconcile, STACK),
    (web.web, STACK),
    (backups.backup, STACK),
    (backups.restore, STACK),
    (complaints.submit, LOOK),
    (complaints.show, LOOK),
    (complaints.mailbox, LOOK),
    (complaints.evidence, LOOK),
    (complaints.suggest, LOOK),
    (complaints.duplicates, LOOK),
    (authority.authority, LOOK),
    (reports.report, LOOK),
    (reports.open_data, LOOK),
    (integrity.integrity, LOOK),
):
    app.command(rich_help_panel=panel)(command)
app.command("list", rich_help_panel=LOOK)(complaints.list_)
app.command("synthetic-year", rich_help_panel=STACK)(synthetic.synthetic_year)
app.command("export", rich_help_panel=LOOK)(exporting.export)
app.command("import", rich_help_panel=LOOK)(importing.import_csv)
app.add_typer(mail.app, name="mail-in", rich_help_panel=STACK)
app.add_typer(messengers.app, name="messengers", rich_help_panel=STACK)
app.add_typer(webhooks.app, name="webhooks", rich_help_panel=STACK)
app.add_typer(deployment.app, name="deployment", rich_help_panel=STACK)
app.add_typer(policy.app, name="policy", rich_help_panel=STACK)
app.add_typer(organisation.app, name="org", rich_help_panel=LOOK)
app.add_typer(accounts.app, name="accounts", rich_help_panel=STACK)
app.add_typer(key_ring.app, name="key-ring", rich_help_panel=STACK)
app.add_typer(audit.app, name="audit", rich_help_panel=LOOK)
app.add_typer(person.app, name="person", rich_help_panel=LOOK)
app.add_typer(reports.app, name="reports", rich_help_panel=LOOK)
app.add_typer(channel_keys.app, name="keys", rich_help_panel=STACK)
verbs.add_to(app)


def main() -> None:
    """Runs one command and ends at once: Temporal's threads may crash an interpreter that ends slowly.

    (temporalio/sdk-python#300: a future that completes during finalization takes the process down.)
    """
    status = 0
    try:
        app()
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    main()

"""What a new installation is given once: tables, templates of letters, a queue that escalates, an officer."""

import os

import django
from django.core.management import call_command
from django.db import connection

django.setup()
call_command("migrate", verbosity=0)
call_command("loaddata", "emailtemplate.json", verbosity=0)

from django.contrib.auth import get_user_model  # noqa: E402 - after the set-up
from helpdesk.models import Queue  # noqa: E402
from outbox import TABLE  # noqa: E402
from rest_framework.authtoken.models import Token  # noqa: E402

with connection.cursor() as cursor:
    cursor.execute(TABLE)
officer = get_user_model().objects.create_superuser("officer", "officer@example.org")
Token.objects.create(user=officer, key=os.environ["TOKEN"])
Queue.objects.create(
    id=1, title="Complaints", slug="complaints", email_address="city@example.org", escalate_days=1
)

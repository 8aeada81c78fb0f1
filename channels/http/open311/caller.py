"""Who posts: the key is a field of the form."""

from fastapi import Request

from channels.http.caller import known_key
from channels.http.open311.form import Form
from channels.http.problem import Problem
from channels.http.service import Service
from domain.channel_key import ChannelKey, Scope


async def posting_key(request: Request, service: Service, form: Form) -> ChannelKey:
    """The key in ``api_key``. Raises ``Problem``: 403 when it is missing, wrong or not for Open311."""
    secret = form.get("api_key")
    if secret is None:
        raise Problem(403, "Missing api_key.")
    return await known_key(request, service, secret, Scope.OPEN311)

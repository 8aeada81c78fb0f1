"""By which network address guesses are counted."""

import pytest
from starlette.requests import Request

from channels.http.caller import address_of


@pytest.mark.parametrize(
    ("host", "network"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9%eth0", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("testclient", "testclient"),
    ],
)
def test_guesses_are_counted_by_network(host: str, network: str) -> None:
    assert address_of(Request({"type": "http", "client": (host, 1)})) == network

"""Whatever an address is, nobody is led to another site by it, and no defect comes of it."""

from urllib.parse import urljoin, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from web.language_routes import own_address

PARTS = st.one_of(
    st.sampled_from(["/", "\\", "//", "\t", "\n", "\r", "[", "]", "@", ":", "evil.example"]), st.text()
)


@given(st.lists(PARTS, max_size=6).map("".join))
def test_nobody_is_led_to_another_site(said: str) -> None:
    for address in (said, f"/{said}", f"//{said}"):
        led = own_address(address)
        # Browsers leave out tabs and line breaks, and read a backslash as a slash.
        as_read = "".join(one for one in led if one not in "\t\r\n").replace("\\", "/")
        assert urlsplit(urljoin("https://tuntas.example/x", as_read)).netloc == "tuntas.example"

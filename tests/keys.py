"""A key ring for tests."""

import base64

from runtime.key_ring import KeyRing


def a_key_ring(*names: str) -> KeyRing:
    """A ring with keys of these names, the last of which is the current one."""
    names = names or ("one",)
    keys = "".join(f'{name} = "{base64.b64encode(name.encode().ljust(32)).decode()}"\n' for name in names)
    return KeyRing(f'current = "{names[-1]}"\n[keys]\n{keys}', "a test")

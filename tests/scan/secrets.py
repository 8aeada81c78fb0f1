"""What looks like a key or a password, but for what the baseline knows: words of tests and examples."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from detect_secrets.core.secrets_collection import SecretsCollection
from detect_secrets.settings import transient_settings

from tests.scan.tracked import RECORDED, ROOT

BASELINE = ROOT / "tests" / "scan" / "baseline.json"
LOCKS = frozenset({"requirements.lock", "web/package-lock.json", "tests/scan/baseline.json"})
"""Digests, all of them."""

LENGTHS = {"Base64HighEntropyString": 4.5, "HexHighEntropyString": 3.5}
DETECTORS = (
    "AWSKeyDetector",
    "AzureStorageKeyDetector", "BasicAuthDetector", "GitHubTokenDetector", "GitLabTokenDetector",
    "JwtTokenDetector", "KeywordDetector", "NpmDetector", "PrivateKeyDetector", "PypiTokenDetector",
    "SendGridDetector", "SlackDetector", "StripeDetector", "TelegramBotTokenDetector", "TwilioKeyDetector",
)  # fmt: skip
SETTINGS: dict[str, Any] = {
    "plugins_used": [
        *({"name": name} for name in DETECTORS),
        *({"name": name, "limit": limit} for name, limit in LENGTHS.items()),
    ],
    "filters_used": [
        {"path": "detect_secrets.filters.allowlist.is_line_allowlisted"},
        {"path": "detect_secrets.filters.heuristic.is_sequential_string"},
        {"path": "detect_secrets.filters.heuristic.is_potential_uuid"},
        {"path": "detect_secrets.filters.heuristic.is_templated_secret"},
    ],
}
"""No finding is verified by asking anybody: the scan works offline."""


def secrets(names: Iterable[str], root: Path = ROOT, baseline: Path = BASELINE) -> list[str]:
    """A line for each finding that the baseline does not know: file, line, what it looks like."""
    known = {tuple(one) for one in json.loads(baseline.read_text(encoding="utf-8"))}
    return [
        f"{file}:{one.line_number}: {one.type}"
        for file, one in _found(names, root)
        if (file, one.type, one.secret_hash) not in known
    ]


def write_baseline(names: Iterable[str]) -> int:
    """Takes all that is found now for known. How much it is."""
    known = sorted((file, one.type, one.secret_hash) for file, one in _found(names, ROOT))
    lines = ",\n".join(json.dumps(one) for one in known)
    BASELINE.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    return len(known)


def _found(names: Iterable[str], root: Path) -> list[tuple[str, Any]]:
    collection = SecretsCollection(root=str(root))
    with transient_settings(SETTINGS):
        for name in names:
            if name not in LOCKS and not name.startswith(RECORDED):
                collection.scan_file(name)
    return [(file, one) for file, one in collection if not _word_of_a_test(file, one)]


def _word_of_a_test(file: str, one: Any) -> bool:
    """Tests name passwords of people they make up; a token among them would still be found by its form."""
    return file.startswith("tests/") and one.type == "Secret Keyword"

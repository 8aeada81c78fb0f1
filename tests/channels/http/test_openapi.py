"""The OpenAPI document against the server: no 5xx, and no answer that it does not describe."""

import asyncio
import sys
from pathlib import Path

import httpx
import pytest

from tests.channels.http.conftest import Served, handed_in

pytestmark = pytest.mark.servers
BUDGET_S = 40
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,"
    "response_schema_conformance,unsupported_method,allow_header_conformance,ignored_auth"
)


async def test_no_5xx_and_no_undocumented_answer(
    served: Served, jaki: httpx.AsyncClient, jaki_key: str, tmp_path: Path
) -> None:
    number = (await handed_in(jaki))["number"]
    (tmp_path / "schemathesis.toml").write_text(f'[parameters]\n"path.number" = "{number}"\n')
    run = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "schemathesis.cli", "run", f"{served.url}/openapi.json"),
        *("--header", f"Authorization: Bearer {jaki_key}", "--checks", CHECKS),
        *("--max-examples", "15", "--max-time", str(BUDGET_S), "--seed", "7", "--no-shrink"),
        *("--suppress-health-check", "all", "--continue-on-failure", "--no-color"),
        cwd=tmp_path,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await asyncio.wait_for(run.communicate(), BUDGET_S + 60)
    assert run.returncode == 0, output.decode()[-20_000:]


async def test_every_operation_has_words_and_the_bodies_have_examples(anybody: httpx.AsyncClient) -> None:
    document = (await anybody.get("/openapi.json")).json()
    operations = [one for path in document["paths"].values() for one in path.values()]
    assert len(operations) > 20
    assert all(one.get("description") for one in operations)
    schemas = document["components"]["schemas"]
    assert all(schemas[name]["examples"] for name in ("Submission", "Visit"))
    assert document["components"]["securitySchemes"]["key"]["scheme"] == "bearer"

"""What the page asks of the controls is in their document; the page itself: tests/browser."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from mocks.admin.document import document
from mocks.core.city import DEMO
from mocks.core.credentials import FIRE_TOKEN

HERE = Path(__file__).parent
ADMIN = Path(__file__).parents[3] / "mocks" / "admin"
NODE = shutil.which("node")
ASKED = re.compile(r"""ask\("([A-Z]+)", ["`]([^"`]+)["`]""")


def paths() -> dict[str, set[str]]:
    """The methods of every path of the document; each slot as {}."""
    return {
        re.sub(r"\{\w+\}", "{}", path.removeprefix("/__admin/")): set(item)
        for path, item in document()["paths"].items()
    }


def test_every_call_in_the_pages_script_is_in_the_document() -> None:
    script = (ADMIN / "page.mjs").read_text("utf-8")

    asked = ASKED.findall(script)

    assert len(asked) == script.count("ask(") - 1  # but for the function itself
    for method, path in asked:
        plain = re.sub(r"\$\{[^}]+\}", "{}", path).partition("?")[0]
        assert method.lower() in paths()[plain], f"{method} {path}"


@pytest.mark.skipif(NODE is None, reason="no node on this machine")
def test_every_control_of_the_page_asks_what_the_fleet_takes(own_fire: Any) -> None:
    fire = own_fire.caller("fire")
    fire.headers["Authorization"] = f"Bearer {FIRE_TOKEN}"
    body = fire.body("createDeclaration", remark="s:page", creditCode=DEMO["uscc"])
    assert fire.call("createDeclaration", body).status_code == 201

    command = [str(NODE), str(HERE / "page_in_node.mjs"), own_fire.admin, str(ADMIN)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=50, check=False)  # noqa: S603 - ours

    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["trouble"], told["rows"]) == ("", 1)
    assert {call["status"] for call in told["calls"]} <= {200, 204}
    asked = {
        (c["method"], re.sub("fire-[0-9]+", "{}", c["path"].partition("?")[0]))
        for c in told["calls"]
    }
    bodies = [json.loads(call["body"]) for call in told["calls"] if call["body"]]
    assert [{"kind": "unavailable", "retry_after_s": 7, "first": 2}] in bodies
    assert [b["rate"] for b in bodies if isinstance(b, dict) and "rate" in b] == [1, 0, 60]
    assert "createDeclaration" in told["detail"]
    assert FIRE_TOKEN not in told["detail"]
    assert asked == {
        ("GET", "journal/requests/{}"),
        ("GET", "state"),
        ("GET", "faults"),
        ("GET", "faults/kinds"),
        ("GET", "journal"),
        ("POST", "clock"),
        ("POST", "reset"),
        ("PUT", "faults/departments/fire"),
        ("POST", "departments/fire/stop"),
        ("POST", "departments/fire/start"),
    }
    assert {"fire", "x"} <= set(re.findall(r"=(\w+)", " ".join(c["path"] for c in told["calls"])))

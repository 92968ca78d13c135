"""A fault's detail is held to the contract as a reply is: what breaks it is a bare 500."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from mocks.departments import greening, planning
from mocks.soap.server import application
from tests.mocks.soap.conftest import Stage

BROKEN = {
    "planning": (planning, lambda text: planning.fault("P0000", text)),
    "greening": (greening, lambda text: greening.fault("SYS_NOBODY", text)),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_detail_that_breaks_the_contract_never_leaves(
    department: Callable[[str], Any], stage: Stage, name: str
) -> None:
    served = department(name)
    assert _asked(served).status_code == 500
    assert _asked(served).headers["content-type"].startswith("text/xml")

    module, malformed = BROKEN[name]
    endpoint = replace(module.build_endpoint(served.kit), malformed=malformed)
    stage.app = application(endpoint, served.kit)

    bare = _asked(served)
    assert (bare.status_code, bare.text) == (500, "Internal Server Error")


def _asked(served: Any) -> Any:
    return served.post(b"<nothing/", content_type="text/xml; charset=utf-8", action="x")

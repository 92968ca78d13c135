"""Uploads, callbacks, probes and the page: what the edge takes in and what it shows."""

import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from structlog.testing import capture_logs

from adapters.contract import Department
from adapters.errors import ContractBroken, Misconfigured
from gateway.cases.errors import StoreUnavailable
from gateway.edge.callbacks import CallbacksEndpoint, Intake
from gateway.edge.graphiql_page import GraphiQLPage, Seed, Tab
from gateway.edge.health import Probes, health_routes
from gateway.edge.materials import MaterialsEndpoint, UploadLimits
from gateway.edge.shelf import Shelf, StoredMaterial
from schema.domain.department import ProgressMode
from schema.graph.ports import Viewer

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\n%%EOF\n"
CITIZEN = Viewer(subject="person:1", roles=frozenset({"citizen"}))
STRANGER = Viewer(subject="", roles=frozenset())


async def authenticate(token: str | None) -> Viewer | None:
    return {None: STRANGER, "good": CITIZEN}.get(token)


def uploader(folder: Path, *, cap: int = 1_000) -> httpx.AsyncClient:
    endpoint = MaterialsEndpoint(
        shelf=Shelf(folder), authenticate=authenticate, limits=UploadLimits(bytes=cap)
    )
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(endpoint),
        base_url="http://gateway",
        headers={"authorization": "Bearer good", "content-type": "application/pdf"},
    )


def kept(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_upload_is_kept_under_its_digest(tmp_path: Path) -> None:
    sha256 = hashlib.sha256(PDF).hexdigest()

    answer = await uploader(tmp_path).post("/materials", content=PDF)

    assert answer.status_code == 201
    assert answer.json() == {"sha256": sha256, "size": len(PDF), "mediaType": "application/pdf"}
    assert (tmp_path / sha256[:2] / sha256).read_bytes() == PDF
    assert Shelf(tmp_path).find(sha256) == StoredMaterial(
        sha256=sha256, size=len(PDF), media_type="application/pdf"
    )


async def test_same_document_twice_is_one_file(tmp_path: Path) -> None:
    sender = uploader(tmp_path)

    first = await sender.post("/materials", content=PDF)
    second = await sender.post("/materials", content=PDF)

    assert first.json() == second.json()
    assert len(kept(tmp_path)) == 1


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (PDF, {"authorization": "Bearer bad"}, 401),
        (PDF, {"content-type": "text/html"}, 415),
        (PDF, {"content-type": "image/png"}, 415),
        (b"<script>", {}, 415),
        (b"", {}, 415),
        (PDF + b"x" * 1_000, {}, 413),
    ],
)
async def test_refused_upload_leaves_nothing_behind(
    tmp_path: Path, content: bytes, headers: dict[str, str], status: int
) -> None:
    answer = await uploader(tmp_path).post("/materials", content=content, headers=headers)

    assert answer.status_code == status
    assert kept(tmp_path) == []


async def test_upload_needs_a_viewer(tmp_path: Path) -> None:
    sender = uploader(tmp_path)
    del sender.headers["authorization"]

    assert (await sender.post("/materials", content=PDF)).status_code == 401


async def test_streamed_upload_over_the_cap_leaves_nothing_behind(tmp_path: Path) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield PDF
        yield b"x" * 2_000

    answer = await uploader(tmp_path).post("/materials", content=pieces())

    assert answer.status_code == 413
    assert kept(tmp_path) == []


@pytest.mark.parametrize("digest", ["", "../../etc/passwd", "0" * 63, "G" * 64, "0" * 64])
def test_shelf_finds_nothing_under_what_is_not_a_kept_digest(tmp_path: Path, digest: str) -> None:
    assert Shelf(tmp_path).find(digest) is None


class FakeInfo:
    def __init__(self, progress: ProgressMode, *, asks_progress: bool) -> None:
        self.progress = progress
        self.asks_progress = asks_progress


class FakeMarket:
    """Vouches for a body called "good"; the rest of the port is never asked here."""

    def __init__(
        self, progress: ProgressMode = ProgressMode.CALLBACK, *, asked: bool = True
    ) -> None:
        self.info = FakeInfo(progress, asks_progress=asked)
        self.now = 0.0

    def callback(self, headers: Mapping[str, str], body: bytes, *, now: float) -> Sequence[Any]:
        self.now = now
        if headers.get("x-market-signature") != "sha256=ok":
            raise Misconfigured("market", "signature")
        if body != b"good":
            broken = ContractBroken("market", "body")
            broken.understood = ["progress"] if body == b"in part" else []  # type: ignore[list-item]
            broken.numbers = ["M-2", None] if body in (b"in part", b"in number") else []
            raise broken
        return ["progress"]


def caller(
    market: FakeMarket, told: list[tuple[str, list[Any]]], intake: Intake | None = None
) -> httpx.AsyncClient:
    async def takes(
        department: str, progress: Sequence[Any], unread: Sequence[str | None] = ()
    ) -> None:
        told.append((department, [*progress, *unread]))

    departments: dict[str, Department] = {"market": market}  # type: ignore[dict-item]  # a part of the port
    endpoint = CallbacksEndpoint(
        departments=departments, intake=intake or takes, real_now=lambda: 17.0
    )
    app = Starlette(routes=[Route("/callbacks/{department}", endpoint)])
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway")


@pytest.mark.parametrize(
    ("path", "signature", "content", "status"),
    [
        ("market", "sha256=ok", b"good", 202),
        ("market", "sha256=no", b"good", 401),
        ("market", "", b"good", 401),
        ("market", "sha256=ok", b"bad", 400),
        ("market", "sha256=ok", b"x" * 300_000, 413),
        ("nobody", "sha256=ok", b"good", 404),
    ],
)
async def test_callback_is_taken_only_when_its_adapter_vouches_for_it(
    path: str, signature: str, content: bytes, status: int
) -> None:
    told: list[tuple[str, list[Any]]] = []
    market = FakeMarket()

    answer = await caller(market, told).post(
        f"/callbacks/{path}", content=content, headers={"x-market-signature": signature}
    )

    assert answer.status_code == status
    assert told == ([("market", ["progress"])] if status == 202 else [])
    if status == 202:
        assert market.now == 17.0


@pytest.mark.parametrize(
    ("content", "status", "taken"),
    [(b"in part", 202, ["progress", "M-2", None]), (b"in number", 400, ["M-2", None])],
)
async def test_what_is_understood_of_a_callback_is_kept_and_the_rest_is_owed(
    content: bytes, status: int, taken: list[str | None]
) -> None:
    told: list[tuple[str, list[Any]]] = []

    answer = await caller(FakeMarket(), told).post(
        "/callbacks/market", content=content, headers={"x-market-signature": "sha256=ok"}
    )

    assert (answer.status_code, told) == (status, [("market", taken)])


@pytest.mark.parametrize("content", [b"in part", b"in number"])
async def test_who_cannot_be_asked_says_it_again_until_all_of_it_is_understood(
    content: bytes,
) -> None:
    told: list[tuple[str, list[Any]]] = []

    answer = await caller(FakeMarket(asked=False), told).post(
        "/callbacks/market", content=content, headers={"x-market-signature": "sha256=ok"}
    )

    assert answer.status_code == 400
    assert "M-2" in told[0][1]
    assert ("progress" in told[0][1]) is (content == b"in part")


@pytest.mark.parametrize(
    ("trouble", "status", "code"),
    [
        (StoreUnavailable("OperationalError"), 503, "STORE_UNAVAILABLE"),
        (ContractBroken("market", "number of a receipt"), 400, "CONTRACT_BROKEN"),
    ],
)
async def test_callback_that_cannot_be_kept_is_refused_typed_and_quietly(
    trouble: Exception, status: int, code: str
) -> None:
    async def intake(
        department: str, told: Sequence[Any], unread: Sequence[str | None] = ()
    ) -> None:
        try:
            raise ValueError(f"[parameters: 沈若梅] {department}")
        except ValueError as said:
            raise trouble from said

    with capture_logs() as logs:
        answer = await caller(FakeMarket(), [], intake).post(
            "/callbacks/market", content=b"good", headers={"x-market-signature": "sha256=ok"}
        )

    assert answer.status_code == status
    assert answer.json()["errors"][0]["extensions"]["code"] == code
    assert ("retry-after" in answer.headers) is (status == 503)
    assert [entry["event"].split(".")[0] for entry in logs] == ["callback"]
    assert "沈若梅" not in str(logs)
    assert not any("exc_info" in entry for entry in logs)


async def test_department_that_is_polled_has_no_callback_address() -> None:
    answer = await caller(FakeMarket(ProgressMode.POLL), []).post("/callbacks/market")

    assert answer.status_code == 404


def probes(reason: str | None, *, measured: bool = False) -> httpx.AsyncClient:
    async def ready() -> Mapping[str, str | None]:
        return {"store": reason}

    routes = health_routes(
        Probes(
            ready=ready,
            departments=list,
            workers_down=lambda: ["poll-fire"],
            version={"version": "1"},
            sdl=lambda: "type Query { a: Int }",
            metrics=(lambda: (b"up 1\n", "text/plain; version=0.0.4")) if measured else None,
        )
    )
    transport = httpx.ASGITransport(Starlette(routes=routes))
    return httpx.AsyncClient(transport=transport, base_url="http://gateway")


async def test_alive_is_not_ready() -> None:
    asked = probes("read-only")

    assert (await asked.get("/livez")).status_code == 200
    answer = await asked.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"status": "unavailable", "parts": {"store": "read-only"}}


async def test_a_departments_worker_that_died_is_named_and_decides_nothing() -> None:
    answer = await probes(None).get("/healthz")

    assert answer.status_code == 200
    assert answer.json()["workersDown"] == ["poll-fire"]


async def test_ready_version_schema_and_metrics_are_published() -> None:
    asked = probes(None, measured=True)

    assert (await asked.get("/readyz")).json() == {"status": "ok", "parts": {"store": "ok"}}
    assert (await asked.get("/healthz")).json()["departments"] == []
    assert (await asked.get("/version")).json() == {"version": "1"}
    assert (await asked.get("/schema.graphql")).text == "type Query { a: Int }"
    assert (await asked.get("/metrics")).text == "up 1\n"
    assert (await probes(None).get("/metrics")).status_code == 404


async def _seed() -> Seed:
    tab = Tab(name="one", query="{ a } # </script>", variables={"x": "<b>"})
    return Seed(tabs=[tab], headers={"Authorization": "Bearer t"})


async def _page(bundle: Path) -> tuple[str, str]:
    answer = await GraphiQLPage(seed=_seed, bundle=bundle, dev=True)("en")
    return bytes(answer.body).decode(), answer.headers["content-security-policy"]


async def test_page_loads_the_bundle_and_nothing_from_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "index.js").touch()

    page, policy = await _page(tmp_path)

    assert 'src="/graphql/assets/index.js"' in page
    assert "https://" not in page
    assert "script-src 'self' 'nonce-" in policy
    assert "default-src 'none'" in policy


async def test_page_without_a_bundle_says_how_to_build_it_and_still_runs_queries(
    tmp_path: Path,
) -> None:
    page, policy = await _page(tmp_path)

    nonce = policy.partition("'nonce-")[2].partition("'")[0]
    assert "make graphiql" in page
    assert f'<script nonce="{nonce}">' in page


async def test_seed_cannot_end_the_script_it_stands_in(tmp_path: Path) -> None:
    page, _ = await _page(tmp_path)

    start = page.index('id="config">') + len('id="config">')
    config = orjson.loads(page[start : page.index("</script>", start)])
    assert config["tabs"] == [
        {"name": "one", "query": "{ a } # </script>", "variables": {"x": "<b>"}}
    ]
    assert config["headers"] == {"Authorization": "Bearer t", "Accept-Language": "en"}

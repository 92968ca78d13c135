"""What the demo says at the end: ledgers against receipts, what was saved, where to look."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from gateway.demo.board import LINES, both
from gateway.demo.ledgers import Line

_MEASURES = {
    "VISITS": "跑动 visits",
    "MATERIALS": "材料 materials",
    "COPIES": "份数 copies",
    "FORMS": "表单 forms",
    "FIELDS": "字段 fields",
    "DAYS": "工作日 working days",
}


def comparison(lines: Sequence[Line]) -> Table:
    """Each filing: what we told the applicant, what the department wrote down."""
    table = Table(title="台账核对 what departments hold, line by line", title_justify="left")
    for column in ("事项 item", "部门 department", "网关 gateway", "台账 ledger", ""):
        table.add_column(column, overflow="fold")
    for line in lines:
        verdict = Text("✓", style="green") if line.agrees else Text(line.verdict, style="red")
        received = ", ".join(line.received)
        table.add_row(line.item, line.department, line.acknowledged or "–", received, verdict)
    return table


def saved(report: Mapping[str, Any], measured_days: int) -> Table:
    """The reduction report, and how long this very case took."""
    table = Table(title="减负报告 what it saved the applicant", title_justify="left")
    table.add_column("")
    table.add_column("此前 before", justify="right")
    table.add_column("一件事 as one", justify="right")
    table.add_column("减少 saved", justify="right")
    table.add_column("口径 what is counted", overflow="fold")
    for row in report["rows"]:
        table.add_row(
            _MEASURES.get(row["measure"]) or str(row["measure"]),
            str(row["before"]),
            str(row["after"]),
            f"{row['percent']} %",
            both(row["base"], between=LINES),
        )
    table.add_section()
    table.add_row(
        "本次实测 this case", "", str(measured_days), "", "提交至发证 submitted to issued"
    )
    return table


def certificates(case: Mapping[str, Any]) -> Table:
    """What was issued."""
    table = Table(title="证照 certificates", title_justify="left")
    for column in ("名称 name", "编号 number", "日期 issued"):
        table.add_column(column, overflow="fold")
    for certificate in case["certificates"]:
        table.add_row(certificate["name"], certificate["number"], certificate["issuedOn"])
    return table


def places(
    console: Console, case: Mapping[str, Any], *, gateway: str, mocks: str, state: str, stays: bool
) -> None:
    """Where to go on looking; of what ends with the demo nothing, unless it stays."""
    rows = [("departments' ledgers", f"{state}/mocks/ledger")]
    if stays:
        rows += [
            ("GraphiQL", f"{gateway}/graphql"),
            ("schema", f"{gateway}/schema.graphql"),
            ("health", f"{gateway}/healthz"),
            ("the city's clock", f"{mocks}/__admin/clock"),
        ]
    if stays and case["bundle"] is not None:
        rows.append(("check certificates", case["bundle"]["checkUrl"]))
    for name, where in rows:
        console.print(f"  {name:<22}{where}", highlight=False, soft_wrap=True)

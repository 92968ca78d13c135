"""The report as one page that needs nothing else: no scripts, no other files, no colour."""

from html import escape

from adapters.conformance.report import STATE_NAMES, TIER_NAMES, Report
from adapters.conformance.table import Checked
from adapters.conformance.tiers import TIERS, State, Tier
from schema.domain.text import Text

MARKS = {State.PASSED: "✓", State.FAILED: "✗", State.NOT_APPLICABLE: "–", State.SKIPPED: "○"}
_STYLE = """
:root{color-scheme:light dark}
body{font:16px/1.6 system-ui,"PingFang SC","Microsoft YaHei",sans-serif;max-width:70rem;
margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%;margin:1rem 0}
caption{text-align:start;font-weight:600}
th,td{border-bottom:1px solid #8886;padding:.5rem;text-align:start;vertical-align:top}
tbody th{font-weight:600;width:22%}
.en{display:block;opacity:.85}
.state{white-space:nowrap;font-weight:600}
.passed{color:#137333}.failed{color:#b3261e}.skipped{color:#8a5300}
@media (prefers-color-scheme:dark){.passed{color:#81c995}.failed{color:#f2b8b5}
.skipped{color:#fdd663}}
@media (max-width:45rem){table,tbody,tr,th,td{display:block;width:auto}thead{display:none}}
"""
_HEADS = (
    Text(zh="检查", en="check"),
    Text(zh="结果", en="result"),
    Text(zh="依据", en="evidence"),
    Text(zh="为何需要 / 如何改正", en="why, and what to do"),
)


def page(report: Report) -> str:
    """The whole page."""
    title = f"{report.name.zh} {report.name.en}"
    against = report.against or "stand-in 内置替身"
    tables = "".join(_tier(report, tier) for tier in TIERS if report.of(tier))
    return (
        '<!DOCTYPE html>\n<html lang="zh"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)} · 接入检查 Conformance</title><style>{_STYLE}</style></head><body>"
        f"<main><h1>接入检查 <span lang='en'>Conformance</span>：{escape(title)}</h1>"
        f"<p><strong>{_both(report.conclusion)}</strong></p>"
        f"<p>{escape(report.department)} · {escape(against)} · {report.seconds:.1f} s</p>"
        f"{tables}</main></body></html>\n"
    )


def _tier(report: Report, tier: Tier) -> str:
    heads = "".join(f'<th scope="col">{_both(head)}</th>' for head in _HEADS)
    rows = "".join(_row(one) for one in report.of(tier))
    name = TIER_NAMES[tier]
    return (
        f'<section aria-labelledby="{tier}"><h2 id="{tier}">{_both(name)}</h2>'
        f"<table><caption>{escape(_count(report, tier))}</caption>"
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></section>"
    )


def _count(report: Report, tier: Tier) -> str:
    ones = report.of(tier)
    counts = {state: sum(one.result.state is state for one in ones) for state in State}
    return " · ".join(f"{STATE_NAMES[s].zh} {s}: {n}" for s, n in counts.items() if n)


def _row(one: Checked) -> str:
    state = one.result.state
    style = state.split(" ")[0]
    words = _both(one.check.reason)
    if state is State.FAILED:
        words += f"<p><strong>{_both(one.check.remedy)}</strong></p>"
    return (
        f'<tr id="{one.check.id}"><th scope="row">{_both(one.check.title)}'
        f"<code>{one.check.id}</code></th>"
        f'<td class="state {style}">{MARKS[state]} {_both(STATE_NAMES[state])}</td>'
        f'<td lang="en">{escape(one.result.evidence)}</td><td>{words}</td></tr>'
    )


def _both(text: Text) -> str:
    zh = f'<span lang="zh">{escape(text.zh)}</span>'
    return f'{zh} <span class="en" lang="en">{escape(text.en)}</span>'

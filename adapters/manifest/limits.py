"""The keys of `[limits]`; the settings take the same bounds for what was agreed instead."""

from adapters.manifest.key import Type, number, table

LIMITS = table(
    "limits",
    "部门能承受多少",
    "what it bears",
    number("timeout_s", "超时（秒）", "longest wait, seconds", required=True, above=0, most=3600),
    number(
        "concurrency",
        "并发数",
        "calls at once",
        required=True,
        type=Type.WHOLE,
        least=1,
        most=1000,
    ),
    number(
        "rate_per_s",
        "每秒次数上限（每个网关进程）；0 为不限",
        "calls a second at most, of one gateway process; 0: no limit",
        required=True,
        most=100_000,
    ),
    number(
        "processing_s",
        "超时后仍可能处理的秒数",
        "seconds after a time-out in which it may still act",
        required=True,
        most=86_400,
    ),
    number(
        "lookup_lag_s",
        "查询滞后的秒数",
        "seconds until a look-up shows what was accepted",
        required=True,
        most=86_400,
    ),
    number(
        "reply_bytes",
        "应答上限（字节）",
        "longest reply; default 1000000",
        type=Type.WHOLE,
        least=1,
    ),
    number(
        "poll_every_s",
        "轮询间隔（秒）",
        "seconds between questions; default 60",
        above=0,
        most=86_400,
    ),
    required=True,
)

"""Checks of how a department is spoken to, in bad hours and in the real system."""

from adapters.conformance import lines, live, repeats, silence, time_outs, trust
from adapters.conformance.table import Check
from adapters.conformance.tiers import Tier
from schema.domain.text import Text

CHECKS = (
    Check(
        id="silent_department",
        tier=Tier.SILVER,
        title=Text(zh="沉默的部门按时放弃", en="A silent department is given up in time"),
        reason=Text(
            zh="一个部门不答，不能拖住所有人", en="One that never answers must not hold up the rest"
        ),
        remedy=Text(zh="线路须守总时限", en="the line must keep the total deadline"),
        run=time_outs.silent_department,
        waits=True,
    ),
    Check(
        id="dripping_department",
        tier=Tier.SILVER,
        title=Text(zh="逐字节回复按时放弃", en="A dripping reply is given up in time"),
        reason=Text(
            zh="只限单次读取的超时挡不住慢滴", en="A time-out for each read does not stop a drip"
        ),
        remedy=Text(
            zh="线路须守总时限，而非每次读取的时限",
            en="the line must keep one total deadline, not one for each read",
        ),
        run=time_outs.dripping_department,
        waits=True,
    ),
    Check(
        id="reset",
        tier=Tier.SILVER,
        title=Text(zh="连接重置即结果未知", en="A reset leaves the outcome open"),
        reason=Text(
            zh="请求已到，结果不明，不能盲目重发",
            en="The request arrived; sending it blindly again may file twice",
        ),
        remedy=Text(
            zh="发送后的失败一律为 OutcomeUnknown",
            en="every failure after sending is OutcomeUnknown",
        ),
        run=time_outs.reset,
    ),
    Check(
        id="lost_reply",
        tier=Tier.SILVER,
        title=Text(zh="回复丢失即结果未知", en="A lost reply leaves the outcome open"),
        reason=Text(
            zh="对方已受理，回复丢在路上", en="It was accepted, and the reply was lost on its way"
        ),
        remedy=Text(
            zh="发送后的失败一律为 OutcomeUnknown",
            en="every failure after sending is OutcomeUnknown",
        ),
        run=time_outs.lost_reply,
    ),
    Check(
        id="refused_connection",
        tier=Tier.SILVER,
        title=Text(zh="连不上即未送达", en="No connection is not delivered"),
        reason=Text(zh="没送出去的可以放心重发", en="What never left can safely be sent again"),
        remedy=Text(
            zh="连接失败一律为 NotDelivered", en="every failure to connect is NotDelivered"
        ),
        run=time_outs.refused_connection,
    ),
    Check(
        id="endless_reply",
        tier=Tier.SILVER,
        title=Text(zh="超大回复被截断", en="An endless reply is cut off"),
        reason=Text(zh="一个超大回复不能耗尽内存", en="One reply must not take all the memory"),
        remedy=Text(zh="线路须守 reply_bytes", en="the line must keep reply_bytes"),
        run=time_outs.endless_reply,
    ),
    Check(
        id="no_redirects",
        tier=Tier.SILVER,
        title=Text(zh="不跟随重定向", en="Redirects are not followed"),
        reason=Text(zh="申报材料不能被引到别处", en="Filings must not be led elsewhere"),
        remedy=Text(zh="线路不得跟随重定向", en="the line must not follow redirects"),
        run=lines.no_redirects,
    ),
    Check(
        id="no_proxy",
        tier=Tier.SILVER,
        title=Text(zh="不用环境中的代理", en="No proxy from the environment"),
        reason=Text(
            zh="环境变量不能改变报文去向", en="A variable must not change where requests go"
        ),
        remedy=Text(
            zh="线路不得读取代理环境变量", en="the line must not read proxies from the environment"
        ),
        run=lines.no_proxy,
    ),
    Check(
        id="concurrency",
        tier=Tier.SILVER,
        title=Text(zh="并发不超声明", en="Concurrency stays within the limit"),
        reason=Text(zh="老系统只承受声明的并发", en="An old system bears what it says, not more"),
        remedy=Text(
            zh="线路须按 limits.concurrency 限制", en="the line must keep limits.concurrency"
        ),
        run=lines.concurrency,
    ),
    Check(
        id="no_personal_data",
        tier=Tier.SILVER,
        title=Text(zh="日志与错误不含个人信息", en="No personal data in logs and errors"),
        reason=Text(
            zh="身份证号进了日志就收不回来", en="A resident number in a log cannot be taken back"
        ),
        remedy=Text(zh="不要在 adapter.py 中记录取值", en="log no values in adapter.py"),
        run=silence.no_personal_data,
    ),
    Check(
        id="no_credentials",
        tier=Tier.SILVER,
        title=Text(zh="日志与错误不含凭据", en="No credential in logs and errors"),
        reason=Text(zh="日志常被转发给第三方", en="Logs are often handed to others"),
        remedy=Text(zh="不要记录凭据", en="log no credentials"),
        run=silence.no_credentials,
    ),
    Check(
        id="personal_marked",
        tier=Tier.SILVER,
        title=Text(zh="个人信息字段已标注", en="Personal fields are marked"),
        reason=Text(zh="未标注的字段不会被脱敏", en="A field that is not marked is not masked"),
        remedy=Text(zh="给字段加 personal", en="add `personal` to the field"),
        run=trust.personal_is_marked,
    ),
    Check(
        id="mostly_declared",
        tier=Tier.GOLD,
        title=Text(zh="映射以声明为主", en="The mapping is mostly declared"),
        reason=Text(zh="代码写的映射难以核查", en="A mapping in code is hard to examine"),
        remedy=Text(zh="把 python 阶段改成声明", en="replace python stages by declared ones"),
        run=trust.mostly_declared,
    ),
    Check(
        id="can_be_withdrawn",
        tier=Tier.GOLD,
        title=Text(zh="申报可撤回", en="Filings can be taken back"),
        reason=Text(
            zh="一件事中途不办了，各部门都要能撤",
            en="When the one thing is dropped every department must let go",
        ),
        remedy=Text(zh="声明 [verbs.withdraw]", en="declare [verbs.withdraw]"),
        run=trust.filings_can_be_taken_back,
    ),
    Check(
        id="can_be_followed",
        tier=Tier.GOLD,
        title=Text(zh="办理进度可得知", en="Filings can be followed"),
        reason=Text(
            zh="关键路径上的下一步等着它的结果",
            en="The next step on the path waits for its decision",
        ),
        remedy=Text(zh="声明 poll、feed 或 callback", en="declare poll, feed or callback"),
        run=trust.filings_can_be_followed,
    ),
    Check(
        id="repeats",
        tier=Tier.GOLD,
        title=Text(zh="重复申报只算一次", en="A filing repeated is one filing"),
        reason=Text(
            zh="回复丢失后既不能重办也不能漏办",
            en="After a lost reply nothing may be filed twice or lost",
        ),
        remedy=Text(
            zh="幂等键与可查询的编号都取自 reference",
            en="make the key, and what is looked up, of the reference",
        ),
        run=repeats.repeats_hold,
    ),
    Check(
        id="rate",
        tier=Tier.GOLD,
        title=Text(zh="速率不超声明", en="The rate stays within the limit"),
        reason=Text(zh="高峰时不能压垮老系统", en="A rush must not crush an old system"),
        remedy=Text(
            zh="线路须按 limits.rate_per_s 限速", en="the line must pace calls to limits.rate_per_s"
        ),
        run=lines.rate,
    ),
    Check(
        id="live_reads",
        tier=Tier.GOLD,
        title=Text(zh="真实系统：查询符合合同", en="Real system: look-ups keep the contract"),
        reason=Text(
            zh="录制的是过去，真实系统是现在", en="Examples are the past, the real system is now"
        ),
        remedy=Text(
            zh="与部门核对合同版本", en="compare the version of the contract with the department"
        ),
        run=live.live_reads,
    ),
    Check(
        id="live_timings",
        tier=Tier.GOLD,
        title=Text(zh="真实系统：响应在时限内", en="Real system: answers come in time"),
        reason=Text(
            zh="关键路径的快慢取决于最慢的部门",
            en="A critical path is as fast as its slowest department",
        ),
        remedy=Text(
            zh="与部门商定 timeout_s 或请其扩容", en="agree on timeout_s, or ask for capacity"
        ),
        run=live.live_timings,
    ),
    Check(
        id="live_filing",
        tier=Tier.GOLD,
        title=Text(
            zh="真实系统：重复申报只算一次", en="Real system: a filing repeated is one filing"
        ),
        reason=Text(zh="声明与实际可能不同", en="What is declared may not be what is done"),
        remedy=Text(
            zh="改正 repeats 或 lookup_lag_s 的声明", en="correct `repeats` or lookup_lag_s"
        ),
        run=live.live_filing,
    ),
    Check(
        id="live_progress",
        tier=Tier.GOLD,
        title=Text(zh="真实系统：新件可查进度", en="Real system: a new filing can be followed"),
        reason=Text(
            zh="刚收的件查不到，就会被当成丢失", en="A filing that cannot be found counts as lost"
        ),
        remedy=Text(zh="改正 lookup_lag_s 的声明", en="correct lookup_lag_s"),
        run=live.live_progress,
    ),
    Check(
        id="live_withdraw",
        tier=Tier.GOLD,
        title=Text(zh="真实系统：新件可撤回", en="Real system: a new filing can be taken back"),
        reason=Text(
            zh="撤回不成，一件事就停在半路",
            en="A withdrawal that fails leaves the one thing half done",
        ),
        remedy=Text(
            zh="把“已撤回”代码声明为 done", en="declare the code for already withdrawn as done"
        ),
        run=live.live_withdraw,
    ),
)

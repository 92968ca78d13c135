"""Checks of what is declared, of replies and of requests."""

from adapters.conformance import broken_replies, declared, faults, round_trip
from adapters.conformance.table import Check
from adapters.conformance.tiers import Tier
from schema.domain.text import Text

CHECKS = (
    Check(
        id="manifest",
        tier=Tier.BRONZE,
        title=Text(zh="清单无误", en="The manifest has no mistake"),
        reason=Text(
            zh="有误的清单不会被启动，错误应在登记前就被看到",
            en="A manifest with a mistake is not started; see it before registering",
        ),
        remedy=Text(
            zh="按每条提示修改 department.toml", en="mend department.toml as each line says"
        ),
        run=declared.manifest_is_whole,
        running=False,
    ),
    Check(
        id="contract_pinned",
        tier=Tier.BRONZE,
        title=Text(zh="合同文件已锁定", en="The contract is pinned"),
        reason=Text(
            zh="对方悄悄换了接口文件，必须当场发现",
            en="A contract that was changed quietly must be noticed at once",
        ),
        remedy=Text(
            zh="在 [contract] 中写明每个文件的 sha256（其余文件写入 more）",
            en="give the sha256 of every contract file in [contract], further files in more",
        ),
        run=declared.contract_is_pinned,
        running=False,
    ),
    Check(
        id="operations_exist",
        tier=Tier.BRONZE,
        title=Text(zh="所用操作均在合同中", en="Every operation used exists"),
        reason=Text(
            zh="合同里没有的操作，第一次调用就会失败",
            en="An operation the contract does not have fails at the first call",
        ),
        remedy=Text(zh="改用合同中的操作名", en="name an operation of the contract"),
        run=declared.operations_exist,
        running=False,
    ),
    Check(
        id="owner_reachable",
        tier=Tier.BRONZE,
        title=Text(zh="责任人可联系", en="The owner can be reached"),
        reason=Text(zh="夜间出事时要找得到人", en="When it fails at night somebody must be found"),
        remedy=Text(
            zh="在 owner.contact 写邮箱或电话",
            en="write a mail address or a telephone number in owner.contact",
        ),
        run=declared.owner_is_reachable,
        running=False,
    ),
    Check(
        id="secrets_apart",
        tier=Tier.BRONZE,
        title=Text(zh="清单中没有凭据", en="No credential stands in the manifest"),
        reason=Text(
            zh="清单会进入版本库，凭据不能",
            en="Manifests are kept in version control; credentials must not be",
        ),
        remedy=Text(
            zh="把凭据放到设置里，清单中只写名称",
            en="put the credential into the settings and name it in the manifest",
        ),
        run=declared.secrets_are_apart,
        running=False,
    ),
    Check(
        id="examples_complete",
        tier=Tier.BRONZE,
        title=Text(zh="每个调用都有示例", en="Every call has its examples"),
        reason=Text(zh="没有示例的调用，无从核对", en="A call nobody recorded cannot be checked"),
        remedy=Text(
            zh="按 docs/manifest.md §9 补录示例",
            en="record the missing examples, docs/manifest.md section 9",
        ),
        run=declared.examples_are_complete,
        running=False,
    ),
    Check(
        id="examples_ask",
        tier=Tier.BRONZE,
        title=Text(zh="请求与示例一致", en="Requests are the recorded ones"),
        reason=Text(
            zh="映射改动后，发出去的报文不能悄悄变样",
            en="After a change of the mapping no request may change unseen",
        ),
        remedy=Text(
            zh="改正映射，或重新录制示例并核对差异",
            en="mend the mapping, or record anew and read the difference",
        ),
        run=declared.examples_ask,
    ),
    Check(
        id="examples_give",
        tier=Tier.BRONZE,
        title=Text(zh="取值与示例一致", en="Replies give the recorded values"),
        reason=Text(zh="同样的回复必须读出同样的值", en="The same reply must give the same value"),
        remedy=Text(
            zh="改正 reply 映射，或重新录制示例并核对差异",
            en="mend the reply mapping, or record anew and read the difference",
        ),
        run=declared.examples_give,
    ),
    Check(
        id="missing_element",
        tier=Tier.SILVER,
        title=Text(zh="缺项不编造", en="Nothing is made up for what is missing"),
        reason=Text(
            zh="缺失的编号若被默认值顶替，群众会拿到假回执",
            en="A default in place of a missing number is a false receipt",
        ),
        remedy=Text(
            zh="去掉 default，让必需的值在合同中为必填",
            en="take the default away and let the contract require the value",
        ),
        run=broken_replies.missing_element,
    ),
    Check(
        id="wrong_type",
        tier=Tier.SILVER,
        title=Text(zh="类型不符即报错", en="A wrong type is an error"),
        reason=Text(
            zh="把读不懂的数字当成 0，会作出错误决定",
            en="A number that cannot be read and counts as 0 decides wrongly",
        ),
        remedy=Text(
            zh="用 integer、decimal、date 等阶段，不要自行宽松转换",
            en="use the stages integer, decimal, date; do not convert leniently",
        ),
        run=broken_replies.wrong_type,
    ),
    Check(
        id="unknown_code",
        tier=Tier.SILVER,
        title=Text(zh="未知代码即报错", en="An unknown code is an error"),
        reason=Text(
            zh="未知状态不能被当作已知状态", en="An unknown status must not be read as a known one"
        ),
        remedy=Text(zh="用 code 表，不设兜底", en="use a code table without a fallback"),
        run=broken_replies.unknown_code,
    ),
    Check(
        id="foreign_reply",
        tier=Tier.SILVER,
        title=Text(zh="不认他项操作的回复", en="Another operation's reply is not taken"),
        reason=Text(
            zh="串线的回复会把甲的结果给乙",
            en="A mixed-up reply gives one person's result to another",
        ),
        remedy=Text(
            zh="让合同对回复的必填项作出规定",
            en="let the contract require what the reply must hold",
        ),
        run=broken_replies.foreign_reply,
    ),
    Check(
        id="unreadable_reply",
        tier=Tier.SILVER,
        title=Text(zh="残缺报文即报错", en="A cut or malformed reply is an error"),
        reason=Text(zh="半截报文不能当成办成", en="Half a message is no success"),
        remedy=Text(zh="不要修补报文", en="do not repair messages"),
        run=broken_replies.unreadable_reply,
    ),
    Check(
        id="login_page",
        tier=Tier.SILVER,
        title=Text(zh="登录页不是回复", en="A login page is no reply"),
        reason=Text(
            zh="会话过期时网关常收到 200 的登录页",
            en="An expired session often answers with a page and status 200",
        ),
        remedy=Text(
            zh="检查凭据与地址；不要以旧值代替",
            en="check credentials and address; do not answer from memory",
        ),
        run=broken_replies.login_page,
    ),
    Check(
        id="other_charset",
        tier=Tier.SILVER,
        title=Text(zh="字符集不符即报错", en="Another charset than declared is an error"),
        reason=Text(
            zh="GBK 当 UTF-8 读，姓名成乱码", en="GBK read as UTF-8 turns names into rubbish"
        ),
        remedy=Text(
            zh="在 reply_encoding 中如实声明", en="declare the real charset in reply_encoding"
        ),
        run=broken_replies.other_charset,
    ),
    Check(
        id="other_namespace",
        tier=Tier.SILVER,
        title=Text(zh="命名空间不符即报错", en="Another namespace is an error"),
        reason=Text(zh="换了命名空间就是换了合同", en="Another namespace is another contract"),
        remedy=Text(zh="向对方索取新合同并重新锁定", en="ask for the new contract and pin it"),
        run=broken_replies.other_namespace,
    ),
    Check(
        id="declared_codes",
        tier=Tier.SILVER,
        title=Text(zh="声明的代码有其后果", en="Declared codes lead to their meanings"),
        reason=Text(
            zh="繁忙、拒绝、不存在要走不同的路", en="Busy, refused and absent go different ways"
        ),
        remedy=Text(
            zh="核对 [faults]、[outcome] 与合同中的代码",
            en="compare [faults] and [outcome] with the codes of the contract",
        ),
        run=faults.declared_codes,
    ),
    Check(
        id="unknown_fault",
        tier=Tier.SILVER,
        title=Text(zh="未知失败即结果未知", en="An unknown failure leaves the outcome open"),
        reason=Text(
            zh="未声明的失败若当作未送达，会重复申报",
            en="An undeclared failure taken as not delivered files twice",
        ),
        remedy=Text(
            zh="去掉对 Server、http 500 等笼统代码的声明",
            en="do not declare general codes such as Server or http 500",
        ),
        run=faults.unknown_fault,
    ),
    Check(
        id="unlisted_code",
        tier=Tier.SILVER,
        title=Text(zh="未声明的结果码不算成功", en="An undeclared result code is no success"),
        reason=Text(zh="结果码只有列明的才算成功", en="Only the codes listed mean success"),
        remedy=Text(
            zh="只在 success 中列出成功代码", en="list in success only the codes that mean it"
        ),
        run=faults.unlisted_code,
    ),
    Check(
        id="chinese_text",
        tier=Tier.SILVER,
        title=Text(zh="中文与特殊符号原样送达", en="Chinese and special characters arrive"),
        reason=Text(zh="店名里有 & 和引号", en="Names hold ampersands and quotes"),
        remedy=Text(zh="去掉改写文字的阶段", en="take away the stage that changes the text"),
        run=round_trip.chinese_text,
    ),
    Check(
        id="rare_characters",
        tier=Tier.SILVER,
        title=Text(zh="生僻字原样送达", en="Rare characters arrive"),
        reason=Text(
            zh="生僻字姓名的人也要办事", en="People with rare characters in their names apply too"
        ),
        remedy=Text(zh="用 UTF-8 或 GB18030，不用 GBK", en="use UTF-8 or GB18030, never GBK"),
        run=round_trip.rare_characters,
    ),
    Check(
        id="leading_zeros",
        tier=Tier.SILVER,
        title=Text(zh="前导零不丢", en="Leading zeros stay"),
        reason=Text(
            zh="编号丢了零就是另一个编号", en="A number without its zero is another number"
        ),
        remedy=Text(
            zh="编号按文本映射，不用 integer",
            en="map numbers that are names as text, without integer",
        ),
        run=round_trip.leading_zeros,
    ),
    Check(
        id="decimals",
        tier=Tier.SILVER,
        title=Text(zh="小数不失真", en="Decimals keep their value"),
        reason=Text(zh="面积和金额差一分也不行", en="An area or amount must not be off by a cent"),
        remedy=Text(
            zh="用 decimal 2，不用 integer 或更少的位数",
            en="use decimal 2, not integer or fewer places",
        ),
        run=round_trip.decimals,
    ),
    Check(
        id="days",
        tier=Tier.SILVER,
        title=Text(zh="年末日期不错位", en="Days at year's end stay"),
        reason=Text(zh="跨年日期最易错一年", en="Days around New Year are easily a year off"),
        remedy=Text(zh="日期格式用 %Y，不用 %G", en="use %Y in date formats, never %G"),
        run=round_trip.days,
    ),
)

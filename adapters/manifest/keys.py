"""Every key of department.toml, said once: the reader, the JSON Schema and the docs follow it."""

from adapters.manifest.callkeys import (
    ANY_REPLY,
    BATCH,
    LABEL,
    OUTCOME,
    REPLIES,
    call_keys,
    fault_keys,
    verb_keys,
)
from adapters.manifest.key import NAME, SHA, Key, Type, line, number, table, text
from adapters.manifest.limits import LIMITS
from schema.domain.department import ProgressMode, Repeats

_HEADER = r"[A-Za-z0-9!#$%&'*+.^_`|~-]+"
KINDS = ("text", "integer", "decimal", "boolean", "date", "datetime")
PERSONAL = ("id_number", "phone", "name")

_FIELD = table(
    "<field>",
    "登记字段",
    "one field of the record",
    Key(
        name="kind",
        type=Type.TEXT,
        zh="类型",
        en="the kind of its value",
        required=True,
        allowed=KINDS,
    ),
    *LABEL,
    Key(name="optional", type=Type.FLAG, zh="可缺省", en="it may have no value"),
    text(
        "personal",
        "个人信息类别",
        "personal data: shown masked, never in the shared cache",
        allowed=PERSONAL,
    ),
    form=NAME,
)
_LINK = table(
    "<link>",
    "指向另一登记",
    "a field whose value is a key of another register",
    text("field", "本登记的字段", "the field", required=True),
    text("to", "目标登记", '"department.register"', required=True),
    text("lookup", "目标查询", "the look-up that takes its value", required=True),
    *LABEL,
    form=NAME,
)
_LOOKUP = table(
    "<lookup>",
    "一种查询",
    "one way to find records",
    *call_keys(
        "lookup",
        BATCH,
        Key(name="many", type=Type.FLAG, zh="每键多条", en="a list per key"),
        line("match", "行所属的键", "which key a row belongs to; default: the line of its name"),
        operation=True,
    ),
    form=NAME,
)
_REGISTER = table(
    "<register>",
    "一种登记",
    "one kind of record",
    table("title", "名称", "its title", *LABEL, required=True),
    text("key", "主键字段", "the field that is its key", required=True),
    table("fields", "字段", "its fields", _FIELD, required=True),
    table("links", "关联", "where its fields lead", _LINK),
    table("reply", "各查询共用的应答行", "reply lines of every look-up", ANY_REPLY),
    table("lookups", "查询", "how records are found", _LOOKUP),
    form=NAME,
)
_CONST = Key(name="<name>", type=Type.CONSTANT, zh="常量", en="used as `const.<name>`")
_SERVICE = table(
    "<service>",
    "一个事项",
    "an item it decides",
    table("const", "本事项的常量", "the service's own constants", _CONST),
    *verb_keys(),
    form=NAME,
)
_BY_KIND = (
    "kind",
    (
        ("none", ()),
        ("message", ()),
        (
            "username_token",
            (
                text(
                    "username",
                    "用户名凭据",
                    "name of the credential",
                    required=True,
                    credential=True,
                ),
                text(
                    "password", "口令凭据", "name of the credential", required=True, credential=True
                ),
            ),
        ),
        (
            "header",
            (
                text("name", "请求头名称", "the header's name", required=True, form=_HEADER),
                text("value", "凭据", "name of the credential", required=True, credential=True),
                text("prefix", "前缀", 'text before it, e.g. "Bearer "', form=r"[ -~]*"),
            ),
        ),
        (
            "oauth2",
            (
                text("token_path", "取令牌路径", "path at the department's address", required=True),
                text(
                    "client_id",
                    "客户端标识凭据",
                    "name of the credential",
                    required=True,
                    credential=True,
                ),
                text(
                    "client_secret",
                    "客户端密钥凭据",
                    "name of the credential",
                    required=True,
                    credential=True,
                ),
                text("scope", "范围", "text"),
            ),
        ),
    ),
)
AUTH = dict(_BY_KIND[1])
_PINNED = text("<file>", "其他合同文件", "a further file and its sha256", form=r"contract/.+")
_VENDORED = text("<url>", "副本文件", "the copy in contract/; pinned in `more`")
_CODES = table(
    "<table>",
    "一张代码表",
    'one code table: "theirs" = "ours"',
    table(
        "=",
        "一对多时发送哪个",
        "ours = theirs: which of several codes is sent",
        text("<ours>", "要发送的代码", "the code to send"),
    ),
    Key(
        name="<theirs>",
        type=Type.CONSTANT,
        zh='部门代码对应的值；"*" 为未列出的代码',
        en='our value for their code; `"*"`: for every code not listed (replies only)',
    ),
)

TOP = table(
    "",
    "department.toml：一个部门的声明",
    "department.toml: what a department declares",
    text(
        "id", "部门标识，同文件夹名", "its id; equals the folder's name", required=True, form=NAME
    ),
    table("name", "名称", "its name", *LABEL, required=True),
    table(
        "owner",
        "责任单位",
        "who answers for the system",
        text("unit", "单位", "the unit", required=True),
        text("contact", "联系方式", "how to reach it", required=True),
        text("purpose", "数据交换的法律依据", "the legal ground of the exchange", required=True),
        required=True,
    ),
    text("protocol", "协议", "its protocol", required=True, allowed=("soap", "rest", "graphql")),
    text(
        "repeats",
        "同一申请发两次会怎样",
        "what it does with the same filing sent twice",
        required=True,
        allowed=tuple(Repeats),
    ),
    text(
        "progress",
        "办理结果如何告知",
        "how decisions reach us",
        required=True,
        allowed=tuple(ProgressMode),
    ),
    table(
        "contract",
        "合同文件",
        "the contract as received",
        text("file", "合同文件（在 contract/ 下）", "the WSDL, OpenAPI or SDL file", required=True),
        text("sha256", "该文件的摘要", "the file's sha256", required=True, form=SHA),
        text("path", "附加路径", "appended to the address in the settings"),
        text("service", "WSDL 服务名", "service in the WSDL", required=True, protocol="soap"),
        text("port", "WSDL 端口名", "port in the WSDL", required=True, protocol="soap"),
        text("encoding", "请求编码", "encoding of requests; default utf-8"),
        text("reply_encoding", "应答编码", "overrides what replies declare"),
        table("more", "其他合同文件", "every further contract file", _PINNED),
        table("vendored", "网址所指文件的副本", "copies of what it refers to by URL", _VENDORED),
        Key(
            name="absent",
            type=Type.WORDS,
            zh="引用而未收到的文件",
            en="what it refers to and nobody has: operations that need it are left out",
            protocol="soap",
        ),
        required=True,
    ),
    LIMITS,
    table(
        "auth",
        "如何证明身份",
        "how we show who we are, section 4",
        text("kind", "方式", "the way", required=True, allowed=tuple(AUTH)),
        by=_BY_KIND,
        required=True,
    ),
    table("outcome", "结果规则", "where a reply says how it went, section 5", *OUTCOME),
    fault_keys("代码含义", "what each code means, section 5"),
    table("codes", "代码表", "code tables, section 3", _CODES),
    table("registers", "登记", "what it knows, section 6", _REGISTER),
    table("verbs", "各事项共用的动作", "what holds for every service, section 7", *verb_keys()),
    table("services", "事项", "what it decides, section 7", _SERVICE),
    table(
        "verifications",
        "核验",
        "yes/no questions, section 6",
        table(
            "<kind>",
            "一种核验",
            "one question",
            *call_keys("verification", operation=True),
            form=NAME,
        ),
    ),
    table(
        "feed",
        "变更列表",
        "changed since, section 8",
        *call_keys("feed", text("start", "起始游标", "cursor of the beginning"), operation=True),
    ),
    table(
        "callback",
        "部门回调",
        "signed messages from the department, section 8",
        text("event", "webhook 名", "its name under `webhooks`", required=True),
        text("scheme", "签名方式", "how it is signed", required=True, allowed=("hmac_sha256",)),
        text("timestamp", "时间戳请求头", "header: Unix seconds", required=True),
        text("signature", "签名请求头", "header of the signature", required=True),
        text("prefix", "签名前缀", "text before the signature"),
        text("secret", "密钥凭据", "name of the credential", required=True, credential=True),
        number("max_age_s", "最长时效（秒）", "oldest message taken; default 300", above=0),
        line("each", "重复部分的路径", "path of the repeated part"),
        table("reply", "取消息中的什么", "the progress fields", *REPLIES["callback"]),
        protocol="rest",
    ),
)

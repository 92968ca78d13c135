"""What a department's declaration must satisfy: one rule per kind of mistake, each with a name."""

from enum import StrEnum


class Rule(StrEnum):
    """The rules; docs/manifest.md lists them with what each demands."""

    # the file
    FILE_MISSING = "file.missing"
    FILE_TOML = "file.toml"
    # keys
    KEY_UNKNOWN = "key.unknown"
    KEY_MISSING = "key.missing"
    KEY_TYPE = "key.type"
    KEY_VALUE = "key.value"
    KEY_RANGE = "key.range"
    KEY_PROTOCOL = "key.protocol"
    KEY_UNDECIDED = "key.undecided"
    NAME_FORM = "name.form"
    ID_FOLDER = "id.folder"
    # contract
    CONTRACT_FILE = "contract.file"
    CONTRACT_PINNED = "contract.pinned"
    CONTRACT_UNLISTED = "contract.unlisted"
    CONTRACT_VENDORED = "contract.vendored"
    CONTRACT_ENCODING = "contract.encoding"
    CONTRACT_PATH = "contract.path"
    CONTRACT_UNUSABLE = "contract.unusable"
    AUTH_PROTOCOL = "auth.protocol"
    AUTH_CONTRACT = "auth.contract"
    CREDENTIAL_UNSET = "credential.unset"
    ADDRESS_UNSET = "address.unset"
    ADAPTER_BROKEN = "adapter.broken"
    # what is offered
    OFFER_NOTHING = "offer.nothing"
    OFFER_VERBS_UNUSED = "offer.verbs"
    OFFER_FILE = "offer.file"
    OFFER_FIND_FILING = "offer.find_filing"
    OFFER_PROGRESS = "offer.progress"
    OFFER_FEED = "offer.feed"
    OFFER_CALLBACK = "offer.callback"
    REGISTER_LOOKUPS = "register.lookups"
    REGISTER_KEY = "register.key"
    REGISTER_CLASH = "register.clash"
    REGISTER_PERSONAL = "register.personal"
    REGISTER_ABSENT = "register.absent"
    LINK_FORM = "link.form"
    LINK_FIELD = "link.field"
    LINK_TARGET = "link.target"
    # calls
    CALL_OPERATION = "call.operation"
    CALL_CONDITIONAL = "call.conditional"
    CALL_INNER = "call.inner"
    CALL_EACH = "call.each"
    CALL_MATCH = "call.match"
    CALL_UNASKED = "call.unasked"
    CALLBACK_EVENT = "callback.event"
    # outcome, faults, codes
    OUTCOME_SUCCESS = "outcome.success"
    OUTCOME_CODE = "outcome.code"
    OUTCOME_BOTH = "outcome.both"
    OUTCOME_FAULT = "outcome.fault"
    FAULT_HTTP = "fault.http"
    FAULT_DONE = "fault.done"
    CODES_SEND = "codes.send"
    CODES_MEANING = "codes.meaning"
    CODES_FOREIGN = "codes.foreign"
    CODES_TWO = "codes.two"
    STATUS_VALUE = "status.value"
    STATUS_TABLE = "status.table"
    STATUS_REST = "status.rest"
    # the language
    EXPRESSION_TYPE = "expression.type"
    EXPRESSION_SYNTAX = "expression.syntax"
    STAGE_UNKNOWN = "stage.unknown"
    STAGE_ARGUMENTS = "stage.arguments"
    STAGE_INPUT = "stage.input"
    STAGE_LAYOUT = "stage.layout"
    STAGE_LAST = "stage.last"
    STAGE_REQUEST = "stage.request"
    CONCAT_LAYOUT = "concat.layout"
    TABLE_UNKNOWN = "table.unknown"
    PYTHON_UNKNOWN = "python.unknown"
    SOURCE_UNKNOWN = "source.unknown"
    SOURCE_PART = "source.part"
    SOURCE_ROW = "source.row"
    SOURCE_EACH = "source.each"
    SOURCE_BATCH = "source.batch"
    SOURCE_CONST = "source.const"
    # requests against the contract
    REQUEST_UNKNOWN = "request.unknown"
    REQUEST_REQUIRED = "request.required"
    REQUEST_GROUP = "request.group"
    REQUEST_TEXT = "request.text"
    REQUEST_OCCURS = "request.occurs"
    REQUEST_XML = "request.xml"
    REQUEST_PROHIBITED = "request.prohibited"
    REQUEST_READ_ONLY = "request.read_only"
    REQUEST_NIL = "request.nil"
    REQUEST_EMPTY = "request.empty"
    CHOICE_NONE = "choice.none"
    CHOICE_BOTH = "choice.both"
    KIND_REQUEST = "kind.request"
    VALUE_KIND = "value.kind"
    VALUE_ENUM = "value.enum"
    VALUE_FIXED = "value.fixed"
    VALUE_LENGTH = "value.length"
    VALUE_PATTERN = "value.pattern"
    VALUE_RANGE = "value.range"
    VALUE_DIGITS = "value.digits"
    VALUE_CONSTANT = "value.constant"
    # replies against the contract
    REPLY_UNKNOWN = "reply.unknown"
    REPLY_MISSING = "reply.missing"
    REPLY_GROUP = "reply.group"
    REPLY_LIST = "reply.list"
    REPLY_WRITE_ONLY = "reply.write_only"
    KIND_REPLY = "kind.reply"


DEMANDS: dict[Rule, str] = {
    Rule.FILE_MISSING: "the folder holds a department.toml",
    Rule.FILE_TOML: "department.toml is TOML in UTF-8",
    Rule.KEY_UNKNOWN: "every key is one of the key table",
    Rule.KEY_MISSING: "every required key is there",
    Rule.KEY_TYPE: "every key has its type",
    Rule.KEY_VALUE: "a key with a closed list of values has one of them",
    Rule.KEY_RANGE: "numbers are within their bounds",
    Rule.KEY_PROTOCOL: "a key that belongs to one protocol stands in a department of it",
    Rule.KEY_UNDECIDED: "no value is DECIDE, the stand-in of a draft",
    Rule.NAME_FORM: "ids of departments, registers, fields, links and services: a-z, 0-9, _",
    Rule.ID_FOLDER: "`id` is the folder's name",
    Rule.CONTRACT_FILE: "every contract file named is below the folder",
    Rule.CONTRACT_PINNED: "every contract file has the sha256 that is given",
    Rule.CONTRACT_UNLISTED: "every schema file in contract/ is pinned, in `file` or `more`",
    Rule.CONTRACT_VENDORED: "every copy in `vendored` is pinned in `more`",
    Rule.CONTRACT_ENCODING: "`encoding` and `reply_encoding` exist",
    Rule.CONTRACT_PATH: "`path` begins with / and does not end with one",
    Rule.CONTRACT_UNUSABLE: "the contract can be read",
    Rule.AUTH_PROTOCOL: "the kind of `[auth]` belongs to the protocol",
    Rule.AUTH_CONTRACT: "`[auth]` is not `none` where the contract demands to know who calls",
    Rule.CREDENTIAL_UNSET: "every credential that is named is in the settings",
    Rule.ADDRESS_UNSET: "the settings give the department an address",
    Rule.ADAPTER_BROKEN: "adapter.py can be loaded",
    Rule.OFFER_NOTHING: "a department has a service, a register or a verification",
    Rule.OFFER_VERBS_UNUSED: "shared verbs have a service that uses them",
    Rule.OFFER_FILE: "every service can be filed",
    Rule.OFFER_FIND_FILING: '`repeats = "lookup"` has find_filing',
    Rule.OFFER_PROGRESS: '`progress = "poll"` has progress',
    Rule.OFFER_FEED: '`progress = "feed"` has a feed',
    Rule.OFFER_CALLBACK: '`progress = "callback"` has a callback',
    Rule.REGISTER_LOOKUPS: "a register has a look-up",
    Rule.REGISTER_KEY: "a register's key is one of its fields",
    Rule.REGISTER_CLASH: "a field and a link of a register have different names",
    Rule.REGISTER_PERSONAL: "what is personal is a text",
    Rule.REGISTER_ABSENT: "a field whose element may be absent is optional or has a default",
    Rule.LINK_FORM: 'a link leads to "department.register"',
    Rule.LINK_FIELD: "a link starts at a field of kind text",
    Rule.LINK_TARGET: "the register and look-up a link leads to exist",
    Rule.CALL_OPERATION: "the contract has the operation",
    Rule.CALL_CONDITIONAL: "`conditional` is for reads",
    Rule.CALL_INNER: "`inner` names a text of the reply and a root of an XSD (SOAP)",
    Rule.CALL_EACH: "what comes in rows has `each`, a path from the root",
    Rule.CALL_MATCH: "rows of a batch say which key they belong to",
    Rule.CALL_UNASKED: "a call sends what it is asked for (its key, receipt, reference …)",
    Rule.CALLBACK_EVENT: "the contract has the webhook",
    Rule.OUTCOME_SUCCESS: "a result code has a list of successes, each a code of the contract",
    Rule.OUTCOME_CODE: "every result code the contract lists has a meaning",
    Rule.OUTCOME_BOTH: "no code is both a success and a fault",
    Rule.OUTCOME_FAULT: "`fault_code` is a path of an error's body, where the contract says it",
    Rule.FAULT_HTTP: 'an HTTP status is written "http 404"',
    Rule.FAULT_DONE: "`done` is for calls that can be done already",
    Rule.CODES_SEND: '`"="` names codes of its table, each for the value it stands for',
    Rule.CODES_MEANING: "every code the contract lists has a meaning",
    Rule.CODES_FOREIGN: "a table has no code the contract does not list",
    Rule.CODES_TWO: 'a value that is sent has one code, or `"="` says which',
    Rule.STATUS_VALUE: "a status code means one of our statuses",
    Rule.STATUS_TABLE: "a status runs through a code table",
    Rule.STATUS_REST: 'a status table has no `"*"`: an unknown status is told, not guessed',
    Rule.EXPRESSION_TYPE: "a mapping line is a text",
    Rule.EXPRESSION_SYNTAX: "a mapping line is an expression",
    Rule.STAGE_UNKNOWN: "every stage is one of the language",
    Rule.STAGE_ARGUMENTS: "every stage has its arguments",
    Rule.STAGE_INPUT: "every stage gets a kind of value it can take",
    Rule.STAGE_LAYOUT: "a layout of dates loses nothing, and has the form the contract wants",
    Rule.STAGE_LAST: "`else_nil` and `else_empty` stand last",
    Rule.STAGE_REQUEST: "`else_nil` and `else_empty` belong to requests",
    Rule.CONCAT_LAYOUT: "a date or moment put into a text by `concat` or `join` says its layout",
    Rule.TABLE_UNKNOWN: "`code` names a table",
    Rule.PYTHON_UNKNOWN: "`python` names a function of adapter.py",
    Rule.SOURCE_UNKNOWN: "a call has the source that is named",
    Rule.SOURCE_PART: "a source has the part that is named",
    Rule.SOURCE_ROW: "a path with a leading dot stands in an `each` whose rows have it",
    Rule.SOURCE_EACH: "`each` takes a source that has rows",
    Rule.SOURCE_BATCH: "`key`, `receipt` for one; `keys`, `receipts` for a batch",
    Rule.SOURCE_CONST: "the service has the constant",
    Rule.REQUEST_UNKNOWN: "the contract has every element, attribute and property that is sent",
    Rule.REQUEST_REQUIRED: "everything the contract requires is mapped",
    Rule.REQUEST_GROUP: "a group is mapped member by member",
    Rule.REQUEST_TEXT: "an element's own text is mapped where it has one, and only there",
    Rule.REQUEST_OCCURS: "lists and `each` stand where the contract allows as many",
    Rule.REQUEST_XML: "`xml` names a root of an XSD, in a text element (SOAP)",
    Rule.REQUEST_PROHIBITED: "nothing the contract prohibits is sent",
    Rule.REQUEST_READ_ONLY: "nothing that only the department says is sent",
    Rule.REQUEST_NIL: "`else_nil` stands where the contract allows nil",
    Rule.REQUEST_EMPTY: "`else_empty` stands where the type allows the empty text",
    Rule.CHOICE_NONE: "one branch of a required choice is mapped",
    Rule.CHOICE_BOTH: "no two branches of a choice are always filled; groups of one say `when`",
    Rule.KIND_REQUEST: "what is sent can be of the contract's type",
    Rule.VALUE_KIND: "constants and codes have the contract's type",
    Rule.VALUE_ENUM: "constants and codes are among the contract's values",
    Rule.VALUE_FIXED: "what the contract fixes is sent as it is fixed",
    Rule.VALUE_LENGTH: "constants and codes have the length the contract allows",
    Rule.VALUE_PATTERN: "constants and codes have the contract's form",
    Rule.VALUE_RANGE: "constants and codes are within the contract's bounds",
    Rule.VALUE_DIGITS: "no more digits are written than the contract allows",
    Rule.VALUE_CONSTANT: "a constant can pass its stages",
    Rule.REPLY_UNKNOWN: "the contract has every path that is read",
    Rule.REPLY_MISSING: "everything a call must give is mapped",
    Rule.REPLY_GROUP: "a group is no value",
    Rule.REPLY_LIST: "a list is joined or counted, and only a list",
    Rule.REPLY_WRITE_ONLY: "nothing that only we say is read",
    Rule.KIND_REPLY: "what is read can be of the field's kind",
}

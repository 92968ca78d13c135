"""The domain's closed vocabularies, published with a sentence for every value."""

from enum import StrEnum

from schema.domain.case import CaseState, EventKind, StepState
from schema.domain.department import ProgressMode, Repeats
from schema.domain.filing import ItemStatus
from schema.domain.one_thing import EdgeKind, Fate, FieldKind, RefusalPolicy
from schema.domain.problem import ProblemCode
from schema.graph.fields import published


class SharedState(StrEnum):
    """Whether the source of a shared material confirmed it."""

    VERIFIED = "verified"
    MISMATCH = "mismatch"
    UNAVAILABLE = "unavailable"
    AT_DEPARTMENT = "at_department"


class Outside(StrEnum):
    """Events outside every department that a step may wait for."""

    CONSTRUCTION_FINISHED = "construction_finished"
    OBJECTION_RAISED = "objection_raised"
    OBJECTION_SETTLED = "objection_settled"


published(
    SharedState,
    "Whether the authority that issued a material confirmed it.",
    {
        "VERIFIED": "The source confirmed it.",
        "MISMATCH": "The source answered and it does not match.",
        "UNAVAILABLE": "The source did not answer; the department will ask it itself.",
        "AT_DEPARTMENT": "The department fetches it when it handles the item.",
    },
)
published(
    Fate,
    "What becomes of a material once departments act as one.",
    {
        "FORM": "Merged into the one form.",
        "SUBMIT": "Still uploaded by the applicant.",
        "SHARE": "Fetched from, or verified with, the authority that issued it.",
        "OUTPUT": "The result of another item of the same case.",
        "DUPLICATE": "The same as another material of the same case.",
        "AUTHORISATION": "Replaced by an electronic authorisation.",
        "COMMITMENT": "Replaced by a pledge (告知承诺).",
    },
)
published(
    FieldKind,
    "The type of a form field.",
    {
        "TEXT": "Free text.",
        "INTEGER": "A whole number.",
        "DECIMAL": "An exact decimal number.",
        "BOOLEAN": "Yes or no.",
        "DATE": "A day.",
        "CHOICE": "One of the listed choices.",
        "PHONE": "A mainland telephone number.",
        "POSTAL_CODE": "A six-digit postal code.",
        "RESIDENT_ID": "A number of GB 11643: of residents, and of permits numbered like theirs.",
        "DOCUMENT_NUMBER": "A number of a person's document: identity card, permit or passport.",
        "USCC": "A unified social credit code (GB 32100).",
        "DISTRICT": "A district code (GB/T 2260).",
    },
)
published(
    EdgeKind,
    "How two items relate in time.",
    {
        "PRE": "The other item must be granted first (前置).",
        "PARALLEL": "Declared free of each other, side by side (平行).",
        "CROSS": "Each needs data of the other, without an order (交叉).",
        "POST": "A duty after the other item is done (后置).",
    },
)
published(
    RefusalPolicy,
    "What one refused item means for the others.",
    {
        "OTHERS_GO_ON": "The other items go on.",
        "WITHDRAW_OTHERS": "The other items are withdrawn.",
    },
)
published(
    Repeats,
    "How a department treats the same filing sent twice.",
    {
        "KEY": "It honours an idempotency key: sending again is safe.",
        "LOOKUP": "It can be asked whether a reference arrived.",
        "BLIND": "Neither; a clerk must ask.",
    },
)
published(
    ProgressMode,
    "How a department's decisions reach the gateway.",
    {
        "POLL": "The gateway asks from time to time.",
        "FEED": "The gateway reads what changed since it last looked.",
        "CALLBACK": "The department sends a signed message.",
        "NONE": "It decides nothing.",
    },
)
published(
    ItemStatus,
    "The one vocabulary to which every department's status codes map.",
    {
        "RECEIVED": "Registered, not yet accepted (收件).",
        "ACCEPTED": "Accepted; the statutory clock runs (受理).",
        "CONDITIONALLY_ACCEPTED": "Accepted although something may follow later (容缺受理).",
        "SUPPLEMENT_REQUESTED": "The department asks for more (补正); the clock stands still.",
        "INSPECTION": "On-site inspection; the clock stands still.",
        "NOTICE": "Public notice; the clock stands still.",
        "GRANTED": "Granted (准予).",
        "REFUSED": "Refused (不予许可).",
        "WITHDRAWN": "Taken back (撤回).",
    },
)
published(
    StepState,
    "Where one item of a case stands, as its applicant sees it.",
    {
        "WAITING": "Something it waits for has not happened yet.",
        "FILING": "On its way to the department.",
        "CONFIRMING": "Sent; whether it arrived is being confirmed.",
        "PARKED": "A clerk is asking the department.",
        "RECEIVED": "The department has registered it.",
        "ACCEPTED": "The department has accepted it.",
        "SUPPLEMENT_REQUESTED": "The department asks the applicant for more.",
        "SUPPLEMENTING": "The supplement is on its way.",
        "INSPECTION": "Inspected on site.",
        "NOTICE": "Publicly announced.",
        "GRANTED": "Granted.",
        "REFUSED": "Refused.",
        "WITHDRAWING": "Being taken back.",
        "WITHDRAWN": "Taken back.",
        "SKIPPED": "Never filed, because the case ended first.",
    },
)
published(
    CaseState,
    "The one status of a case.",
    {
        "IN_PROGRESS": "Departments are at work.",
        "AWAITING_APPLICANT": "A department waits for the applicant.",
        "ISSUING": "Everything is granted; certificates are being bundled.",
        "DONE": "Finished; all certificates are issued.",
        "REFUSED": "Refused.",
        "WITHDRAWING": "Being taken back.",
        "WITHDRAWN": "Taken back.",
    },
)
published(
    EventKind,
    "Everything that can happen to a case.",
    {
        "SUBMITTED": "The application was accepted by the gateway.",
        "FILING_NOT_SENT": "The department could not be reached; it will be sent again.",
        "FILING_UNKNOWN": "Sent without an answer; being confirmed.",
        "FILING_PARKED": "A clerk is asking the department.",
        "FILING_RESOLVED": "A clerk said what happened, or nobody needs to know any more.",
        "FILING_RETRIED": "A clerk ordered another round of what did not get through.",
        "FILED": "The department gave its number.",
        "FILING_REFUSED": "The department would not take the filing.",
        "PROGRESSED": "The department reported a status.",
        "SUPPLEMENT_SENT": "The applicant supplemented.",
        "SUPPLEMENT_DELIVERED": "The department has the supplement.",
        "WITHDRAWAL_REQUESTED": "The applicant asked to take the case back.",
        "WITHDRAWN": "The department took the filing back.",
        "SUPPLEMENT_REFUSED": "The department would not take the supplement; it asks again.",
        "WITHDRAWAL_REFUSED": "Too late to take back; the decision stands.",
        "DUPLICATE_FOUND": "The department holds several filings under one reference.",
        "REPORTED": "The applicant reported an outside event.",
        "SURPLUS_WITHDRAWN": "One of several filings was taken back; one remains.",
        "SURPLUS_KEPT": "The department would not give back one of several filings.",
        "FILING_MISSING": "The department does not have what it gave a number for.",
        "DEEMED_ACCEPTED": "Nothing was asked for in five working days: accepted by law.",
        "LAPSED": "A supplement never came in its period; the filing is taken back.",
        "DEADLINE_NEAR": "A due date is near.",
        "DEADLINE_PASSED": "A due date has passed.",
        "ISSUED": "The certificates were issued.",
    },
)
published(
    Outside,
    "An event outside every department that a step may wait for, or that holds it.",
    {
        "CONSTRUCTION_FINISHED": "The construction work is finished.",
        "OBJECTION_RAISED": "Somebody objects; the clock of the item stands still.",
        "OBJECTION_SETTLED": "The objection is settled; the clock goes on.",
    },
)
published(
    ProblemCode,
    "Every way a request can fail that is not a bug. Branch on these, never on wording.",
    {
        "REQUIRED": "A value is missing.",
        "WRONG_TYPE": "A value has the wrong type.",
        "OUT_OF_RANGE": "A value is too small, too large or too long.",
        "NOT_A_CHOICE": "A value is not among the choices.",
        "BAD_FORMAT": "A value is not written as it must be.",
        "UNKNOWN_FIELD": "The form has no such field.",
        "MATERIAL_MISSING": "A required material was not uploaded.",
        "MATERIAL_UNKNOWN": "No such material is asked for, or nothing was uploaded under it.",
        "PLEDGE_MISSING": "A pledge that stands in place of a document was not made.",
        "PLEDGE_UNKNOWN": "No such pledge is asked for.",
        "MISMATCH": "A value contradicts what an authority holds.",
        "NOT_ELIGIBLE": "An eligibility limit is not met.",
        "NOT_IN_DISTRICT": "Not offered in this district, or not yet.",
        "UNKNOWN_VARIANT": "There is no such variant.",
        "UNKNOWN_ONE_THING": "There is no such one thing.",
        "NOT_ALLOWED_OR_ABSENT": "There is no such thing, or it is not yours.",
        "CONFLICT": "It contradicts something accepted earlier.",
        "WRONG_STATE": "The case is not in a state that allows this.",
        "DEPARTMENT_UNREACHABLE": "The department's system cannot be reached.",
        "DEPARTMENT_TIMEOUT": "The department's system did not answer in time.",
        "DEPARTMENT_BUSY": "The department's system has too much to do.",
        "DEPARTMENT_FAULT": "The department's system reported an error.",
        "DEPARTMENT_BROKE_CONTRACT": "The department's answer is not what its contract promises.",
        "DEPARTMENT_MISCONFIGURED": "The connection to the department needs our attention.",
        "DEPARTMENT_REFUSAL_DOUBTED": "The department refused it, and may have it all the same.",
        "DEPARTMENT_RECEIPT_TAKEN": "The number is that of another filing at the department.",
        "STORE_UNAVAILABLE": "Nothing can be saved at the moment; nothing was changed.",
        "OUT_OF_TIME": "The time for the answer was over before the department was asked.",
    },
)

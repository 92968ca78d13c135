"""The tables of the case store. They share one database with the engine's, hence the prefix."""

import sqlalchemy as sa

PREFIX = "ot_"
KEY_SIZE = 300  # of an event's key
RECEIPT_SIZE = 120
metadata = sa.MetaData()

case = sa.Table(
    f"{PREFIX}case",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("id", sa.String(40), nullable=False, unique=True),
    sa.Column("one_thing", sa.String(80), nullable=False),
    sa.Column("version", sa.String(40), nullable=False),
    sa.Column("district", sa.String(6)),
    sa.Column("applicant_ref", sa.String(80), nullable=False, index=True),
    sa.Column("agent_ref", sa.String(80), index=True),
    sa.Column("state", sa.String(24), nullable=False, index=True),
    sa.Column("submitted_at", sa.String(40), nullable=False),
    sa.Column("issue_due_at", sa.Float, index=True),  # seconds, null while nothing is due
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),  # the reduced case, JSON
    # It came back with a backup: what it sends may have been sent before, so it asks first.
    sa.Column("restored", sa.Boolean, nullable=False, server_default=sa.false()),
)

wait = sa.Table(
    f"{PREFIX}wait",
    metadata,
    sa.Column("case_id", sa.String(40), primary_key=True),
    sa.Column("item", sa.String(80), primary_key=True),  # empty: the case as a whole
    sa.Column("why", sa.String(32), primary_key=True),
    sa.Column("on", sa.String(16), nullable=False),  # applicant | clerk | department | gateway
    sa.Column("department", sa.String(40)),
    sa.Column("since", sa.String(40), nullable=False),
    sa.Column("due_on", sa.String(10), nullable=False),
    sa.Index(f"{PREFIX}wait_on", "on", "due_on"),
    sa.Index(f"{PREFIX}wait_due", "due_on"),
)

step = sa.Table(
    f"{PREFIX}step",
    metadata,
    sa.Column("case_id", sa.String(40), primary_key=True),
    sa.Column("item", sa.String(80), primary_key=True),
    sa.Column("department", sa.String(40), nullable=False),
    sa.Column("service", sa.String(80), nullable=False),
    sa.Column("state", sa.String(24), nullable=False),
    sa.Column("receipt", sa.String(RECEIPT_SIZE)),
    sa.Column("watched", sa.Boolean, nullable=False),  # its department may still have news
    sa.Column("due_on", sa.String(10)),
    sa.Column("statutory_due_on", sa.String(10)),
    sa.Index(f"{PREFIX}step_watched", "department", "watched"),
    sa.Index(f"{PREFIX}step_receipt", "department", "receipt"),
    sa.Index(f"{PREFIX}step_due", "due_on"),
)

event = sa.Table(
    f"{PREFIX}event",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("key", sa.String(KEY_SIZE), nullable=False, unique=True),
    sa.Column("case_id", sa.String(40), nullable=False, index=True),
    sa.Column("n", sa.Integer, nullable=False),  # 1, 2, 3 … of its case, without a gap
    sa.Column("recorded_at", sa.Float, nullable=False),  # Unix s; never less than that of n - 1
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("at", sa.String(40), nullable=False),
    sa.Column("actor", sa.String(120), nullable=False),
    sa.Column("item", sa.String(80)),
    sa.Column("data", sa.LargeBinary, nullable=False),
    sa.Index(f"{PREFIX}event_n", "case_id", "n", unique=True),
)

delivery = sa.Table(
    f"{PREFIX}delivery",
    metadata,
    sa.Column("reference", sa.String(200), primary_key=True),
    sa.Column("case_id", sa.String(40), nullable=False, index=True),
    sa.Column("department", sa.String(40), nullable=False),
    sa.Column("tick", sa.Integer, nullable=False),  # only the newest tick may act
    sa.Column("state", sa.String(12), nullable=False, index=True),  # under_way | parked | done
    sa.Column("due_at", sa.Float, nullable=False),  # when the next move may be made, Unix s
    sa.Column("due_after", sa.Integer, nullable=False),  # the number of attempts it follows
)

attempt = sa.Table(
    f"{PREFIX}attempt",
    metadata,
    sa.Column("reference", sa.String(200), primary_key=True),
    sa.Column("n", sa.Integer, primary_key=True),
    sa.Column("act", sa.String(8), nullable=False),
    sa.Column("outcome", sa.String(12), nullable=False),
    sa.Column("detail", sa.Text),
    sa.Column("claimed_at", sa.Float, nullable=False),
    sa.Column("executor", sa.String(80), nullable=False),
)

payload = sa.Table(
    f"{PREFIX}payload",
    metadata,
    sa.Column("owner", sa.String(40), primary_key=True),  # the draft's and later the case's number
    sa.Column("item", sa.String(80), primary_key=True),  # empty: the whole application
    sa.Column("round", sa.Integer, primary_key=True),
    sa.Column("body", sa.LargeBinary, nullable=False),
)

draft = sa.Table(
    f"{PREFIX}draft",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("applicant_ref", sa.String(80), nullable=False, index=True),
    sa.Column("agent_ref", sa.String(80)),
    sa.Column("one_thing", sa.String(80), nullable=False),
    sa.Column("version", sa.String(40), nullable=False),
    sa.Column("updated_at", sa.String(40), nullable=False),
    sa.Column("submitted", sa.Boolean, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    # It came back with a backup: it may have been submitted since, so its case asks first.
    sa.Column("restored", sa.Boolean, nullable=False, server_default=sa.false()),
)

request = sa.Table(
    f"{PREFIX}request",
    metadata,
    sa.Column("subject", sa.String(80), primary_key=True),
    sa.Column("request_id", sa.String(120), primary_key=True),
    sa.Column("operation", sa.String(24), nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("result", sa.String(40), nullable=False),  # the draft or case it led to
)

cursor = sa.Table(
    f"{PREFIX}cursor",
    metadata,
    sa.Column("department", sa.String(40), primary_key=True),
    sa.Column("position", sa.Text, nullable=False),
)

executor = sa.Table(
    f"{PREFIX}executor",
    metadata,
    sa.Column("id", sa.String(80), primary_key=True),
    sa.Column("version", sa.String(40), nullable=False),  # of the engine's program
    sa.Column("beats", sa.Integer, nullable=False),
)

fact = sa.Table(  # what this store knows about itself
    f"{PREFIX}fact",
    metadata,
    sa.Column("name", sa.String(40), primary_key=True),
    sa.Column("value", sa.String(200), nullable=False),
)

bundle = sa.Table(
    f"{PREFIX}bundle",
    metadata,
    sa.Column("code", sa.String(26), primary_key=True),  # the check code
    sa.Column("case_id", sa.String(40), nullable=False, unique=True),
    sa.Column("signed", sa.Text, nullable=False),  # compact JWS
    sa.Column("issued_at", sa.String(40), nullable=False),
)

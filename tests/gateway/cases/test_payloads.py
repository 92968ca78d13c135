"""What applicants handed in is read by whoever comes later, as it was written before."""

from datetime import UTC, datetime

from gateway.cases import codec
from gateway.cases.payloads import Payload, decode
from schema.domain.reading import Provenance
from schema.graph.ports import PrefilledAnswer

AT = datetime(2026, 3, 2, 1, tzinfo=UTC)
# As it was first kept: by names, which whoever reads may know fewer or more of.
KEPT = (
    b'{"answers":{"shop":"a"},"prefilled":[{"key":"shop","value":"a","provenance":'
    b'{"department":"market","source":"licence","as_of":"2026-03-02T01:00:00Z",'
    b'"stale":true,"record_id":null}}]}'
)


def test_a_draft_that_was_kept_before_is_read() -> None:
    [prefilled] = decode(KEPT).prefilled

    assert prefilled.provenance == Provenance("market", "licence", AT, stale=True)


def test_where_a_value_is_from_is_kept_by_names() -> None:
    source = Provenance("market", "licence", AT)
    payload = Payload(prefilled=(PrefilledAnswer(key="shop", value="a", provenance=source),))

    body = codec.data_bytes(payload)

    assert b'"provenance":{"department":"market"' in body
    assert decode(body) == payload

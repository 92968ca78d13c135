"""What somebody without a role is told instead of a register's record."""

from gateway.federation.closed import ClosedReads
from schema.domain.problem import ProblemCode


async def test_stranger_is_told_to_log_in_and_no_department_is_asked() -> None:
    reads = ClosedReads()

    record = await reads.record("police", "person", "person_ref", "RY310104188")
    progress = await reads.progress("fire", "fire_safety_inspection", "XF1")

    assert record.value is None
    assert progress == record
    assert record.problem is not None
    assert record.problem.code is ProblemCode.NOT_ALLOWED_OR_ABSENT

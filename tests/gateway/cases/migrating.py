"""Brings a store up when told to: says that it is ready, and then from where it came."""

from multiprocessing.connection import Connection

from gateway.cases.engine import DbosEngine
from gateway.cases.migrate import migrate


def migrating(url: str, line: "Connection[object, object]") -> None:
    """Ready on the line; at a word from there the store is brought up, and from where is told."""
    engine = DbosEngine(url, executor="migrating")
    line.send("ready")
    line.recv()
    line.send(migrate(url, engine.migrate).before)

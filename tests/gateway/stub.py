"""A gateway's stand-in: it says what it is told to, and keeps what it was asked."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Stub:
    """A real HTTP server that gives one answer after the other, the last again and again."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, bytes]] = []
        self.asked: list[dict[str, Any]] = []
        self.tokens: list[str | None] = []
        self.paths: list[str] = []
        stub = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                stub.asked.append(json.loads(body))
                stub.paths.append(self.path)
                stub.tokens.append(self.headers["authorization"])
                status, answer = stub.answers[0]
                if len(stub.answers) > 1:
                    del stub.answers[0]
                self.send_response(status)
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, format: str, *args: object) -> None:
                """Not into the test's output."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def tells(self, *answers: object, status: int = 200) -> None:
        self.answers = [
            (status, answer if isinstance(answer, bytes) else json.dumps(answer).encode())
            for answer in answers
        ]

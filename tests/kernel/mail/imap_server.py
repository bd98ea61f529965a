# SPDX-License-Identifier: EUPL-1.2
"""A small IMAP server of the tests' own (RFC 3501, what our poller says), on socketserver."""

from __future__ import annotations

import re
import socketserver
import threading


class Mailbox:
    """Messages by UID. `refuses`: commands that are answered with NO; `hangs_up_on`: the connection ends there."""

    def __init__(self, *, has_uidplus: bool = True) -> None:
        self.messages: dict[int, bytes] = {}
        self.deleted: set[int] = set()
        self.commands: list[str] = []
        self.refuses: set[str] = set()
        self.hangs_up_on = ""
        self.has_uidplus = has_uidplus
        self.user = ("replies@example.org", 'p"w d')
        box = self

        class Session(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                self.say("* OK ready")
                for line in self.rfile:
                    tag, _space, command = line.decode().strip().partition(" ")
                    box.commands.append(re.sub(r"^LOGIN .*", "LOGIN …", command))
                    if box.hangs_up_on and box.hangs_up_on in command:
                        return
                    if any(word in command for word in box.refuses):
                        self.say(f"{tag} NO refused")
                    else:
                        self.answer(tag, command)

            def say(self, text: str) -> None:
                self.wfile.write(text.encode() + b"\r\n")

            def answer(self, tag: str, command: str) -> None:
                verb = command.split(" ")[0].upper()
                if verb == "CAPABILITY":
                    self.say("* CAPABILITY IMAP4rev1" + (" UIDPLUS" if box.has_uidplus else ""))
                elif verb == "LOGIN":
                    given = re.fullmatch(r'LOGIN (\S+) "((?:[^"\\]|\\.)*)"', command)
                    if not given or (given[1].strip('"'), re.sub(r"\\(.)", r"\1", given[2])) != box.user:
                        return self.say(f"{tag} NO who?")
                elif verb == "SELECT":
                    self.say(f"* {len(box.messages)} EXISTS")
                elif verb == "UID":
                    self.uid(command[4:])
                elif verb == "EXPUNGE":
                    box.expunge(box.deleted)
                elif verb == "LOGOUT":
                    self.say("* BYE")
                self.say(f"{tag} OK done")

            def uid(self, command: str) -> None:
                verb, _space, rest = command.partition(" ")
                if verb == "SEARCH":
                    self.say(" ".join(["* SEARCH", *(str(one) for one in box.messages if one not in box.deleted)]))
                elif verb == "FETCH":
                    number = int(rest.split(" ")[0])
                    raw = box.messages[number]
                    if "RFC822.SIZE" in rest:
                        self.say(f"* 1 FETCH (UID {number} RFC822.SIZE {len(raw)})")
                    else:
                        part = raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" if "HEADER" in rest else raw
                        name = "BODY[HEADER]" if "HEADER" in rest else "BODY[]"
                        self.say(f"* 1 FETCH (UID {number} {name} {{{len(part)}}}")
                        self.wfile.write(part + b")\r\n")
                elif verb == "STORE":
                    box.deleted.add(int(rest.split(" ")[0]))
                elif verb == "EXPUNGE":
                    box.expunge({int(number) for number in rest.split(",")})

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            allow_reuse_address = True

        self.server = Server(("127.0.0.1", 0), Session)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def put(self, raw: bytes) -> int:
        number = max(self.messages, default=0) + 3
        self.messages[number] = re.sub(rb"\r?\n", b"\r\n", raw)
        return number

    def expunge(self, numbers: set[int]) -> None:
        for number in numbers & self.deleted:
            del self.messages[number]
            self.deleted.discard(number)

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

"""Just enough of MongoDB's wire protocol to set a server up from python's standard library: OP_MSG commands, TLS, SCRAM-SHA-256.

The tests' own connections go through the library. This is for what comes before it: initiating a replica set, making the
first users, waiting for a primary.
"""
import base64
import hashlib
import hmac
import os
import socket
import ssl
import struct

OP_MSG = 2013


class ServerError(Exception):
    """The server's reply was not ok: code is its number, the text its own words."""

    def __init__(self, reply):
        super().__init__(reply.get("errmsg", "no message"))
        self.code = reply.get("code", 0)


def encode(document):
    """The BSON of a dict: bool, int, float, str, bytes, None, dict and list are what commands here are made of."""
    out = b"".join(_element(key, value) for key, value in document.items())
    return struct.pack("<i", len(out) + 5) + out + b"\0"


def _element(key, value):
    name = key.encode() + b"\0"
    if value is None:
        return b"\x0a" + name
    if isinstance(value, bool):
        return b"\x08" + name + bytes([value])
    if isinstance(value, int):
        small = -2**31 <= value < 2**31
        return (b"\x10" if small else b"\x12") + name + struct.pack("<i" if small else "<q", value)
    if isinstance(value, float):
        return b"\x01" + name + struct.pack("<d", value)
    if isinstance(value, str):
        text = value.encode() + b"\0"
        return b"\x02" + name + struct.pack("<i", len(text)) + text
    if isinstance(value, bytes):
        return b"\x05" + name + struct.pack("<i", len(value)) + b"\0" + value
    if isinstance(value, dict):
        return b"\x03" + name + encode(value)
    if isinstance(value, list):
        return b"\x04" + name + encode({str(at): item for at, item in enumerate(value)})
    raise TypeError(f"no BSON for {type(value)}")


def decode(data):
    """The dict of a BSON document; ids, dates and timestamps come back as their raw bytes or numbers."""
    return _document(data, 0)[0]


def _document(data, at):
    size = struct.unpack_from("<i", data, at)[0]
    end, at, out = at + size - 1, at + 4, {}
    while at < end:
        kind = data[at]
        stop = data.index(0, at + 1)
        key = data[at + 1:stop].decode()
        out[key], at = _value(kind, data, stop + 1)
    return out, end + 1


def _value(kind, data, at):
    if kind in (0x03, 0x04):
        inner, at = _document(data, at)
        return (list(inner.values()) if kind == 0x04 else inner), at
    if kind == 0x02:
        size = struct.unpack_from("<i", data, at)[0]
        return data[at + 4:at + 3 + size].decode(), at + 4 + size
    if kind == 0x05:
        size = struct.unpack_from("<i", data, at)[0]
        return data[at + 5:at + 5 + size], at + 5 + size
    if kind == 0x07:
        return data[at:at + 12], at + 12
    if kind == 0x08:
        return data[at] != 0, at + 1
    if kind == 0x0a:
        return None, at
    form, size = {0x01: ("<d", 8), 0x09: ("<q", 8), 0x10: ("<i", 4), 0x11: ("<Q", 8), 0x12: ("<q", 8)}[kind]
    return struct.unpack_from(form, data, at)[0], at + size


class Connection:
    """One connection to one server, over TLS when ca_file names the authority to trust."""

    def __init__(self, port, ca_file=None, timeout=10.0):
        self._socket = socket.create_connection(("127.0.0.1", port), timeout)
        if ca_file:
            self._socket = ssl.create_default_context(cafile=ca_file).wrap_socket(self._socket, server_hostname="127.0.0.1")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.close()

    def command(self, command, database="admin"):
        """The reply of a command; a reply that is not ok is raised as ServerError."""
        body = b"\0\0\0\0\0" + encode({**command, "$db": database})
        self._socket.sendall(struct.pack("<iiii", 16 + len(body), 1, 0, OP_MSG) + body)
        size = struct.unpack("<i", self._read(4))[0]
        reply = decode(self._read(size - 4)[12 + 5:])
        if reply.get("ok") != 1:
            raise ServerError(reply)
        return reply

    def log_in(self, user, password, source="admin"):
        """SCRAM-SHA-256 (RFC 5802, RFC 7677); the password is plain ASCII, so SASLprep changes nothing."""
        nonce = base64.b64encode(os.urandom(24)).decode()
        first = f"n={user},r={nonce}"
        reply = self.command({"saslStart": 1, "mechanism": "SCRAM-SHA-256", "payload": ("n,," + first).encode()}, source)
        challenge = reply["payload"].decode()
        parts = dict(part.split("=", 1) for part in challenge.split(","))
        if not parts["r"].startswith(nonce):
            raise ValueError("SCRAM: the server's nonce does not begin with ours")
        salted = hashlib.pbkdf2_hmac("sha256", password.encode(), base64.b64decode(parts["s"]), int(parts["i"]))
        key = hmac.digest(salted, b"Client Key", "sha256")
        last = "c=biws,r=" + parts["r"]
        signature = hmac.digest(hashlib.sha256(key).digest(), f"{first},{challenge},{last}".encode(), "sha256")
        proof = base64.b64encode(bytes(a ^ b for a, b in zip(key, signature))).decode()
        reply = self.command({"saslContinue": 1, "conversationId": reply["conversationId"],
                              "payload": f"{last},p={proof}".encode()}, source)
        if not reply["done"]:
            self.command({"saslContinue": 1, "conversationId": reply["conversationId"], "payload": b""}, source)

    def _read(self, count):
        out = b""
        while len(out) < count:
            part = self._socket.recv(count - len(out))
            if not part:
                raise ConnectionError("the server closed the connection")
            out += part
        return out

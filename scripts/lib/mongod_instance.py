"""One throw-away replica set: its folder, its processes, its users. Everything about it is in FOLDER/state.json."""
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

from mongo_wire import Connection, ServerError
from mongod_binary import Unavailable

READY_SECONDS = 60


class Instance:
    def __init__(self, folder):
        self.folder = Path(folder)
        self.name = self.folder.name
        self.state = {}
        if (self.folder / "state.json").exists():
            self.state = json.loads((self.folder / "state.json").read_text())

    # ---- what is asked of it

    def start(self, binary, members, auth, parameters):
        """Starts all members and returns when there is a primary that takes writes."""
        self.folder.mkdir(parents=True)
        self.folder.chmod(0o700)
        self.state = {"binary": str(binary), "auth": auth, "parameters": parameters, "members": []}
        if auth:
            self._make_certificates()
        for _ in range(members):
            self._add_member()
        first = self.state["members"][0]
        settings = {"electionTimeoutMillis": 2000, "heartbeatIntervalMillis": 500} if members > 1 else {}
        hosts = [{"_id": at, "host": f"127.0.0.1:{member['port']}"} for at, member in enumerate(self.state["members"])]
        with self._connect(first) as connection:
            connection.command({"replSetInitiate": {"_id": self.name, "members": hosts, "settings": settings}})
        primary = self._wait_for_primary()
        if auth:
            self._make_users(primary)
        if members > 1:
            for member in self.state["members"]:
                self.wait_for_member(member)
        self._save()

    def stop(self):
        """Kills what runs and removes the folder: nothing of the data is wanted again."""
        for member in self.state.get("members", []):
            self.signal(member, signal.SIGKILL)
        shutil.rmtree(self.folder, ignore_errors=True)

    def restart(self, member):
        """A member that was killed comes back on its port with its data, and has rejoined when this returns."""
        if self.alive(member):
            raise Unavailable(f"member on port {member['port']} of {self.name} is running already")
        self._spawn(member)
        self._save()
        self.wait_for_member(member)

    def signal(self, member, number):
        """Sends a signal; after SIGKILL the process is gone when this returns."""
        if not self.alive(member):
            return False
        os.kill(member["pid"], number)
        deadline = time.monotonic() + 30
        while number == signal.SIGKILL and self.alive(member) and time.monotonic() < deadline:
            time.sleep(0.01)
        return True

    def alive(self, member):
        """Whether the member's process runs. A pid that was given to another process is not it: its command line names our folder."""
        try:
            words = Path(f"/proc/{member['pid']}/cmdline").read_bytes().split(b"\0")
        except OSError:
            return False
        return member["data"].encode() in words

    def running(self):
        return any(self.alive(member) for member in self.state.get("members", []))

    def role(self, member):
        """PRIMARY, SECONDARY or OTHER as the member says, PAUSED, or DOWN."""
        if not self.alive(member):
            return "DOWN"
        if Path(f"/proc/{member['pid']}/stat").read_text().rpartition(")")[2].split()[0] == "T":
            return "PAUSED"
        try:
            with self._connect(member, 2.0) as connection:
                hello = connection.command({"hello": 1})
        except (OSError, ServerError):
            return "OTHER"
        return "PRIMARY" if hello.get("isWritablePrimary") else "SECONDARY" if hello.get("secondary") else "OTHER"

    def uri(self, user="app"):
        """The connection string of the named user: `app`, who may do what the library does, or `admin`, who may do all."""
        hosts = ",".join(f"127.0.0.1:{member['port']}" for member in self.state["members"])
        if not self.state["auth"]:
            return f"mongodb://{hosts}/?replicaSet={self.name}"
        password = quote(self.state["passwords"][user], safe="")
        authority = quote(str(self.folder / "ca.pem"), safe="/")
        return (f"mongodb://{user}:{password}@{hosts}/?replicaSet={self.name}&authSource=admin&authMechanism=SCRAM-SHA-256"
                f"&tls=true&tlsCAFile={authority}")

    def wait_for_member(self, member):
        deadline = time.monotonic() + READY_SECONDS
        while self.role(member) not in ("PRIMARY", "SECONDARY"):
            self._give_up_if_dead(member, deadline, "to join")
            time.sleep(0.05)

    # ---- how

    def _add_member(self):
        at = len(self.state["members"])
        data = self.folder / f"member{at}"
        data.mkdir()
        member = {"data": str(data), "log": str(self.folder / f"member{at}.log")}
        self.state["members"].append(member)
        for attempt in range(5):  # between asking for a free port and mongod's binding of it another process may take it
            member["port"] = free_port()
            try:
                self._spawn(member)
                self._save()
                return
            except Unavailable:
                if attempt == 4:
                    raise

    def _spawn(self, member):
        command = [self.state["binary"], "--dbpath", member["data"], "--logpath", member["log"], "--logappend",
                   "--port", str(member["port"]), "--bind_ip", "127.0.0.1", "--nounixsocket", "--replSet", self.name,
                   "--wiredTigerCacheSizeGB", "0.25", "--oplogSize", "64",
                   "--setParameter", "enableTestCommands=1", "--setParameter", "diagnosticDataCollectionEnabled=false"]
        for parameter in self.state["parameters"]:
            command += ["--setParameter", parameter]
        if self.state["auth"]:
            command += ["--auth", "--keyFile", str(self.folder / "keyfile"), "--tlsMode", "requireTLS",
                        "--tlsCertificateKeyFile", str(self.folder / "server.pem"), "--tlsCAFile", str(self.folder / "ca.pem"),
                        "--tlsAllowConnectionsWithoutCertificates"]
        # A session of its own: an interrupt at the terminal stops the tests, whose own clean-up stops the server.
        with open(member["log"] + ".out", "ab") as out:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True)
        member["pid"] = process.pid
        deadline = time.monotonic() + READY_SECONDS
        while True:
            if process.poll() is not None:
                raise Unavailable(f"mongod ended with {process.returncode}: {last_words(member['log'])}")
            try:
                with self._connect(member, 2.0) as connection:
                    connection.command({"hello": 1})
                return
            except OSError as error:
                if time.monotonic() > deadline:
                    process.kill()
                    raise Unavailable(f"mongod does not listen: {last_words(member['log'])}") from error
                time.sleep(0.02)

    def _wait_for_primary(self):
        deadline = time.monotonic() + READY_SECONDS
        while True:
            for member in self.state["members"]:
                if self.role(member) == "PRIMARY":
                    return member
            self._give_up_if_dead(self.state["members"][0], deadline, "to become primary")
            time.sleep(0.02)

    def _give_up_if_dead(self, member, deadline, what):
        if not self.alive(member) or time.monotonic() > deadline:
            raise Unavailable(f"waited for the mongod on port {member['port']} {what}: {last_words(member['log'])}")

    def _connect(self, member, timeout=30.0):
        return Connection(member["port"], str(self.folder / "ca.pem") if self.state["auth"] else None, timeout)

    def _make_users(self, primary):
        # The passwords hold what a URI must escape.
        self.state["passwords"] = {user: secrets.token_hex(8) + "@:/%" for user in ("admin", "app")}
        admin, app = self.state["passwords"]["admin"], self.state["passwords"]["app"]
        majority = {"writeConcern": {"w": "majority"}}
        with self._connect(primary) as connection:
            # The first user is made from localhost without logging in.
            connection.command({"createUser": "admin", "pwd": admin, "roles": ["root"], **majority})
            connection.log_in("admin", admin)
            # What the library does and no more, on any database because each test makes its own.
            data = ["find", "insert", "update", "remove", "createCollection", "dropCollection", "createIndex", "dropIndex",
                    "listIndexes", "listCollections", "collMod", "collStats", "dbStats", "changeStream", "dropDatabase"]
            connection.command({"createRole": "tenon", "roles": [], **majority, "privileges": [
                {"resource": {"db": "", "collection": ""}, "actions": data},
                {"resource": {"cluster": True}, "actions": ["replSetGetStatus", "serverStatus"]}]})
            connection.command({"createUser": "app", "pwd": app, "roles": ["tenon"], **majority})

    def _make_certificates(self):
        """An authority, a server certificate for localhost and 127.0.0.1 signed by it, and the members' shared key."""
        folder = self.folder
        (folder / "extensions").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth\n")
        new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        openssl(folder, "req", "-x509", *new_key, "-days", "30", "-subj", "/O=Tenon tests/CN=Tenon test authority",
                "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign,cRLSign",
                "-keyout", "ca.key", "-out", "ca.pem")
        openssl(folder, "req", *new_key, "-subj", "/O=Tenon tests/CN=localhost", "-keyout", "server.key", "-out", "server.csr")
        openssl(folder, "x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
                "-days", "30", "-extfile", "extensions", "-out", "server.crt")
        (folder / "server.pem").write_text((folder / "server.key").read_text() + (folder / "server.crt").read_text())
        (folder / "keyfile").write_text(secrets.token_hex(128))
        (folder / "keyfile").chmod(0o600)

    def _save(self):
        scratch = self.folder / "state.json.new"
        scratch.write_text(json.dumps(self.state, indent=1))
        scratch.replace(self.folder / "state.json")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def openssl(folder, *words):
    done = subprocess.run(["openssl", *words], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Unavailable(f"openssl {words[0]} failed: {done.stderr.strip()[-400:]}")


def last_words(path):
    """What a mongod's log says of its end: its errors, else its last lines."""
    try:
        lines = Path(path).read_text(errors="replace").splitlines()
    except OSError:
        return "it logged nothing"
    return " | ".join([line for line in lines if '"s":"E"' in line or '"s":"F"' in line][-3:] or lines[-3:])[-900:]

"""The real binary: started on a free port, stopped in good order or killed, its log read afterwards."""

import json
import os
import pathlib
import shutil
import ssl
import signal
import subprocess
import tempfile
import urllib.request

from waiting import wait_for

ROOT = pathlib.Path(__file__).resolve().parent.parent
BINARY = pathlib.Path(os.environ.get("CAIRN_BIN", ROOT / "target" / "debug" / "cairn")).resolve()

# Warnings that a test may cause without anything being wrong.
AFTER_A_KILL = "cut off what a crash left at the journal's end"


class Server:
    """One data directory and, at times, one process that serves it."""

    def __init__(self, **settings):
        """Takes settings by name, `history__seal_after="1s"` for `history.seal_after`."""
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="cairn-conformance-"))
        self.data_dir = self.home / "data"
        self.log_path = self.home / "log"
        self.authority = self.data_dir / "tls" / "authority.pem"
        self.allowed = set()
        # What the process finds in its environment and on its command line beside its settings.
        self.environment = {}
        self.arguments = []
        self.endpoint = None
        self.process = None
        named = {name.replace("__", "."): value for name, value in settings.items()}
        self._settings = {"delivery.interval": "1s", "log.format": "json"} | named

    def set(self, name, value):
        """Changes a setting; it holds from the next start on."""
        self._settings[name] = value

    def start(self):
        """Starts the server and returns once it says that calls would be recorded."""
        self.launch()
        greeting = self.process.stdout.readline().decode()
        assert " at http://127.0.0.1:" in greeting or " at https://127.0.0.1:" in greeting, f"{greeting!r}; log: {self.log_path.read_text()}"
        self.endpoint = greeting.split(" at ")[1].strip()
        wait_for(self.ready, "readyz answers 200")
        return self

    def launch(self):
        """Starts the process and waits for nothing."""
        assert self.process is None, "started already"
        command = [BINARY, "serve", "--data-dir", self.data_dir, "--listen", "127.0.0.1:0", *self.arguments]
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, env=self._environment())

    def stop(self):
        """Ends the process as Ctrl-C does, and demands a good end."""
        self.process.send_signal(signal.SIGINT)
        self.ended()

    def ended(self):
        """Waits for the good end of a process that was told to stop."""
        assert self._ended(timeout=40) == 0, f"ended badly; log: {self.log_path.read_text()}"

    def kill(self):
        """Ends the process with SIGKILL: it can't do anything about it."""
        self.allowed.add(AFTER_A_KILL)
        self.process.kill()
        self._ended(timeout=10)

    def close(self):
        """Stops what runs, complains about what it logged, and removes everything."""
        try:
            if self.process is not None:
                self.stop()
            assert (trouble := self.trouble()) == [], f"unexpected log lines: {trouble}"
        finally:
            if self.process is not None:
                self.kill()
            shutil.rmtree(self.home)

    def trouble(self):
        """Returns the log lines that are worse than INFO and that no test has announced, and all that are no log lines."""
        if not self.log_path.exists():
            return []
        lines = [line for line in self.log_path.read_text().splitlines() if line]
        return [line for line in lines if not self._is_fine(line)]

    def ready(self):
        return self.page("readyz").status == 200

    def page(self, name):
        """Returns the answer of one of Cairn's own pages."""
        trusting = urllib.request.HTTPSHandler(context=self.trust())
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), trusting)
        return opener.open(f"{self.endpoint}/_cairn/{name}", timeout=10)

    def trust(self):
        """Returns a TLS context that trusts the server's own authority, where it made one, and nobody else."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        if self.authority.exists():
            context.load_verify_locations(self.authority)
        return context

    def metric(self, name):
        """Returns the value of a metric without labels; nothing before it was first set."""
        lines = self.page("metrics").read().decode().splitlines()
        return next((float(line.split()[1]) for line in lines if line.startswith(f"{name} ")), None)

    def command(self, *arguments):
        """Runs another command of the binary on the same data directory and returns what it prints."""
        command = [BINARY, *arguments, "--data-dir", self.data_dir]
        return subprocess.run(command, env=self._environment(), check=True, stdout=subprocess.PIPE, text=True).stdout

    def credentials(self):
        """Returns what `cairn env` exports, as a dictionary."""
        return self.exports()

    def exports(self, account=None, *options):
        """Returns what `cairn env` exports for an account, the server's own unless named, as a dictionary."""
        named = ["--account-id", account] if account else []
        lines = self.command("env", *named, *options).splitlines()
        return dict(line.removeprefix("export ").split("=", 1) for line in lines if "=" in line)

    def memory_bytes_max(self):
        """Returns the most memory that the process ever held resident."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        peak = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
        return int(peak.split()[1]) * 1024

    def _ended(self, timeout):
        code = self.process.wait(timeout=timeout)
        self.process.stdout.close()
        self.process = None
        return code

    def _environment(self):
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("CAIRN_", "AWS_"))}
        named = {f"CAIRN_{key.upper().replace('.', '_')}": value for key, value in self._settings.items()}
        return kept | named | self.environment

    def _is_fine(self, line):
        try:
            entry = json.loads(line)
        except ValueError:
            return False
        level, message = entry["level"], entry["fields"].get("message", "")
        return level not in ("WARN", "ERROR") or message in self.allowed

"""What can go wrong around a running server: its process, its bucket, its clock, its disk, the network to a store."""

import ctypes
import importlib.util
import mmap
import os
import pathlib
import select
import shutil
import socket
import subprocess
import sys
import threading
import time

CLOCK_SECONDS_MAX = 480
CLOCK_SOURCE = pathlib.Path(__file__).resolve().parent / "clock.c"
CLOCK_BUILT = CLOCK_SOURCE.parent.parent / "target" / "conformance" / "clock.so"


class Anything(set):
    """Log messages that may come: all, for what goes wrong is told by whatever meets it."""

    def __contains__(self, message):
        return True


class Kill:
    """SIGKILL, and a new start."""

    def __init__(self, server):
        self.server = server

    def happen(self, chance):
        time.sleep(chance.uniform(0, 0.5))
        self.server.kill()
        self.server.start()


class Denial:
    """The bucket's policy is gone for a while."""

    def __init__(self, client, bucket, policy):
        self.client, self.bucket, self.policy, self.denied = client, bucket, policy, False

    def happen(self, chance):
        self.end() if self.denied else self.begin()
        time.sleep(chance.uniform(0, 0.5))

    def begin(self):
        self.client().delete_bucket_policy(Bucket=self.bucket)
        self.denied = True

    def end(self):
        self.client().put_bucket_policy(Bucket=self.bucket, Policy=self.policy)
        self.denied = False


class Clock:
    """The server's clock jumps, forward and back, by less than what signatures allow."""

    def __init__(self, server, file):
        file.write_bytes(bytes(8))
        with open(file, "r+b") as shared:
            # A whole number in memory, which no reading of the clock finds half written.
            self._ahead = ctypes.c_int64.from_buffer(mmap.mmap(shared.fileno(), 8))
        self.furthest = 0
        server.environment |= {"LD_PRELOAD": str(Clock.library()), "MOVED_CLOCK": str(file)}

    @staticmethod
    def unavailable():
        """Says why the clock can't be moved here; nothing where it can."""
        if sys.platform != "linux":
            return "the clock is not moved: its library is for Linux"
        return None if shutil.which("cc") else "the clock is not moved: there is no C compiler"

    @staticmethod
    def library():
        """Returns the library that moves a process's clock, built anew where it is older than its source."""
        built = CLOCK_BUILT
        if not built.exists() or built.stat().st_mtime < CLOCK_SOURCE.stat().st_mtime:
            built.parent.mkdir(parents=True, exist_ok=True)
            # Other tests may build it at the same time.
            new = built.with_suffix(f".{os.getpid()}")
            subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", new, CLOCK_SOURCE], check=True)
            os.replace(new, built)
        return built

    def happen(self, chance):
        self._set(chance.randint(-CLOCK_SECONDS_MAX, CLOCK_SECONDS_MAX))
        time.sleep(chance.uniform(0, 0.3))

    def end(self):
        """Sets the clock to the furthest it ever was: received times never fall, so they have caught up there."""
        self._set(self.furthest)

    def _set(self, seconds):
        self.furthest = max(self.furthest, seconds)
        self._ahead.value = seconds


def faketime():
    """Returns the library that stops a process's clock, where the package of its name has built it."""
    package = pathlib.Path(importlib.util.find_spec("libfaketime").origin).parent
    return package / "vendor" / "libfaketime" / "src" / "libfaketime.so.1"


class SmallDisk:
    """A file system of its own for the data directory, which is full for a while."""

    def __init__(self, server, megabytes):
        self.server, self.place, self.filler = server, server.data_dir, server.data_dir / "filler"
        self.place.mkdir(mode=0o700)
        options = f"size={megabytes}m,mode=0700"
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", self.place], capture_output=True)
        self.mounted = done.returncode == 0

    def unavailable(self):
        return None if self.mounted else "the disk is not filled: no file system may be mounted here"

    def happen(self, chance):
        """Fills the disk, lets calls fail on it, makes room, and starts anew as an operator would."""
        free = shutil.disk_usage(self.place).free
        try:
            with open(self.filler, "wb") as filler:
                for _ in range(free // 65536 + 1):
                    filler.write(bytes(65536))
        except OSError:
            pass
        time.sleep(chance.uniform(0.1, 0.5))
        self.server.kill()
        self.filler.unlink()
        self.server.start()

    def unmount(self):
        if self.mounted:
            subprocess.run(["umount", "-l", self.place], check=True)


class TroubledNetwork:
    """A TCP relay to a store that drops connections, swallows answers and delays."""

    MODES = ("well", "delays", "drops", "swallows", "refuses")

    def __init__(self, target):
        self.target, self.mode, self.chance_of_trouble = target, "well", 0.5
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.endpoint = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.open = True
        self.turn = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def happen(self, chance):
        self.mode = chance.choice(self.MODES)
        time.sleep(chance.uniform(0, 1))

    def end(self):
        self.mode = "well"

    def close(self):
        self.open = False
        self.listener.close()

    def _accept(self):
        while self.open:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._relay, args=(client,), daemon=True).start()

    def _relay(self, client):
        if self.mode == "refuses":
            client.close()
            return
        with client, socket.create_connection(self.target) as store:
            ends = {client: store, store: client}
            while True:
                ready, _, _ = select.select(list(ends), [], [], 60)
                if not ready:
                    return
                for end in ready:
                    try:
                        piece = end.recv(65536)
                        if not piece or self._breaks(end is store):
                            return
                        ends[end].sendall(piece)
                    except OSError:
                        return

    def _breaks(self, is_answer):
        """Says whether this piece ends the connection instead of passing on."""
        self.turn += 1
        if self.mode == "delays":
            time.sleep(0.05 * (self.turn % 7))
        if self.mode == "drops":
            return self.turn % 3 == 0
        # The store has done what was asked; nobody hears of it.
        return self.mode == "swallows" and is_answer and self.turn % 2 == 0

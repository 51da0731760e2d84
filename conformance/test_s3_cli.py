"""`aws s3` with many and with large files."""

import os
import time

import pytest
from clients import Clients
from server import Server

FILES = 1000
LARGE_BYTES = 2 << 30
MEMORY_BYTES_MAX = 200 << 20


def test_a_thousand_files_go_up_and_come_back(clients, s3, tmp_path):
    there, back = tmp_path / "there", tmp_path / "back"
    # S3 tells whole seconds: a file of the very second in which it goes up counts as newer than its object.
    written = time.time() - 60
    for number in range(FILES):
        file = there / f"dir {number % 7}" / f"ü+{number:04}%.txt"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(f"{number}\n".encode() * (number % 50))
        os.utime(file, (written, written))
    s3.create_bucket(Bucket="synced")
    clients.aws("s3", "sync", "--quiet", str(there), "s3://synced/some/prefix")
    clients.aws("s3", "sync", "--quiet", "s3://synced/some/prefix", str(back))
    assert contents(back) == contents(there)
    assert len(contents(back)) == FILES
    (there / "dir 1" / "new").write_text("new")
    (there / "dir 2" / "ü+0002%.txt").unlink()
    again = clients.aws("s3", "sync", "--delete", "--no-progress", str(there), "s3://synced/some/prefix")
    assert sorted(line.split(":")[0] for line in again.splitlines()) == ["delete", "upload"], again
    clients.aws("s3", "rm", "--quiet", "--recursive", "s3://synced/some")
    clients.aws("s3", "rb", "s3://synced")


def test_empty_files_do_not_hold_up_the_others(clients, s3, tmp_path):
    """The CLI awaits leave to send a body. An empty one gets its answer instead, and the connection must not be used again."""
    for number in range(40):
        (tmp_path / f"{number}").write_bytes(b"x" * (number % 2))
    s3.create_bucket(Bucket="half-empty")
    began = time.monotonic()
    clients.aws("s3", "sync", "--quiet", str(tmp_path), "s3://half-empty")
    assert time.monotonic() - began < 20, "a connection stood still until the server closed it"


def test_a_large_file_is_copied_moved_and_streamed(clients, s3, tmp_path):
    """Twenty megabytes: `aws s3 cp` makes parts of eight."""
    file = tmp_path / "large"
    file.write_bytes(os.urandom(20 << 20))
    s3.create_bucket(Bucket="larger")
    clients.aws("s3", "cp", "--quiet", str(file), "s3://larger/a")
    clients.aws("s3", "cp", "--quiet", "s3://larger/a", "s3://larger/b")
    clients.aws("s3", "mv", "--quiet", "s3://larger/b", str(tmp_path / "again"))
    assert (tmp_path / "again").read_bytes() == file.read_bytes()
    assert [entry["Key"] for entry in s3.list_objects_v2(Bucket="larger")["Contents"]] == ["a"]


@pytest.mark.soak
def test_two_gigabytes_in_little_memory(tmp_path):
    server = Server()
    try:
        clients = Clients(server.start())
        file, back = tmp_path / "there", tmp_path / "back"
        block = os.urandom(1 << 20)
        with open(file, "wb") as out:
            for number in range(LARGE_BYTES >> 20):
                out.write(number.to_bytes(8, "big") + block[8:])
        clients.aws("s3", "mb", "s3://huge")
        clients.aws("s3", "cp", "--quiet", str(file), "s3://huge/file")
        peak = server.memory_bytes_max()
        print(f"resident memory after the upload: {peak >> 20} MiB at most")
        assert peak < MEMORY_BYTES_MAX
        clients.aws("s3", "cp", "--quiet", "s3://huge/file", str(back))
        with open(file, "rb") as one, open(back, "rb") as other:
            while piece := one.read(1 << 20):
                assert piece == other.read(1 << 20)
            assert other.read() == b""
        assert server.memory_bytes_max() < MEMORY_BYTES_MAX
    finally:
        server.close()


def contents(directory):
    files = [path for path in directory.rglob("*") if path.is_file()]
    return {path.relative_to(directory): path.read_bytes() for path in files}

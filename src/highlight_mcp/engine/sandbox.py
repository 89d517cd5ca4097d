"""What an engine process may do, once it has loaded its job: read files, write its own output, and nothing else.

Decoders read what strangers wrote. On Linux a job takes from itself, for good and before footage is opened:

* writing, making, renaming and removing files anywhere but in the folders of its output, cache and temporary files
  (Landlock, `landlock(7)`; Linux 5.13 and later, if the system has it switched on);
* sockets of every kind, other processes (starting, tracing, signalling them, changing their limits), and the calls of
  the kernel that would get round that: io_uring, BPF, namespaces, mounts, keys (a seccomp filter, `seccomp(2)`; x86-64
  and ARM64).

Elsewhere there are the limits of `job_process.py` alone. Either part is done without where the system does not offer
it, and `highlight-mcp doctor` says so. `python -m highlight_mcp.engine.sandbox FOLDER` tries what holds and prints it.
"""

import ctypes
import errno
import json
import logging
import os
import platform
import socket
import struct
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

log = logging.getLogger(__name__)

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
"""Numbers of the calls of Landlock, the same on every processor."""
_ABI = 1
"""The flag with which `landlock_create_ruleset` tells its version."""
_PATH_BENEATH = 1
_NO_NEW_PRIVILEGES = 38
_EXECUTE, _WRITE_FILE, _TRUNCATE = 1 << 0, 1 << 1, 1 << 14
_MAKE_AND_REMOVE = sum(1 << bit for bit in range(4, 13))
_RIGHTS = {1: _EXECUTE | _WRITE_FILE | _MAKE_AND_REMOVE, 2: 1 << 13, 3: _TRUNCATE}
"""Rights over files by the version of Landlock that brought them; 2 is moving between folders."""
_TCP, _SCOPES = 0b11, 0b11
"""Binding and connecting (version 4); abstract sockets and signals (version 6)."""

_MODE_FILTER, _ALL_THREADS = 1, 1
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
"""Instructions of classic BPF: a word of the call, three jumps, the verdict."""
_ALLOW, _REFUSE, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_Instruction = tuple[int, int, int, int]
"""Instruction, how many are passed over if it holds, and if not, operand."""
_ALLOWED: _Instruction = (_RETURN, 0, 0, _ALLOW)
_REFUSED: _Instruction = (_RETURN, 0, 0, _REFUSE | errno.EPERM)
_NUMBER_AT, _ARCH_AT, _ARGUMENTS_AT = 0, 4, 16
"""Bytes of `struct seccomp_data`. Each argument has eight, the low half first on the processors below; of those that
are looked at the kernel itself reads that half alone."""
_X32 = 0x40000000
_THREAD, _NAMESPACES = 0x00010000, 0x7E020000
"""CLONE_THREAD: a thread is made, not a process. CLONE_NEWNS and all others that make a namespace."""
_OWNERS = (8, 10, 15)
"""F_SETOWN, F_SETSIG, F_SETOWN_EX of `fcntl(2)`: whom the kernel signals when a file is ready, and by which signal."""
_OWNERS_OF_SOCKETS = (0x8901, 0x8902)
"""FIOSETOWN and SIOCSPGRP of `ioctl(2)` are F_SETOWN by another name."""


class _Processor(NamedTuple):
    """Numbers of calls (`syscall_64.tbl`, `asm-generic/unistd.h` of Linux): what is looked at, and what is refused."""

    audit: int
    seccomp: int
    socket: int
    clone: int
    tkill: int
    tgkill: int
    prlimit: int
    fcntl: int
    ioctl: int
    refused: tuple[int, ...]


_CLONE3 = 435
_EVERYWHERE = (424, 425, 428, 429, 430, 431, 432, 433, 438, 440, 442)
"""pidfd_send_signal, io_uring_setup, open_tree to fspick, pidfd_getfd, process_madvise, mount_setattr."""
_PROCESSORS = {
    "x86_64": _Processor(
        0xC000003E, 317, 41, 56, 200, 234, 302, 72, 16,
        # fork vfork execve execveat kill rt_sigqueueinfo rt_tgsigqueueinfo ptrace process_vm_readv/writev
        (57, 58, 59, 322, 62, 129, 297, 101, 310, 311,
         # mount umount2 pivot_root chroot
         165, 166, 155, 161,
         # setns unshare bpf perf_event_open userfaultfd keyctl add_key request_key open_by_handle_at kexec, modules
         308, 272, 321, 298, 323, 250, 248, 249, 304, 246, 320, 175, 313, 176),
    ),
    "aarch64": _Processor(  # the same but fork and vfork, which it has not
        0xC00000B7, 277, 198, 220, 130, 131, 261, 25, 29,
        (221, 281, 129, 138, 240, 117, 270, 271,
         40, 39, 41, 51,
         268, 97, 280, 241, 282, 219, 217, 218, 265, 104, 294, 105, 273, 106),
    ),
}  # fmt: skip


class Confinement(NamedTuple):
    """What holds of this process: the version of Landlock, 0 for none, and whether calls are filtered."""

    landlock: int
    seccomp: bool


def offered() -> Confinement:
    """What this system offers; nothing is changed."""
    version = 0
    if sys.platform == "linux":
        with suppress(OSError):
            version = _call(_CREATE_RULESET, None, 0, _ABI)
    return Confinement(version, sys.platform == "linux" and platform.machine() in _PROCESSORS)


def confine_to_job(spec: Mapping[str, Any]) -> Confinement:
    """Confine this process, which has one thread, to a job: to the folders of `output`, `cache` and `temp`.

    `hardware` leaves it the devices that encode, and sockets to the services of this machine that go with them.
    """
    if isinstance(spec.get("temp"), str):
        tempfile.tempdir = spec["temp"]
    folders = [Path(tempfile.gettempdir())]
    if isinstance(spec.get("cache"), str):
        folders.append(Path(spec["cache"]))
        with suppress(OSError):
            folders[-1].mkdir(parents=True, exist_ok=True)  # afterwards it could not be made any more
    if isinstance(spec.get("output"), str):
        folders.append(Path(spec["output"]).parent)
    return confine(folders, hardware=bool(spec.get("hardware")))


def confine(folders: Iterable[Path], *, hardware: bool = False) -> Confinement:
    """Take from this process, for good, what the head of this file says; files are written below `folders` only."""
    can = offered()
    landlock, seccomp = 0, False
    try:
        if can.landlock or can.seccomp:
            _no_new_privileges()
        if can.landlock:
            _bind_files(can.landlock, folders, _devices() if hardware else [], network=hardware)
            landlock = can.landlock
        if can.seccomp:
            _filter_calls(_PROCESSORS[platform.machine()], local_sockets=hardware)
            seccomp = True
    except OSError as error:
        log.warning("the engine goes on less confined than it could be: %s", error)
    return Confinement(landlock, seccomp)


def _devices() -> list[Path]:
    """What encoders in hardware are reached by."""
    return [Path("/dev/dri"), *Path("/dev").glob("nvidia*"), Path("/dev/shm")]


def _bind_files(version: int, folders: Iterable[Path], devices: Iterable[Path], *, network: bool) -> None:
    handled = sum(right for since, right in _RIGHTS.items() if since <= version)
    attributes = struct.pack("=Q", handled)
    if version >= 4:
        attributes += struct.pack("=Q", 0 if network else _TCP)
    if version >= 6:
        attributes += struct.pack("=Q", 0 if network else _SCOPES)
    ruleset = _call(_CREATE_RULESET, attributes, len(attributes), 0)
    try:
        for folder in folders:
            _allow(ruleset, folder, handled & ~_EXECUTE)
        for device in (Path(os.devnull), *devices):
            files_alone = 0 if device.is_dir() else _MAKE_AND_REMOVE | _RIGHTS[2]
            _allow(ruleset, device, handled & ~_EXECUTE & ~files_alone)
        _call(_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: Path, rights: int) -> None:
    """Nothing can be written below a path that is not there."""
    with suppress(FileNotFoundError, NotADirectoryError):
        beneath = os.open(path, os.O_PATH | os.O_CLOEXEC)
        try:
            _call(_ADD_RULE, ruleset, _PATH_BENEATH, struct.pack("=Qi", rights, beneath), 0)
        finally:
            os.close(beneath)


def _filter_calls(processor: _Processor, *, local_sockets: bool) -> None:
    program = b"".join(struct.pack("=HBBI", *each) for each in _program(processor, local_sockets=local_sockets))
    code = ctypes.create_string_buffer(program, len(program))
    filter_ = struct.pack("@HP", len(program) // 8, ctypes.addressof(code))
    if _call(processor.seccomp, _MODE_FILTER, _ALL_THREADS, filter_):
        raise OSError(errno.EAGAIN, "a thread could not be filtered")


def _program(processor: _Processor, *, local_sockets: bool) -> Iterator[_Instruction]:
    """All that is not refused is allowed."""
    yield from ((_LOAD, 0, 0, _ARCH_AT), (_EQUAL, 1, 0, processor.audit), (_RETURN, 0, 0, _KILL))
    yield from ((_LOAD, 0, 0, _NUMBER_AT), (_AT_LEAST, 0, 1, _X32), _REFUSED)
    for number in (*processor.refused, *_EVERYWHERE):
        yield from ((_EQUAL, 0, 1, number), _REFUSED)
    # The C library makes threads by clone3 and, where there is none, by clone, whose flags can be looked at.
    yield from ((_EQUAL, 0, 1, _CLONE3), (_RETURN, 0, 0, _REFUSE | errno.ENOSYS))
    yield from ((_EQUAL, 0, 5, processor.clone), (_LOAD, 0, 0, _ARGUMENTS_AT))
    yield from ((_ANY_BIT, 1, 0, _NAMESPACES), (_ANY_BIT, 1, 0, _THREAD), _REFUSED, _ALLOWED)
    yield from _by_argument(processor.socket, 0, (socket.AF_UNIX,) if local_sockets else (), _ALLOWED, _REFUSED)
    # abort() and raise() signal a thread of this process by tgkill, in some C libraries by tkill. Its number is known
    # now and stays: a process that is confined makes no other.
    own = os.getpid()
    for number in (processor.tgkill, processor.tkill):
        yield from _by_argument(number, 0, (own,), _ALLOWED, _REFUSED)
    yield from _by_argument(processor.prlimit, 0, (0, own), _ALLOWED, _REFUSED)  # 0: itself, as setrlimit() has it
    yield from _by_argument(processor.fcntl, 1, _OWNERS, _REFUSED, _ALLOWED)
    yield from _by_argument(processor.ioctl, 1, _OWNERS_OF_SOCKETS, _REFUSED, _ALLOWED)
    yield _ALLOWED


def _by_argument(
    number: int, index: int, values: tuple[int, ...], verdict: _Instruction, otherwise: _Instruction
) -> Iterator[_Instruction]:
    """The verdict on a call whose argument is one of the values, and on one where it is not; other calls pass by."""
    yield from ((_EQUAL, 0, len(values) + 3, number), (_LOAD, 0, 0, _ARGUMENTS_AT + 8 * index))
    for place, value in enumerate(values):
        yield (_EQUAL, len(values) - place, 0, value)
    yield from (otherwise, verdict)


def _no_new_privileges() -> None:
    """What both parts ask for: no program that is started can get rights that this process has not."""
    if _library().prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "no_new_privs")


def _call(number: int, *arguments: int | bytes | None) -> int:
    """A call of the kernel that the C library has no name for. Raises OSError."""
    passed = (ctypes.c_long(each) if isinstance(each, int) else each for each in arguments)
    result = int(_library().syscall(ctypes.c_long(number), *passed))
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def _library() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def tried(folder: Path) -> dict[str, bool]:
    """What a process that confines itself to an empty folder below `folder` cannot do any more. This one is that."""
    inside = folder / "inside"
    inside.mkdir()
    confine([inside])
    return {
        "files": not _goes(lambda: (folder / "outside").touch()) and _goes(lambda: (inside / "file").touch()),
        "sockets": not _goes(lambda: socket.socket().close()),
        "programs": not _goes(lambda: subprocess.run([sys.executable, "-V"], check=True, capture_output=True)),
    }


def _goes(act: Callable[[], object]) -> bool:
    try:
        act()
    except OSError:
        return False
    return True


if __name__ == "__main__":
    sys.stdout.write(json.dumps(tried(Path(sys.argv[1]))) + "\n")

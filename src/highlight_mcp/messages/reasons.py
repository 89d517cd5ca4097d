"""Why a file, a folder or an address cannot be used, in words of ours for what the system and the parsers report."""

import errno
import json
import re
import socket
import tomllib

from . import InWords, Message, Refusal, has, message, verbatim


class WrongValue(Refusal, ValueError):
    """A value that cannot be used; validators raise it with a clause that says why."""


def reason_of(error: BaseException) -> Message:
    """A clause that says why; what the system has no usual name for stays in its words."""
    match error:
        case InWords():
            return error.what
        case socket.gaierror():
            return message("system.unknown_host")
        case UnicodeDecodeError():
            return message("system.not_text")
        case json.JSONDecodeError():
            return message("system.not_json", line=error.lineno, column=error.colno)
        case tomllib.TOMLDecodeError():
            return _of_toml(error)
    number, said = getattr(error, "errno", None), getattr(error, "strerror", None)
    key = f"system.{errno.errorcode.get(number or 0, '')}"
    if has(key):
        return message(key)
    if isinstance(error, OSError):
        return verbatim(said) if said else message("system.refused")
    return verbatim(str(error).rstrip("."))


def _of_toml(error: tomllib.TOMLDecodeError) -> Message:
    """Before Python 3.14 the place stands in the text alone, at its end."""
    place = re.findall(r"\d+", str(error))[-2:]
    if len(place) < 2:
        return message("system.not_toml_end")
    return message("system.not_toml", line=int(place[0]), column=int(place[1]))

"""What an artifact does not tell: absolute paths of the user's, and the names of user and host.

In all that is written into a run's folder, known places are marks: `{run}/logs/data.log`, `~/x`.
Of any other path outside the system's folders the last part stays: `{elsewhere}/libfoo.so`.
"""

import os
import pwd
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import bench
from bench.model.base import Fact
from bench.model.host import Host
from bench.model.plan import Plan
from bench.results.folder import write_bytes

F = TypeVar("F", bound=Fact)

DATA = "{data}"
FOLDER = "folder:"
"""What a data set of the user's own is asked for with, and before its path."""

_SYSTEM = ("bin", "boot", "dev", "etc", "lib", "lib64", "opt", "proc", "sbin", "sys", "usr")
"""Folders of `/` that are nobody's own: what lies in them is told as it is."""

_OF_SYSTEM = re.compile(rf"/(?:(?:{'|'.join(_SYSTEM)})(?:/|$)|run/systemd/)")
_TOO_WIDE = {"/", "/usr/local", *(f"/{name}" for name in _SYSTEM)}
"""Places that no mark stands for: too much of the system lies in them."""

_BEFORE = r"(?:(?<![\w.~}\-])|(?<=-[IL]))"
"""No path begins in the middle of a word, but right behind a compiler's option."""

_ABSOLUTE = re.compile(_BEFORE + r"(?<!/)/(?=[\w.])[^\s:;,'\"`()\[\]{}<>|=]*")
_QUOTED = re.compile(r"(?<=['\"])/[\w.][^'\"\n]*(?=['\"])")
"""A path between quotes, as the system's errors and Python's tracebacks have it: with spaces."""

_OPTION = re.compile(r"((?:[\w.-]+[=:])*)(/[^'\"\n]*)")
"""`--results=/a b`, `--data=folder:/a b`, `--stack=v2.1=/a b`, `/a b`."""

_HALVES = re.compile("[\ud800-\udfff]")
"""What stands for a byte that is no text: JSON has no place for it."""

_NOT_PERSONAL = {
    *("root", "localhost", "admin", "administrator", "bench", "data", "host", "guest"),
    *("node", "nobody", "none", "run", "runner", "server", "test", "user", "worker"),
    *("amd", "amx", "cpu", "epyc", "intel", "ipex", "numa", "python", "pytorch", "torch", "xeon"),
    *("centos", "debian", "fedora", "linux", "rocky", "suse", "ubuntu", "vagrant", "docker"),
}
"""Words that tell of nobody, and would be missed in the kit's sentences: the image's user is bench.

In lower case: a name of any case is held against them. A name of one letter or two is looked for
as a folder's alone: it may be a word.
"""


class Privacy:
    """Knows what is private here, and what stands for it.

    `places` are folders with their marks: of two marks for the same folder the first is written, of
    two folders with the same mark the first is meant. `names` are words by their marks.
    """

    def __init__(
        self, places: Iterable[tuple[str, Path]], names: Iterable[tuple[str, str]] = ()
    ) -> None:
        self._marks: dict[str, str] = {}
        self._places: dict[str, str] = {}
        for mark, place in places:
            for path in (str(place.absolute()), str(place.resolve())):
                if path not in _TOO_WIDE:
                    self._marks.setdefault(path, mark)
                    self._places.setdefault(mark, path)
        self._names = {
            name: mark
            for mark, name in names
            if name and not name.isdigit() and name.lower() not in _NOT_PERSONAL
        }
        words = {name: mark for name, mark in self._names.items() if len(name) > 2}
        self._known = _any_of(self._marks, _BEFORE, r"(?![\w\-]|\.\w)")
        self._marked = _any_of(self._places, r"(?<![\w/.])", r"(?![\w.])")
        self._named = _any_of(words, r"(?<![A-Za-z0-9{])", r"(?![A-Za-z0-9}])")
        self._folder = _any_of(self._names, r"(?<=[/@])", r"(?=[/@:]|$)")

    def text(self, text: str) -> str:
        """The text with marks for what is private. Plain words are never."""
        return _HALVES.sub("�", self._private(text))

    def word(self, word: str) -> str:
        """The same of a command's word, in which a path may have spaces."""
        option = _OPTION.fullmatch(word)
        if option is None:
            return self.text(word)
        return option[1] + self.text(f"'{option[2]}'").strip("'")

    def of(self, fact: F) -> F:
        """The same, with marks for what is private in each text of it."""
        return type(fact).model_validate(_mapped(fact.model_dump(), self.text))

    def revealed(self, fact: F) -> F:
        """The same, with the places that are here for their marks."""
        return type(fact).model_validate(_mapped(fact.model_dump(), self._revealed))

    def rewrite(self, path: Path) -> None:
        """Put marks into a file of text, if it is there. OSError if it can't be read or written."""
        with suppress(FileNotFoundError):
            content = path.read_bytes()
            text = content.decode(errors="surrogateescape")
            private = "".join(self._private(line) for line in text.splitlines(keepends=True))
            if private != text:
                write_bytes(path, private.encode(errors="surrogateescape"))

    def _private(self, text: str) -> str:
        if "/" in text:
            text = self._known.sub(lambda path: self._marks[path[0]], text)
            text = _ABSOLUTE.sub(_last_part, _QUOTED.sub(_last_part, text))
            text = self._folder.sub(lambda name: self._names[name[0]], text)
        if "/" in text or " " in text:
            text = self._named.sub(lambda name: self._names[name[0]], text)
        return text

    def _revealed(self, text: str) -> str:
        return self._marked.sub(lambda mark: self._places[mark[0]], text)


class Open(Privacy):
    """For who wants to be named: nothing is private."""

    def __init__(self) -> None:
        super().__init__([])

    def _private(self, text: str) -> str:
        return text


def of_run(
    folder: Path,
    host: Host,
    plan: Plan,
    data_dir: Path | None = None,
    work: Path | None = None,
) -> Privacy:
    """What is private in that run on this host; nothing is where the host is named.

    `data_dir` is the folder of data sets, unless the plan has one of the user's own; `work` is what
    is shared with workers.
    """
    if host.name is not None:
        return Open()
    own = plan.data_requested.removeprefix(FOLDER)
    data = Path(own) if own != plan.data_requested and DATA not in own else data_dir
    known = [("{run}", folder), (DATA, data), ("{work}", work), *_places_of(host)]
    return Privacy([(mark, place) for mark, place in known if place is not None], _names())


def _places_of(host: Host) -> Iterator[tuple[str, Path]]:
    for stack in host.stacks:
        if stack.python.value is not None:
            # Not resolved: a virtual environment's interpreter is a link to another's.
            yield f"{{stack:{stack.name}}}", Path(stack.python.value).parent.parent
    kit = Path(bench.__file__).parent.parent
    if not kit.name.endswith("-packages"):
        yield "{kit}", kit
    for prefix in (sys.prefix, sys.base_prefix, sys.exec_prefix):
        yield "{python}", Path(prefix)
    for home in (os.environ.get("HOME"), _user(lambda entry: entry.pw_dir)):
        if home:
            yield "~", Path(home)


def _names() -> Iterator[tuple[str, str]]:
    for variable in ("USER", "LOGNAME", "SUDO_USER"):
        yield "{user}", os.environ.get(variable, "")
    yield "{user}", _user(lambda entry: entry.pw_name) or ""
    yield "{host}", os.uname().nodename
    yield "{host}", os.uname().nodename.partition(".")[0]


def _user(field: Callable[[pwd.struct_passwd], str]) -> str | None:
    """What the password file has of the user; None if it has none."""
    try:
        return field(pwd.getpwuid(os.getuid()))
    except KeyError:
        return None


def _any_of(words: Mapping[str, str], before: str, behind: str) -> re.Pattern[str]:
    """Matches each of the words, the longest first; nothing if there is none."""
    longest = sorted(words, key=len, reverse=True)
    return re.compile(f"{before}(?:{'|'.join(map(re.escape, longest)) or '(?!)'}){behind}")


def _last_part(path: re.Match[str]) -> str:
    if _OF_SYSTEM.match(path[0]):
        return path[0]
    return "{elsewhere}/" + path[0].rstrip("/").rpartition("/")[2]


def _mapped(tree: Any, change: Callable[[str], str]) -> Any:
    """The tree with each text changed, but not what it is called by."""
    if isinstance(tree, str):
        return change(tree)
    if isinstance(tree, dict):
        return {key: _mapped(value, change) for key, value in tree.items()}
    return [_mapped(value, change) for value in tree] if isinstance(tree, list) else tree

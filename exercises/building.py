"""Builds an exercise with the student's file against the installed library."""
import fcntl
import hashlib
import json
import os
import pathlib
import shlex
import shutil
import subprocess
import sys

import compiler_errors
import running

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "judge"
COMPILER_SECONDS, COMPILER_BYTES = 120, 4 << 30

# Warnings that are mistakes here: a missing return, which would crash, (2, 3) in place of {2, 3}, 'abc', and 0 <= t < n.
MISTAKES = [f"-Werror={name}" for name in ("return-type", "unused-value", "multichar", "parentheses")]


class NoLibrary(Exception):
    """There is no installed library, and none could be installed."""


def run(command, what):
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    except FileNotFoundError as missing:
        raise NoLibrary(f"{what} failed: {missing.filename} is missing")
    if done.returncode:
        end = "\n".join(done.stdout.strip().split("\n")[-15:])
        raise NoLibrary(f"{what} failed: {shlex.join(map(str, command))}\n{end}")
    return done.stdout


def newest_source():
    """When the library's sources were changed last."""
    folders = [ROOT / name for name in ("core", "nn", "optim", "data", "training")]
    files = [ROOT / "CMakeLists.txt", *(file for folder in folders for file in folder.rglob("*.?pp"))]
    return max(file.stat().st_mtime for file in files)


def installed_prefix():
    """XGRAD_PREFIX, or where this script installs the library: build/judge/prefix, after minutes of building."""
    if os.environ.get("XGRAD_PREFIX"):
        return pathlib.Path(os.environ["XGRAD_PREFIX"]).resolve()
    prefix, library, stamp = BUILD / "prefix", BUILD / "library", BUILD / "installed"
    if not stamp.exists() or stamp.stat().st_mtime < newest_source():
        print("the library is built and installed in build/judge; this takes some minutes", file=sys.stderr, flush=True)
        run([ROOT / "scripts/setup.sh", "release"], "setting up")
        run(["cmake", "--fresh", "-S", ROOT, "-B", library, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release", "-DXGRAD_BUILD_TESTS=OFF",
             "-DXGRAD_BUILD_EXAMPLES=OFF", "-DXGRAD_BUILD_BENCH=OFF"], "configuring")
        run(["cmake", "--build", library], "building the library")
        run(["cmake", "--install", library, "--prefix", prefix], "installing the library")
        stamp.touch()  # last, so that an interrupted installation begins again
    return prefix


def write_whole(file, text):
    """All of the text, or nothing: a file that is half written would be taken for whole the next time."""
    new = file.with_name(f".{file.name}.{os.getpid()}")
    new.write_text(text)
    new.replace(file)


def commands(prefix):
    """The words of the compile and of the link command, as CMake's find_package gives them, once for each prefix."""
    library = next(iter(sorted(prefix.glob("lib*/libxgrad.*")) + sorted(prefix.glob("lib/*/libxgrad.*"))), None)
    if not library:
        raise NoLibrary(f"there is no xgrad in {prefix}")
    given = [ROOT, prefix, *(os.environ.get(name, "") for name in ("CXX", "CXXFLAGS", "LDFLAGS"))]
    folder = BUILD / "commands" / hashlib.sha256(repr(given).encode()).hexdigest()[:12]
    file = folder / "commands.json"
    built = max(part.stat().st_mtime_ns for part in [library, *(prefix / "include/xgrad").rglob("*.hpp")])
    known = json.loads(file.read_text()) if file.exists() else {}
    if known.get("built") != built:
        shutil.rmtree(folder, ignore_errors=True)
        run(["cmake", "-S", ROOT / "exercises/flags", "-B", folder, "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={prefix}"], "configuring")
        lines = run(["ninja", "-C", folder, "-t", "commands", "exercise"], "asking for the commands").strip().split("\n")
        compile_line = next(line for line in lines if " -c " in line)
        link_line = next(line for line in lines if " -o exercise" in line).removeprefix(": && ").removesuffix(" && :")
        known = {"built": built, "compile": shlex.split(compile_line), "link": shlex.split(link_line), "folder": str(folder)}
        write_whole(file, json.dumps(known))
    return known


def without(words, *options):
    """The command without these options and the word after each of them."""
    kept, skip = [], False
    for word in words:
        if skip:
            skip = False
        elif word in options:
            skip = True
        else:
            kept.append(word)
    return kept


def compile_flags(known):
    words = [w for w in without(known["compile"], "-c", "-o", "-MT", "-MF") if w not in ("-MD", "-MMD")]
    return words + ["-O1", "-Wall", "-Wextra", *MISTAKES, "-D_GLIBCXX_ASSERTIONS", "-fmax-errors=20", "-ftemplate-backtrace-limit=0"]


def precompiled(flags, folder, prefix):
    """judge.hpp with the library's headers, read once: a build then takes about a second."""
    header, out = ROOT / "exercises/judge.hpp", folder / "judge.hpp.gch"
    compiler = pathlib.Path(shutil.which(flags[0]) or flags[0]).resolve()
    changed = [header.stat().st_mtime, pathlib.Path(__file__).stat().st_mtime, compiler.stat().st_ctime]  # this file has the flags
    if not out.exists() or out.stat().st_mtime < max(changed):
        new = folder / "new.gch"
        done = subprocess.run([*flags, "-x", "c++-header", str(header), "-o", str(new)], capture_output=True, text=True,
                              env=os.environ | compiler_errors.LANGUAGE)
        if done.returncode:
            raise NoLibrary(f"the library in {prefix} does not fit this judge: {compiler_errors.first_line(done.stderr)}")
        new.replace(out)


def prepare():
    """(the commands, the flags of the compiler), with the precompiled header, all made if they are not there"""
    BUILD.mkdir(parents=True, exist_ok=True)
    with open(BUILD / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two judges must not make them at once
        prefix = installed_prefix()
        known = commands(prefix)
        flags = compile_flags(known)
        precompiled(flags, pathlib.Path(known["folder"]), prefix)
    return known, flags


def build(name, file, folder, beside):
    """(the program in `folder`, None), or (None, what the compiler or the linker says in one or two lines). The file may
    include those in the folder `beside`."""
    known, flags = prepare()
    program, object_file = folder / name, folder / f"{name}.o"
    limits = {"seconds": COMPILER_SECONDS, "size": COMPILER_BYTES, "cwd": known["folder"],
              "env": os.environ | compiler_errors.LANGUAGE | {"TMPDIR": str(folder)}}
    status, told = running.contained(
        [*flags, "-iquote", beside, f"-I{known['folder']}", f"-I{ROOT / 'exercises'}", f'-DSTUDENT="{file}"',
         "-c", ROOT / "exercises" / name / "check.cpp", "-o", object_file], **limits)
    if status is None:
        return None, f"the compiler did not end within {COMPILER_SECONDS} s"
    if status:
        return None, compiler_errors.first(told, file, (ROOT / "exercises" / name / "start.hpp").read_text())
    link = [str(object_file) if word.endswith("exercise.cpp.o") else word for word in known["link"]]
    link[link.index("-o") + 1] = str(program)
    status, told = running.contained(link, **limits)
    return (None, compiler_errors.of_linker(told)) if status != 0 else (program, None)

"""Builds an exercise with the student's file against the installed library."""
import hashlib
import json
import os
import pathlib
import shlex
import shutil
import subprocess
import sys

import compiler_errors

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "judge"

# Warnings that are mistakes here: a missing return, which would crash, (2, 3) in place of {2, 3}, 'abc', and 0 <= t < n.
MISTAKES = [f"-Werror={name}" for name in ("return-type", "unused-value", "multichar", "parentheses")]


class NoLibrary(Exception):
    """There is no installed library, and none could be installed."""


def run(command, what, **options):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    if done.returncode:
        raise NoLibrary(f"{what} failed: {shlex.join(map(str, command))}\n{done.stdout.strip()}")
    return done.stdout


def installed_prefix():
    """XGRAD_PREFIX, or where this script installs the library: build/judge/prefix, after minutes of building."""
    if "XGRAD_PREFIX" in os.environ:
        return pathlib.Path(os.environ["XGRAD_PREFIX"]).resolve()
    prefix = BUILD / "prefix"
    if not (prefix / "include/xgrad/xgrad.hpp").exists():
        print("the library is built and installed in build/judge, once; this takes some minutes", file=sys.stderr, flush=True)
        run([ROOT / "scripts/setup.sh", "release"], "setting up")
        library = BUILD / "library"
        run(["cmake", "-S", ROOT, "-B", library, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release", "-DXGRAD_BUILD_TESTS=OFF",
             "-DXGRAD_BUILD_EXAMPLES=OFF", "-DXGRAD_BUILD_BENCH=OFF"], "configuring")
        run(["cmake", "--build", library], "building the library")
        run(["cmake", "--install", library, "--prefix", prefix], "installing the library")
    return prefix


def commands(prefix):
    """The words of the compile and of the link command, as CMake's find_package gives them, once for each prefix."""
    key = hashlib.sha256(f"{prefix} {os.environ.get('CXX', '')}".encode()).hexdigest()[:12]
    folder, file = BUILD / "flags" / key, BUILD / "flags" / f"{key}.json"
    library = next(iter(sorted(prefix.glob("lib*/libxgrad.*")) + sorted(prefix.glob("lib/*/libxgrad.*"))), None)
    if not library:
        raise NoLibrary(f"there is no xgrad in {prefix}")
    if not file.exists() or file.stat().st_mtime < library.stat().st_mtime:
        shutil.rmtree(folder, ignore_errors=True)
        run(["cmake", "-S", ROOT / "exercises/flags", "-B", folder, "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={prefix}"], "configuring")
        lines = run(["ninja", "-C", folder, "-t", "commands", "exercise"], "asking for the commands").strip().split("\n")
        compile_line = next(line for line in lines if " -c " in line)
        link_line = next(line for line in lines if " -o exercise" in line).removeprefix(": && ").removesuffix(" && :")
        file.write_text(json.dumps({"compile": shlex.split(compile_line), "link": shlex.split(link_line), "folder": str(folder)}))
        (BUILD / "judge.hpp.gch").unlink(missing_ok=True)
    return json.loads(file.read_text())


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
    return words + ["-O1", "-Wall", "-Wextra", *MISTAKES, "-D_GLIBCXX_ASSERTIONS"]


def precompiled(flags):
    """judge.hpp with the library's headers, read once: a build then takes about a second."""
    header, out = ROOT / "exercises/judge.hpp", BUILD / "judge.hpp.gch"
    newest = max(header.stat().st_mtime, pathlib.Path(__file__).stat().st_mtime)  # the flags stand in this file
    if not out.exists() or out.stat().st_mtime < newest:
        new = BUILD / f"judge.hpp.{os.getpid()}"  # another judge may be reading the old one
        run([*flags, "-x", "c++-header", str(header), "-o", str(new)], "precompiling the headers")
        new.replace(out)
    return BUILD


def prepare():
    """(the commands, the flags of the compiler, the folder of the precompiled header), all made if they are not there"""
    BUILD.mkdir(parents=True, exist_ok=True)
    known = commands(installed_prefix())
    flags = compile_flags(known)
    return known, flags, precompiled(flags)


def diagnostics(command, form="json"):
    """Runs the compiler, with its messages in English, which the hints expect."""
    return subprocess.run([*command, f"-fdiagnostics-format={form}"], capture_output=True, text=True, env={**os.environ, "LC_ALL": "C.UTF-8"})


def build(name, file):
    """(the program, None), or (None, what the compiler or the linker says in one or two lines)"""
    known, flags, include = prepare()
    program = BUILD / name / file.stem
    program.parent.mkdir(exist_ok=True)
    object_file = program.with_suffix(".o")
    command = [*flags, f"-I{include}", f"-I{ROOT / 'exercises'}", f'-DSTUDENT="{file}"',
               "-c", str(ROOT / "exercises" / name / "check.cpp"), "-o", str(object_file)]
    done = diagnostics(command)
    if done.returncode:
        return None, compiler_errors.first(done.stderr, file, lambda: diagnostics(command, "text").stderr)
    link = [str(object_file) if word.endswith("exercise.cpp.o") else word for word in known["link"]]
    link[link.index("-o") + 1] = str(program)
    done = subprocess.run(link, capture_output=True, text=True, cwd=known["folder"])
    if done.returncode:
        return None, compiler_errors.of_linker(done.stderr)
    return program, None

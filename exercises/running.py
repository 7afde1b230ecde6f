"""Runs the program of an exercise, with limits, and reads its lines."""
import json
import resource
import signal
import subprocess

SECONDS, BYTES = 10, 2 << 30


def limit():
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS + 1, SECONDS + 2))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def run(program):
    """(checks, speeds, what ended the program early or None)"""
    error = None
    try:
        done = subprocess.run([program], capture_output=True, timeout=SECONDS, preexec_fn=limit)
        output, status, told = done.stdout, done.returncode, done.stderr
    except subprocess.TimeoutExpired as late:
        output, status, told = late.stdout or b"", None, b""
    rows, begun = [], None
    for line in output.decode(errors="replace").split("\n"):
        try:
            row = json.loads(line)
        except ValueError:
            continue  # the student's own output
        if not isinstance(row, dict):
            continue
        if "begin" in row:
            begun = row["begin"]
        elif "check" in row or "speed" in row:
            rows.append(row)
            begun = None
    where = f"the check '{begun}'" if begun else "the program"
    if status is None:
        error = f"{where} did not end within {SECONDS} s: is there a loop without an end?"
    elif status < 0:
        name = signal.Signals(-status).name
        reason = {"SIGSEGV": ": it read or wrote memory that is not its own, such as an element past the end",
                  "SIGABRT": ": " + (told.decode(errors="replace").strip().split("\n")[-1] or "abort"),
                  "SIGXCPU": f": it took more than {SECONDS} s", "SIGKILL": f": it took more than {SECONDS} s"}
        error = f"{where} crashed, {name}{reason.get(name, '')}"
    elif status:
        error = f"{where} ended the program with status {status}: {told.decode(errors='replace').strip()}"
    return [r for r in rows if "check" in r], [r for r in rows if "speed" in r], error

"""Runs the program of an exercise, with limits, and reads its lines."""
import json
import os
import signal
import subprocess

SECONDS, BYTES, MOST_PRINTED = 10, 2 << 30, 2000


# Set by a shell and not between fork and exec in Python, which is not safe where several threads start programs.
LIMITED = f'ulimit -v {BYTES >> 10} && ulimit -t {SECONDS + 1} && ulimit -c 0 && exec "$0"'


def run(program):
    """{"checks": [...], "speed": [...], "printed": the student's own output, "error": what ended the program early}"""
    file = program.with_suffix(".jsonl")
    file.write_text("")
    try:
        done = subprocess.run(["sh", "-c", LIMITED, str(program)], capture_output=True, timeout=SECONDS,
                              env=os.environ | {"JUDGE_FILE": str(file), "OMP_NUM_THREADS": "1"})
        printed, status, told = done.stdout, done.returncode, done.stderr
    except subprocess.TimeoutExpired as late:
        printed, status, told = late.stdout or b"", None, b""
    rows, begun, ended = [], None, False
    for line in file.read_text(errors="replace").split("\n"):
        row = json.loads(line) if line.endswith("}") else {}
        if "begin" in row:
            begun = row["begin"]
        elif "check" in row or "speed" in row:
            rows.append(row)
            begun = None
        ended = ended or "end" in row
    error = None
    where = f"the check '{begun}'" if begun else "the program"
    if status is None:
        error = f"{where} did not end within {SECONDS} s: is there a loop without an end?"
    elif status < 0:
        name = signal.Signals(-status).name
        last = told.decode(errors="replace").strip().split("\n")[-1] or "abort"
        if "Assertion '__n < this->size()'" in last:
            last = "an index of a std::vector, a Shape or a text is past its end, or negative"
        reason = {"SIGSEGV": ": it read or wrote memory that is not its own, such as an element past the end",
                  "SIGABRT": f": {last}",
                  "SIGXCPU": f": it took more than {SECONDS} s", "SIGKILL": f": it took more than {SECONDS} s"}
        error = f"{where} crashed, {name}{reason.get(name, '')}"
    elif status or not ended:
        error = f"{where} ended the program with status {status}: {told.decode(errors='replace').strip()}".rstrip(": ")
    return {"checks": [r for r in rows if "check" in r], "speed": [r for r in rows if "speed" in r],
            "printed": printed.decode(errors="replace")[:MOST_PRINTED], "error": error}

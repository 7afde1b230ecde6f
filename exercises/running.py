"""Runs programs with limits, and reads the lines that the program of an exercise writes."""
import json
import os
import signal
import subprocess
import threading

SECONDS, BYTES, MOST_PRINTED = 10, 2 << 30, 2000
MOST_KEPT, LARGEST_FILE = 1 << 22, 1 << 30

# Set by a shell and not between fork and exec in Python, which is not safe where several threads start programs. A limit
# that is tighter already stays.
LIMITED = """ulimit -S -v "$1"; ulimit -S -t "$2"; ulimit -S -f "$3"; ulimit -S -c 0; shift 3; exec 2>&1 "$@" """


def contained(command, seconds, size, **options):
    """(the exit status, or None if it did not end in time; what it printed, both streams, at most MOST_KEPT of it).
    Nothing that the command started goes on afterwards."""
    limits = [str(size >> 10), str(seconds + 1), str(LARGEST_FILE >> 9)]
    process = subprocess.Popen(["sh", "-c", LIMITED, "sh", *limits, *map(str, command)], stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True, **options)
    kept = bytearray()
    reader = threading.Thread(target=read_all, args=(process.stdout, kept), daemon=True)
    reader.start()
    try:
        status = process.wait(seconds)
    except subprocess.TimeoutExpired:
        status = None
    finally:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()
        reader.join(1)
        if not reader.is_alive():
            process.stdout.close()
    return status, bytes(kept).decode(errors="replace")


def read_all(pipe, kept):
    """Reads on after MOST_KEPT, or the program would wait for a reader."""
    while chunk := pipe.read1(1 << 16):
        kept += chunk[:MOST_KEPT - len(kept)]


def run(program):
    """{"checks": [...], "speed": [...], "printed": the student's own output, "error": what ended the program early}"""
    file = program.with_suffix(".jsonl")
    file.write_text("")
    status, printed = contained([program], SECONDS, BYTES, env=os.environ | {"JUDGE_FILE": str(file), "OMP_NUM_THREADS": "1"})
    rows, begun, ended = [], None, False
    for line in file.read_text(errors="replace").split("\n"):
        try:
            row = json.loads(line)
        except ValueError:  # the program ended within a line
            continue
        if "begin" in row:
            begun = row["begin"]
        elif "check" in row or "speed" in row:
            rows.append(row)
            begun = None
        ended = ended or "end" in row
    where = f"the check '{begun}'" if begun else "the program"
    return {"checks": [r for r in rows if "check" in r], "speed": [r for r in rows if "speed" in r],
            "printed": printed[:MOST_PRINTED], "error": early_end(status, ended, where, printed)}


def early_end(status, ended, where, printed):
    if status is None:
        return f"{where} did not end within {SECONDS} s: is there a loop without an end?"
    if status == 0 and ended:
        return None
    last_line = printed.strip().split("\n")[-1].strip()[:200]
    if "Assertion '__n < this->size()'" in last_line:
        last_line = "an index of a std::vector, a Shape or a text is past its end, or negative"
    if status >= 0:
        return f"{where} ended the program with status {status}" + (f": {last_line}" if last_line else "")
    try:
        name = signal.Signals(-status).name
    except ValueError:
        name = f"signal {-status}"
    reason = {"SIGSEGV": "it used memory that is not its own, such as an element past the end, or a function calls itself without an end",
              "SIGABRT": last_line, "SIGFPE": "an integer was divided by 0",
              "SIGXCPU": f"it took more than {SECONDS} s", "SIGKILL": "it was ended from outside, perhaps for lack of memory",
              "SIGXFSZ": "it wrote a file that is too large"}.get(name)
    return f"{where} crashed, {name}" + (f": {reason}" if reason else "")

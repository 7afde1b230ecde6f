"""For gdb: prints Shape, Tensor, Variable and Node as values, and adds the commands xstep and rule.

    (gdb) source scripts/gdb/xgrad.py

It reads the members of libstdc++'s classes. docs/debugging.md shows a session.
"""

import pathlib
import struct

import gdb
import gdb.printing

ELEMENTS = 6  # how many of a Tensor's elements are printed
FORMATS = {"float32": "f", "float64": "d", "int64": "q", "boolean": "?"}


def shape_of(shape):
    return [int(shape["sizes_"]["_M_elems"][i]) for i in range(int(shape["dim_"]))]


def shape_text(sizes):
    return f"({sizes[0]},)" if len(sizes) == 1 else f"({', '.join(map(str, sizes))})"


def dtype_of(tensor):
    return str(tensor["dtype_"]).rpartition("::")[2]


def element_offsets(tensor):
    """The places of the first elements in the storage, in row-major order."""
    sizes, strides = shape_of(tensor["shape_"]), shape_of(tensor["strides_"])
    count = 1
    for size in sizes:
        count *= size
    for number in range(min(count, ELEMENTS)):
        offset = int(tensor["offset_"])
        for size, stride in zip(reversed(sizes), reversed(strides)):
            offset += number % size * stride
            number //= size
        yield offset
    if count > ELEMENTS:
        yield None


def element_text(tensor, offset):
    if offset is None:
        return "..."
    form = "=" + FORMATS[dtype_of(tensor)]
    start = int(tensor["storage_"]["storage_"]["data_"]) + offset * struct.calcsize(form)
    (value,) = struct.unpack(form, gdb.selected_inferior().read_memory(start, struct.calcsize(form)))
    return f"{value:.6g}" if isinstance(value, float) else str(value).lower()


def tensor_text(tensor):
    if int(tensor["storage_"]["storage_"]) == 0:
        return "undefined"
    elements = ", ".join(element_text(tensor, offset) for offset in element_offsets(tensor))
    return f"{shape_text(shape_of(tensor['shape_']))} {dtype_of(tensor)} [{elements}]"


def node_text(node):
    return f"node #{int(node['id_'])} ({node['op_'].string()})"


def variable_text(variable):
    state = variable["state_"]["_M_ptr"]
    if int(state) == 0:
        return "undefined"
    text = tensor_text(state["value"])
    if state["requires_grad"]:
        text += ", requires_grad"
    if int(state["node"]["_M_ptr"]) != 0:
        text += ", " + node_text(state["node"]["_M_ptr"].dereference())
    return text


class Printer:
    def __init__(self, text, value):
        self.text, self.value = text, value

    def to_string(self):
        try:
            return self.text(self.value)
        except (gdb.MemoryError, KeyError, UnicodeDecodeError):
            return "(not yet initialised)"


def add_printers():
    printers = gdb.printing.RegexpCollectionPrettyPrinter("xgrad")
    for name, text in {
        "Shape": lambda value: shape_text(shape_of(value)),
        "Tensor": lambda value: "Tensor " + tensor_text(value),
        "Variable": lambda value: "Variable " + variable_text(value),
        "Node": node_text,
    }.items():
        printers.add_printer(name, f"^xgrad::{name}$", lambda value, text=text: Printer(text, value))
    gdb.printing.register_pretty_printer(None, printers, replace=True)


def is_plumbing(frame):
    """Between a call and the function it means: std::function, std::invoke, and fused, which chooses a rule or a kernel."""
    symtab = frame.find_sal().symtab
    return symtab is None or "/c++/" in symtab.fullname() or symtab.filename.endswith("autograd/fused.hpp")


def in_rule(frame):
    """A rule is a lambda that takes a const Replay&; a kernel takes a const KernelReplay&."""
    if frame.name() is None or not frame.name().endswith("operator()") or is_plumbing(frame):
        return False
    block = frame.block()
    while block.function is None:
        block = block.superblock
    arguments = [symbol.type for symbol in block if symbol.is_argument]
    return any(str(type) in ("const xgrad::Replay &", "const xgrad::KernelReplay &") for type in arguments)


def run_quietly(command):
    """Runs a command that continues the program, without a word about where that stops."""
    try:
        gdb.execute("set suppress-cli-notifications on")  # gdb 13
    except gdb.error:
        pass
    gdb.execute(command, to_string=True)
    try:
        gdb.execute("set suppress-cli-notifications off")
    except gdb.error:
        pass
    return gdb.selected_inferior().pid != 0  # False: the program has ended


def step_until(is_there):
    for _ in range(500):
        if not run_quietly("step"):
            return
        if is_there(gdb.newest_frame()):
            break
    gdb.execute("frame")


class XStep(gdb.Command):
    """Like step, but passes through std::function and fused to the rule that they call."""

    def __init__(self):
        super().__init__("xstep", gdb.COMMAND_RUNNING)

    def invoke(self, argument, from_tty):
        step_until(lambda frame: not is_plumbing(frame))


class Rule(gdb.Command):
    """Continues to the first line of the next rule that backward() or grad() calls."""

    def __init__(self):
        super().__init__("rule", gdb.COMMAND_RUNNING)

    def invoke(self, argument, from_tty):
        at_replay = gdb.Breakpoint("xgrad::Replay::Replay", internal=True)
        is_running = run_quietly("continue")
        was_hit = at_replay.hit_count > 0
        at_replay.delete()
        if not is_running:
            print("The program has ended.")
        elif was_hit:
            step_until(in_rule)
        else:
            gdb.execute("frame")  # another breakpoint came first


add_printers()
XStep()
Rule()
gdb.execute(f"source {pathlib.Path(__file__).with_name('skip.gdb')}", to_string=True)

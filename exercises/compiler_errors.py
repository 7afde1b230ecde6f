"""The first error of a compiler, in the student's file, with a hint for the commonest ones."""
import json
import pathlib
import re

NO_NAMES = "arguments have no names here: write them in order, as in sum(x, -1, true)"
NO_CALL = "a function of a value is called with ( ): x.shape(), x.value(), r.grad(), r.saved(0)"
ONE_NUMBER = "an element of a Tensor is a Tensor: t[i].item<double>() is its number, t[i].item<std::int64_t>() that of integers"
NO_LIST = ("a shape or a list stands in braces, { }; Python's x[:, 0] of a Tensor is x[{Slice(), 0}]; "
           "a std::vector has no slices: docs/cpp.md, docs/syntax.md")
BLOCK = "a condition stands in ( ), and a block in { }, without a colon: if (n > 0) { ... }"

# What the message, a line break and the student's line match, and what helps. The first that matches is taken.
PYTHON_HINTS = [
    (r"‘(True|False|None)’ was not", "C++ writes true, false and nullptr"),
    (r"‘print’ was not", "C++ prints with std::cout << x << '\\n';"),
    (r"‘len’ was not", "v.size() counts a std::vector, x.size(0) and x.dim() a Tensor"),
    (r"‘range’ was not|\n\s*for \(?\w+ in ", "Python's `for i in range(n)` is: for (int i = 0; i < n; ++i) { ... }"),
    (r"‘(math|inf)’ was not|\nimport ", "std::sqrt, std::exp, std::pow and -INFINITY are there without an import"),
    (r"‘(np|torch)’ (was|has) not|\n.*\btorch::", "ops have no prefix: docs/syntax.md translates lines of PyTorch and NumPy"),
    (r"‘f’ was not.*\n.*f\"", 'C++ has no f"..."; std::cout << "n is " << n prints, and std::to_string(n) is a text'),
    (r"‘self’ was not", "a member is named without self"),
    (r"‘(raise|ValueError|IndexError|Exception)’ was not", 'an exception is thrown with: throw std::invalid_argument("...");'),
    (r"‘(elif|pass)’ was not", "C++ writes `else if`, and { } for an empty block"),
    (r"‘lambda’ was not", "Python's `lambda r: y` is: [](const Replay& r) -> Gradients { return {y}; }"),
    (r"‘def’ does not|\n\s*def ", "a function begins with the type of its result, and each parameter has a type: double f(double x) { ... }"),
    (r"‘(dim|axis|keepdim|keepdims|dtype)’ was not.*\n.*\b\1\s*=", NO_NAMES),
    (r"‘(\w+)’ was not.*\n\s*(for \()?\1 = ", "a new variable needs a type in front of its name: auto y = ..., double y = ..., int i = 0"),
    (r"was not declared.*\n\w+ \w+\(\w+(, \w+)*\) \{", "each parameter has a type: const Variable& x"),
    (r"invalid preprocessing directive|too many decimal points", "a comment begins with //"),
    (r"invalid use of (non-static )?member function|<unresolved overloaded function type>|cannot convert .* from type .*\)\(", NO_CALL),
    (r"unary ‘\*’.*\n.*\*\*", "C++ has no **: write x * x, pow(x, 2) of a Tensor, std::pow(b, t) of a number"),
    (r"stray ‘@’", "a product of matrices is matmul(a, b)"),
    (r"expected .*\n\s*(?!if|else|\})[^;{]* if [^;]* else ", "Python's `b if a else c` is: a ? b : c"),
    (r"expected ‘\(’ before|expected .*\n\s*(if|while|for|else)\b.*:\s*$", BLOCK),
    (r"expected ‘}’ before ‘:’", 'a dict is: std::map<std::string, int> d = {{"a", 1}};'),
    (r"expected .*\n.*([(=,\[]|return)\s*\[[^\]&=]*\](?!\s*\()|expected .*\n.*\w\[[^\]]*(?<!:):(?!:)", NO_LIST),
    (r"deleted function ‘xgrad::Tensor xgrad::\w+\((int|double)", "a shape stands in braces: zeros({2, 3})"),
    (r"right operand of comma|left operand of comma", "( , ) is no tuple: a shape stands in braces, as in zeros({2, 3})"),
    (r"operator bool\(\)|cannot convert ‘(const )?xgrad::(Tensor|Variable)’ to ‘(double|int|bool|float|(std::)?int64_t|long int)’",
     ONE_NUMBER + "; where(condition, a, b) chooses element by element"),
    (r"call to .*(Variable|Tensor)::item\(\)", "the type has to be named: x.item<double>(), x.item<std::int64_t>()"),
    (r"has no member named ‘(append|sort|pop|keys|items)’", "v.push_back(a), std::sort(v.begin(), v.end()): docs/cpp.md has these lines"),
    (r"‘operator<<’.*std::(vector|map|pair)", "a list is printed in a loop: for (const auto& a : v) std::cout << a << ' ';"),
    (r"‘operator<’.*\n.*sort\(", "std::sort of structs is told what comes first, by a lambda as its third argument: docs/cpp.md"),
    (r"call to ‘(max|min)\(|‘__comp’", "std::max takes two numbers of one type, std::max(2.0, x); of Tensors it is maximum(x, 0)"),
    (r"invalid cast from type ‘const char\*’", "a text is no number; minus infinity is -INFINITY"),
    (r"(invalid_argument|out_of_range|runtime_error)\(\)", 'an exception has a text: throw std::invalid_argument("...");'),
    (r"operator=\(xgrad::Scalar\)", "a Variable is not changed in place, since the tape would not know: masked_fill and where make a new one"),
    (r"operator\+=’ \(operand types are ‘const", "what is const cannot be changed: make a new value"),
    (r"is not captured", "name it between the [ ] of the lambda: [eps](const Replay& r)"),
    (r"no return statement|control reaches end", "`return` is missing: a function gives nothing without it"),
    (r"multi-character|character constant too long", "a text stands in double quotes: \"abc\""),
    (r"comparisons like", "C++ does not chain comparisons: write 0 <= t && t < n"),
    (r"parentheses around assignment", "a comparison is ==; = sets the left side"),
    (r"statement has no effect", "this line computes something and drops it: a return or an assignment is missing"),
    (r"forbids declaration of .* with no type", "the type of the result stands in front of the function's name"),
]

# The same for mistakes that have nothing to do with Python.
HINTS = PYTHON_HINTS + [
    (r"expected '?;|expected ‘;’|expected ‘,’ or ‘;’", "this line or the one above may lack a ;, and what is behind // is a comment"),
    (r"expected ‘}’ at end|expected '}'|expected declaration before ‘}’", "each { needs its }"),
    (r"expected ‘\)’|expected primary-expression before ‘\)’", "each ( needs its )"),
    (r"‘(\w+)’ was not declared in this scope; did you mean", "is the name spelt as the compiler proposes?"),
    (r"‘(\w+)’ was not declared in this scope", "the name is unknown here: a typing mistake, declared further down, or a word of Python (docs/cpp.md)"),
    (r"is not a member of ‘std’|No such file or directory", "the name is spelt wrong, or its header is not included"),
    (r"has no member named", "docs/reference.md lists what a Tensor and a Variable have"),
    (r"use of deleted function .*operator (xgrad::)?Tensor|‘xgrad::Tensor’ from ‘(const )?xgrad::Variable|could not convert .* to ‘(const )?xgrad::Tensor",
     "an op gives a Variable; x.value() is its Tensor"),
    (r"use of deleted function .*GradientList|no matching function for call to .*GradientList",
     "a rule returns Variables, made by ops on r.grad() and r.saved(i); without .value()"),
    (r"use of deleted function .*operator[+*/-]=", "an in-place change of a result is not recorded: write x = x + y"),
    (r"no match for ‘operator(.+?)’", "one of the two sides has a type for which this operator does not exist"),
    (r"no matching function for call to", "the number or the types of the arguments do not fit those of the function"),
    (r"could not convert|cannot convert|no viable conversion", "the value has another type than the place it goes to"),
    (r"invalid use of incomplete type|incomplete type", "a type is only announced here, not defined"),
    (r"redefinition of|conflicting declaration|redeclaration", "the name is defined twice"),
    (r"lvalue required|assignment of read-only|discards qualifiers|passing ‘const", "what is const cannot be changed: make a new value"),
    (r"is private within this context|is protected within", "this member is not for use from outside"),
    (r"expected unqualified-id|expected initializer|does not name a type", "is there a } too many above, or a type spelt wrong?"),
    (r"stray ‘", "there is a character that is no C++, perhaps a typographic quotation mark"),
    (r"missing terminating|unterminated", "a text in quotation marks must end in its line"),
    (r"narrowing conversion", "in braces a number is not rounded silently: write static_cast<...>(...)"),
    (r"ambiguous", "two names or functions fit equally well: name the type, or write xgrad:: in front"),
]


def hint(message, source):
    return next((help for pattern, help in HINTS if re.search(pattern, f"{message}\n{source or ''}")), None)


def places(diagnostic):
    """Where it arose: its own place first, then those of the notes that belong to it."""
    for location in diagnostic.get("locations", []):
        caret = location.get("caret", {})
        yield pathlib.Path(caret.get("file", "")).name, pathlib.Path(caret.get("file", "")), caret.get("line", 0), diagnostic["message"]
    for child in diagnostic.get("children", []):
        yield from places(child)


def first(text, file, in_words):
    """One line for the first error: its place in the student's file if it has one, its message, and a hint. `in_words`
    gives the ordinary messages: they tell which line used a template, and those in JSON do not."""
    try:
        errors = [d for d in json.loads(text.strip().split("\n")[0]) if d["kind"] in ("error", "fatal error")]
    except (ValueError, IndexError, KeyError):
        errors = []
    if not errors:
        lines = text.strip().split("\n")
        return "the compiler failed: " + (next((line for line in lines if "error: " in line), lines[-1])[:200] or "no message")
    for error in errors:
        for _, path, line, _ in places(error):
            if path == file or path.name == file.name:
                return described(error["message"], f"{file.name}, line {line}: ", source_line(file, line))
    use = re.search(rf"{re.escape(str(file))}:(\d+):\d+:\s+required from here", in_words())
    if use:
        return described(errors[0]["message"], f"{file.name}, line {use[1]}: ", source_line(file, int(use[1])))
    return described(errors[0]["message"], "the checks do not compile with this file: ", None, "compare its names and parameters with those of task.md")


def source_line(file, number):
    lines = file.read_text().split("\n")
    return lines[number - 1].strip()[:120] if 0 < number <= len(lines) else None


def described(message, place, source, help=None):
    help = help or hint(message, source)
    short = message if len(message) <= 160 else message[:157] + "..."
    return place + short + (f"\n    {source}" if source else "") + (f"\n    hint: {help}" if help else "")


def of_linker(text):
    missing = re.search(r"undefined reference to [`'](.*)'", text)
    if missing:
        return f"{missing[1]} is declared, and defined nowhere: give it a body"
    return "the program does not link: " + text.strip().split("\n")[-1][:200]

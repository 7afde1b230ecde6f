"""What helps against the commonest errors of a compiler."""
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
    (r"cannot decompose", "Python's B, T, D = x.shape is: const auto [B, T, D] = x.sizes<3>();"),
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
    (r"redefinition of ‘int main|redefinition of ‘main’", "the judge has the main function: leave yours out"),
    (r"expected ‘;’|expected ‘,’ or ‘;’", "this line or the one above may lack a ;, and what is behind // is a comment"),
    (r"expected ‘}’ |expected ‘}’$|declaration before ‘}’|function-definition is not allowed|function definition is not allowed"
     r"|extraneous closing brace", "the braces { } do not match: is one missing, or one too many?"),
    (r"expected ‘\)’|expected primary-expression before ‘\)’", "the parentheses ( ) do not match: is one missing, or one too many?"),
    (r"unterminated #|unterminated conditional", "each #if needs its #endif"),
    (r"unterminated (comment|/\*)", "each /* needs its */"),
    (r"missing terminating|unterminated", "a text in quotation marks must end in its line"),
    (r"nested (too deeply|depth)", "the file includes itself"),
    (r"did you mean ‘", "is the name spelt as the compiler proposes?"),
    (r"is not a member of ‘std’|in namespace ‘std’|No such file or directory|file not found",
     "the name is spelt wrong, or its header is not included"),
    (r"was not declared|undeclared identifier|has not been declared",
     "the name is unknown here: a typing mistake, declared further down, or a word of Python (docs/cpp.md)"),
    (r"has no member named|no member named", "docs/reference.md lists what a Tensor and a Variable have"),
    (r"deleted function .*operator (xgrad::)?Tensor|‘xgrad::Tensor’ from ‘(const )?xgrad::Variable|"
     r"(convert|conversion) .*from .*Variable.* to .*‘(const )?(xgrad::)?Tensor", "an op gives a Variable; x.value() is its Tensor"),
    (r"deleted (function|constructor) .*GradientList|no matching (function|constructor) for .*GradientList",
     "a rule returns Variables, made by ops on r.grad() and r.saved(i); without .value()"),
    (r"deleted (function|operator) .*(operator[+*/-]=|‘[+*/-]=’)", "an in-place change of a result is not recorded: write x = x + y"),
    (r"no match for ‘operator|invalid operands", "one of the two sides has a type for which this operator does not exist"),
    (r"ambiguous", "two names or functions fit equally well: name the type, or write xgrad:: in front"),
    (r"too (few|many) arguments|no matching (function|member function|constructor)",
     "the number or the types of the arguments do not fit those of the function"),
    (r"discards qualifiers|read-only|const-qualified|lvalue required|not assignable|cannot bind|drops ‘const’|marked const",
     "what is const cannot be changed: make a new value"),
    (r"could not convert|cannot convert|no viable conversion|invalid conversion|void value|conversion from",
     "the value has another type than the place it goes to"),
    (r"no return statement|control reaches end|non-void", "a path through the function ends without return"),
    (r"incomplete type", "a type is only announced here, not defined"),
    (r"redefinition|conflicting declaration|redeclar", "the name is defined twice, here or in the checks: take another one"),
    (r"is private|is protected|a (private|protected) member", "this member is not for use from outside"),
    (r"expected unqualified-id|expected initializer|does not name a type|unknown type name",
     "is there a } too many or a ; too few above, or a type spelt wrong?"),
    (r"stray ‘|non-ASCII|unexpected character", "there is a character that is no C++, perhaps a typographic quotation mark"),
    (r"narrow", "in braces a number is not rounded silently: write static_cast<...>(...)"),
]


def hint(message, source):
    return next((help for pattern, help in HINTS if re.search(pattern, f"{message}\n{source or ''}")), None)

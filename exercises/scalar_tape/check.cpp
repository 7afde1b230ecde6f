#include <map>
#include <memory>
#include <set>

#include "judge.hpp"

struct Entry {
  int id;
  std::vector<std::shared_ptr<Entry>> inputs;
  std::vector<double> saved;
  std::function<std::vector<double>(const Entry&)> rule;
  double grad = 0;
};

struct Number {
  double value;
  std::shared_ptr<Entry> entry;
};

int newest_id = 0;
int rules_called = 0;

Number leaf(double value) { return {value, std::make_shared<Entry>(Entry{++newest_id, {}, {}, {}})}; }

Number append(double value, const std::vector<Number>& inputs, std::vector<double> saved,
              std::function<std::vector<double>(const Entry&)> rule) {
  std::vector<std::shared_ptr<Entry>> entries;
  for (const Number& x : inputs) entries.push_back(x.entry);
  const auto counted = [rule = std::move(rule)](const Entry& e) {
    ++rules_called;
    return rule(e);
  };
  return {value, std::make_shared<Entry>(Entry{++newest_id, entries, std::move(saved), counted})};
}

Number operator*(const Number& a, const Number& b) {
  return append(a.value * b.value, {a, b}, {a.value, b.value}, [](const Entry& e) {
    return std::vector<double>{e.grad * e.saved[1], e.grad * e.saved[0]};
  });
}

Number operator+(const Number& a, const Number& b) {
  return append(a.value + b.value, {a, b}, {}, [](const Entry& e) {
    return std::vector<double>{e.grad, e.grad};
  });
}

#include STUDENT

void compare(const std::string& what, const Number& x, double expected) {
  Judge::must(x.entry->grad == expected, what, " must be ", expected, ", yours is ", x.entry->grad);
}

void checks(Judge& judge) {
  judge.that("a product and a sum", [] {
    const Number a = leaf(3), b = leaf(4), c = a * b, L = c + a;
    my_backward(L);
    const std::string L_is = "with a = 3, b = 4, c = a * b, L = c + a: ";
    compare(L_is + "dL/dL", L, 1);
    compare(L_is + "dL/dc", c, 1);
    compare(L_is + "dL/db", b, 3);
    compare(L_is + "dL/da", a, 5);
  });
  judge.that("one op uses it twice", [] {
    const Number a = leaf(3);
    my_backward(a * a);
    compare("d(a * a)/da at 3", a, 6);
  });
  judge.that("a short and a long path", [] {
    // c reaches L at once, and through d and e
    const Number a = leaf(2), b = leaf(5), c = a * b, d = c * b, e = d * b, L = c + e;
    my_backward(L);
    const std::string L_is = "with a = 2, b = 5, c = a * b, d = c * b, e = d * b, L = c + e: ";
    compare(L_is + "dL/dc", c, 26);
    compare(L_is + "dL/da", a, 130);
  });
  judge.that("each rule once", [] {
    Number x = leaf(1);
    const Number first = x;
    for (int i = 0; i < 12; ++i) x = x + x;
    rules_called = 0;
    my_backward(x);
    Judge::must(rules_called == 12, "12 ops, each x + x of the one before: their rules are called ",
                rules_called, " times in all; it must be 12");
    compare("x doubled 12 times: the gradient of x", first, 4096);
  });
  judge.that("what is not behind the result", [] {
    const Number a = leaf(3), b = leaf(4), c = a * a, other = c * b;
    b.entry->grad = other.entry->grad = 7;
    rules_called = 0;
    my_backward(c);
    Judge::must(rules_called == 1, "one op is behind the result; rules called: ", rules_called);
    compare("the gradient of a leaf that was not used, 7 before,", b, 7);
    compare("the gradient of an op on the result, 7 before,", other, 7);
  });
  judge.that("a second call", [] {
    const Number a = leaf(3), b = leaf(4), c = a * b, L = c + a;
    my_backward(L);
    my_backward(L);
    const std::string L_is = "after two calls, with a = 3, b = 4, c = a * b, L = c + a: ";
    compare(L_is + "dL/dc, the gradient of an op,", c, 1);
    compare(L_is + "dL/da, the gradient of a leaf,", a, 10);
  });
  judge.that("the result is a leaf", [] {
    const Number a = leaf(3);
    my_backward(a);
    compare("da/da", a, 1);
    my_backward(a);
    compare("after two calls, da/da", a, 2);
  });
}

// A Tensor is a row of numbers and a rule for finding an element in it. Views share the numbers and change
// the rule; a transpose is made by hand, and checked against the library's.
#include <iostream>
#include <string>
#include <xgrad/xgrad.hpp>

using namespace xgrad;

// The rule: element (i, j) is number offset + i · strides[0] + j · strides[1] of the storage.
float element(const Tensor& t, std::int64_t i, std::int64_t j) {
  const float* first = t.data<float>();  // element (0, 0): the offset is in it
  return first[i * t.strides()[0] + j * t.strides()[1]];
}

// The same storage and offset, and both pairs swapped.
Tensor my_transpose(const Tensor& t) {
  return Tensor(t.storage(), {t.size(1), t.size(0)}, {t.strides()[1], t.strides()[0]}, t.offset(), t.dtype());
}

void show(const std::string& name, const Tensor& view, const Tensor& t) {
  std::cout << name << ": shape " << view.shape() << ", strides " << view.strides() << ", offset "
            << view.offset() << (view.storage() == t.storage() ? ", same storage" : ", its own storage")
            << '\n';
}

int main() {
  const Tensor t = tensor({{1.0, 2.0, 3.0}, {4.0, 5.0, 6.0}});
  show("t", t, t);
  show("my_transpose(t)", my_transpose(t), t);
  show("t.transpose(0, 1)", t.transpose(0, 1), t);
  show("t[1]", t[1], t);
  show("t[{Slice(), 2}]", t[{Slice(), 2}], t);
  show("t[{Slice(), Slice(0, 3, 2)}]", t[{Slice(), Slice(0, 3, 2)}], t);
  show("t.reshape({3, 2})", t.reshape({3, 2}), t);
  show("t.transpose(0, 1).reshape({6})", t.transpose(0, 1).reshape({6}), t);

  const Tensor turned = my_transpose(t);
  std::cout << "element (2, 1) of the transpose is " << element(turned, 2, 1) << '\n';
  std::cout << t.reshape({3, 2}) << "  reshape\n" << turned << "  transpose\n";

  turned[{0, 1}] = 40.0;  // writes into the one storage
  std::cout << t << "  t, after its transpose was written to\n";
}

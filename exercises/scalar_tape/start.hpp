void my_backward(const Number& result) {
  result.entry->grad = 1;
  // to do: find all entries behind the result, begin the gradients of ops at 0, call the rules newest first
}

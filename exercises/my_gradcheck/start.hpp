Tensor my_differences(const std::function<Variable(const Variable&)>& f, const Tensor& x) {
  return zeros(x.shape(), float64);  // to do: move each element by its step, to both sides
}

bool my_gradcheck(const std::function<Variable(const Variable&)>& f, const Tensor& x) {
  return false;  // to do: the gradient of backward, compared with my_differences
}

#include <xgrad/nn/pytorch_state.hpp>

#include <span>
#include <string>
#include <string_view>

#include <xgrad/core/base/error.hpp>
#include <xgrad/core/ops/cat.hpp>

namespace xgrad::nn {
namespace {

// The members of an attention in PyTorch and here, and the pairs of them that hold the same numbers.
constexpr std::string_view members_in_pytorch[] = {"in_proj_weight", "in_proj_bias",  "q_proj_weight",
                                                   "k_proj_weight",  "v_proj_weight", "out_proj.weight",
                                                   "out_proj.bias",  "bias_k",        "bias_v"};
constexpr std::string_view members_here[] = {"W_q.weight", "W_k.weight", "W_v.weight", "W_o.weight",
                                             "W_q.bias",   "W_k.bias",   "W_v.bias",   "W_o.bias"};
constexpr std::string_view renamed[][2] = {{"q_proj_weight", "W_q.weight"},
                                           {"k_proj_weight", "W_k.weight"},
                                           {"v_proj_weight", "W_v.weight"},
                                           {"out_proj.weight", "W_o.weight"},
                                           {"out_proj.bias", "W_o.bias"}};

std::string operator+(const std::string& owner, std::string_view member) {
  return owner + std::string(member);
}

// "layers.0.self_attn.in_proj_bias" is the member "in_proj_bias" of the attention "layers.0.self_attn.".
struct Member {
  std::string attention;
  std::string_view name;  // empty: this is no member of an attention
};

class State {
 public:
  State(std::string_view op, const NamedTensors& state) : op_(op), tensors_(state) {
    for (const auto& [name, tensor] : state) {
      if (!tensor.defined()) fail(op_, name, " is undefined");
    }
  }

  // Null if there is none of this name.
  const Tensor* find(const std::string& name) const {
    for (const auto& [key, tensor] : tensors_) {
      if (key == name) return &tensor;
    }
    return nullptr;
  }

  const Tensor& at(const std::string& name) const {
    if (const Tensor* tensor = find(name)) return *tensor;
    fail(op_, "the attention has no ", name, ", but other parameters like it");
  }

  // Which of these members of an attention `name` is.
  template <class IsAttention>
  Member member_of(std::string_view name, std::span<const std::string_view> members,
                   const IsAttention& is_attention) const {
    for (const std::string_view member : members) {
      if (!name.ends_with(member)) continue;
      std::string owner(name.substr(0, name.size() - member.size()));
      if ((owner.empty() || owner.back() == '.') && is_attention(owner)) return {std::move(owner), member};
    }
    return {};
  }

 private:
  std::string_view op_;
  const NamedTensors& tensors_;
};

// Appends W_q, W_k and W_v, the thirds of in_proj_weight (leaf ".weight") or in_proj_bias (".bias").
void append_thirds(const std::string& name, const Tensor& joined, const std::string& attention,
                   std::string_view leaf, NamedTensors& out) {
  const std::int64_t D = joined.dim() == 0 ? 0 : joined.size(0) / 3;
  const bool is_weight = leaf == ".weight";
  if (joined.shape() != (is_weight ? Shape{3 * D, D} : Shape{3 * D}))
    fail("from_pytorch", name, " must be ", is_weight ? "(3 D, D)" : "(3 D,)", ", not ", joined.shape());
  std::int64_t begin = 0;
  for (const std::string_view W : {"W_q", "W_k", "W_v"}) {
    out.emplace_back(attention + W + leaf, joined.slice(0, begin, begin + D));
    begin += D;
  }
}

// Whether PyTorch has W_q, W_k and W_v in one matrix: keys and values have the width of the queries.
bool is_joined(const State& state, const std::string& attention) {
  const Shape &q = state.at(attention + "W_q.weight").shape(),
              &k = state.at(attention + "W_k.weight").shape(),
              &v = state.at(attention + "W_v.weight").shape();
  if (k[0] != q[0] || v[0] != q[0]) {
    fail("to_pytorch", attention + "W_q.weight", " is ", q, ", W_k.weight ", k, ", W_v.weight ", v,
         ": PyTorch's attention has as many key heads as query heads");
  }
  return q == Shape{q[0], q[0]} && k == q && v == q;
}

}  // namespace

NamedTensors from_pytorch(const NamedTensors& state) {
  const State given("from_pytorch", state);
  const auto is_attention = [&](const std::string& owner) {
    return given.find(owner + "in_proj_weight") || given.find(owner + "q_proj_weight");
  };
  NamedTensors out;
  for (const auto& [name, tensor] : state) {
    const auto [attention, member] = given.member_of(name, members_in_pytorch, is_attention);
    if (member == "bias_k" || member == "bias_v")
      fail("from_pytorch", name, " is not supported: attention has no bias_k and bias_v here");
    if (member == "in_proj_weight" || member == "in_proj_bias") {
      append_thirds(name, tensor, attention, member == "in_proj_weight" ? ".weight" : ".bias", out);
      continue;
    }
    std::string here = name;
    for (const auto& [in_pytorch, other] : renamed) {
      if (member == in_pytorch) here = attention + other;
    }
    out.emplace_back(here, tensor);
  }
  return out;
}

NamedTensors to_pytorch(const NamedTensors& state) {
  const State given("to_pytorch", state);
  const auto is_attention = [&](const std::string& owner) {
    for (const std::string_view W : {"W_q.weight", "W_k.weight", "W_v.weight", "W_o.weight"}) {
      const Tensor* tensor = given.find(owner + W);
      if (!tensor || tensor->dim() != 2) return false;
    }
    return true;
  };
  NamedTensors out;
  for (const auto& [name, tensor] : state) {
    const auto [attention, member] = given.member_of(name, members_here, is_attention);
    const bool is_weight = member.ends_with(".weight");
    const bool joins =
        !member.empty() && !member.starts_with("W_o") && (!is_weight || is_joined(given, attention));
    if (joins) {
      // The first of the three stands for all.
      const std::string_view leaf = is_weight ? ".weight" : ".bias";
      const Tensor& q = given.at(attention + "W_q" + leaf);
      if (!member.starts_with("W_q")) continue;
      out.emplace_back(
          attention + (is_weight ? "in_proj_weight" : "in_proj_bias"),
          cat({q, given.at(attention + "W_k" + leaf), given.at(attention + "W_v" + leaf)}).value());
      continue;
    }
    std::string there = name;
    for (const auto& [in_pytorch, here] : renamed) {
      if (member == here) there = attention + in_pytorch;
    }
    out.emplace_back(there, tensor);
  }
  return out;
}

}  // namespace xgrad::nn

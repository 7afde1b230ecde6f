#include <xgrad/nn/pytorch_state.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <xgrad/core/base/error.hpp>
#include <xgrad/core/ops/cat.hpp>
#include <xgrad/core/tensor/tensor.hpp>

namespace xgrad::nn {
namespace {

// A parameter of attention that has one name here and another in PyTorch. The first three are those of
// attention whose keys or values have a width of their own.
struct Renamed {
  std::string_view pytorch, here;
};
constexpr Renamed renamed[] = {{"q_proj_weight", "W_q.weight"},
                               {"k_proj_weight", "W_k.weight"},
                               {"v_proj_weight", "W_v.weight"},
                               {"out_proj.weight", "W_o.weight"},
                               {"out_proj.bias", "W_o.bias"}};

std::string operator+(const std::string& owner, std::string_view member) {
  return owner + std::string(member);
}

// A state dict by name, which knows what belongs to an attention.
class State {
 public:
  State(std::string_view op, const NamedTensors& state,
        bool (*is_attention)(const State&, const std::string&))
      : op_(op), is_attention_(is_attention) {
    for (const auto& [name, tensor] : state) {
      if (!tensor.defined()) fail(op_, name, " is undefined");
      if (!tensors_.emplace(name, tensor).second) fail(op_, name, " stands twice in the state");
    }
  }

  bool has(const std::string& name) const { return tensors_.find(name) != tensors_.end(); }

  bool has_matrix(const std::string& name) const { return has(name) && tensors_.at(name).dim() == 2; }

  const Tensor& at(const std::string& name) const {
    const auto found = tensors_.find(name);
    if (found == tensors_.end()) fail(op_, "the attention has no ", name, ", but other parameters like it");
    return found->second;
  }

  // The attention whose member this name means: "layers.0.self_attn." for "layers.0.self_attn.bias_k" and the
  // member "bias_k"; empty if there is none.
  std::optional<std::string> owner(std::string_view name, std::string_view member) const {
    if (!name.ends_with(member)) return {};
    const std::string owner(name.substr(0, name.size() - member.size()));
    const bool is_whole = owner.empty() || owner.back() == '.';
    return is_whole && is_attention_(*this, owner) ? std::optional(owner) : std::nullopt;
  }

 private:
  std::string_view op_;
  bool (*is_attention_)(const State&, const std::string& owner);
  std::map<std::string, Tensor> tensors_;
};

// Appends W_q, W_k and W_v, the thirds of in_proj_weight or in_proj_bias.
void append_thirds(const std::string& attention, std::string_view leaf, const Tensor& joined,
                   NamedTensors& out) {
  const std::int64_t D = joined.dim() == 0 ? 0 : joined.size(0) / 3;
  const Shape expected = leaf == ".weight" ? Shape{3 * D, D} : Shape{3 * D};
  if (joined.shape() != expected) {
    fail("from_pytorch", attention + "in_proj",
         leaf == ".weight" ? "_weight must be (3 D, D)" : "_bias must be (3 D,)", ", not ", joined.shape());
  }
  std::int64_t begin = 0;
  for (const std::string_view W : {"W_q", "W_k", "W_v"}) {
    out.emplace_back(attention + W + leaf, joined.slice(0, begin, begin + D));
    begin += D;
  }
}

}  // namespace

NamedTensors from_pytorch(const NamedTensors& state) {
  const State given("from_pytorch", state, [](const State& s, const std::string& owner) {
    return s.has(owner + "in_proj_weight") || s.has(owner + "q_proj_weight");
  });
  NamedTensors out;
  for (const auto& [name, tensor] : state) {
    if (given.owner(name, "bias_k") || given.owner(name, "bias_v"))
      fail("from_pytorch", name, " is not supported: attention has no bias_k and bias_v here");
    if (const auto attention = given.owner(name, "in_proj_weight")) {
      append_thirds(*attention, ".weight", tensor, out);
      continue;
    }
    if (const auto attention = given.owner(name, "in_proj_bias")) {
      append_thirds(*attention, ".bias", tensor, out);
      continue;
    }
    std::string here = name;
    for (const Renamed& member : renamed) {
      if (const auto attention = given.owner(name, member.pytorch)) here = *attention + member.here;
    }
    out.emplace_back(here, tensor);
  }
  return out;
}

NamedTensors to_pytorch(const NamedTensors& state) {
  const State given("to_pytorch", state, [](const State& s, const std::string& owner) {
    return s.has_matrix(owner + "W_q.weight") && s.has_matrix(owner + "W_k.weight") &&
           s.has_matrix(owner + "W_v.weight") && s.has_matrix(owner + "W_o.weight");
  });
  // Whether W_q, W_k and W_v are thirds of one matrix: keys and values have the width of the queries.
  const auto is_joined = [&](const std::string& attention) {
    const Shape &q = given.at(attention + "W_q.weight").shape(),
                &k = given.at(attention + "W_k.weight").shape(),
                &v = given.at(attention + "W_v.weight").shape();
    if (k[0] != q[0] || v[0] != q[0]) {
      fail("to_pytorch", attention + "W_q.weight", " is ", q, ", W_k.weight ", k, ", W_v.weight ", v,
           ": PyTorch's attention has as many key heads as query heads");
    }
    return q == Shape{q[0], q[0]} && k == q && v == q;
  };
  const auto join = [&](const std::string& attention, std::string_view leaf) {
    return cat({given.at(attention + "W_q" + leaf), given.at(attention + "W_k" + leaf),
                given.at(attention + "W_v" + leaf)})
        .value();
  };
  NamedTensors out;
  for (const auto& [name, tensor] : state) {
    const auto q = given.owner(name, "W_q.weight"), k = given.owner(name, "W_k.weight"),
               v = given.owner(name, "W_v.weight");
    if (q && is_joined(*q)) {
      out.emplace_back(*q + "in_proj_weight", join(*q, ".weight"));
    } else if (const auto attention = given.owner(name, "W_q.bias")) {
      out.emplace_back(*attention + "in_proj_bias", join(*attention, ".bias"));
    } else if (const auto attention = given.owner(name, "W_k.bias")) {
      given.at(*attention + "W_q.bias");
    } else if (const auto attention = given.owner(name, "W_v.bias")) {
      given.at(*attention + "W_q.bias");
    } else if (!(k && is_joined(*k)) && !(v && is_joined(*v))) {
      std::string there = name;
      for (const Renamed& member : renamed) {
        if (const auto attention = given.owner(name, member.here)) there = *attention + member.pytorch;
      }
      out.emplace_back(there, tensor);
    }
  }
  return out;
}

}  // namespace xgrad::nn

// Modules print as trees, and errors name the module that they arose in.
#include "support.hpp"

#include <sstream>
#include <thread>

#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/matmul.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/nn/forward_scope.hpp>
#include <xgrad/nn/gpt.hpp>
#include <xgrad/nn/norm.hpp>

using namespace xgrad;

namespace {

std::string print(const nn::Module& module) {
  std::ostringstream text;
  text << module;
  return text.str();
}

// Members of every kind.
struct Gate : nn::Callable<Gate> {
  Variable scale{ones({2}), /*requires_grad=*/true};
  nn::Linear linear{4, 2};
  Variable missing;
  Variable forward(const Variable& x) const { return linear(x) * scale; }
  void visit(nn::Visitor& v) const override { v("scale", scale)("linear", linear)("missing", missing); }
};

struct Layer : nn::Callable<Layer> {
  Gate gate;
  Variable forward(const Variable& x) const { return gate(x); }
  void visit(nn::Visitor& v) const override { v("gate", gate); }
};

struct Outer : nn::Callable<Outer> {
  nn::ModuleList<Layer> layers;
  Gate unknown;  // visit does not name it
  Outer() {
    layers.emplace_back();
    layers.emplace_back();
  }
  // Layers are not called, so that they open no scope.
  Variable forward(const Variable& x, int layer) const {
    return layer < 0 ? unknown(x) : layers[static_cast<std::size_t>(layer)].forward(x);
  }
  void visit(nn::Visitor& v) const override { v("layers", layers); }
};

}  // namespace

TEST_CASE("a module prints as a tree, with shapes and numbers of parameters") {
  CHECK(print(nn::FeedForward(8, 32)) ==
        "FeedForward(                                    552\n"
        "  (expand): Linear(weight (32, 8), bias (32,))  288\n"
        "  (project): Linear(weight (8, 32), bias (8,))  264\n"
        "  (dropout): Dropout(p=0)\n"
        ")\n"
        "552 parameters\n");
  CHECK(print(Gate()) ==
        "Gate(                                         12\n"
        "  (scale): (2,)                                2\n"
        "  (linear): Linear(weight (2, 4), bias (2,))  10\n"
        ")\n"
        "12 parameters\n");
  CHECK(print(nn::Dropout(0.25)) == "Dropout(p=0.25)\n0 parameters\n");
  CHECK(print(nn::LayerNorm(3, {.eps = 1e-6})) ==
        "LayerNorm(weight (3,), bias (3,), eps=1e-06)  6\n6 parameters\n");
  CHECK(print(nn::ModuleList<nn::Linear>()) == "ModuleList()\n0 parameters\n");
}

TEST_CASE("a shared parameter counts where it prints first, and names that place where it prints again") {
  const nn::GPT model({.vocab_size = 5, .context = 3, .d_model = 4, .num_layers = 1, .num_heads = 2});
  model.position.weight.requires_grad_(false);
  const std::string text = print(model);
  CAPTURE(text);
  CHECK(text.find("  (token): Embedding(weight (5, 4))") != std::string::npos);
  CHECK(text.find("  (head): Linear(weight (5, 4) = token.weight)\n") != std::string::npos);
  CHECK(text.find("      (attention): MultiHeadAttention(num_heads=2 ") != std::string::npos);
  CHECK(text.ends_with(")\n" + std::to_string(model.num_parameters()) + " parameters, 12 of them frozen\n"));
}

TEST_CASE("large counts are grouped by thousands") {
  const std::string text = print(nn::Linear(1000, 1234));
  CHECK(text == "Linear(weight (1234, 1000), bias (1234,))  1,235,234\n1,235,234 parameters\n");
}

TEST_CASE("an error names the path to the innermost module, seen from the outermost") {
  const nn::GPT model({.vocab_size = 5, .context = 3, .d_model = 4, .num_layers = 2, .num_heads = 2});
  nn::GPT broken({.vocab_size = 5, .context = 3, .d_model = 4, .num_layers = 2, .num_heads = 2});
  broken.blocks[1].attention.W_q = nn::Linear(6, 4);
  const Variable tokens = zeros({1, 2}, int64);
  CHECK_NOTHROW(model(tokens));
  CHECK(thrown_text([&] { broken(tokens); }).ends_with(" (in blocks.1.attention.W_q)"));
  CHECK_THROWS_AS(broken(tokens), std::invalid_argument);
  broken.blocks[0].norm1 = nn::LayerNorm(6);
  CHECK_THROWS_TEXT(broken(tokens),
                    "[LayerNorm] the last dim of (1, 2, 4) must be the module's normalized_shape, (6,) (in "
                    "blocks.0.norm1)");
  CHECK_THROWS_TEXT(broken(Variable(full({1, 2}, 7, int64))), " (in token)");
}

TEST_CASE("an error names the path through a module whose forward was called directly") {
  const Outer outer;
  const Variable wrong = ones({3, 5}), right = ones({3, 4});
  CHECK_NOTHROW(outer(right, 0));
  CHECK(thrown_text([&] { outer(wrong, 1); }).ends_with(" (in layers.1.gate.linear)"));
  CHECK(thrown_text([&] { outer.layers[0](wrong); }).ends_with(" (in gate.linear)"));
  CHECK(thrown_text([&] { outer(right, 2); }) ==
        "[ModuleList] index 2 is out of range for 2 modules");  // the outermost module has no name
  CHECK(thrown_text([&] { outer(wrong, -1); }).ends_with(" (in linear)"));
}

TEST_CASE("an error outside of modules names none") {
  const Outer outer;
  const Variable wrong = ones({3, 5});
  CHECK_THROWS(outer(wrong, 1));  // which ends its scopes
  const std::string plain = thrown_text([&] { matmul(wrong, wrong); });
  CHECK(plain.find("(in ") == std::string::npos);
  std::string elsewhere;
  const nn::ForwardScope scope(outer), inner(outer.layers[1]);
  std::thread([&] { elsewhere = thrown_text([&] { matmul(wrong, wrong); }); }).join();
  CHECK(elsewhere == plain);
  for (int i = 0; i < 2; ++i) CHECK(thrown_text([&] { matmul(wrong, wrong); }) == plain + " (in layers.1)");
  const nn::Linear stranger(4, 2);  // no module names it, so the module around the call counts
  CHECK(thrown_text([&] { stranger(wrong); }).ends_with(" (in layers.1)"));
}

TEST_CASE("an error keeps its text where looking for the path throws") {
  struct Refuses : nn::Callable<Refuses> {
    nn::Linear linear{4, 2};
    void visit(nn::Visitor&) const override { fail("visit", "not today"); }
    Variable forward(const Variable& x) const { return linear(x); }
  };
  const Refuses module;
  const std::string text = thrown_text([&] { module(ones({3, 5})); });
  CHECK(text.starts_with("[linear]"));
}

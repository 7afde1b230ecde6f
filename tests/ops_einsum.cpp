// einsum, against PyTorch (golden/make_einsum.py).
#include "op_table.hpp"
#include "support.hpp"

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/ops/einsum.hpp>
#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;
using Xs = std::vector<Variable>;

TEST_CASE("einsum: values and gradients") {
  std::vector<OpRow> rows;
  for (const char* equation : {"ij,jk->ik",
                               "ij,jk",
                               "ba",
                               "ij->",
                               "ij->j",
                               "ijk->ki",
                               "i,i->",
                               "i,i->i",
                               "i,j->ij",
                               "i,j->ji",
                               "bqd,bkd->bqk",
                               "bhqd,bhkd->bhqk",
                               "bhqk,bkhd->bqhd",
                               "bij,bjk->ik",
                               "btd,hdk->bhtk",
                               "ijkl,lkm->mji",
                               "ij,kj,k->i",
                               "a,b,c->abc",
                               "ij,jk,kl->il",
                               "ijk,k->j",
                               " i j , j k -> i k ",
                               "Ba,aC",
                               "abcd,efghi,a->bcdefghi",
                               "abcdefgh,abcdefgh->abcdefg",
                               ",i->i",
                               ",->",
                               "ii->i",
                               "ii",
                               "iii->i",
                               "iijj->ji",
                               "ijij->ij",
                               "bii->b",
                               "iij,ij->j",
                               "ij,jj->ij",
                               "...",
                               "...->",
                               "i...",
                               "...a->a...",
                               "...ij->ij",
                               "...ij,...jk->...ik",
                               "...ij,...jk",
                               "a...b,b...c",
                               "...i,...i",
                               "ij,...j->...i",
                               "...ii->...i",
                               "...,->...",
                               "ij->...ij",
                               " ... i, i ->... ",
                               "b...c,B...c->bB..."}) {
    rows.push_back({equation, [equation](const Xs& x) { return einsum(equation, x); }});
  }
  check_ops("einsum", rows);
}

TEST_CASE("einsum: attention's scores are one product of the operands where they lie") {
  const Variable q(zeros({2, 4, 3, 8}), true), k(zeros({2, 4, 5, 8}));
  const Variable scores = einsum("bhqd,bhkd->bhqk", {q, k});
  CHECK(std::string(scores.node()->op()) == "matmul");
  CHECK(scores.node()->inputs()[0] == q.node());
}

TEST_CASE("einsum: the operands stand in a list or one by one") {
  const Variable a(tensor({{1.0, 2.0}, {3.0, 4.0}}), true);
  const Tensor b = tensor({{0.0, 1.0}, {2.0, 3.0}});
  const Variable product = einsum("ij,jk->ik", a, b);
  CHECK(equal(product.value(), einsum("ij,jk->ik", {a, b}).value()));
  CHECK(product.requires_grad());
  CHECK(einsum("ii", b).item<double>() == 3);
  CHECK(equal(einsum("i,ij,j", b[0], b, b[1]), einsum("i,ij,j", {b[0], b, b[1]})));
}

TEST_CASE("einsum: errors name the equation and the shapes") {
  const Variable a = zeros({2, 3}), b = zeros({4, 5});
  CHECK_THROWS_TEXT(einsum("ij,jk->ik", {a, b}),
                    "[einsum] 'j' has sizes 3 and 4 in \"ij,jk->ik\" of shapes (2, 3), (4, 5)");
  CHECK_THROWS_TEXT(einsum("ij,jk->ik", {a}),
                    "[einsum] 2 operands are named and 1 given in \"ij,jk->ik\" of shapes (2, 3)");
  CHECK_THROWS_TEXT(einsum("ijk->k", {a}), "[einsum] operand 0 has 2 dims and 3 letters in \"ijk->k\"");
  CHECK_THROWS_TEXT(
      einsum("ii->i", {b}),
      "[einsum] 'i' stands twice in operand 0, for the sizes 4 and 5 in \"ii->i\" of shapes (4, 5)");
  CHECK_THROWS_TEXT(einsum("ij,ikk", {a, ones({2, 1, 3})}),
                    "[einsum] 'k' stands twice in operand 1, for the sizes 1 and 3");
  CHECK_THROWS_TEXT(einsum("ij->ii", {a}), "[einsum] 'i' stands twice in the result in \"ij->ii\"");
  CHECK_THROWS_TEXT(einsum("ij->ik", {a}), "[einsum] 'k' of the result stands in no operand in \"ij->ik\"");
  CHECK_THROWS_TEXT(einsum("i1->i", {a}), "[einsum] '1' is not a letter in \"i1->i\" of shapes (2, 3)");
  CHECK_THROWS_TEXT(einsum("i-j", {a}), "[einsum] '-' is not a letter in \"i-j\"");
  CHECK_THROWS_TEXT(einsum("ié->i", {a}), "[einsum] 'é' is not a letter in \"ié->i\"");
  CHECK_THROWS_TEXT(einsum("iβγ", {a}), "[einsum] 'β' is not a letter in");
  const Variable c = zeros({1, 1, 1, 1, 1});
  CHECK_THROWS_TEXT(einsum("abcde,fghij->abcdefghij", {c, c}),
                    "[einsum] a product with 10 dims, more than 8, would be needed in "
                    "\"abcde,fghij->abcdefghij\" of shapes (1, 1, 1, 1, 1), (1, 1, 1, 1, 1)");
  CHECK_THROWS_TEXT(einsum("i.j", {a}), "[einsum] a '.' is not part of '...' in \"i.j\" of shapes (2, 3)");
  CHECK_THROWS_TEXT(einsum("ij->..", {a}), "[einsum] a '.' is not part of '...' in \"ij->..\"");
  CHECK_THROWS_TEXT(einsum("...i...", {a}), "[einsum] a second '...' in one term in \"...i...\"");
  CHECK_THROWS_TEXT(einsum("...ijk", {a}), "[einsum] operand 0 has 2 dims and 3 letters in \"...ijk\"");
  CHECK_THROWS_TEXT(einsum("...i,...i", {a, zeros({4, 3})}),
                    "[einsum] dim -1 of '...' has sizes 2 and 4 in \"...i,...i\" of shapes (2, 3), (4, 3)");
  CHECK_THROWS_TEXT(einsum("...->i", {a}), "[einsum] 'i' of the result stands in no operand in \"...->i\"");
  CHECK_THROWS_TEXT(einsum("ij", {}), "[einsum] needs at least one operand for \"ij\"");
  CHECK_THROWS_TEXT(einsum("ij,jk", {a, Variable()}), "[einsum] operand 1 is undefined");
}

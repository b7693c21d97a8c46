//===- Fields.h - The keys of a recipe's sections ---------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Each section's keys are said once, in the order of the pipeline; reading and writing YAML are two ways to visit them:
//
//   visitor.required(key, field)      must be given, unless a named recipe has said it already
//   visitor.optional(key, field)      stays what it is where it is not given
//   visitor.section(key, field)       a step of the pipeline; where a recipe may lack it, giving it adds it
//   visitor.alias(key, word)          another word for a key, to read it by
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_RECIPE_FIELDS_H
#define SDQ_LIB_RECIPE_FIELDS_H

#include "Words.h"

namespace sdq {

/// A number of inputs that share a scale: 0 reads and prints as K.
struct Inputs {
  int64_t &count;
};

/// One of the values of a table of words.
template <typename T>
struct Choice {
  T &value;
  llvm::ArrayRef<Word<T>> table;
};
template <typename T, size_t size>
Choice<T> choice(T &value, const Word<T> (&table)[size]) {
  return {value, table};
}

template <typename Visitor>
void visitFields(Visitor &visitor, Recipe::Outliers &section) {
  visitor.required("percent", section.percent);
  visitor.optional("sensitive", section.sensitive);
}

template <typename Visitor>
void visitFields(Visitor &visitor, Recipe::Sparsify &section) {
  visitor.required("pattern", section.pattern);
  visitor.optional("pairwise", section.pairwise);
  visitor.optional("metric", section.metric);
}

template <typename Visitor>
void visitFields(Visitor &visitor, Recipe::Residual &section) {
  visitor.optional("pairwise", section.pairwise);
}

template <typename Visitor>
void visitFields(Visitor &visitor, Recipe::Term &section) {
  visitor.optional("pattern", section.pattern);
  visitor.required("type", choice(section.type, kTypeWords));
  visitor.optional("metric", section.metric);
}

template <typename Visitor>
void visitFields(Visitor &visitor, Recipe::Quantize &section) {
  visitor.alias("vector", "group_size");
  visitor.optional("vector", Inputs{section.vector});
  visitor.optional("scale", choice(section.scale, kScaleWords));
  visitor.optional("scale_choice", section.scaleChoice);
  visitor.optional("weights", section.weights);
  visitor.optional("feedback", section.feedback);
}

template <typename Visitor>
void visitFields(Visitor &visitor, Recipe::Codebook &section) {
  visitor.required("bits", section.bits);
  visitor.optional("solver", section.solver);
}

template <typename Visitor>
void visitFields(Visitor &visitor, Recipe::Activations &section) {
  visitor.required("bits", section.bits);
  visitor.optional("granularity", section.granularity);
}

template <typename Visitor>
void visitFields(Visitor &visitor, Recipe &recipe) {
  visitor.section("outliers", recipe.outliers);
  visitor.section("sparsify", recipe.sparsify);
  visitor.section("residual", recipe.residual);
  visitor.section("terms", recipe.terms);
  visitor.section("quantize", recipe.quantize);
  visitor.section("codebook", recipe.codebook);
  visitor.optional("format", recipe.format);
  visitor.section("activations", recipe.activations);
  visitor.optional("unweighted", recipe.unweighted);
}

} // namespace sdq

#endif // SDQ_LIB_RECIPE_FIELDS_H

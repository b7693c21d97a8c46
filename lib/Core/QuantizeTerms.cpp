//===- QuantizeTerms.cpp - The terms of a sum, quantized together ---------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Core/QuantizeTerms.h"

#include "sdq/Core/VectorQuantization.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/ErrorHandling.h"

#include <algorithm>
#include <utility>

using namespace sdq;

static Encoding encodingOf(const Format &format) {
  if (auto *dense = std::get_if<DenseFormat>(&format.variant()))
    return dense->encoding;
  if (auto *nm = std::get_if<NMFormat>(&format.variant()))
    return nm->encoding;
  if (auto *csr = std::get_if<CSRFormat>(&format.variant()))
    return {csr->values};
  llvm_unreachable("expected a dense, N:M or CSR term");
}

/// The state of one row.
class TermQuantizer::Feedback {
public:
  Feedback(const TermQuantizer &quantizer, llvm::MutableArrayRef<TermRow> rows, llvm::ArrayRef<float> importance)
      : quantizer(quantizer), rows(rows), importance(importance), columns(rows.front().values.size()), whole(columns) {
    for (const TermRow &row : rows)
      for (size_t c = 0; c < columns; ++c)
        whole[c] += row.values[c];
    for (size_t t = 0; t < rows.size(); ++t)
      read.push_back(readTerm(t, rows[t]));
    error = errorOf(read);
  }

  /// Whether anything changed.
  bool round() {
    double before = error;
    if (canTrade())
      trade();
    for (size_t t = 0; t < rows.size(); ++t)
      refit(t);
    return error < before;
  }

private:
  double weight(size_t c) const { return importance.empty() ? 1.0 : importance[c]; }

  /// What term `t` reads as when it stores `row`.
  std::vector<float> readTerm(size_t t, const TermRow &row) const {
    std::vector<float> out(columns);
    quantizeDequantize(quantizer.encodings[t], row.values, row.scales.values, out);
    return out;
  }

  double errorOf(llvm::ArrayRef<std::vector<float>> terms) const {
    double sum = 0;
    for (size_t c = 0; c < columns; ++c) {
      float value = 0; // as decoders add the terms
      for (const std::vector<float> &term : terms)
        value += term[c];
      double difference = double(whole[c]) - double(value);
      sum += weight(c) * difference * difference;
    }
    return sum;
  }

  /// Takes `row` for term `t` if it leaves less error.
  void offer(size_t t, TermRow row) {
    std::vector<float> before = std::exchange(read[t], readTerm(t, row));
    double after = errorOf(read);
    if (after < error) {
      error = after;
      rows[t] = std::move(row);
    } else {
      read[t] = std::move(before);
    }
  }

  /// Step 2 for one term.
  void refit(size_t t) {
    TermRow row;
    row.values = rows[t].values;
    bool everywhere = std::holds_alternative<DenseFormat>(quantizer.terms[t].variant());
    for (size_t c = 0; c < columns; ++c) {
      if (!everywhere && row.values[c] == 0.0f)
        continue;
      float rest = whole[c];
      for (size_t other = 0; other < rows.size(); ++other)
        if (other != t)
          rest -= read[other][c];
      row.values[c] = rest;
    }
    // First under the scales that there are, then under new ones.
    row.scales = rows[t].scales;
    offer(t, row);
    if (isQuantized(quantizer.encodings[t].element)) {
      row.scales = chooseScales(quantizer.encodings[t], quantizer.choice, row.values, importance);
      offer(t, std::move(row));
    }
  }

  bool canTrade() const {
    auto *first = std::get_if<NMFormat>(&quantizer.terms.front().variant());
    return first && llvm::all_of(quantizer.terms, [&](const Format &term) {
             auto *nm = std::get_if<NMFormat>(&term.variant());
             return nm && nm->m == first->m && !nm->pairwise;
           });
  }

  /// Step 1.
  void trade() {
    int64_t m = std::get<NMFormat>(quantizer.terms.front().variant()).m;
    size_t last = rows.size() - 1;
    // The error of each column as each term's, all of w being that term's.
    std::vector<std::vector<float>> errors;
    for (size_t t = 0; t < rows.size(); ++t) {
      std::vector<float> out = readTerm(t, {whole, rows[t].scales});
      for (size_t c = 0; c < columns; ++c)
        out[c] = float(weight(c) * (whole[c] - out[c]) * (whole[c] - out[c]));
      errors.push_back(std::move(out));
    }
    std::vector<TermRow> traded(rows.begin(), rows.end());
    for (size_t begin = 0; begin < columns; begin += m) {
      size_t end = std::min(begin + m, columns);
      llvm::SmallVector<size_t, 32> pool; // the columns that some term stores
      bool shared = false;
      for (size_t c = begin; c < end; ++c) {
        auto holds = llvm::count_if(rows, [&](const TermRow &row) { return row.values[c] != 0.0f; });
        shared |= holds > 1;
        if (holds)
          pool.push_back(c);
      }
      if (shared) // one column, several terms: not a matter of places
        continue;
      for (size_t t = 0; t < last; ++t) {
        size_t count = std::count_if(rows[t].values.begin() + begin, rows[t].values.begin() + end,
                                     [](float value) { return value != 0.0f; });
        auto gain = [&](size_t c) { return errors[last][c] - errors[t][c]; };
        llvm::sort(pool, [&](size_t a, size_t b) { return std::pair(-gain(a), a) < std::pair(-gain(b), b); });
        place(traded[t], begin, end, llvm::ArrayRef(pool).take_front(count));
        pool.erase(pool.begin(), pool.begin() + count);
        llvm::sort(pool);
      }
      place(traded[last], begin, end, pool);
    }
    std::vector<std::vector<float>> after;
    for (size_t t = 0; t < rows.size(); ++t)
      after.push_back(readTerm(t, traded[t]));
    if (double sum = errorOf(after); sum < error) {
      error = sum;
      read = std::move(after);
      llvm::move(traded, rows.begin());
    }
  }

  /// The block's values at `chosen`, zeros elsewhere.
  void place(TermRow &row, size_t begin, size_t end, llvm::ArrayRef<size_t> chosen) {
    std::fill(row.values.begin() + begin, row.values.begin() + end, 0.0f);
    for (size_t c : chosen)
      row.values[c] = whole[c];
  }

  const TermQuantizer &quantizer;
  llvm::MutableArrayRef<TermRow> rows;
  llvm::ArrayRef<float> importance;
  size_t columns;
  std::vector<float> whole;             // w
  std::vector<std::vector<float>> read; // ŵ_t
  double error = 0;
};

TermQuantizer::TermQuantizer(std::vector<Format> terms, ScaleChoice choice, unsigned feedback)
    : terms(std::move(terms)), choice(choice), feedback(feedback) {
  for (const Format &term : this->terms)
    encodings.push_back(encodingOf(term));
}

void TermQuantizer::quantizeRow(llvm::MutableArrayRef<TermRow> rows, llvm::ArrayRef<float> importance) const {
  for (auto [row, encoding] : llvm::zip_equal(rows, encodings))
    if (isQuantized(encoding.element))
      row.scales = chooseScales(encoding, choice, row.values, importance);
  if (feedback == 0 || rows.size() < 2)
    return;
  Feedback state(*this, rows, importance);
  for (unsigned i = 0; i < feedback && state.round(); ++i)
    ;
}

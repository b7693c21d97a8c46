//===- LNQ.cpp - Codebooks for the output, not for the weight -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Core/LNQ.h"

#include "Hessian.h"
#include "LNQSteps.h"
#include "MatrixProduct.h"

#include "sdq/Core/Codec.h"

#include "llvm/ADT/STLExtras.h"

#include <cassert>
#include <cmath>
#include <limits>

using namespace sdq;

void LNQState::refreshGradient() {
  std::vector<float> negated(weights.size());
  for (size_t i = 0; i < negated.size(); ++i)
    negated[i] = -error(int64_t(i));
  gradient.assign(weights.size(), 0.0f);
  subtractProduct(rows, columns, columns, {negated.data(), columns}, {hessian.data(), columns}, gradient.data(),
                  columns);
}

double LNQState::objective(int64_t row) const {
  double sum = 0;
  for (int64_t place = row * columns; place < (row + 1) * columns; ++place)
    sum += double(error(place)) * gradient[place];
  return sum;
}

static LNQState stateOf(llvm::ArrayRef<float> hessian, int64_t columns, const LUTFormat &format, LNQRows rows) {
  int64_t entries = int64_t(1) << format.bits, count = rows.weights.size() / columns;
  assert(rows.weights.size() == size_t(count * columns) && rows.codes.size() == rows.weights.size() &&
         rows.tables.size() == size_t(count * entries) &&
         (rows.exact.empty() || rows.exact.size() == rows.codes.size()));
  return {count, columns, entries, hessian, rows.weights, rows.exact, rows.tables.vec(), rows.codes.vec(), {}};
}

llvm::Expected<LNQ> LNQ::prepare(std::vector<float> hessian) {
  int64_t columns = int64_t(std::llround(std::sqrt(double(hessian.size()))));
  assert(size_t(columns) * size_t(columns) == hessian.size() && "the Hessian is square");
  if (llvm::Error error = checkHessian(hessian, columns, "lnq_c1"))
    return error;
  return LNQ(std::move(hessian), columns);
}

void LNQ::improve(const LUTFormat &format, LNQRows rows, LNQEffort effort) const {
  LNQState state = stateOf(hessian, columns, format, rows);
  std::vector<double> best(state.rows, std::numeric_limits<double>::infinity());
  auto keepBest = [&] {
    for (int64_t r = 0; r < state.rows; ++r) {
      double here = state.objective(r);
      if (!(here < best[r]))
        continue;
      best[r] = here;
      std::copy_n(state.tables.begin() + r * state.entries, state.entries, rows.tables.begin() + r * state.entries);
      std::copy_n(state.codes.begin() + r * columns, columns, rows.codes.begin() + r * columns);
    }
  };
  state.refreshGradient();
  keepBest();
  for (unsigned iteration = 0; iteration < effort.iterations; ++iteration) {
    refitTables(state);
    for (float &entry : state.tables)
      entry = roundTo(format.table, entry);
    state.refreshGradient();
    for (unsigned sweep = 0; sweep < effort.sweeps && sweepCodes(state); ++sweep)
      ;
    keepBest();
  }
}

std::vector<double> LNQ::objective(const LUTFormat &format, LNQRows rows) const {
  LNQState state = stateOf(hessian, columns, format, rows);
  state.refreshGradient();
  std::vector<double> all(state.rows);
  for (int64_t r = 0; r < state.rows; ++r)
    all[r] = state.objective(r);
  return all;
}

std::vector<float> LNQ::diagonal() const {
  std::vector<float> values(columns);
  for (int64_t k = 0; k < columns; ++k)
    values[k] = hessian[k * columns + k];
  return values;
}

//===- Solve.cpp - One solver on given arrays -----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
// For scripts that compare a solver with somebody else's on the same numbers, in files of NumPy's. One thread; prints
// the seconds of processor time that the solver took, reading and writing apart, as JSON.
//
//   bench-core-Solve kmeans values.npy weights.npy k centroids.npy       [R, n], [R, n] → [R, k]
//   bench-core-Solve sparsegpt weights.npy hessian.npy N:M pruned.npy    [R, K], [K, K] → [R, K]
//   All arrays are f32; centroids are f64.

#include "sdq/Core/KMeans.h"
#include "sdq/Core/SparseGPT.h"
#include "sdq/Runtime/Npy.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

#include <ctime>

using namespace sdq;

namespace {

const llvm::ExitOnError orExit("bench-core-Solve: ");

struct Matrix {
  std::vector<float> values; // not the mapped file: reading that is not the solver's
  int64_t rows, columns;
};

Matrix readMatrix(const char *path) {
  OwnedTensor tensor = orExit(readNpy(path));
  const TensorView &view = tensor.view;
  if (view.dtype != DType::F32 || view.shape.size() != 2 || !view.isContiguous())
    orExit(llvm::createStringError("'%s': expected an f32 matrix in C order, found %s%s", path,
                                   name(view.dtype).str().c_str(), formatExtents(view.shape).c_str()));
  const auto *values = static_cast<const float *>(view.data);
  return {{values, values + view.numElements()}, view.shape[0], view.shape[1]};
}

template <typename T>
void writeMatrix(const char *path, DType dtype, const std::vector<T> &values, int64_t rows) {
  orExit(writeNpy(path, TensorView::dense(values.data(), dtype, {rows, int64_t(values.size()) / rows})));
}

template <typename Work>
double secondsOf(const Work &work) {
  std::clock_t start = std::clock();
  work();
  return double(std::clock() - start) / CLOCKS_PER_SEC;
}

void kMeans(char **arguments) {
  Matrix values = readMatrix(arguments[0]), weights = readMatrix(arguments[1]);
  unsigned k = unsigned(std::atoi(arguments[2]));
  std::vector<double> centroids;
  centroids.reserve(values.rows * k);
  double seconds = secondsOf([&] {
    KMeans solver;
    for (int64_t r = 0; r < values.rows; ++r) {
      auto row = [&](const Matrix &matrix) {
        return llvm::ArrayRef(matrix.values).slice(r * matrix.columns, matrix.columns);
      };
      llvm::append_range(centroids, solver.solve(row(values), row(weights), k));
      centroids.resize((r + 1) * k, centroids.back());
    }
  });
  writeMatrix(arguments[3], DType::F64, centroids, values.rows);
  llvm::outs() << llvm::format("{\"seconds\": %.6f}\n", seconds);
}

void sparseGPT(char **arguments) {
  Matrix weights = readMatrix(arguments[0]), hessian = readMatrix(arguments[1]);
  auto [n, m] = llvm::StringRef(arguments[2]).split(':');
  Pattern pattern;
  if (n.getAsInteger(10, pattern.n) || m.getAsInteger(10, pattern.m))
    orExit(llvm::createStringError("expected N:M, found '%s'", arguments[2]));
  double seconds = secondsOf([&] {
    SparseGPT solver = orExit(SparseGPT::prepare(std::move(hessian.values), pattern));
    solver.prune(weights.values);
  });
  writeMatrix(arguments[3], DType::F32, weights.values, weights.rows);
  llvm::outs() << llvm::format("{\"seconds\": %.6f}\n", seconds);
}

} // namespace

int main(int count, char **arguments) {
  llvm::StringRef solver = count == 6 ? arguments[1] : "";
  if (solver == "kmeans")
    kMeans(arguments + 2);
  else if (solver == "sparsegpt")
    sparseGPT(arguments + 2);
  else
    orExit(llvm::createStringError("expected kmeans values.npy weights.npy k out.npy, or sparsegpt weights.npy "
                                   "hessian.npy N:M out.npy"));
}

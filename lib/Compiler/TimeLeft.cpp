//===- TimeLeft.cpp - How far work on weights has come -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Compiler/TimeLeft.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"

#include <cmath>
#include <numeric>

using namespace sdq;

double WorkState::share() const {
  int64_t done = finished + resumed;
  int64_t all = std::accumulate(waiting.begin(), waiting.end(), done);
  for (const Running &weight : running)
    all += weight.elements;
  return all ? double(done) / double(all) : 1;
}

std::optional<double> sdq::timeLeft(const WorkState &work) {
  if (work.running.empty() && work.waiting.empty())
    return 0;
  if (work.finished == 0)
    return std::nullopt;
  int64_t begun = work.finished;
  double spent = work.finishedSeconds;
  for (const WorkState::Running &weight : work.running) {
    begun += weight.elements;
    spent += weight.seconds;
  }
  double cost = std::max(work.finishedSeconds / work.finished, spent / begun);

  std::vector<double> threads;
  for (const WorkState::Running &weight : work.running)
    threads.push_back(std::max(cost * weight.elements - weight.seconds, 0.0));
  threads.resize(std::max<size_t>({threads.size(), work.threads, 1}), 0.0);
  std::vector<double> jobs;
  for (int64_t elements : work.waiting)
    jobs.push_back(cost * elements);
  return finishTime(std::move(threads), jobs);
}

double sdq::finishTime(std::vector<double> threads, const std::vector<double> &jobs) {
  if (threads.empty())
    return 0;
  for (double job : jobs)
    *llvm::min_element(threads) += job;
  return *llvm::max_element(threads);
}

std::string sdq::printDuration(double seconds) {
  auto whole = int64_t(std::ceil(std::max(seconds, 0.0)));
  if (whole < 60)
    return llvm::formatv("{0} s", whole);
  if (whole < 3600)
    return llvm::formatv("{0} min {1} s", whole / 60, whole % 60);
  // Rounding up may carry into the hours.
  int64_t minutes = (whole + 59) / 60;
  return llvm::formatv("{0} h {1} min", minutes / 60, minutes % 60);
}

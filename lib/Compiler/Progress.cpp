//===- Progress.cpp - Tells a person how far compression has come -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Progress.h"

#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace sdq;

/// Seconds between lines where there is no terminal to draw a bar on.
static constexpr double kLineInterval = 10;

Progress::Progress(ArrayRef<ParameterOp> parameters, unsigned threads, llvm::raw_ostream &out, ShowProgress show)
    : threads(threads), out(out), show(show) {
  for (ParameterOp parameter : parameters) {
    Shape shape = parameter.getWeightType().getShape();
    weights[parameter].elements = shape.rows * shape.columns;
  }
}

void Progress::begin(ParameterOp parameter) { enter(parameter, Stage::Running); }
void Progress::end(ParameterOp parameter) { enter(parameter, Stage::Finished); }
void Progress::resumed(ParameterOp parameter) { enter(parameter, Stage::Resumed); }

double Progress::secondsSince(ParameterOp parameter) const {
  std::lock_guard lock(mutex);
  return secondsSince(weights.find(parameter)->second.begun);
}

void Progress::enter(ParameterOp parameter, Stage stage) {
  std::lock_guard lock(mutex);
  Weight &weight = weights.find(parameter)->second;
  if (stage == Stage::Running)
    weight.begun = Clock::now();
  if (stage == Stage::Finished)
    weight.seconds = secondsSince(weight.begun);
  weight.stage = stage;
  showState(parameter.getSymName());
}

void Progress::showState(StringRef name) {
  if (show == ShowProgress::Nothing || (show == ShowProgress::Lines && secondsSince(shown) < kLineInterval))
    return;
  shown = Clock::now();
  WorkState work{.threads = threads};
  size_t done = 0;
  for (const auto &[op, weight] : weights) {
    switch (weight.stage) {
    case Stage::Waiting:
      work.waiting.push_back(weight.elements);
      break;
    case Stage::Running:
      work.running.push_back({weight.elements, secondsSince(weight.begun)});
      break;
    case Stage::Finished:
      work.finished += weight.elements;
      work.finishedSeconds += weight.seconds;
      ++done;
      break;
    case Stage::Resumed:
      work.resumed += weight.elements;
      ++done;
      break;
    }
  }
  std::optional<double> left = timeLeft(work);
  std::string state = llvm::formatv("{0,3}% {1}/{2} weights{3}", int(100 * work.share()), done, weights.size(),
                                    left ? ", " + printDuration(*left) + " left" : "");
  if (show == ShowProgress::Lines) {
    out << "compressing: " << StringRef(state).ltrim() << "\n";
    return;
  }
  constexpr size_t width = 30;
  auto filled = size_t(width * work.share());
  out << "\r[" << std::string(filled, '=') << std::string(width - filled, ' ') << "] " << state << "  "
      << name.take_back(40) << "\033[K";
  out.flush();
}

void Progress::finish() {
  if (show == ShowProgress::Bar)
    out << "\r\033[K";
}

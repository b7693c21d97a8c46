//===- TimeLeft.h - How far work on weights has come ------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Weights are compressed in order, each on one thread, several at once. What is known is how many elements each has and
// how long those took that are finished. Time is taken to be proportional to elements:
//
//   c = the greater of  seconds / elements  of what is finished
//                  and  the same of what is finished and what is running, which is a lower bound
//   a running weight of e elements that has been at it for s seconds needs max(c·e − s, 0) more
//   a waiting weight needs c·e, from when the first thread is free
//
// and the time left is when the last thread is through. Weights that an earlier run finished say nothing of c.
//
// Example: threads 2, c = 1 s per element (10 elements in 10 s), running {8 elements, 3 s} and {6, 6}, waiting {4, 9}.
// The first thread is free in 5 s, the second now: the 4 go to the second (until 4), the 9 too (until 13): 13 s are left,
// though 18 s of work on 2 threads might have been 9 s.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_COMPILER_TIMELEFT_H
#define SDQ_COMPILER_TIMELEFT_H

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sdq {

/// The state of work on weights. Sizes are in elements, times in seconds.
struct WorkState {
  struct Running {
    int64_t elements = 0;
    double seconds = 0;
  };
  unsigned threads = 1;
  /// Finished by this run: elements, and seconds summed over the threads.
  int64_t finished = 0;
  double finishedSeconds = 0;
  /// Finished by an earlier run.
  int64_t resumed = 0;
  std::vector<Running> running = {};
  /// In the order in which they will be begun.
  std::vector<int64_t> waiting = {};

  /// Of all elements, the share that is finished: 0 … 1.
  double share() const;
};

/// Seconds until all is finished; nullopt as long as nothing is that would tell.
std::optional<double> timeLeft(const WorkState &work);

/// When all threads are through, where each begins with some time of work and jobs go, in order, to the first that is
/// free. Nothing for no threads.
double finishTime(std::vector<double> threads, const std::vector<double> &jobs);

/// "7 s", "3 min 20 s", "2 h 5 min": rounded up, to two units.
std::string printDuration(double seconds);

} // namespace sdq

#endif // SDQ_COMPILER_TIMELEFT_H

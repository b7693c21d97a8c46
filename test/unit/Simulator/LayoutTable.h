//===- LayoutTable.h - Tables of fragment layouts to test against -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Inputs/<type>_m16n8k<k>.csv lists, for each operand of a sparse mma, every lane, register and bit with the row and
// column found there. The tables were made from two or more independent descriptions of the instructions each and know
// nothing of the simulator's formulas. Operands: A (column: stored k), A_span (first logical k of a register), B (row:
// k), D, E_sel<s> (codes of the metadata; column: first logical k of the group), SFA and SFB (scales; column: first k).
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_TEST_UNIT_SIMULATOR_LAYOUTTABLE_H
#define SDQ_TEST_UNIT_SIMULATOR_LAYOUTTABLE_H

#include "sdq/Simulator/Mma.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MemoryBuffer.h"

#include <functional>
#include <gtest/gtest.h>
#include <map>
#include <vector>

namespace sdq::simulator {

struct LayoutEntry {
  unsigned lane, reg, bit, row, column;
};

struct LayoutTable {
  std::map<std::string, std::vector<LayoutEntry>> operands;

  static LayoutTable read(llvm::StringRef name) {
    LayoutTable table;
    std::string path = (SDQ_SOURCE_DIR "/test/unit/Simulator/Inputs/" + name + ".csv").str();
    auto buffer = llvm::MemoryBuffer::getFile(path);
    EXPECT_TRUE(bool(buffer)) << path;
    llvm::SmallVector<llvm::StringRef, 0> lines;
    (*buffer)->getBuffer().split(lines, '\n', -1, /*KeepEmpty=*/false);
    for (llvm::StringRef line : llvm::ArrayRef(lines).drop_front()) {
      llvm::SmallVector<llvm::StringRef, 7> fields;
      line.trim().split(fields, ',');
      EXPECT_EQ(fields.size(), 7u);
      unsigned numbers[5];
      for (unsigned i = 0; i < 5; ++i)
        EXPECT_FALSE(fields[2 + i].getAsInteger(10, numbers[i])) << line.str();
      table.operands[fields[1].str()].push_back({numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]});
    }
    return table;
  }

  /// Registers that hold `value(row, column)` (a code) everywhere.
  std::vector<WarpRegister> fill(const std::string &operand, std::function<uint32_t(unsigned, unsigned)> value) const {
    std::vector<WarpRegister> registers;
    for (const LayoutEntry &entry : operands.at(operand)) {
      if (registers.size() <= entry.reg)
        registers.resize(entry.reg + 1, WarpRegister{});
      registers[entry.reg][entry.lane] |= value(entry.row, entry.column) << entry.bit;
    }
    return registers;
  }
};

} // namespace sdq::simulator

#endif // SDQ_TEST_UNIT_SIMULATOR_LAYOUTTABLE_H

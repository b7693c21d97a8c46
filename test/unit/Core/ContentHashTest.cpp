// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The hash of a sequence of strings depends on every byte and on where the strings end.

#include "sdq/Core/ContentHash.h"

#include "gtest/gtest.h"

using sdq::ContentHash;

namespace {

TEST(ContentHash, DependsOnEveryByteAndEveryEnd) {
  EXPECT_EQ(ContentHash().add("ab").add("c").digits(), ContentHash().add("ab").add("c").digits());
  EXPECT_NE(ContentHash().add("ab").add("c").value(), ContentHash().add("a").add("bc").value());
  EXPECT_NE(ContentHash().add("abc").value(), ContentHash().add("abc").add("").value());
  EXPECT_NE(ContentHash().add("a").add("b").value(), ContentHash().add("b").add("a").value());
  std::string text(1000, 'x');
  uint64_t whole = ContentHash().add(text).value();
  for (char &c : text) {
    c = 'y';
    EXPECT_NE(whole, ContentHash().add(text).value());
    c = 'x';
  }
}

// What a store or a file holds must be found again by another build: the digits are a format.
TEST(ContentHash, IsPinned) {
  EXPECT_EQ("0000000000000abc", sdq::hexDigits(0xabc));
  EXPECT_EQ("48c732e675bbc694", ContentHash().add("sdq").add("").digits());
}

} // namespace

//===- CalibrationTest.cpp ------------------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
// Proves that statistics are found by name and by content, read exactly from every float type, and refused where they
// do not fit the weight.

#include "sdq/Core/Calibration.h"
#include "sdq/Core/Codec.h"

#include "TemporaryFolder.h"

#include <gmock/gmock.h>

#include <limits>

using namespace sdq;
using namespace sdq::test;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

struct Source {
  std::string name;
  std::vector<int64_t> shape;
  std::vector<float> values;
  ElementKind kind = ElementKind::F32;
};

std::string write(const TemporaryFolder &folder, std::vector<Source> sources, SafetensorsMetadata metadata = {}) {
  std::vector<SafetensorsTensor> tensors;
  std::vector<std::vector<char>> storage;
  for (const Source &source : sources) {
    auto &bytes = storage.emplace_back(source.values.size() * bitWidth(source.kind) / 8);
    narrow(source.kind, source.values, bytes.data());
    SafetensorsType type = source.kind == ElementKind::F32   ? SafetensorsType::F32
                           : source.kind == ElementKind::F16 ? SafetensorsType::F16
                                                             : SafetensorsType::BF16;
    tensors.push_back({source.name, type, source.shape, bytes});
  }
  std::string path = folder.path("calibration.safetensors");
  EXPECT_FALSE(writeSafetensors(path, tensors, metadata));
  return path;
}

Calibration open(const std::string &path) {
  auto calibration = Calibration::open(path);
  if (!calibration)
    llvm::report_fatal_error(calibration.takeError());
  return std::move(*calibration);
}

std::string openingError(const std::string &path) {
  auto calibration = Calibration::open(path);
  return calibration ? "accepted" : llvm::toString(calibration.takeError());
}

std::string noKey() {
  ADD_FAILURE() << "asked for the content though the name is known";
  return "";
}

TEST(Calibration, IsSharedWhileItIsHeld) {
  TemporaryFolder folder;
  std::string path = write(folder, {{"w.act_sq", {2}, {1, 2}}});
  std::shared_ptr<const Calibration> first = llvm::cantFail(Calibration::share(path));
  EXPECT_EQ(first, llvm::cantFail(Calibration::share(path)));
  // Once nobody holds it, the file is read anew.
  first.reset();
  write(folder, {{"v.act_sq", {2}, {1, 2}}});
  std::shared_ptr<const Calibration> second = llvm::cantFail(Calibration::share(path));
  EXPECT_TRUE(llvm::cantFail(second->find("v", {1, 2}, noKey)));
  EXPECT_FALSE(llvm::cantFail(second->find("w", {1, 2}, noKey)));
  auto missing = Calibration::share(folder.path("none"));
  EXPECT_THAT(llvm::toString(missing.takeError()), HasSubstr("none"));
}

TEST(Calibration, ReadsRowsOfEveryFloatType) {
  TemporaryFolder folder;
  for (ElementKind kind : {ElementKind::F16, ElementKind::BF16, ElementKind::F32}) {
    Calibration calibration = open(write(folder, {{"w.fisher", {2, 3}, {1, 2, 3, 4, 5, 0.5f}, kind},
                                                  {"w.act_sq", {3}, {7, 8, 9}, kind},
                                                  {"v.hessian", {2, 2}, {1, -2, -2, 4}, kind}}));
    auto w = calibration.find("w", {2, 3}, noKey), v = calibration.find("v", {9, 2}, noKey);
    ASSERT_TRUE(w && *w && v && *v);
    EXPECT_TRUE((*w)->has(Statistic::Fisher));
    EXPECT_TRUE((*w)->has(Statistic::ActSq));
    EXPECT_FALSE((*w)->has(Statistic::Hessian));
    std::vector<float> row(3), pair(2);
    EXPECT_FALSE((*w)->readRow(Statistic::Fisher, 1, row));
    EXPECT_THAT(row, ElementsAre(4, 5, 0.5f));
    EXPECT_FALSE((*w)->readRow(Statistic::ActSq, 0, row));
    EXPECT_THAT(row, ElementsAre(7, 8, 9));
    EXPECT_FALSE((*v)->readRow(Statistic::Hessian, 1, pair));
    EXPECT_THAT(pair, ElementsAre(-2, 4));
  }
}

TEST(Calibration, ReadsFromAnOddAddress) {
  TemporaryFolder folder;
  // Eight bytes of length and a header of odd length.
  std::string header = R"({"w.fisher":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}})";
  header.append(header.size() % 2 ? 0 : 1, ' ');
  float values[] = {1.5f, 2.5f};
  std::string file(1, char(header.size()));
  file += std::string(7, '\0') + header + std::string(reinterpret_cast<char *>(values), 8);
  Calibration calibration = open(folder.write("odd", file));
  auto entry = calibration.find("w", {1, 2}, noKey);
  ASSERT_TRUE(entry && *entry);
  std::vector<float> row(2);
  EXPECT_FALSE((*entry)->readRow(Statistic::Fisher, 0, row));
  EXPECT_THAT(row, ElementsAre(1.5f, 2.5f));
}

TEST(Calibration, FoundByNameThenByContent) {
  TemporaryFolder folder;
  std::vector<float> weight = {1, 2, 3, 4};
  std::string key = contentKey(weight);
  std::string content = R"({"b":")" + key + R"(","a":")" + key + R"(","absent":"0123456789abcdef"})";
  Calibration calibration =
      open(write(folder, {{"a.fisher", {2, 2}, weight}, {"b.fisher", {2, 2}, weight}}, {{"sdq.content", content}}));
  auto nameOf = [&](llvm::StringRef weight, llvm::function_ref<std::string()> key) -> std::string {
    auto entry = calibration.find(weight, {2, 2}, key);
    return !entry ? llvm::toString(entry.takeError()) : *entry ? (*entry)->weight().str() : "none";
  };
  EXPECT_EQ("b", nameOf("b", noKey));
  EXPECT_EQ("a", nameOf("onnx::MatMul_65", [&] { return key; }));
  EXPECT_EQ("none", nameOf("onnx::MatMul_65", [] { return std::string("00112233aabbccdd"); }));
  EXPECT_EQ("none", nameOf("absent", [] { return std::string("0123456789abcdef"); }));
}

// XXH3-64 of 256 f32 zeros and of 1, 2, 3, 4, from the xxhash package.
TEST(Calibration, ContentKeyIsXXH3OfTheBytes) {
  EXPECT_EQ("de5f15ab6daf7941", contentKey(std::vector<float>(256)));
  EXPECT_EQ("a82f522ec4510db4", contentKey({1.0f, 2.0f, 3.0f, 4.0f}));
}

// The keys that examples/bytelm/add_content_keys.py wrote find every weight of the model without its name.
TEST(Calibration, FindsTheWeightsOfBytelmByContent) {
  std::string folder = SDQ_SOURCE_DIR "/examples/bytelm/";
  Calibration calibration = open(folder + "calibration.safetensors");
  auto model = SafetensorsFile::open(folder + "model.safetensors");
  ASSERT_TRUE(bool(model)) << llvm::toString(model.takeError());
  unsigned found = 0;
  for (const SafetensorsTensor &tensor : model->tensors()) {
    if (tensor.shape.size() != 2)
      continue;
    ElementKind kind = tensor.type == SafetensorsType::F32   ? ElementKind::F32
                       : tensor.type == SafetensorsType::F16 ? ElementKind::F16
                                                             : ElementKind::BF16;
    std::vector<float> values(tensor.shape[0] * tensor.shape[1]);
    widen(kind, tensor.data.data(), values);
    auto entry = calibration.find("renamed", {tensor.shape[0], tensor.shape[1]}, [&] { return contentKey(values); });
    ASSERT_TRUE(bool(entry)) << llvm::toString(entry.takeError());
    if (*entry) {
      EXPECT_EQ(tensor.name, (*entry)->weight());
      ++found;
    }
  }
  EXPECT_EQ(29u, found); // four layers of seven matrices, and the head
}

TEST(CalibrationInvalid, EachConstraintNamesItself) {
  TemporaryFolder folder;
  auto says = [](llvm::StringRef label, llvm::StringRef text) {
    return testing::AllOf(HasSubstr(("(" + label + ")").str()), HasSubstr(text.str()),
                          HasSubstr("calibration.safetensors"));
  };
  EXPECT_THAT(openingError(write(folder, {{"w.weight", {1}, {1}}})), says("calibration_c1", "'w.weight'"));
  EXPECT_THAT(openingError(write(folder, {{".fisher", {1}, {1}}})), says("calibration_c1", "'.fisher'"));
  int64_t number = 1;
  std::string path = folder.path("calibration.safetensors");
  ASSERT_FALSE(writeSafetensors(
      path, {{"w.fisher", SafetensorsType::I64, {1, 1}, {reinterpret_cast<const char *>(&number), 8}}}));
  EXPECT_THAT(openingError(path), says("calibration_c1", "found I64"));

  for (auto [content, text] : {std::pair("{", "expected JSON"),
                               {"[]", "object"},
                               {R"({"w":"12"})", "found '12'"},
                               {R"({"w":"0123456789ABCDEF"})", "lower-case"},
                               {R"({"w":3})", "found ''"}})
    EXPECT_THAT(openingError(write(folder, {{"w.fisher", {1, 1}, {1}}}, {{"sdq.content", content}})),
                says("calibration_c2", text));

  Calibration calibration = open(write(folder, {{"w.fisher", {2, 3}, std::vector<float>(6)}}));
  EXPECT_THAT(llvm::toString(calibration.find("w", {3, 2}, noKey).takeError()),
              says("calibration_c3", "'w.fisher': expected shape [3, 2] for a weight of 3 x 2, found [2, 3]"));
}

TEST(CalibrationInvalid, ValuesOutOfRangeAreNamed) {
  TemporaryFolder folder;
  for (float bad : {-1.0f, std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    Calibration calibration =
        open(write(folder, {{"w.fisher", {2, 2}, {0, 0, 0, bad}}, {"w.hessian", {2, 2}, {0, bad, 0, 0}}}));
    auto entry = calibration.find("w", {2, 2}, noKey);
    ASSERT_TRUE(entry && *entry);
    std::vector<float> row(2);
    EXPECT_FALSE((*entry)->readRow(Statistic::Fisher, 0, row));
    EXPECT_THAT(llvm::toString((*entry)->readRow(Statistic::Fisher, 1, row)),
                testing::AllOf(HasSubstr("'w.fisher'"), HasSubstr("row 1, column 1"), HasSubstr("(calibration_c4)")));
    EXPECT_EQ(bad == -1.0f, !(*entry)->readRow(Statistic::Hessian, 0, row));
  }
}

} // namespace

//===- CPUTarget.cpp - The CPU that code is compiled for ------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Runtime/CPUTarget.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/SubtargetFeature.h"
#include "llvm/TargetParser/Triple.h"

#include <mutex>

using namespace sdq;

CPUTarget CPUTarget::host() {
  // StringMap has no order; the text must be the same in every run.
  std::vector<std::string> features;
  for (const auto &feature : llvm::sys::getHostCPUFeatures())
    features.push_back(((feature.second ? "+" : "-") + feature.first()).str());
  llvm::sort(features, [](llvm::StringRef a, llvm::StringRef b) { return a.drop_front() < b.drop_front(); });
  return {llvm::sys::getProcessTriple(), llvm::sys::getHostCPUName().str(), llvm::join(features, ",")};
}

template <typename... Ts>
static llvm::Error invalidTarget(const Ts &...parts) {
  std::string message;
  ((message += llvm::StringRef(parts)), ...);
  return llvm::createStringError(message);
}

static llvm::Expected<const llvm::Target *> lookupTarget(const llvm::Triple &triple) {
  static std::once_flag once;
  std::call_once(once, [] {
    llvm::InitializeAllTargetInfos();
    llvm::InitializeAllTargets();
    llvm::InitializeAllTargetMCs();
    llvm::InitializeAllAsmPrinters();
  });
  std::string error;
  if (const llvm::Target *target = llvm::TargetRegistry::lookupTarget(triple, error))
    return target;
  return invalidTarget("unknown target triple '", triple.str(), "': ", error);
}

/// LLVM's table of the processor's features, after making sure that it knows every word of `target`.
static llvm::Expected<std::unique_ptr<llvm::MCSubtargetInfo>> createSubtarget(const CPUTarget &target) {
  llvm::Triple triple(target.triple);
  llvm::Expected<const llvm::Target *> llvmTarget = lookupTarget(triple);
  if (!llvmTarget)
    return llvmTarget.takeError();
  // Asked without processor and features first: with unknown ones LLVM writes warnings to stderr.
  std::unique_ptr<llvm::MCSubtargetInfo> plain((*llvmTarget)->createMCSubtargetInfo(triple, "", ""));
  if (!plain)
    return invalidTarget("LLVM has no processors for target triple '", target.triple, "'");
  if (!target.cpu.empty() && !plain->isCPUStringValid(target.cpu))
    return invalidTarget("unknown processor '", target.cpu, "' for ", triple.getArchName());
  llvm::SubtargetFeatures features(target.features);
  for (const std::string &feature : features.getFeatures()) {
    llvm::StringRef word = llvm::StringRef(feature).drop_front();
    if (llvm::none_of(plain->getAllProcessorFeatures(), [&](const auto &known) { return word == known.Key; }))
      return invalidTarget("unknown processor feature '", word, "' for ", triple.getArchName());
  }
  return std::unique_ptr<llvm::MCSubtargetInfo>(
      (*llvmTarget)->createMCSubtargetInfo(triple, target.cpu, target.features));
}

llvm::Expected<std::unique_ptr<llvm::TargetMachine>> sdq::createTargetMachine(const CPUTarget &target,
                                                                              unsigned optLevel) {
  if (auto subtarget = createSubtarget(target); !subtarget)
    return subtarget.takeError();
  llvm::Triple triple(target.triple);
  llvm::Expected<const llvm::Target *> llvmTarget = lookupTarget(triple);
  if (!llvmTarget)
    return llvmTarget.takeError();
  auto level = llvm::CodeGenOpt::getLevel(std::min(optLevel, 3u)).value();
  std::unique_ptr<llvm::TargetMachine> machine((*llvmTarget)
                                                   ->createTargetMachine(triple, target.cpu, target.features,
                                                                         llvm::TargetOptions(), llvm::Reloc::PIC_,
                                                                         std::nullopt, level));
  if (!machine)
    return invalidTarget("LLVM generates no code for target triple '", target.triple, "'");
  return machine;
}

llvm::Expected<HostFit> sdq::fitToHost(const CPUTarget &code) {
  HostFit fit;
  llvm::Triple triple(code.triple), host(llvm::sys::getProcessTriple());
  if (triple.getArch() != host.getArch() || triple.getOS() != host.getOS()) {
    fit.missing.push_back(
        (triple.getArchName() + "-" + triple.getOSName() + " code on " + host.getArchName() + "-" + host.getOSName())
            .str());
    return fit;
  }
  auto subtarget = createSubtarget(code);
  if (!subtarget)
    return subtarget.takeError();
  llvm::StringMap<bool> detected = llvm::sys::getHostCPUFeatures();
  for (const llvm::SubtargetFeatureKV &feature : (*subtarget)->getEnabledProcessorFeatures()) {
    auto it = detected.find(feature.Key);
    if (it == detected.end())
      continue;
    if (it->second)
      ++fit.used;
    else
      fit.missing.push_back(feature.Key);
  }
  return fit;
}

#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "data_known.hpp"

namespace armagrad::apps {

/// Whether the file, plain or gzip, has exactly the known contents.
bool is_known(const std::filesystem::path& path, const KnownFile& known);

/// What a user sees of a download.
struct DownloadWatch {
  std::function<void(const std::string& line)> say = [](const std::string&) {};
  /// The share of all files that is there, and the file under way.
  std::function<void(double share, const std::string& name)> progress = [](double, const std::string&) {};
};

/// Fetches each file as NAME.gz into `folder` (which is made) from the first mirror that has it with the
/// right contents; files that are there already and right stay. A mirror that cannot be connected to, or is silent, is
/// given up after 5 seconds. std::runtime_error with the reasons of all
/// mirrors otherwise; no file is ever there in part. `protocols` is libcurl's list of what a URL may be.
void download_files(std::span<const KnownFile> files, const std::filesystem::path& folder,
                    const std::vector<std::string>& mirrors, const std::string& protocols = "https",
                    const DownloadWatch& watch = {});

}  // namespace armagrad::apps

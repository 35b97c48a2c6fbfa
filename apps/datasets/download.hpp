#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "data_known.hpp"

namespace armagrad::apps {

/// Fetches each file as NAME.gz into `folder` (which is made) from the first mirror that has it with the
/// right contents; files that are there already and right stay. std::runtime_error with the reasons of all
/// mirrors otherwise; no file is ever there in part. `protocols` is libcurl's list of what a URL may be.
void download_files(std::span<const KnownFile> files, const std::filesystem::path& folder,
                    const std::vector<std::string>& mirrors, const std::string& protocols = "https");

}  // namespace armagrad::apps

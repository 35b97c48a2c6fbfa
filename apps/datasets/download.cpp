#include "download.hpp"

#include <curl/curl.h>

#include <array>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include "apps/io/atomic_file.hpp"
#include "apps/io/data_error.hpp"
#include "apps/io/data_stream.hpp"
#include "apps/io/sha256.hpp"

namespace armagrad::apps {

namespace {

namespace fs = std::filesystem;

struct Sink {
  TemporaryFile& file;
  std::uint64_t room;
  bool overflow = false;
  std::exception_ptr disk_error = nullptr;
};

std::size_t take_bytes(const char* bytes, std::size_t, std::size_t count, void* user) {
  Sink& sink = *static_cast<Sink*>(user);
  sink.overflow = count > sink.room;
  if (sink.overflow) return CURL_WRITEFUNC_ERROR;
  sink.room -= count;
  try {
    sink.file.write({bytes, count});
  } catch (...) {
    sink.disk_error = std::current_exception();
    return CURL_WRITEFUNC_ERROR;
  }
  return count;
}

/// The reason why the file's decoded contents are not those of `known`, or nothing.
std::string difference(const fs::path& path, const KnownFile& known) {
  try {
    DecodedFile source(path);
    Sha256 hash;
    std::vector<unsigned char> chunk(std::size_t{1} << 16);
    std::uint64_t total = 0;
    for (std::size_t got = 1; got > 0 && total <= known.bytes; total += got) {
      got = source.read(chunk.data(), chunk.size());
      hash.update(chunk.data(), got);
    }
    if (total > known.bytes) return "more than the expected " + std::to_string(known.bytes) + " bytes";
    if (source.ended_early() || total < known.bytes) {
      return "truncated: " + std::to_string(total) + " of " + std::to_string(known.bytes) + " bytes";
    }
    return hash.hex_digest() == known.sha256 ? "" : "wrong contents (SHA-256 differs)";
  } catch (const std::runtime_error& error) {
    return std::string(error.what()).substr(path.string().size() + 2);
  }
}

/// The reason why the transfer failed, or nothing; throws if the disk is at fault.
std::string transfer(const std::string& url, const std::string& protocols, Sink& sink) {
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(), curl_easy_cleanup);
  if (ready != CURLE_OK || !curl) return "libcurl cannot be used";
  std::array<char, CURL_ERROR_SIZE> message{};
  CURL* const handle = curl.get();
  curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, protocols.c_str());
  curl_easy_setopt(handle, CURLOPT_REDIR_PROTOCOLS_STR, protocols.c_str());
  curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(handle, CURLOPT_MAXREDIRS, 5L);
  curl_easy_setopt(handle, CURLOPT_FAILONERROR, 1L);
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, 15L);
  curl_easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, 1000L);
  curl_easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, 30L);
  curl_easy_setopt(handle, CURLOPT_TIMEOUT, 600L);
  curl_easy_setopt(handle, CURLOPT_USERAGENT, "armagrad");
  curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, message.data());
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, take_bytes);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &sink);
  const CURLcode code = curl_easy_perform(handle);
  if (sink.disk_error) std::rethrow_exception(sink.disk_error);
  if (sink.overflow) return "the file is larger than expected";
  if (code == CURLE_OK) return "";
  return message[0] != '\0' ? message.data() : curl_easy_strerror(code);
}

void download_file(const KnownFile& known, const fs::path& folder, const std::vector<std::string>& mirrors,
                   const std::string& protocols) {
  constexpr std::uint64_t gzip_overhead = std::uint64_t{1} << 20;
  const std::string name = known.name + ".gz";
  std::string reasons = mirrors.empty() ? "no mirrors" : "";
  for (const std::string& mirror : mirrors) {
    TemporaryFile file(folder / name);
    Sink sink{file, known.bytes + gzip_overhead};
    std::string reason = transfer(mirror + name, protocols, sink);
    if (reason.empty()) reason = difference(file.path(), known);
    if (reason.empty()) return file.commit();
    reasons.append(reasons.empty() ? "" : "; ").append(mirror).append(": ").append(reason);
  }
  fail(folder / name, "cannot be downloaded: " + reasons);
}

}  // namespace

void download_files(std::span<const KnownFile> files, const fs::path& folder, const std::vector<std::string>& mirrors,
                    const std::string& protocols) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) fail(folder, "cannot be made: " + error.message());
  for (const KnownFile& known : files) {
    if (difference(folder / (known.name + ".gz"), known).empty()) continue;
    download_file(known, folder, mirrors, protocols);
  }
}

}  // namespace armagrad::apps

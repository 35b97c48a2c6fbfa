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
  std::function<void(double share)> progress;  // of this file
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

int show_progress(void* user, curl_off_t all, curl_off_t got, curl_off_t, curl_off_t) {
  if (all > 0) static_cast<Sink*>(user)->progress(double(got) / double(all));
  return 0;
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
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, 5L);
#if CURL_AT_LEAST_VERSION(7, 87, 0)
  curl_easy_setopt(handle, CURLOPT_QUICK_EXIT, 1L);  // do not wait for a name server that does not answer
#endif
  curl_easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, 1000L);
  curl_easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, 5L);
  curl_easy_setopt(handle, CURLOPT_TIMEOUT, 600L);
  curl_easy_setopt(handle, CURLOPT_USERAGENT, "armagrad");
  curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, message.data());
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, take_bytes);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &sink);
  curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, show_progress);
  curl_easy_setopt(handle, CURLOPT_XFERINFODATA, &sink);
  const CURLcode code = curl_easy_perform(handle);
  if (sink.disk_error) std::rethrow_exception(sink.disk_error);
  if (sink.overflow) return "the file is larger than expected";
  if (code == CURLE_OK) return "";
  return message[0] != '\0' ? message.data() : curl_easy_strerror(code);
}

/// Downloads into one folder, from the mirror that served last.
class Downloads {
 public:
  Downloads(const fs::path& folder, const std::vector<std::string>& mirrors, const std::string& protocols,
            const DownloadWatch& watch)
      : folder_(folder), mirrors_(mirrors), protocols_(protocols), watch_(watch) {}

  void fetch(const KnownFile& known, const std::function<void(double)>& progress) {
    constexpr std::uint64_t gzip_overhead = std::uint64_t{1} << 20;
    const std::string name = known.name + ".gz";
    std::string reasons = mirrors_.empty() ? "no mirrors" : "";
    for (; !mirrors_.empty(); mirrors_.erase(mirrors_.begin())) {
      const std::string& mirror = mirrors_.front();
      if (announced_ != mirror) watch_.say("fetching MNIST from " + mirror + " into " + folder_.string());
      announced_ = mirror;
      TemporaryFile file(folder_ / name);
      Sink sink{file, known.bytes + gzip_overhead, progress};
      std::string reason = transfer(mirror + name, protocols_, sink);
      if (reason.empty()) reason = difference(file.path(), known);
      if (reason.empty()) return file.commit();
      watch_.say(mirror + name + ": " + reason);
      reasons.append(reasons.empty() ? "" : "; ").append(mirror).append(": ").append(reason);
    }
    fail(folder_ / name, "cannot be downloaded: " + reasons);
  }

 private:
  const fs::path& folder_;
  std::vector<std::string> mirrors_;  // without those that failed
  const std::string& protocols_;
  const DownloadWatch& watch_;
  std::string announced_;
};

}  // namespace

bool is_known(const fs::path& path, const KnownFile& known) { return difference(path, known).empty(); }

void download_files(std::span<const KnownFile> files, const fs::path& folder, const std::vector<std::string>& mirrors,
                    const std::string& protocols, const DownloadWatch& watch) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) fail(folder, "cannot be made: " + error.message());
  remove_stale_temporaries(folder);
  std::vector<KnownFile> missing;
  double all = 0, there = 0;
  for (const KnownFile& known : files) {
    if (is_known(folder / (known.name + ".gz"), known)) continue;
    missing.push_back(known);
    all += double(known.bytes);
  }
  Downloads downloads(folder, mirrors, protocols, watch);
  for (const KnownFile& known : missing) {
    const auto size = double(known.bytes);
    downloads.fetch(known, [&](double share) { watch.progress((there + share * size) / all, known.name); });
    there += size;
    watch.progress(there / all, known.name);
  }
}

}  // namespace armagrad::apps

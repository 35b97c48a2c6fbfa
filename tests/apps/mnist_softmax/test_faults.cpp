// The program while its calls fail, its process is killed or its disk is full: each output is the older file or the
// whole new one, an error is one line, and a checkpoint goes on to the bits of a training that nothing disturbed.
// ARMAGRAD_KILLS is how many kills at random moments there are.
#define BOOST_TEST_MODULE mnist_softmax_faults
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <atomic>
#include <cstring>
#include <thread>

#include "refusals.hpp"

using namespace armagrad::apps;
using namespace armagrad::apps::testing;

namespace {

using Files = std::map<std::string, std::string>;  // contents by path

/// A command line, and the file that --resume goes on from.
struct Scenario {
  std::string line, checkpoint = "";
};

/// A report without the time that it took; other files as they are.
std::string comparable(const std::string& bytes) {
  Report report = Report::parse(bytes, nullptr, false);
  if (!report.is_object()) return bytes;
  report.erase("seconds");
  return report.dump();
}

bool is_whole_checkpoint(const fs::path& file) {
  return error_of([&] { load_model(file); }).empty();
}

/// A precondition: the process may mount disks, which nothing else then sees.
bool may_mount(boost::unit_test::test_unit_id) {
  return unshare(CLONE_NEWNS) == 0 && mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
}

struct Faults : Refusals {
  const fs::path log = fs::path(folder.path().string() + ".log");  // of the call that failed

  Faults() {
    program.how.environment = {{"FAULT_LOG", log.string()}, {"OMP_NUM_THREADS", "1"}, {"OPENBLAS_NUM_THREADS", "1"}};
    write_idx_folder(folder / "small");
    write_zip(folder / "small.npz", npz_members());
    fs::create_directory(folder / "page");
    trained("--epochs 1 --seed 7 --model good.model --checkpoint kept");
  }
  ~Faults() { fs::remove(log); }

  std::string name_of(const std::string& path) const { return fs::relative(path, folder.path()).string(); }

  /// Makes the folder's files what they were.
  void restore(const Files& files) {
    for (const auto& [path, bytes] : program.files()) {
      if (!files.contains(path)) fs::remove(path);
    }
    for (const auto& [path, bytes] : files) {
      if (fs::is_regular_file(path) || !fs::exists(path)) write_bytes(path, bytes);
    }
  }

  /// What the scenario's run leaves when nothing fails.
  Files undisturbed(const Scenario& s, const Files& before) {
    restore(before);
    succeeds(s.line);
    Files after = program.files();
    restore(before);
    return after;
  }

  void check_outputs(const Scenario& s, const Files& before, const Files& right, const Outcome& run) {
    const Files now = program.files();
    for (const auto& [path, bytes] : now) {
      const std::string name = name_of(path);
      const auto old = before.find(path), made = right.find(path);
      const bool is_output = made != right.end() && (old == before.end() || made->second != old->second);
      const bool is_old = old != before.end() && bytes == old->second;
      if (name.starts_with(".armagrad-") || name.find("/.armagrad-") != name.npos) {
        BOOST_TEST(run.status == -SIGKILL, name << " is left behind");
      } else if (!is_output) {
        BOOST_TEST(is_old, name << " is changed or new");
      } else if (!is_old || run.status == 0) {
        const bool is_right = name == s.checkpoint && run.status != 0 ? is_whole_checkpoint(path)
                                                                      : comparable(bytes) == comparable(right.at(path));
        BOOST_TEST(is_right, name << " is neither the older file nor the right one");
      }
    }
    for (const auto& [path, bytes] : before) BOOST_TEST(now.contains(path), name_of(path) << " is lost");
    if (run.status == 0) BOOST_TEST(now.size() == right.size());
  }

  /// Lets each call fail in turn, and each time checks what is said and what is left.
  void fail_each_call(const Scenario& s, const std::string& mode) {
    const Files before = program.files();
    const Files right = undisturbed(s, before);
    const bool does_no_harm = mode == "short" || mode == "interrupted";
    unsigned faults = 0, harmless = 0;
    for (unsigned k = 1;; ++k) {
      fs::remove(log);
      program.how.environment["LD_PRELOAD"] = FAULTY_CALLS;
      program.how.environment["FAULT"] = mode + ' ' + std::to_string(k);
      const Outcome run = program.run(s.line);
      program.how.environment.erase("LD_PRELOAD");
      if (!fs::exists(log)) break;
      ++faults;
      harmless += run.status == 0;
      BOOST_TEST_CONTEXT(s.line << ", call " << k << ' ' << mode << ": " << read_bytes(log)) {
        if (mode == "kill") {
          BOOST_TEST(run.status == -SIGKILL);
        } else if (does_no_harm) {
          BOOST_TEST(run.status == 0, run.err);
        } else if (run.status != 0) {
          BOOST_TEST((run.status == 1 || run.status == 2), run.status);  // 2: a file of unknown kind needs --force
          BOOST_TEST(run.err.starts_with("mnist_softmax: "), run.err);
          BOOST_TEST(run.err.find('\n') == run.err.size() - 1, "not one line: " << run.err);
        }
        check_outputs(s, before, right, run);
        if (!s.checkpoint.empty() && run.status != 0 && (mode == "kill" || k % 5 == 0)) {
          const fs::path kept = folder / s.checkpoint;
          const auto old = before.find(kept);
          const bool is_ours = fs::exists(kept) && (old == before.end() || read_bytes(kept) != old->second);
          const std::size_t anew = s.line.find(" --overwrite");
          std::string again = is_ours ? s.line + " --resume" : s.line;
          if (is_ours && anew != again.npos) again.erase(anew, std::strlen(" --overwrite"));
          check_outputs(s, before, right, program.run(again));
        }
      }
      restore(before);
    }
    restore(before);
    BOOST_TEST_MESSAGE(mode << ": " << faults << " calls, " << harmless << " without harm: " << s.line);
    BOOST_TEST(faults > 0U);
  }
};

const Scenario training{
    "train --data set --quiet --config settings --epochs 3 --checkpoint kept --overwrite --model old.model --json "
    "old.json",
    "kept"};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(suite, Faults)

BOOST_AUTO_TEST_CASE(each_call_of_a_training) {
  write_bytes(folder / "settings", "seed = 3\nbatch-size = 16\n");
  for (const char* mode : {"fail", "full", "short", "interrupted", "kill"}) fail_each_call(training, mode);
}

BOOST_AUTO_TEST_CASE(each_call_of_what_reads_a_model) {
  const Scenario evaluation{"evaluate --data set --model good.model --quiet --json old.json --weights weights.png"},
      page{"report --data set --model good.model --quiet --out page --check-size 5"};
  for (const char* mode : {"fail", "full", "short"}) {
    fail_each_call(evaluation, mode);
    fail_each_call(page, mode);
  }
}

BOOST_AUTO_TEST_CASE(each_call_of_other_trainings) {
  for (const char* mode : {"fail", "short"}) {
    fail_each_call({"train --data small --quiet --epochs 1 --model new.model"}, mode);
    fail_each_call({"train --data small.npz --quiet --epochs 1 --model new.model"}, mode);
  }
  fail_each_call({"sweep --data set --quiet --l2 0,1 --epochs 1 --checkpoint swept --json old.json", "swept"}, "fail");
}

/// Kills a training again and again, each time at a random moment, and resumes it until it is done; then begins anew.
BOOST_AUTO_TEST_CASE(kills_at_random_moments) {
  const char* const asked = std::getenv("ARMAGRAD_KILLS");
  const unsigned kills = asked ? unsigned(std::stoul(asked)) : 50;
  const std::string line =
      "train --data set --quiet --epochs 60 --batch-size 16 --optimizer adam --validation 20 --checkpoint ";
  const auto start = std::chrono::steady_clock::now();
  succeeds(line + "other --model whole.model");
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const std::string whole = read_bytes(folder / "whole.model");
  std::mt19937 random(5);
  unsigned killed = 0, lost = 0, finished = 0, interrupted = 0;
  double steps = 0;
  for (unsigned attempts = 0; killed < kills && attempts < 10 * kills; ++attempts) {
    program.how.signal = attempts % 4 == 3 ? SIGINT : SIGKILL;
    program.how.after = std::chrono::microseconds(long(1e6 * seconds * random() / random.max()));
    const Outcome run = program.run(line + "mine --resume --model mine.model");
    const int signal = program.how.signal;
    program.how.signal = 0;
    const bool has_begun = fs::exists(folder / "mine");
    const bool is_whole = !has_begun || is_whole_checkpoint(folder / "mine");
    double now = 0;
    if (has_begun && is_whole) now = load_model(folder / "mine").info["training"]["steps"].get<double>();
    lost += !is_whole || now < steps;
    steps = now;
    if (run.status == -signal) {
      ++killed;
      interrupted += signal == SIGINT;
    } else {
      BOOST_TEST(run.status == 0, run.err);
    }
    if (fs::exists(folder / "mine.model")) {
      BOOST_TEST((read_bytes(folder / "mine.model") == whole));
      ++finished;
      fs::remove(folder / "mine");
      fs::remove(folder / "mine.model");
      steps = 0;
    }
  }
  succeeds(line + "mine --resume --model mine.model", true);
  BOOST_TEST((read_bytes(folder / "mine.model") == whole));
  for (const auto& [path, bytes] : program.files()) BOOST_TEST(!name_of(path).starts_with(".armagrad-"), path);
  BOOST_TEST_MESSAGE(killed << " kills, " << interrupted << " of them by Ctrl-C, in trainings of " << seconds
                            << " s, of which " << finished << " were done in spite of that; " << lost
                            << " checkpoints lost");
  BOOST_TEST(killed == kills);
  BOOST_TEST(lost == 0U);
  BOOST_TEST(finished > 0U);
}

BOOST_AUTO_TEST_CASE(a_reader_that_is_gone) {
  BOOST_REQUIRE(mkfifo((folder / "pipe").c_str(), 0666) == 0);
  program.how.out = (folder / "pipe").string();
  std::thread reader([&] { close(open((folder / "pipe").c_str(), O_RDONLY | O_CLOEXEC)); });
  const Outcome run = program.run("train --data set --epochs 30 --checkpoint new --model new.model");
  reader.join();
  BOOST_TEST(run.status == -SIGPIPE);
  for (const char* file : {"new", "new.model"}) {
    if (fs::exists(folder / file)) BOOST_TEST(is_whole_checkpoint(folder / file));
  }
}

/// Each replaces the other's checkpoint as a whole, and ends with its own result.
BOOST_AUTO_TEST_CASE(two_processes_with_one_checkpoint) {
  const std::string line = "train --data set --quiet --epochs 100 --overwrite --checkpoint ";
  succeeds(line + "other --seed 1 --batch-size 16 --model 1.model");
  succeeds(line + "other --seed 2 --batch-size 16 --model 2.model");
  Program second(MNIST_SOFTMAX);
  const std::string at = folder.path().string() + '/';
  std::atomic<unsigned> running = 2;
  Outcome outcomes[2];
  std::thread one([&] {
    outcomes[0] = program.run(line + "kept --seed 1 --batch-size 16 --model mine.model");
    --running;
  });
  std::thread two([&] {
    write_tiny_set(second.folder / "set");
    outcomes[1] = second.run(line + at + "kept --seed 2 --batch-size 16 --model other.model");
    --running;
  });
  unsigned read = 0, broken = 0;
  for (; running > 0; ++read) broken += !is_whole_checkpoint(folder / "kept");
  one.join();
  two.join();
  BOOST_TEST_MESSAGE("the checkpoint was read " << read << " times");
  BOOST_TEST(broken == 0U);
  for (const Outcome& run : outcomes) BOOST_TEST(run.status == 0, run.err);
  BOOST_TEST((read_bytes(folder / "mine.model") == read_bytes(folder / "1.model")));
  BOOST_TEST((read_bytes(second.folder / "other.model") == read_bytes(folder / "2.model")));
}

BOOST_AUTO_TEST_CASE(a_disk_without_room, *boost::unit_test::precondition(may_mount)) {
  fs::create_directory(folder / "disk");
  BOOST_REQUIRE(mount("none", (folder / "disk").c_str(), "tmpfs", 0, "size=16k") == 0);
  trained("--epochs 1 --checkpoint disk/kept");
  try {
    write_bytes(folder / "disk/filler", std::string(20'000, 'x'));
  } catch (const std::runtime_error&) {
  }
  for (const std::string output :
       {"--checkpoint disk/kept --overwrite", "--checkpoint disk/new", "--model disk/new", "--json disk/new"}) {
    const std::string file = output.find("kept") == output.npos ? "disk/new" : "disk/kept";
    refused("train --data set --quiet --epochs 1 --seed 3 " + output, 1, {file + ": cannot be written: No space left"});
  }
  umount((folder / "disk").c_str());
}

BOOST_AUTO_TEST_SUITE_END()

// Files that are no models, and models of something else.
#define BOOST_TEST_MODULE mnist_softmax_wrong_models
#include "refusals.hpp"

using namespace armagrad::apps;
using namespace armagrad::apps::testing;

namespace {

struct Fixture : Refusals {
  /// A model file with these weights and this metadata.
  void write_model(const std::string& name, const ModelArray& weights, const nlohmann::json& info) {
    save_model(folder / name, {info, {{"0.weight", weights}}});
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(suite, Fixture)

BOOST_AUTO_TEST_CASE(files_that_are_no_models) {
  trained("--model good.model --epochs 1");
  const std::string good = read_bytes(folder / "good.model");
  write_bytes(folder / "short.model", good.substr(0, good.size() - 1));
  write_bytes(folder / "long.model", good + "x");
  write_bytes(folder / "empty.model", "");
  std::string damaged = good;
  damaged[damaged.size() / 2] ^= 1;
  write_bytes(folder / "damaged.model", damaged);
  for (const Refusal& r : std::vector<Refusal>{{"missing.model", {"missing.model", "No such file"}},
                                               {"missing/x.model", {"missing/x.model"}},
                                               {"set", {"set", "not a regular file"}},
                                               {"set/", {"set", "not a regular file"}},
                                               {"/dev/null", {"/dev/null"}},
                                               {"/dev/zero", {"/dev/zero"}},
                                               {"-", {"-: "}},
                                               {"old.json", {"old.json", "not an armagrad model file"}},
                                               {"set/train-images-idx3-ubyte", {"train-images-idx3-ubyte"}},
                                               {"short.model", {"short.model", "truncated"}},
                                               {"long.model", {"long.model"}},
                                               {"empty.model", {"empty.model"}},
                                               {"damaged.model", {"damaged.model", "checksum"}}}) {
    refused("evaluate --data set --model " + r.line, 1, r.named);
  }
  refused("evaluate --data missing --model good.model", 1, {"missing"});
  refused("evaluate --data missing --model missing.model", 1, {"missing"});
}

BOOST_AUTO_TEST_CASE(models_of_other_kinds) {
  const arma::mat W(36, 10, arma::fill::zeros);
  const nlohmann::json softmax{{"kind", "softmax"}};
  write_model("weights.model", W, {{"kind", "network"}});
  write_model("unnamed.model", W, nlohmann::json::object());
  save_model(folder / "bare.model", {softmax, {}});
  save_model(folder / "other.model", {softmax, {{"1.weight", W}}});
  write_model("null.model", W, nullptr);
  write_model("array.model", W, {1, 2});
  write_model("text.model", W, "softmax");
  write_model("number.model", W, {{"kind", 3}});
  for (const char* file : {"weights", "unnamed", "bare", "other", "null", "array", "text", "number"}) {
    refused(std::string("evaluate --data set --model ") + file + ".model", 1,
            {std::string(file) + ".model", "softmax"});
  }
}

BOOST_AUTO_TEST_CASE(a_model_with_odd_metadata) {
  for (const auto& [key, odd] : std::map<std::string, nlohmann::json>{
           {"dataset", 3}, {"width", -6}, {"height", 6.5}, {"classes", {1, 2}}, {"none", nullptr}}) {
    nlohmann::json info{
        {"kind", "softmax"}, {"width", 6}, {"height", 6}, {"classes", std::vector<std::string>(10, "any")}};
    info[key] = odd;
    write_model("odd.model", arma::mat(36, 10, arma::fill::zeros), info);
    if (key == "none")
      succeeds("evaluate --data set --model odd.model");
    else
      refused("evaluate --data set --model odd.model", 1, {"odd.model", "width, height, classes or dataset"});
  }
}

BOOST_AUTO_TEST_CASE(models_for_other_data) {
  write_tiny_set(folder / "small", 2, 5);
  write_tiny_set(folder / "other", 7, 6);
  trained("--model set.model --epochs 1");
  for (const char* data : {"small", "other"}) {
    refused(std::string("evaluate --model set.model --data ") + data, 1, {"set.model", "6x6 pixels"});
  }
  const nlohmann::json softmax{
      {"kind", "softmax"}, {"width", 6}, {"height", 6}, {"classes", std::vector<std::string>(10, "any")}};
  for (const ModelArray& W :
       {ModelArray(arma::mat(36, 3)), ModelArray(arma::fmat(36, 11)), ModelArray(arma::mat(10, 36)),
        ModelArray(arma::mat(0, 0)), ModelArray(arma::mat(37, 10))}) {
    write_model("odd.model", W, softmax);
    refused("evaluate --model odd.model --data set", 1, {"odd.model", "36x10"});
  }
}

BOOST_AUTO_TEST_CASE(a_model_for_as_many_pixels_in_another_shape) {
  write_tiny_set(folder / "flat", 4, 9);
  trained("--model set.model --epochs 1");
  refused("evaluate --model set.model --data flat", 1, {"set.model"});
}

BOOST_AUTO_TEST_SUITE_END()

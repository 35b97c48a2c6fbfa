// Model files. The first byte: 1 as they are, 0 metadata and elements of a file whose checksum is right.

#include "apps/mnist_softmax/model/file_kind.hpp"
#include "apps/mnist_softmax/model/saved_model.hpp"
#include "model_bytes.hpp"
#include "target.hpp"

using namespace armagrad;
using namespace armagrad::apps;
using namespace armagrad::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto [how, bytes] = choice(data, size);
  const std::string file = file_of(model_file(how, bytes)).string();
  kind_of(file);
  accepted<std::runtime_error>([&] {
    const SavedModel model = load_saved_model(file);
    l2_of(model);
    first_layer(model, 4);
    const arma::uword pixels = model.width * model.height;
    const arma::mat p = model.probabilities(arma::mat(pixels, 2, arma::fill::value(0.5)));
    if (p.n_rows != model.classes.size() || p.n_cols != 2) finding("probabilities of another shape");
  });
  return 0;
}

std::vector<std::string> armagrad::fuzz::seeds() {
  const auto saved = [](const NetChoice& choice, arma::uword side) {
    const auto net = make_net<double>(choice, {1, side, side}, 2, "he");
    ModelFile model;
    describe(choice, model.info);
    model.info.update({{"width", side}, {"height", side}, {"classes", {"a", "b"}}, {"dataset", "some"}, {"l2", 0.5}});
    put_parameters(model, net, arma::mat(net.n_parameters(), 1, arma::fill::ones));
    return saved_by([&](const auto& file) { save_model(file, model); });
  };
  NetChoice softmax, mlp;
  softmax.kind = "softmax";
  mlp.kind = "mlp";
  mlp.hidden = {3};
  mlp.activation = "tanh";
  mlp.dropout = 0.25;
  const std::string a = saved(softmax, 2), b = saved(mlp, 2);
  return {'\1' + a, '\1' + b, input_of(a), input_of(b)};
}

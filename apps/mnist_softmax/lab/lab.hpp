#pragma once
// The lab that the program grew from, in three parts, for `mnist_softmax lab`.

#include <armagrad/random.hpp>

#include "apps/datasets/data_types.hpp"
#include "apps/mnist_softmax/commands/command_output.hpp"
#include "apps/mnist_softmax/model/labelled_images.hpp"

namespace armagrad::apps {

/// The lab's own setting: gradient descent on the first images.
struct Lab {
  const Dataset& data;
  Output& output;
  arma::uword size = 4000, epochs = 2000, seed = 1;
  double l2 = 0.5, rate = 0.1, decay = 0.99;

  std::ostream& out() const { return output.text(); }
  arma::uword classes() const { return data.class_names.size(); }
  /// The images that it uses.
  ImageMatrices images() const { return first_labelled(data.train, size, classes()); }
  /// Weights uniform in [0, 1), where the notebook starts.
  arma::mat uniform() const {
    Random random(seed);
    arma::mat W(data.train.pixels.n_rows, classes());
    W.imbue([&random] { return random.uniform(); });
    return W;
  }
};

using LabReport = nlohmann::ordered_json;

/// The notebook's steps from `first` to `last`, each with its expectations and whether they were met;
/// "as_expected" is true if all were. Pictures go to `folder`, if there is one.
LabReport run_notebook(const Lab& lab, arma::uword first, arma::uword last, const std::string& folder,
                       unsigned threads);
extern const arma::uword lab_steps;

/// The mistakes of the student's notebook one by one, and the checks that catch them.
LabReport mistakes(const Lab& lab);

/// The loss in the lab's orientation, a sample per row, its derivation, and the student's gradient beside it.
LabReport lab_explained(const Lab& lab);

}  // namespace armagrad::apps

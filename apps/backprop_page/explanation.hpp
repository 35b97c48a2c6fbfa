#pragma once
// A computation and its backward pass, a step at a time, as the document that the page shows.

#include <armagrad/node_formulas.hpp>
#include <nlohmann/json_fwd.hpp>
#include <optional>

namespace armagrad::apps {

using V = Var<double>;
using Sizes = NodeFormulas::Sizes;

/// Columns that are pictures, row after row of pixels.
struct Tiles {
  arma::uword height, width;
};

struct ExplanationOptions {
  std::string title;
  Sizes sizes;
  FormulaOptions formula;  // its names of sizes should stand for one value each
  /// Each node's shape in words, where sizes alone do not tell it as several have one value.
  std::vector<std::string> shapes;
  std::optional<Tiles> tiles;
};

/// "d × n" for each node of J's tape up to J, for sizes that all differ.
std::vector<std::string> shapes_in_words(const V& J, const Sizes& sizes);

/// The steps of J (1x1): values forward, adjoints backward with the central differences' verdict on each, the
/// gradients' formulas by `by`, which are variables that J was computed from. Of big matrices the document
/// has the first columns, to 16 bits.
nlohmann::ordered_json explanation(const V& J, const std::vector<V>& by, const ExplanationOptions& options);

}  // namespace armagrad::apps

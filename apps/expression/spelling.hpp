#pragma once
// Other ways to write what Armadillo has: X^T, tr(A), |x|, A ⊙ B, λ.

#include <set>
#include <string>

namespace armagrad::apps {

/// The expression in Armadillo's spelling; as it is where nothing in it is spelt otherwise. Declared names win over
/// what they would stand for else: e, pi, tr.
std::string in_armadillo_spelling(const std::string& text, const std::set<std::string>& declared);

}  // namespace armagrad::apps

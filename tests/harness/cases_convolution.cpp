#include "case.hpp"

namespace armagrad::harness {

namespace {
constexpr Window around{2, 4, 3, 3, 1, 1}, apart{2, 5, 4, 2, 2, 0}, lapped{3, 4, 4, 3, 1, 0};

template <const Window& w>
std::vector<Shape> images(std::uint32_t, std::uint32_t n, std::uint32_t) {
  return {shape_of(w.channels * w.pixels(), n)};
}
template <const Window& w>
std::vector<Shape> cut(std::uint32_t, std::uint32_t n, std::uint32_t) {
  return {shape_of(w.patch(), w.places() * n)};
}
template <const Window& w>
std::vector<Shape> pooled_and_images(std::uint32_t, std::uint32_t n, std::uint32_t) {
  return {shape_of(w.channels * w.places(), n), shape_of(w.channels * w.pixels(), n)};
}
constexpr auto tie = "of several equal entries the first counts";
}  // namespace

// clang-format off
template <>
FamilyOfCases cases_of<ConvolutionRules>() {
  return table("convolution", ConvolutionRules{},
      of<rules::Patches>("patches(x, 3x3, stride 1, padding 1)", [](auto x) { return patches(x, around); }, in(-3, 3)).shaped(images<around>),
      of<rules::Patches>("patches(x, 2x2, stride 2)", [](auto x) { return patches(x, apart); }, in(-3, 3)).shaped(images<apart>),
      of<rules::Patches>("patches added up to images", [](auto x) { return patches(x, around, true); }, in(-3, 3)).shaped(cut<around>),
      of<rules::MaxPool>("max_pool(x, 2x2, stride 2)", [](auto x) { return max_pool(x, apart); }, distinct(-3, 3)).shaped(images<apart>).kink(tie),
      of<rules::MaxPool>("max_pool(x, 3x3, stride 1)", [](auto x) { return max_pool(x, lapped); }, distinct(-3, 3)).shaped(images<lapped>).kink(tie),
      of<rules::MaxPool>("x put where by is largest", [](auto x, auto by) { return pooled(x, by, lapped, true); }, distinct(-3, 3)).shaped(pooled_and_images<lapped>).not_on_diagonal().kink(tie));
}
// clang-format on

}  // namespace armagrad::harness

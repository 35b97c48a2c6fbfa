#pragma once
// Makes a mismatch between a user's unit and the library an error of the linker, instead of memory that the two
// read differently: every unit refers to a function whose name holds all that must be equal on both sides.

#include <string>

#include "../tape.hpp"

namespace armagrad::detail {

/// Grows when headers must not be mixed with a library of another version.
template <int version>
struct ARMAGRAD_EXPORT Abi;
template <int major, int minor>
struct ARMAGRAD_EXPORT Armadillo;
template <int bits>
struct ARMAGRAD_EXPORT Uword;
/// Sizes that ARMA_MAT_PREALLOC, ARMA_DONT_USE_STD_MUTEX, ARMA_EXTRA_COL_PROTO, _GLIBCXX_DEBUG, another standard
/// library and the like change.
template <std::size_t mat, std::size_t col, std::size_t row, std::size_t sp_mat, std::size_t string, std::size_t tape>
struct ARMAGRAD_EXPORT SizesOfMatColRowSpMatStringTape;
/// Where Armadillo takes memory from, as the other side may free it.
struct ARMAGRAD_EXPORT SystemMemory;
struct ARMAGRAD_EXPORT TbbMemory;
struct ARMAGRAD_EXPORT MklMemory;
struct ARMAGRAD_EXPORT AlienMemory;

/// If the linker does not find this function, the library was built with another Armadillo or with other settings
/// than the unit that it names. Build both with the same: the name holds the unit's, and `nm -C libarmagrad.a |
/// grep otherwise` shows the library's.
template <class... Settings>
struct TheLibraryWasBuiltOtherwiseThanThisUnit {
  ARMAGRAD_EXPORT static void use_the_same_Armadillo_and_settings_for_both();
};

using LinkCheck = TheLibraryWasBuiltOtherwiseThanThisUnit<
    Abi<1>, Armadillo<ARMA_VERSION_MAJOR, ARMA_VERSION_MINOR>, Uword<8 * int(sizeof(uword))>,
    SizesOfMatColRowSpMatStringTape<sizeof(arma::mat), sizeof(arma::vec), sizeof(arma::rowvec), sizeof(arma::sp_mat),
                                    sizeof(std::string), sizeof(Tape<double>)>,
#if defined(ARMA_ALIEN_MEM_ALLOC_FUNCTION)
    AlienMemory
#elif defined(ARMA_USE_TBB_ALLOC)
    TbbMemory
#elif defined(ARMA_USE_MKL_ALLOC)
    MklMemory
#else
    SystemMemory
#endif
    >;

namespace {
[[gnu::used]] void (*const link_check)() = &LinkCheck::use_the_same_Armadillo_and_settings_for_both;
}

}  // namespace armagrad::detail

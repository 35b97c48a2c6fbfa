#pragma once
// Numbers as text, for every output of the programs.

#include <string>

namespace armagrad::apps {

/// `digits` digits after the point: fixed(2.5, 2) is "2.50".
std::string fixed(double x, int digits);
/// `digits` digits after the point of the mantissa: scientific(0.025, 1) is "2.5e-02".
std::string scientific(double x, int digits);
/// At most `digits` significant digits, as std::ostream prints: significant(1e-5 / 3, 3) is "3.33e-06".
std::string significant(double x, int digits = 6);
/// The same with a short exponent, "3.33e-6", for axes and tables.
std::string compact(double x, int digits = 4);
/// The shortest text that reads back as the same number.
std::string shortest(double x);
/// percent(0.9152) is "91.5 %".
std::string percent(double share, int digits = 1);
/// Two hexadecimal digits.
std::string hexadecimal(unsigned char byte);

/// x to `digits` significant digits, as a number.
double rounded(double x, int digits);

/// `text` with spaces before it up to `width` characters.
std::string right_aligned(const std::string& text, std::size_t width);

}  // namespace armagrad::apps

# Untried: written from Homebrew's documentation; the engine was not compiled on macOS. In a copy of the repository:
#   git archive --prefix=armagrad-0.2.0/ -o /tmp/armagrad-0.2.0.tar.gz HEAD
#   HOMEBREW_ARMAGRAD_ARCHIVE=/tmp/armagrad-0.2.0.tar.gz brew install --formula packaging/homebrew/armagrad.rb
class Armagrad < Formula
  desc "Automatic differentiation for Armadillo"
  homepage "file://#{ENV.fetch("HOMEBREW_ARMAGRAD_ARCHIVE", "")}"
  url "file://#{ENV.fetch("HOMEBREW_ARMAGRAD_ARCHIVE", "/tmp/armagrad-0.2.0.tar.gz")}"
  version "0.2.0"
  license "BSD-3-Clause"

  depends_on "cmake" => :build
  depends_on "armadillo"

  def install
    options = %w[NATIVE APPS TESTS SLEEF CHOLMOD NLOPT].map { |name| "-DARMAGRAD_#{name}=OFF" }
    system "cmake", "-S", ".", "-B", "build", "-DBUILD_SHARED_LIBS=ON", *options, *std_cmake_args
    system "cmake", "--build", "build"
    system "cmake", "--install", "build"
  end

  test do
    (testpath/"first_gradient.cpp").write <<~CPP
      #include <armagrad/armagrad.hpp>
      int main() {
        const arma::mat A = {{2, 1}, {1, 3}}, w(2, 1, arma::fill::ones);
        armagrad::gradient([&](auto v) { return accu(square(armagrad::view(A) * v)); }, w).print();
      }
    CPP
    system ENV.cxx, "-std=c++20", "first_gradient.cpp", "-I#{include}", "-L#{lib}", "-larmagrad", "-larmadillo"
    assert_match "20.0000", shell_output("./a.out")
  end
end

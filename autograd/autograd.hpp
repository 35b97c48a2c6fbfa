#pragma once
// The name that programs in this tree used before the headers could be installed.

#include <armagrad/armagrad.hpp>

// As armagrad.hpp, with what operations of your own need.
#define ARMAGRAD_CUSTOM_OPERATION
#include "../RcppArmagrad.h"
#include "amalgamation.hpp"

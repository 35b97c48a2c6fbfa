// So that code written for the library outside of R compiles unchanged.
#include "../RcppArmagrad.h"

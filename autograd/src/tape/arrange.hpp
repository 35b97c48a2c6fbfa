#pragma once
// The order in which a program computes its numbers: those of one operation stand together where the tape allows it, so
// that a loop over them branches rarely, and costly functions of numbers that do not depend on each other are evaluated
// in packs.

#include <armagrad/detail/engine.hpp>

namespace armagrad::detail {

/// Makes loops of each run of numbers in a schedule that was just planned. Values may differ in the last place from
/// those in the order of the tape: functions of packs are others, and adjoints are added up in another order.
template <class eT>
void arrange(const Engine<eT>& engine, Schedule& schedule);

}  // namespace armagrad::detail

// core/torch/pch.h: the precompiled header of the code that uses libtorch (27 s once instead of 8 s a
// file).
#pragma once

#include <torch/types.h>

#include <torch/csrc/autograd/custom_function.h>

#include "core/base/pch.h"

// tests/support/pch.h: the precompiled header of the torch-free, Qt-free tests.
#pragma once

#include "core/base/pch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

// core/weights/restricted_pickle.h: the machine that reads the pickle of a state dict. It builds
// plain values from an allow-list of opcodes and constructors (spec 05 section 3) and refuses all
// else by name; nothing is imported, called or opened. Memory is bounded by the size of the pickle.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace koala {

struct PickledStorage {
    std::string dtype; // "Float" of torch.FloatStorage
    std::string key;   // digits: the entry data/<key>
    std::int64_t count = 0;
};

struct PickledTensor {
    PickledStorage storage;
    std::uint64_t offset = 0; // in values, as the strides
    std::vector<std::int64_t> shape;
    std::vector<std::int64_t> strides;
};

struct PickleValue {
    enum class Kind {
        None,
        Boolean,
        Integer,
        Real,
        Text,
        List,
        Tuple,
        Dictionary,
        Tensor,
        Storage,
        Global,
        Mark // these three appear only inside the machine
    };
    Kind kind = Kind::None;
    std::int64_t integer = 0; // Integer, Boolean
    double real = 0;
    std::string_view text; // Text, Global ("module name"); into the pickle's bytes
    // List, Tuple; Dictionary: key, value, key, value …
    std::vector<PickleValue>* items = nullptr;
    const PickledTensor* tensor = nullptr;
    const PickledStorage* storage = nullptr;
    bool isOrderedDict = false;
};

// Owns what the values point to.
struct PickleTree {
    PickleValue root;
    std::deque<std::vector<PickleValue>> lists; // values may share them, and even form a circle
    std::deque<PickledTensor> tensors;
    std::deque<PickledStorage> storages;
};

// `bytes` must outlive the tree. `what` names the file in messages.
Result<PickleTree> readPickle(std::span<const std::byte> bytes, std::string_view what);

} // namespace koala

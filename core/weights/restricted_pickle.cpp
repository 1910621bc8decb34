#include "core/weights/restricted_pickle.h"

#include <algorithm>
#include <array>
#include <bit>
#include <optional>

#include <fmt/format.h>

#include "core/base/utf8.h"

namespace koala {
namespace {

using Kind = PickleValue::Kind;

constexpr std::size_t kMaxMemo = 1'000'000;
constexpr std::size_t kMaxStack = 1'000'000;
constexpr std::size_t kMaxDimensions = 8;

constexpr std::array<std::string_view, 10> kStorageTypes{"FloatStorage", "HalfStorage",
    "BFloat16Storage", "DoubleStorage", "LongStorage", "IntStorage", "ShortStorage", "CharStorage",
    "ByteStorage", "BoolStorage"};

// What people and attackers meet most, so that a refusal says its name.
std::string_view opcodeName(std::uint8_t opcode)
{
    switch (opcode) {
    case 'i':
        return "INST";
    case 'o':
        return "OBJ";
    case 0x81:
        return "NEWOBJ";
    case 0x92:
        return "NEWOBJ_EX";
    case 0x82:
    case 0x83:
    case 0x84:
        return "EXT";
    case 'P':
        return "PERSID";
    case '2':
        return "DUP";
    case '0':
        return "POP";
    case 'B':
    case 'C':
    case 0x8e:
        return "BINBYTES";
    case 0x96:
        return "BYTEARRAY8";
    case 0x97:
        return "NEXT_BUFFER";
    case 0x98:
        return "READONLY_BUFFER";
    case 'S':
    case 'T':
    case 'U':
        return "STRING";
    case 'V':
        return "UNICODE";
    case 'I':
        return "INT";
    case 'L':
        return "LONG";
    case 0x8b:
        return "LONG4";
    case 'F':
        return "FLOAT";
    case 'd':
        return "DICT";
    case 'l':
        return "LIST";
    case 'g':
        return "GET";
    case 'p':
        return "PUT";
    case 0x8f:
        return "EMPTY_SET";
    case 0x90:
        return "ADDITEMS";
    case 0x91:
        return "FROZENSET";
    default:
        return "unknown";
    }
}

class Machine {
public:
    Machine(std::span<const std::byte> bytes, std::string_view what) : m_bytes(bytes), m_what(what)
    {
    }

    Result<PickleTree> run()
    {
        while (!m_stopped) {
            if (m_at >= m_bytes.size())
                return broken("it ends before STOP");
            KOALA_RETURN_IF_ERROR(step(std::to_integer<std::uint8_t>(m_bytes[m_at++])));
            if (m_stack.size() > kMaxStack)
                return broken("its stack is deeper than a million values");
        }
        if (m_stack.size() != 1 || m_at != m_bytes.size())
            return broken("it does not end with one value");
        m_tree.root = m_stack.front();
        return std::move(m_tree);
    }

private:
    Error broken(std::string_view reason) const
    {
        return invalidInput(
            fmt::format("{}: its pickle is refused at byte {}: {}", m_what, m_at, reason));
    }

    Result<std::uint64_t> number(std::size_t width)
    {
        if (m_bytes.size() - m_at < width)
            return broken("it ends inside a number");
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < width; ++i)
            value |= std::to_integer<std::uint64_t>(m_bytes[m_at++]) << (8 * i);
        return value;
    }

    Result<std::string_view> text(std::uint64_t length)
    {
        if (length > m_bytes.size() - m_at)
            return broken("it ends inside a text");
        const std::string_view view(reinterpret_cast<const char*>(m_bytes.data() + m_at), length);
        m_at += length;
        return view;
    }

    Result<std::string_view> line()
    {
        const auto rest = m_bytes.subspan(m_at);
        const auto end = std::find(rest.begin(), rest.end(), std::byte{'\n'});
        if (end == rest.end() || end - rest.begin() > 1024)
            return broken("a name has no end");
        KOALA_TRY(const std::string_view name, text(std::uint64_t(end - rest.begin())));
        ++m_at;
        return name;
    }

    Status push(PickleValue value)
    {
        m_stack.push_back(value);
        return {};
    }

    Status pushKind(Kind kind, std::int64_t integer = 0)
    {
        PickleValue value;
        value.kind = kind;
        value.integer = integer;
        return push(value);
    }

    Status pushText(Result<std::string_view> view)
    {
        if (!view.ok())
            return view.error();
        PickleValue value;
        value.kind = Kind::Text;
        value.text = *view;
        return push(value);
    }

    Status pushList(Kind kind, std::vector<PickleValue> items = {})
    {
        PickleValue value;
        value.kind = kind;
        value.items = &m_tree.lists.emplace_back(std::move(items));
        return push(value);
    }

    Result<PickleValue> pop()
    {
        if (m_stack.empty() || m_stack.back().kind == Kind::Mark)
            return broken("it takes a value from an empty stack");
        const PickleValue value = m_stack.back();
        m_stack.pop_back();
        return value;
    }

    Result<std::vector<PickleValue>> popMarked()
    {
        std::size_t at = m_stack.size();
        while (at > 0 && m_stack[at - 1].kind != Kind::Mark)
            --at;
        if (at == 0)
            return broken("a mark is missing");
        std::vector<PickleValue> items(m_stack.begin() + std::ptrdiff_t(at), m_stack.end());
        m_stack.resize(at - 1);
        return items;
    }

    Status tuple(std::size_t count)
    {
        std::vector<PickleValue> items(count);
        for (std::size_t i = count; i-- > 0;) {
            KOALA_TRY(items[i], pop());
        }
        return pushList(Kind::Tuple, std::move(items));
    }

    Status step(std::uint8_t opcode)
    {
        switch (opcode) {
        case 0x80: { // PROTO
            KOALA_TRY(const std::uint64_t version, number(1));
            return version >= 2 && version <= 5 ? Status() : broken("its protocol is not 2 to 5");
        }
        case 0x95: // FRAME: only a hint
            return number(8).ok() ? Status() : broken("it ends inside a frame");
        case '.':
            m_stopped = true;
            return {};
        case '(':
            return pushKind(Kind::Mark);
        case '1': { // POP_MARK
            const auto dropped = popMarked();
            return dropped.ok() ? Status() : Status(dropped.error());
        }
        case 'N':
            return pushKind(Kind::None);
        case 0x88:
        case 0x89:
            return pushKind(Kind::Boolean, opcode == 0x88);
        case '}':
            return pushList(Kind::Dictionary);
        case ']':
            return pushList(Kind::List);
        case ')':
            return pushList(Kind::Tuple);
        case 't': {
            KOALA_TRY(std::vector<PickleValue> items, popMarked());
            return pushList(Kind::Tuple, std::move(items));
        }
        case 0x85:
        case 0x86:
        case 0x87:
            return tuple(opcode - 0x84U);
        default:
            return scalarOrMore(opcode);
        }
    }

    Status scalarOrMore(std::uint8_t opcode)
    {
        switch (opcode) {
        case 'X': // BINUNICODE, SHORT_BINUNICODE, BINUNICODE8
        case 0x8c:
        case 0x8d: {
            KOALA_TRY(const std::uint64_t length, number(opcode == 'X'    ? 4
                                                         : opcode == 0x8c ? 1
                                                                          : 8));
            return pushText(text(length));
        }
        case 'J': {
            KOALA_TRY(const std::uint64_t value, number(4));
            return pushKind(Kind::Integer, static_cast<std::int32_t>(value));
        }
        case 'K':
        case 'M': {
            KOALA_TRY(const std::uint64_t value, number(opcode == 'K' ? 1 : 2));
            return pushKind(Kind::Integer, static_cast<std::int64_t>(value));
        }
        case 0x8a: { // LONG1: two's complement of any length
            KOALA_TRY(const std::uint64_t length, number(1));
            if (length > 8)
                return broken("a whole number has more than 8 bytes");
            KOALA_TRY(const std::uint64_t value, number(length));
            const auto shift = static_cast<int>(64 - 8 * length);
            return pushKind(Kind::Integer,
                length == 0 ? 0 : static_cast<std::int64_t>(value << shift) >> shift);
        }
        case 'G': { // BINFLOAT is big-endian
            KOALA_TRY(const std::uint64_t bits, number(8));
            PickleValue value;
            value.kind = Kind::Real;
            value.real = std::bit_cast<double>(__builtin_bswap64(bits));
            return push(value);
        }
        default:
            return memoOrMore(opcode);
        }
    }

    Status memoOrMore(std::uint8_t opcode)
    {
        switch (opcode) {
        case 'q':
        case 'r': {
            KOALA_TRY(const std::uint64_t index, number(opcode == 'q' ? 1 : 4));
            return remember(index);
        }
        case 0x94:
            return remember(m_memo.size());
        case 'h':
        case 'j': {
            KOALA_TRY(const std::uint64_t index, number(opcode == 'h' ? 1 : 4));
            if (index >= m_memo.size() || !m_memo[index])
                return broken("it recalls a value that it never stored");
            return push(*m_memo[index]);
        }
        case 'a':
            return append(1);
        case 'e':
            return append(0);
        case 's':
            return setItems(true);
        case 'u':
            return setItems(false);
        case 'c':
            return global();
        case 0x93:
            return stackGlobal();
        case 'R':
            return reduce();
        case 'Q':
            return persistent();
        case 'b':
            return build();
        default:
            return broken(fmt::format(
                "the opcode {} (0x{:02x}) is not allowed in weights; a file of plain tensors does "
                "not need it",
                opcodeName(opcode), opcode));
        }
    }

    Status remember(std::uint64_t index)
    {
        if (m_stack.empty() || m_stack.back().kind == Kind::Mark)
            return broken("it stores a value that is not there");
        if (index >= kMaxMemo)
            return broken("it stores more than a million values");
        if (index >= m_memo.size())
            m_memo.resize(index + 1);
        m_memo[index] = m_stack.back();
        return {};
    }

    Status append(std::size_t count)
    {
        std::vector<PickleValue> items;
        if (count == 0) {
            KOALA_TRY(items, popMarked());
        } else {
            KOALA_TRY(items.emplace_back(), pop());
        }
        if (m_stack.empty() || m_stack.back().kind != Kind::List)
            return broken("it appends to something that is no list");
        auto& list = *m_stack.back().items;
        list.insert(list.end(), items.begin(), items.end());
        return {};
    }

    Status setItems(bool one)
    {
        std::vector<PickleValue> items;
        if (one) {
            items.resize(2);
            KOALA_TRY(items[1], pop());
            KOALA_TRY(items[0], pop());
        } else {
            KOALA_TRY(items, popMarked());
        }
        if (items.size() % 2 != 0 || m_stack.empty() || m_stack.back().kind != Kind::Dictionary)
            return broken("it sets items of something that is no dictionary");
        auto& dictionary = *m_stack.back().items;
        dictionary.insert(dictionary.end(), items.begin(), items.end());
        return {};
    }

    Status global()
    {
        KOALA_TRY(const std::string_view module, line());
        KOALA_TRY(const std::string_view name, line());
        return pushGlobal(module, name);
    }

    Status stackGlobal()
    {
        KOALA_TRY(const PickleValue name, pop());
        KOALA_TRY(const PickleValue module, pop());
        if (name.kind != Kind::Text || module.kind != Kind::Text)
            return broken("a global's name is no text");
        return pushGlobal(module.text, name.text);
    }

    Status pushGlobal(std::string_view module, std::string_view name)
    {
        const bool allowed =
            (module == "collections" && name == "OrderedDict") ||
            (module == "torch._utils" &&
                (name == "_rebuild_tensor_v2" || name == "_rebuild_parameter")) ||
            (module == "torch" &&
                std::find(kStorageTypes.begin(), kStorageTypes.end(), name) != kStorageTypes.end());
        if (!allowed)
            return broken(fmt::format(
                "the name {}.{} is not allowed in weights; if you trust the file, save its "
                "state_dict as safetensors where it came from",
                elided(toValidUtf8(module), 80), elided(toValidUtf8(name), 80)));
        PickleValue value;
        value.kind = Kind::Global;
        value.text = name;
        return push(value);
    }

    Status reduce()
    {
        KOALA_TRY(const PickleValue arguments, pop());
        KOALA_TRY(const PickleValue callee, pop());
        if (callee.kind != Kind::Global || arguments.kind != Kind::Tuple)
            return broken("it calls something that is no constructor");
        const std::vector<PickleValue>& given = *arguments.items;
        if (callee.text == "OrderedDict") {
            if (!given.empty())
                return broken("an OrderedDict is made with arguments");
            KOALA_RETURN_IF_ERROR(pushList(Kind::Dictionary));
            m_stack.back().isOrderedDict = true;
            return {};
        }
        if (callee.text == "_rebuild_tensor_v2")
            return rebuildTensor(given);
        if (callee.text == "_rebuild_parameter" && given.size() == 3 &&
            given[0].kind == Kind::Tensor)
            return push(given[0]);
        return broken("a constructor is called with arguments that do not fit it");
    }

    // (storage, offset, size, stride, requires_grad, hooks[, metadata]); hooks are dropped.
    Status rebuildTensor(const std::vector<PickleValue>& given)
    {
        if (given.size() < 6 || given.size() > 7 || given[0].kind != Kind::Storage ||
            given[1].kind != Kind::Integer || given[1].integer < 0)
            return broken("a tensor is built from arguments that do not fit it");
        PickledTensor tensor;
        tensor.storage = *given[0].storage;
        tensor.offset = static_cast<std::uint64_t>(given[1].integer);
        for (const auto& [value, out] :
            {std::pair(&given[2], &tensor.shape), std::pair(&given[3], &tensor.strides)}) {
            if (value->kind != Kind::Tuple || value->items->size() > kMaxDimensions)
                return broken("a tensor's shape or strides are no list of at most 8 numbers");
            for (const PickleValue& extent : *value->items) {
                if (extent.kind != Kind::Integer || extent.integer < 0)
                    return broken("a tensor's shape or strides hold something else than numbers");
                out->push_back(extent.integer);
            }
        }
        if (tensor.shape.size() != tensor.strides.size())
            return broken("a tensor has another number of strides than dimensions");
        PickleValue value;
        value.kind = Kind::Tensor;
        value.tensor = &m_tree.tensors.emplace_back(std::move(tensor));
        return push(value);
    }

    // ('storage', type, key, device, count); the device does not matter here.
    Status persistent()
    {
        KOALA_TRY(const PickleValue id, pop());
        if (id.kind != Kind::Tuple || id.items->size() != 5)
            return broken("a persistent id is not that of a storage");
        const std::vector<PickleValue>& parts = *id.items;
        const std::string_view type = parts[1].text;
        if (parts[0].kind != Kind::Text || parts[0].text != "storage" ||
            parts[1].kind != Kind::Global || !type.ends_with("Storage") ||
            parts[2].kind != Kind::Text || parts[4].kind != Kind::Integer || parts[4].integer < 0)
            return broken("a persistent id is not that of a storage");
        const std::string_view key = parts[2].text;
        if (key.empty() || key.size() > 20 ||
            key.find_first_not_of("0123456789") != std::string_view::npos)
            return broken("the key of a storage is no number");
        PickledStorage storage;
        storage.dtype =
            std::string(type.substr(0, type.size() - std::string_view("Storage").size()));
        storage.key = std::string(key);
        storage.count = parts[4].integer;
        PickleValue value;
        value.kind = Kind::Storage;
        value.storage = &m_tree.storages.emplace_back(std::move(storage));
        return push(value);
    }

    // torch hangs _metadata on state dicts this way; it is dropped.
    Status build()
    {
        KOALA_TRY(const PickleValue state, pop());
        if (m_stack.empty() || m_stack.back().kind != Kind::Dictionary ||
            !m_stack.back().isOrderedDict ||
            (state.kind != Kind::Dictionary && state.kind != Kind::None))
            return broken("BUILD is allowed on an OrderedDict only");
        return {};
    }

    std::span<const std::byte> m_bytes;
    std::string_view m_what;
    std::size_t m_at = 0;
    bool m_stopped = false;
    std::vector<PickleValue> m_stack;
    std::vector<std::optional<PickleValue>> m_memo;
    PickleTree m_tree;
};

} // namespace

Result<PickleTree> readPickle(std::span<const std::byte> bytes, std::string_view what)
{
    return Machine(bytes, what).run();
}

} // namespace koala

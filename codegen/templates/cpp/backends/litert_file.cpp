// Format: FlatBuffers (flatbuffers.dev, "FlatBuffer internals") with the schema of TensorFlow
// Lite, version 3 (schema.fbs).
#include "backends/litert_file.hpp"

#include <cstdint>
#include <cstring>
#include <vector>

#include "core/files.hpp"
#include "steps/frame.hpp"

namespace zoo::litert {

namespace {

constexpr std::uint32_t kSchemaVersion = 3;
constexpr const char* kIdentifier = "TFL3";
constexpr const char* kAgain = "; copy it again, or build it again";

struct Table;

// A field with an offset to a table, or to a vector of tables or of plain elements. Other fields
// lie in the table itself.
struct Field {
  std::size_t id;
  const Table* table;         // null for plain elements
  std::size_t element_bytes;  // of a vector; 0 for a single table
};

struct Table {
  std::vector<Field> fields;
};

constexpr std::size_t kOffsetBytes = 4;

// Options of operators hold plain values; which ones differs by operator.
const Table kOptions{{}};
const Table kOperatorCode{{{1, nullptr, 1}}};
const Table kQuantization{{{0, nullptr, 4}, {1, nullptr, 4}, {2, nullptr, 4}, {3, nullptr, 8}}};
const Table kTensor{{{0, nullptr, 4}, {3, nullptr, 1}, {4, &kQuantization, 0}, {7, nullptr, 4}}};
const Table kOperator{{{1, nullptr, 4},
                       {2, nullptr, 4},
                       {4, &kOptions, 0},
                       {5, nullptr, 1},
                       {7, nullptr, 1},
                       {8, nullptr, 4},
                       {12, &kOptions, 0}}};
const Table kSubgraph{{{0, &kTensor, kOffsetBytes},
                       {1, nullptr, 4},
                       {2, nullptr, 4},
                       {3, &kOperator, kOffsetBytes},
                       {4, nullptr, 1}}};
const Table kBuffer{{{0, nullptr, 1}}};
const Table kMetadata{{{0, nullptr, 1}}};
const Table kTensorMap{{{0, nullptr, 1}}};
const Table kSignature{
    {{0, &kTensorMap, kOffsetBytes}, {1, &kTensorMap, kOffsetBytes}, {2, nullptr, 1}}};
const Table kModel{{{1, &kOperatorCode, kOffsetBytes},
                    {2, &kSubgraph, kOffsetBytes},
                    {3, nullptr, 1},
                    {4, &kBuffer, kOffsetBytes},
                    {5, nullptr, 4},
                    {6, &kMetadata, kOffsetBytes},
                    {7, &kSignature, kOffsetBytes}}};

class File {
 public:
  explicit File(const std::string& path) : path_(path), content_(read_file(path)) {}

  void check() const {
    require(0, kOffsetBytes + std::strlen(kIdentifier));
    if (content_.compare(kOffsetBytes, std::strlen(kIdentifier), kIdentifier) != 0) fail();
    const std::size_t model = follow(0);
    const std::size_t version = field(model, 0);
    if (version == 0 || read<std::uint32_t>(version) != kSchemaVersion) {
      throw Error(path_ + ": has a version of the .tflite format other than 3" + kAgain);
    }
    check_table(model, kModel);
  }

 private:
  [[noreturn]] void fail() const {
    throw Error(path_ + ": is not a .tflite file, or is truncated" + kAgain);
  }

  void require(std::size_t at, std::size_t bytes) const {
    if (at > content_.size() || bytes > content_.size() - at) fail();
  }

  template <typename Number>
  Number read(std::size_t at) const {
    require(at, sizeof(Number));
    Number number;
    std::memcpy(&number, content_.data() + at, sizeof number);
    return number;
  }

  std::size_t follow(std::size_t at) const { return at + read<std::uint32_t>(at); }

  // Where a field of the table is; 0 if it is absent.
  std::size_t field(std::size_t table, std::size_t id) const {
    const auto back = read<std::int32_t>(table);
    const auto places = static_cast<std::size_t>(static_cast<std::int64_t>(table) - back);
    const auto places_bytes = read<std::uint16_t>(places);
    const auto table_bytes = read<std::uint16_t>(places + 2);
    require(places, places_bytes);
    require(table, table_bytes);
    const std::size_t entry = 4 + 2 * id;
    if (entry + 2 > places_bytes) return 0;
    const auto offset = read<std::uint16_t>(places + entry);
    return offset == 0 ? 0 : table + offset;
  }

  void check_table(std::size_t table, const Table& type) const {
    field(table, 0);
    for (const Field& entry : type.fields) {
      const std::size_t at = field(table, entry.id);
      if (at == 0) continue;
      if (entry.element_bytes == 0) {
        check_table(follow(at), *entry.table);
      } else {
        check_vector(follow(at), entry);
      }
    }
  }

  void check_vector(std::size_t vector, const Field& entry) const {
    const std::size_t count = read<std::uint32_t>(vector);
    const std::size_t first = vector + kOffsetBytes;
    require(first, count * entry.element_bytes);
    if (entry.table == nullptr) return;
    for (std::size_t i = 0; i < count; ++i) {
      check_table(follow(first + i * kOffsetBytes), *entry.table);
    }
  }

  std::string path_;
  std::string content_;
};

}  // namespace

void require_whole(const std::string& path) { File(path).check(); }

}  // namespace zoo::litert

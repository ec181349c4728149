#include "core/json.hpp"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "core/files.hpp"

namespace zoo {

namespace {

// Recursive descent over RFC 8259; \u escapes are kept as they are written.
class Parser {
 public:
  explicit Parser(std::string path) : path_(std::move(path)), text_(read_file(path_)) {}

  Json parse() {
    Json value = parse_value(0);
    if (peek() != '\0') fail("the end");
    return value;
  }

 private:
  static constexpr int kDepthMax = 16;

  [[noreturn]] void fail(const char* needed) const {
    throw Error(path_ + ": not JSON at byte " + std::to_string(at_) + ", " + needed +
                " is needed there");
  }

  // The next character that is no space, '\0' at the end.
  char peek() {
    while (at_ < text_.size() && std::strchr(" \t\r\n", text_[at_]) != nullptr) ++at_;
    return at_ < text_.size() ? text_[at_] : '\0';
  }

  void expect(char character, const char* needed) {
    if (peek() != character) fail(needed);
    ++at_;
  }

  bool skip_word(const char* word) {
    if (text_.compare(at_, std::strlen(word), word) != 0) return false;
    at_ += std::strlen(word);
    return true;
  }

  Json parse_value(int depth) {
    if (depth > kDepthMax) fail("less nesting");
    switch (peek()) {
      case '{':
        return parse_table(depth);
      case '[':
        return parse_list(depth);
      case '"':
        return {Json::Kind::kText, 0, parse_text(), {}, {}};
      default:
        return parse_word();
    }
  }

  Json parse_word() {
    if (skip_word("null")) return {};
    if (skip_word("true")) return {Json::Kind::kBool, 1, "", {}, {}};
    if (skip_word("false")) return {Json::Kind::kBool, 0, "", {}, {}};
    char* end = nullptr;
    const double number = std::strtod(text_.c_str() + at_, &end);
    if (end == text_.c_str() + at_ || !std::isfinite(number)) fail("a value");
    at_ = static_cast<std::size_t>(end - text_.c_str());
    return {Json::Kind::kNumber, number, "", {}, {}};
  }

  std::string parse_text() {
    expect('"', "a text");
    std::string text;
    while (at_ < text_.size() && text_[at_] != '"') {
      if (text_[at_] == '\\' && at_ + 1 < text_.size() && text_[at_ + 1] != 'u') ++at_;
      text += text_[at_++];
    }
    if (at_ == text_.size()) fail("a closing quote");
    ++at_;
    return text;
  }

  Json parse_list(int depth) {
    Json list{Json::Kind::kList, 0, "", {}, {}};
    ++at_;
    while (peek() != ']') {
      if (!list.items.empty()) expect(',', "a comma or ]");
      list.items.push_back(parse_value(depth + 1));
    }
    ++at_;
    return list;
  }

  Json parse_table(int depth) {
    Json table{Json::Kind::kTable, 0, "", {}, {}};
    ++at_;
    while (peek() != '}') {
      if (!table.members.empty()) expect(',', "a comma or }");
      peek();
      std::string name = parse_text();
      expect(':', "a colon");
      table.members.emplace_back(std::move(name), parse_value(depth + 1));
    }
    ++at_;
    return table;
  }

  std::string path_;
  std::string text_;
  std::size_t at_ = 0;
};

// Appends the part of a tensor that starts at an offset, from a dimension on.
void append(const Tensor& tensor, std::size_t dimension, std::size_t& offset, std::string& text) {
  if (dimension == tensor.shape.size()) {
    text += to_json(tensor.data[offset++]);
    return;
  }
  text += '[';
  for (std::int64_t i = 0; i < tensor.shape[dimension]; ++i) {
    if (i > 0) text += ", ";
    append(tensor, dimension + 1, offset, text);
  }
  text += ']';
}

}  // namespace

Json read_json(const std::string& path) { return Parser(path).parse(); }

std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (char character : text) {
    if (static_cast<unsigned char>(character) < 0x20) {
      char code[8];
      std::snprintf(code, sizeof code, "\\u%04x", static_cast<unsigned>(character));
      result += code;
      continue;
    }
    if (character == '"' || character == '\\') result += '\\';
    result += character;
  }
  return result + '"';
}

std::string to_json(double number) {
  if (!std::isfinite(number)) return "null";
  char text[32];
  std::snprintf(text, sizeof text, "%.9g", number);
  return text;
}

std::string to_json(const Tensor& tensor) {
  std::string text;
  std::size_t offset = 0;
  append(tensor, 0, offset, text);
  return text;
}

}  // namespace zoo

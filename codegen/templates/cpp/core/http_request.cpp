#include "core/http_request.hpp"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <string_view>

namespace zoo {

namespace {

constexpr std::string_view kLineEnd = "\r\n";

bool starts_with(std::string_view text, std::string_view start) {
  return text.substr(0, start.size()) == start;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  return result;
}

// Takes the text up to a separator, and removes both; all of it if there is none.
std::string_view take(std::string_view& text, std::string_view separator) {
  const std::size_t end = std::min(text.find(separator), text.size());
  const std::string_view taken = text.substr(0, end);
  text.remove_prefix(std::min(end + separator.size(), text.size()));
  return taken;
}

// The value of a query's parameter, as it is written.
std::string_view parameter(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    std::string_view value = take(query, "&");
    if (take(value, "=") == name) return value;
  }
  return {};
}

// The name or address in a header Host, which may be an IPv6 address in brackets.
std::string_view without_port(std::string_view host) {
  const std::size_t end = starts_with(host, "[") ? host.find(']') : host.rfind(':');
  if (end == std::string_view::npos) return host;
  return host.substr(0, starts_with(host, "[") ? end + 1 : end);
}

bool is_printable(std::string_view line) {
  return std::all_of(line.begin(), line.end(),
                     [](unsigned char letter) { return letter == '\t' || letter >= ' '; });
}

}  // namespace

std::optional<HttpRequest> parse_request(const std::string& head) {
  std::string_view rest = head;
  std::string_view line = take(rest, kLineEnd);
  if (!is_printable(line)) return std::nullopt;
  HttpRequest request;
  request.method = take(line, " ");
  std::string_view target = take(line, " ");
  if (request.method.empty() || !starts_with(target, "/") || !starts_with(line, "HTTP/1.")) {
    return std::nullopt;
  }
  request.path = take(target, "?");
  request.token = parameter(target, "token");
  while (!starts_with(rest, kLineEnd)) {
    std::string_view value = take(rest, kLineEnd);
    if (value.empty() || !is_printable(value)) return std::nullopt;
    const std::string name = lower(take(value, ":"));
    value = trimmed(value);
    if (name == "host") request.host = lower(without_port(value));
    if (name == "authorization" && lower(take(value, " ")) == "bearer") {
      request.token = trimmed(value);
    }
  }
  return request;
}

bool is_same_secret(const std::string& one, const std::string& other) {
  if (one.size() != other.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < one.size(); ++i) {
    difference |= static_cast<unsigned char>(one[i]) ^ static_cast<unsigned char>(other[i]);
  }
  return difference == 0;
}

}  // namespace zoo
